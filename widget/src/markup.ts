/** A reply as markup, and as plain text for the clipboard. Whatever the server sends is text here, never HTML. */
import { type TemplateResult, html, nothing } from "lit";
import { REASONS, type Paragraph, type Reason, type Reply, type Source } from "./contract";
import * as icons from "./icons";
import { phoneAddress, webAddress } from "./links";
import type { Said } from "./store";
import { reasons, words } from "./strings";

export interface ReplyActions {
  rate(said: Said, helped: boolean, reason?: Reason): void;
  copy(said: Said): void;
}

const EMERGENCIES = ["emergency", "crisis"];

const list = (items: readonly string[]) =>
  html`<ul>
    ${items.map((item) => html`<li dir="auto">${item}</li>`)}
  </ul>`;

const paragraph = (part: Paragraph) => (part.type === "list" ? list(part.items) : html`<p dir="auto">${part.text}</p>`);

function number({ label, tel }: { label: string; tel: string }): TemplateResult {
  const address = phoneAddress(tel);
  return address
    ? html`<a class="call" part="call" href=${address}>${icons.phone}<bdi>${words.call(label || tel)}</bdi></a>`
    : html`<bdi>${label || tel}</bdi>`;
}

/** `fresh`: it has just come, and is announced at once. One from an earlier page was announced there. */
function danger(reply: Reply, fresh: boolean): TemplateResult {
  const urgency = reply.danger?.urgency ?? "";
  const known = urgency as "emergency" | "crisis" | "same_day" | "soon";
  const loud = EMERGENCIES.includes(urgency) ? "loud" : "";
  return html`<div class="danger ${loud}" part="danger" role=${fresh ? "alert" : nothing}>
    <h3 dir="auto">${icons.warning}${words[known] || reply.title || words.emergency}</h3>
    ${reply.paragraphs.map(paragraph)}
    ${reply.danger?.numbers.length ? html`<p class="calls">${reply.danger.numbers.map(number)}</p>` : nothing}
    ${reply.help.length ? list(reply.help) : nothing}
  </div>`;
}

const answer = (reply: Reply) => html`
  ${reply.title ? html`<h3 dir="auto">${reply.title}</h3>` : nothing} ${reply.paragraphs.map(paragraph)}
  ${reply.help.length
    ? html`<div class="help" part="help">
        <h4>${words.help}</h4>
        ${list(reply.help)}
      </div>`
    : nothing}
`;

function source({ publisher, title, year, url }: Source): TemplateResult {
  const address = webAddress(url);
  const name = title || url || publisher;
  return html`<li>
    ${publisher ? html`<span class="publisher" dir="auto">${publisher}</span>` : nothing}
    ${address
      ? html`<a href=${address} target="_blank" rel="noopener noreferrer"
          ><bdi>${name}</bdi><span class="unseen"> ${words.newTab}</span></a
        >`
      : html`<bdi>${name}</bdi>${url && url !== name ? html` <bdi>${url}</bdi>` : nothing}`}
    ${year === null ? nothing : html`<span class="year">${year}</span>`}
  </li>`;
}

const sources = (all: readonly Source[]) =>
  html`<details class="sources" part="sources">
    <summary>${words.sources} <span class="count">${all.length}</span></summary>
    <ol>
      ${all.map(source)}
    </ol>
  </details>`;

function tools(said: Said, copied: boolean, actions: ReplyActions): TemplateResult {
  const { reply, helped, reason } = said;
  return html`<div class="tools">
      <button type="button" class="tool" @click=${() => actions.copy(said)}>
        ${icons.copy}<span>${copied ? words.copied : words.copy}</span>
      </button>
      ${reply.feedback
        ? html`<span class="rate" role="group" aria-label=${words.rate}>
            <button
              type="button"
              class="tool"
              aria-label=${words.helped}
              aria-pressed=${String(helped === true)}
              @click=${() => helped !== true && actions.rate(said, true)}
            >
              ${icons.thumbUp}
            </button>
            <button
              type="button"
              class="tool"
              aria-label=${words.helpedNot}
              aria-pressed=${String(helped === false)}
              @click=${() => helped !== false && actions.rate(said, false)}
            >
              ${icons.thumbDown}
            </button>
          </span>`
        : nothing}
    </div>
    ${helped === false && !reason
      ? html`<div class="why" role="group" aria-label=${words.why}>
          <p>${words.why}</p>
          ${REASONS.map(
            (id) => html`<button type="button" @click=${() => actions.rate(said, false, id)}>${reasons[id]}</button>`,
          )}
        </div>`
      : nothing}
    ${helped === true || reason ? html`<p class="thanks">${words.thanks}</p>` : nothing}`;
}

/** Return a reply. What can be done with it stands outside of what is announced. */
export function replyMarkup(said: Said, fresh: boolean, copied: boolean, actions: ReplyActions): TemplateResult {
  const { reply } = said;
  const useful = reply.feedback || reply.sources.length > 0;
  return html`${reply.danger || reply.kind === "danger" ? danger(reply, fresh) : answer(reply)}
    <div class="aside" aria-live="off">
      ${reply.sources.length ? sources(reply.sources) : nothing} ${useful ? tools(said, copied, actions) : nothing}
    </div>`;
}

const bullets = (items: readonly string[]) => items.map((item) => `- ${item}`).join("\n");

/** Return the words of a reply with its sources, as somebody would paste them into a message. */
export function replyText({ title, paragraphs, help, danger: dangers, sources: all }: Reply): string {
  const parts = [
    title,
    ...paragraphs.map((part) => (part.type === "list" ? bullets(part.items) : part.text)),
    ...(dangers?.numbers ?? []).map(({ label, tel }) => words.call(label && label !== tel ? `${label}: ${tel}` : tel)),
    help.length ? `${words.help}:\n${bullets(help)}` : "",
    all.length ? `${words.sources}:\n${bullets(all.map(sourceText))}` : "",
  ];
  return parts.filter(Boolean).join("\n\n");
}

function sourceText({ publisher, title, year, url }: Source): string {
  const name = [publisher, title].filter(Boolean).join(", ") + (year === null ? "" : ` (${year})`);
  return [name, url].filter(Boolean).join(": ");
}
