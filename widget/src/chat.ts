/** The element <latch-chat>: a button that opens a panel, and in the panel the conversation. */
import { LitElement, type PropertyValues, type TemplateResult, html, nothing, unsafeCSS } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { Api } from "./api";
import { pageIsDark, parse, theme } from "./colour";
import { type Button, LIMIT } from "./contract";
import { Conversation, type Listener } from "./conversation";
import * as icons from "./icons";
import { type ReplyActions, replyMarkup, replyText } from "./markup";
import { type Asked, type Entry, type Said, Store } from "./store";
import { words } from "./strings";
import styles from "./styles.css?inline";

/** From here on the box says how many characters are left. */
const COUNT_FROM = LIMIT - 200;
/** An answer that comes sooner needs no words about the waiting. */
const WRITING_AFTER = 600;
const NARROW = "(max-width: 30em)";

/** Where the widget's file came from; it is the server where the page names no other. */
let home = "";
export const setHome = (origin: string): void => void (home = origin);

export class LatchChat extends LitElement {
  static override styles = unsafeCSS(styles);

  static override properties = {
    server: {},
    heading: {},
    greeting: {},
    country: {},
    themeColor: { attribute: "theme-color" },
    position: { reflect: true },
    open: { type: Boolean, reflect: true },
    draft: { state: true },
    menu: { state: true },
    status: { state: true },
    unread: { state: true },
    copied: { state: true },
  };

  declare server: string;
  declare heading: string;
  declare greeting: string;
  declare country: string;
  declare themeColor: string;
  declare position: string;
  declare open: boolean;
  declare private draft: string;
  declare private menu: boolean;
  declare private status: string;
  declare private unread: boolean;
  declare private copied: Said | null;

  private conversation!: Conversation;
  /** Nothing of the panel is made before it is opened for the first time. */
  private opened = false;
  /** Replies that came while this page was shown, and are announced. */
  private fresh = new WeakSet<Said>();
  private dark = false;
  /** The next opening or closing comes from the page, not from a person: the focus stays. */
  private quiet = true;
  private show: Asked | "end" | null = null;
  private writing: ReturnType<typeof setTimeout> | undefined;
  private colours = new CSSStyleSheet();
  private listening: AbortController | undefined;

