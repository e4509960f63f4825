/** The conversation: what was said, what is on its way, and what happens when something fails. No page, no markup. */
import { type Api, Refused, Unreachable } from "./api";
import type { Button, Reason, Reply, Session } from "./contract";
import { identifier } from "./identifier";
import type { Asked, Entry, Said, Store } from "./store";
import { words } from "./strings";
import { type Release, claim } from "./tab";

/** A line about the conversation as a whole; `retry` where something can be tried again. */
export interface Notice {
  text: string;
  retry?: () => void;
}

export interface Listener {
  changed(): void;
  /** The replies to a message, just come. */
  replied(asked: Asked, replies: Said[]): void;
  /** The message is not through; a note at it says why. */
  stuck(asked: Asked): void;
  /** Something to be told once, in words. */
  told(text: string): void;
  /** The server took no such long text: it belongs back into the box. */
  returned(text: string): void;
}

export const SLOW_AFTER = 8000;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;
const PAUSE_WITHOUT_WORD = 10;
/** The server's word for more messages than it can answer soon. */
const BUSY = "busy";

const isOpen = (entry: Entry): entry is Asked =>
  entry.from === "you" && entry.progress !== "done" && entry.progress !== "failed";

export class Conversation {
  entries: Entry[] = [];
  notice: Notice | null = null;
  /** The message that is being answered. */
  current: Asked | null = null;
  /** It has been for longer than usual. */
  slow = false;
  /** Whether the panel is open, kept for the next page. */
  open = false;
  /** Resolves when what this tab said before is there. */
  readonly restored: Promise<void>;

  private session: Session | null = null;
  private starters: Button[] = [];
  private opening: Promise<Session> | null = null;
  private tab = "";
  private release: Release | null = null;
  private ready = false;
  private stop = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pause = FIRST_PAUSE;
  /** A session that the server still has to forget. */
  private unforgotten = "";

  constructor(
    private readonly api: Api,
    private readonly store: Store,
    private readonly country: () => string,
    private readonly listener: Listener,
    private readonly claimTab = claim,
  ) {
    this.restored = this.restore();
  }

  /** Take up what this tab said on the page before. A copy that belongs to another tab is dropped. */
  private async restore(): Promise<void> {
    const saved = this.store.read();
    this.release = saved && (await this.claimTab(saved.tab));
    if (saved && this.release) {
      this.tab = saved.tab;
      this.entries = saved.entries;
      this.session = saved.session;
      this.starters = saved.session?.starters ?? [];
      this.open = saved.open;
    } else {
      if (saved) this.store.clear();
      this.tab = identifier();
      this.release = await this.claimTab(this.tab);
    }
    this.ready = true;
    this.listener.changed();
    void this.work();
  }

  /** Leave the page: another page of this tab may take the conversation up. */
  leave(): void {
    this.ready = false;
    this.cancel();
    this.release?.();
    this.release = null;
  }

  /** The buttons to offer now: those of the last replies, or the starters. None while something is on its way. */
  get quickReplies(): Button[] {
    if (!this.entries.length) return this.starters;
    if (this.entries.some(isOpen)) return [];
    const last = this.entries.map((entry) => entry.from).lastIndexOf("you");
    const buttons = this.entries.slice(last + 1).flatMap((entry) => (entry.from === "latch" ? entry.reply.buttons : []));
    return buttons.filter((button, i) => buttons.findIndex((other) => other.id === button.id) === i);
  }

  /** Have a session, and so the questions to start with. */
  async begin(): Promise<void> {
    const { signal } = this.stop;
    try {
      await this.haveSession();
      this.notice = this.notice?.retry ? null : this.notice;
    } catch (error) {
      if (signal.aborted) return;
      const text = error instanceof Refused && error.message ? error.message : words.noStart;
      this.notice = { text, retry: () => void this.begin() };
    }
    this.changed();
  }

  ask(text: string): void {
    this.add({ text });
  }

  press(button: Button): void {
    // The second click of two comes when the buttons are gone.
    if (this.quickReplies.some((offered) => offered.id === button.id)) this.add({ text: button.title, button: button.id });
  }

  /** Try a message again, under the same id: if it did arrive, it is not answered twice. */
  retry(asked: Asked): void {
    if (asked.progress === "done" || asked === this.current) return;
    asked.progress = "sending";
    delete asked.note;
    this.pause = FIRST_PAUSE;
    this.changed();
    void this.work();
  }

  /** The line is back. */
  online(): void {
    this.pause = FIRST_PAUSE;
    if (this.unforgotten) void this.forget();
    else if (this.notice?.retry) this.notice.retry();
    void this.work();
  }

  async rate(said: Said, helped: boolean, reason?: Reason): Promise<void> {
    const before = { helped: said.helped, reason: said.reason };
    Object.assign(said, { helped, reason });
    this.changed();
    if (!helped && !reason) this.listener.told(words.why);
    try {
      await this.api.feedback(this.session?.token ?? "", said.reply.id, helped, reason);
      if (helped || reason) this.listener.told(words.thanks);
    } catch {
      Object.assign(said, before);
      this.changed();
      this.listener.told(words.notSaved);
    }
  }

  startAgain(): void {
    this.reset();
    this.notice = { text: words.started };
    this.changed();
    this.listener.told(words.started);
    void this.begin();
  }