  constructor() {
    super();
    this.server = this.heading = this.greeting = this.country = this.themeColor = this.position = "";
    this.open = this.menu = this.unread = false;
    this.draft = this.status = "";
    this.copied = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listening = new AbortController();
    const { signal } = this.listening;
    const sized = () => this.fit();
    addEventListener("online", () => this.conversation.online(), { signal });
    addEventListener("pagehide", () => this.conversation.leave(), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.start(), { signal });
    addEventListener("keydown", (event) => this.escape(event), { signal });
    addEventListener("pointerdown", (event) => this.pressedOutside(event), { signal });
    matchMedia(NARROW).addEventListener("change", () => this.requestUpdate(), { signal });
    const scheme = () => {
      this.dark = pageIsDark(this);
      this.requestUpdate();
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", scheme, { signal });
    visualViewport?.addEventListener("resize", sized, { signal });
    visualViewport?.addEventListener("scroll", sized, { signal });
    if (this.hasUpdated) this.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.listening?.abort();
    this.conversation?.leave();
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const root = super.createRenderRoot() as ShadowRoot;
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, this.colours];
    return root;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!this.hasUpdated) this.start();
    else if (changed.has("server")) this.start();
    if (changed.has("themeColor")) this.fit();
    if (changed.has("open")) this.dark = pageIsDark(this);
    if (changed.has("open")) {
      this.menu = false;
      if (this.open) {
        this.opened = true;
        this.unread = false;
        this.show ??= this.conversation.entries.findLast((entry) => entry.from === "you") ?? "end";
      } else {
        // What is shown again later is not announced again.
        this.fresh = new WeakSet();
      }
    }
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("open") && (this.open || changed.get("open"))) {
      this.conversation.open = this.open;
      this.conversation.changed();
      if (this.open) void this.begin();
      if (!this.quiet) this.moveFocus();
    }
    this.quiet = false;
    if (this.open && this.show) this.bringIntoView(this.show);
  }

  /** Take up the conversation of this tab, or begin one. */
  private start(): void {
    this.conversation?.leave();
    const server = (this.server || home).replace(/\/+$/, "");
    const listener: Listener = {
      changed: () => this.changed(),
      replied: (asked, replies) => this.replied(asked, replies),
      stuck: (asked) => void (this.show = asked),
      told: (text) => this.tell(text),
      returned: (text) => void (this.draft ||= text),
    };
    const conversation = new Conversation(new Api(server), new Store(server), () => this.country, listener);
    this.conversation = conversation;
    void conversation.restored.then(() => {
      if (this.conversation !== conversation || !conversation.open || this.narrow || this.open) return;
      this.quiet = true;
      this.open = true;
    });
  }

  private async begin(): Promise<void> {
    const { conversation } = this;
    await conversation.restored;
    if (!conversation.entries.length && !conversation.quickReplies.length) await conversation.begin();
  }

  private changed(): void {
    clearTimeout(this.writing);
    if (this.conversation?.current) this.writing = setTimeout(() => this.tell(words.writing), WRITING_AFTER);
    this.requestUpdate();
  }

  private replied(asked: Asked, replies: Said[]): void {
    for (const said of replies) this.fresh.add(said);
    this.show = asked;
    if (this.open) return;
    if (replies.some(({ reply }) => reply.danger)) {
      // This must be seen; the person may be typing elsewhere, so the focus stays there.
      this.quiet = true;
      this.open = true;
    } else {
      this.unread = true;
      this.fresh = new WeakSet();
    }
  }

  /** Have a screen reader say it once. */
  private tell(text: string): void {
    this.status = text === this.status ? `${text}\u00a0` : text;
  }

  private get narrow(): boolean {
    return matchMedia(NARROW).matches;
  }

  private find<Found extends HTMLElement>(selector: string): Found | null {
    return this.renderRoot.querySelector<Found>(selector);
  }

  private moveFocus(): void {
    if (this.open) return this.find("textarea")?.focus();
    const active = document.activeElement;
    if (!active || active === this || active === document.body) this.find(".launcher")?.focus();
  }

  private focusAfterSending(): void {
    // On a phone the keyboard would come up and hide the answer.
    const next = matchMedia("(pointer: coarse)").matches ? ".log" : "textarea";
    this.find(next)?.focus({ preventScroll: true });
  }

  /** Bring a message, and so the answer to it, to the top of what is seen; or the end of the conversation. */
  private bringIntoView(goal: Asked | "end"): void {
    this.show = null;
    const log = this.find(".log");
    if (!log) return;
    const element = goal === "end" ? null : this.find(`[data-id="${goal.id}"]`);
    log.scrollTop = element ? element.offsetTop - 8 : log.scrollHeight;
  }

  /** Colours, and on a phone the part of the screen that the keyboard leaves. */
  private fit(): void {
    const colour = parse(this.themeColor);
    const view = visualViewport;
    const keyboard = view && this.open && this.narrow && view.scale < 1.05 && innerHeight - view.height > 80;
    this.colours.replaceSync(
      `.root{${colour ? theme(colour) : ""}}` +
        (keyboard ? `.root{--_height:${view.height}px;--_top:${view.offsetTop}px}` : ""),
    );
  }

  private escape(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || !this.open) return;
    event.preventDefault();
    if (this.menu) {
      this.menu = false;
      this.find(".more")?.focus();
    } else {
      this.open = false;
    }
  }

  private pressedOutside(event: Event): void {
    if (this.menu && !event.composedPath().some((node) => (node as Element).classList?.contains("menu"))) {
      this.menu = false;
    }
  }

  private leftMenu({ relatedTarget, currentTarget }: FocusEvent): void {
    if (relatedTarget && !(currentTarget as Element).contains(relatedTarget as Node)) this.menu = false;
  }

  private keyInPanel(event: KeyboardEvent): void {
    // Where the panel covers the page, the focus does not go behind it.
    if (event.key !== "Tab" || !this.narrow) return;
    const [first, last] = [this.find(".more"), this.find(".send")];
    const active = (this.renderRoot as ShadowRoot).activeElement;
    const next = event.shiftKey ? active === first && last : active === last && first;
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  private keyInBox(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  private submit(event?: Event): void {
    event?.preventDefault();
    const text = this.draft.trim();
    if (text && length(text) <= LIMIT) {
      this.draft = "";
      this.show = "end";
      this.conversation.ask(text);
    } else if (text) {
      this.tell(words.over(length(text) - LIMIT, LIMIT.toLocaleString("en")));
    }
    this.find("textarea")?.focus();
  }

  private press(button: Button): void {
    this.show = "end";
    this.conversation.press(button);
    this.focusAfterSending();
  }

  private choose(action: () => void): void {
    this.menu = false;
    this.draft = "";
    action();
    this.find("textarea")?.focus();
  }

  private readonly actions: ReplyActions = {
    rate: (said, helped, reason) => {
      const pressed = (this.renderRoot as ShadowRoot).activeElement;
      const tools = pressed?.closest(".aside");
      void this.conversation.rate(said, helped, reason);
      // The reasons go away; the thumb stays.
      if (reason) tools?.querySelector<HTMLElement>(".rate button:last-child")?.focus();
      else if (!helped) void this.updateComplete.then(() => tools?.querySelector(".why")?.scrollIntoView({ block: "nearest" }));
    },
    copy: async (said) => {
      const text = replyText(said.reply);
      try {
        await navigator.clipboard.writeText(text);
        this.tell(words.copied);
        this.copied = said;
        setTimeout(() => (this.copied = null), 2000);
      } catch {
        this.tell(words.notCopied);
      }
    },
  };
  protected override render(): TemplateResult {
    const heading = this.heading || words.heading;
    return html`<div class="root ${this.dark ? "dark" : ""}" lang="en">
      ${this.opened ? this.panel(heading) : nothing}
      <button
        type="button"
        class="launcher"
        part="launcher"
        aria-expanded=${String(this.open)}
        aria-controls=${this.opened ? "panel" : nothing}
        @click=${() => (this.open = !this.open)}
      >
        ${icons.mark}<span>${heading}</span>${this.unread
          ? html`<span class="unread"></span><span class="unseen">${words.unread}</span>`
          : nothing}
      </button>
    </div>`;
  }

  private panel(heading: string): TemplateResult {
    return html`<section
      id="panel"
      class="panel"
      part="panel"
      role="dialog"
      aria-modal=${this.open && this.narrow ? "true" : nothing}
      aria-labelledby="heading"
      aria-describedby="greeting"
      ?hidden=${!this.open}
      @keydown=${this.keyInPanel}
    >
      <div class="header" part="header">
        ${icons.mark}
        <div>
          <h2 id="heading" part="heading">${heading}</h2>
          <p>${words.promise}</p>
        </div>
        <div class="menu" @focusout=${this.leftMenu}>
          <button
            type="button"
            class="more"
            aria-label=${words.more}
            aria-expanded=${String(this.menu)}
            aria-controls="menu"
            @click=${() => (this.menu = !this.menu)}
          >
            ${icons.dots}
          </button>
          <div id="menu" class="choices" ?hidden=${!this.menu}>
            <button type="button" @click=${() => this.choose(() => this.conversation.startAgain())}>
              ${words.startAgain}
            </button>
            <button type="button" @click=${() => this.choose(() => void this.conversation.forget())}>
              ${words.forget}
            </button>
          </div>
        </div>
        <button type="button" class="close" aria-label=${words.close} @click=${() => (this.open = false)}>
          ${icons.close}
        </button>
      </div>
      <div class="log" part="log" tabindex="0" role="region" aria-label=${words.log}>
        <div class="entry latch greeting" part="message message-latch">
          <p id="greeting" dir="auto">${this.greeting || words.greeting}</p>
          <p class="small">${words.notice}</p>
        </div>
        <div role="log" aria-live="polite" aria-label=${words.log} class="entries">
          ${repeat(this.conversation.entries, (entry) => entry, (entry) => this.entry(entry))}
        </div>
        ${this.noticeMarkup()} ${this.typing()} ${this.suggestions()}
      </div>
      ${this.composer()}
      <p class="unseen" role="status">${this.status}</p>
    </section>`;
  }

  private entry(entry: Entry): TemplateResult {
    if (entry.from === "you") return this.asked(entry);
    const fresh = this.fresh.has(entry);
    // A danger reply announces itself, at once; the log does not say it a second time.
    return html`<article
      class="entry latch"
      part="message message-latch"
      aria-live=${entry.reply.danger ? "off" : nothing}
    >
      <span class="unseen">${words.latch} </span>${replyMarkup(entry, fresh, entry === this.copied, this.actions)}
    </article>`;
  }

  private asked(asked: Asked): TemplateResult {
    const { progress } = asked;
    const note = progress === "waiting" ? words.waiting : progress === "failed" || progress === "limited" ? asked.note : "";
    return html`<article class="entry you ${progress}" part="message message-you" aria-live="off" data-id=${asked.id}>
      <span class="unseen">${words.you} </span>
      <p class="bubble" dir="auto">${asked.text}</p>
      ${note
        ? html`<div class="note" part="note">
            <p>${note}</p>
            ${progress === "limited"
              ? nothing
              : html`<button type="button" @click=${() => this.retry(() => this.conversation.retry(asked))}>
                  ${progress === "failed" ? words.retry : words.tryNow}
                </button>`}
          </div>`
        : nothing}
    </article>`;
  }

  private retry(action: () => void): void {
    action();
    this.focusAfterSending();
  }

  private noticeMarkup(): TemplateResult | typeof nothing {
    const { notice } = this.conversation;
    if (!notice) return nothing;
    const { text, retry } = notice;
    return html`<div class="note" part="note">
      <p>${text}</p>
      ${retry ? html`<button type="button" @click=${() => this.retry(retry)}>${words.retry}</button>` : nothing}
    </div>`;
  }

  private typing(): TemplateResult | typeof nothing {
    const { current, slow } = this.conversation;
    if (!current) return nothing;
    return html`<div class="typing" part="typing">
      <span class="dots"><i></i><i></i><i></i></span>
      ${slow ? html`<p>${words.slow}</p>` : html`<p class="unseen">${words.writing}</p>`}
    </div>`;
  }

  private suggestions(): TemplateResult | typeof nothing {
    const buttons = this.conversation.quickReplies;
    if (!buttons.length) return nothing;
    return html`<div class="suggestions" part="quick-replies" role="group" aria-label=${words.suggestions}>
      ${buttons.map(
        (button) =>
          html`<button type="button" part="quick-reply" @click=${() => this.press(button)}>
            <bdi>${button.title}</bdi>
          </button>`,
      )}
    </div>`;
  }

  private composer(): TemplateResult {
    const left = LIMIT - length(this.draft.trim());
    const over = left < 0;
    const count = over ? words.over(-left, LIMIT.toLocaleString("en")) : words.left(left);
    return html`<form class="composer" part="composer" @submit=${this.submit}>
      ${left < LIMIT - COUNT_FROM
        ? html`<p id="count" class="count ${over ? "over" : ""}">${count}</p>`
        : nothing}
      <label class="unseen" for="question">${words.question}</label>
      <textarea
        id="question"
        part="input"
        dir="auto"
        rows="1"
        placeholder=${words.placeholder}
        enterkeyhint="send"
        autocomplete="off"
        aria-describedby=${left < LIMIT - COUNT_FROM ? "count" : nothing}
        aria-invalid=${String(over)}
        .value=${this.draft}
        @input=${(event: Event) => (this.draft = (event.target as HTMLTextAreaElement).value)}
        @keydown=${this.keyInBox}
      ></textarea>
      <button class="send" part="send" aria-label=${words.send}>${icons.send}</button>
    </form>`;
  }
}

/** Characters as the server counts them: Unicode code points. */
function length(text: string): number {
  return text.length > LIMIT / 2 ? Array.from(text).length : text.length;
}