  async forget(): Promise<void> {
    const token = this.session?.token ?? this.unforgotten;
    this.reset();
    this.store.clear();
    this.unforgotten = token;
    this.listener.changed();
    this.notice = await this.forgetOnServer(token);
    this.listener.changed();
    this.listener.told(this.notice.text);
  }

  private async forgetOnServer(token: string): Promise<Notice> {
    try {
      if (token) await this.api.forget(token);
      this.unforgotten = "";
      return { text: words.forgotten };
    } catch (error) {
      if (error instanceof Refused && error.status === 401) {
        this.unforgotten = "";
        return { text: words.forgottenEnded };
      }
      return { text: words.forgottenHere, retry: () => void this.forget() };
    }
  }

  private add(message: { text: string; button?: string }): void {
    const before = this.entries.find(isOpen);
    const asked: Asked = { from: "you", id: identifier(), progress: before?.progress ?? "sending", ...message };
    if (before?.until) asked.until = before.until;
    this.entries.push(asked);
    if (!this.notice?.retry) this.notice = null;
    this.changed();
    void this.work();
  }

  /** Send what is to be sent, one message after the other. */
  private async work(): Promise<void> {
    if (!this.ready || this.current) return;
    const asked = this.entries.find(isOpen);
    if (!asked) return;
    clearTimeout(this.timer);
    const wait = (asked.until ?? 0) - Date.now();
    if (wait > 0) return this.later(wait);
    const { signal } = this.stop;
    this.current = asked;
    const slow = setTimeout(() => {
      this.slow = true;
      this.listener.changed();
      this.listener.told(words.slow);
    }, SLOW_AFTER);
    this.listener.changed();
    try {
      const replies = await this.deliver(asked, signal);
      if (!signal.aborted) this.answered(asked, replies);
    } catch (error) {
      if (!signal.aborted) this.troubled(asked, error);
    } finally {
      clearTimeout(slow);
      if (this.current === asked) {
        this.current = null;
        this.slow = false;
      }
    }
    if (signal.aborted) return;
    this.changed();
    if (!isOpen(asked)) void this.work();
  }

  private async deliver(asked: Asked, signal: AbortSignal): Promise<Reply[]> {
    const body = { id: asked.id, ...(asked.button ? { button: asked.button } : { text: asked.text }) };
    for (let again = false; ; again = true) {
      const session = await this.haveSession();
      try {
        return await this.api.message(session.token, body, signal);
      } catch (error) {
        if (again || !(error instanceof Refused && error.status === 401)) throw error;
        if (this.session?.token === session.token) this.session = null;
      }
    }
  }

  private answered(asked: Asked, replies: Reply[]): void {
    asked.progress = "done";
    delete asked.until;
    if (!this.unforgotten) this.notice = null;
    this.pause = FIRST_PAUSE;
    const said = replies.map((reply): Said => ({ from: "latch", reply }));
    this.entries.splice(this.entries.indexOf(asked) + 1, 0, ...said);
    this.listener.replied(asked, said);
  }

  private troubled(asked: Asked, error: unknown): void {
    delete asked.until;
    this.listener.stuck(asked);
    if (error instanceof Unreachable) {
      if (asked.progress !== "waiting") this.listener.told(words.waiting);
      for (const entry of this.entries.filter(isOpen)) entry.progress = "waiting";
      this.later(this.pause);
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
      return;
    }
    const { status, code, message, wait } = error instanceof Refused ? error : new Refused(0, "failed", "", 0);
    if (status === 413) {
      this.entries.splice(this.entries.indexOf(asked), 1);
      this.notice = { text: message || words.tooLong };
      this.listener.returned(asked.text);
    } else if (status === 429 || code === BUSY) {
      const pause = wait || PAUSE_WITHOUT_WORD;
      asked.progress = "limited";
      asked.until = Date.now() + pause * 1000;
      asked.note = code === BUSY ? words.busy(pause) : words.limited(pause);
      this.later(asked.until - Date.now());
    } else {
      asked.progress = "failed";
      asked.note = message || words.failed;
      if (status === 404 && asked.button) {
        // The button is not known any more; its title is still a question.
        delete asked.button;
        asked.id = identifier();
        asked.note = words.outdated;
      }
    }
    this.listener.told(asked.note ?? this.notice?.text ?? "");
  }

  private later(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.work(), milliseconds);
  }

  private haveSession(): Promise<Session> {
    if (this.session) return Promise.resolve(this.session);
    const { signal } = this.stop;
    this.opening ??= this.api.session(this.country(), signal).then((session) => {
      if (!signal.aborted) {
        this.session = session;
        this.starters = session.starters;
      }
      return session;
    });
    const opening = this.opening;
    const done = () => {
      if (this.opening === opening) this.opening = null;
    };
    opening.then(done, done);
    return opening;
  }

  private cancel(): void {
    clearTimeout(this.timer);
    this.stop.abort();
    this.stop = new AbortController();
    this.opening = null;
    this.current = null;
    this.slow = false;
  }

  private reset(): void {
    this.cancel();
    this.entries = [];
    this.session = null;
    this.notice = null;
    this.pause = FIRST_PAUSE;
  }

  /** Keep it and show it. */
  changed(): void {
    if (this.ready && (this.session || this.entries.length)) {
      const { tab, session, entries, open } = this;
      this.store.write({ tab, session, entries, open });
    }
    this.listener.changed();
  }
}
