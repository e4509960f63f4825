/** What goes over the line between widget and server, and the check that a reply has this form. */

export interface Button {
  id: string;
  title: string;
}

export interface Source {
  publisher: string;
  title: string;
  year: number | null;
  url: string;
}

export type Paragraph = { type: "text"; text: string } | { type: "list"; items: string[] };

export interface Danger {
  urgency: string;
  numbers: { label: string; tel: string }[];
}

export interface Reply {
  id: string;
  kind: string;
  title: string;
  paragraphs: Paragraph[];
  help: string[];
  danger: Danger | null;
  sources: Source[];
  buttons: Button[];
  feedback: boolean;
}

export interface Session {
  token: string;
  starters: Button[];
}

export const REASONS = ["not_my_question", "unclear", "wrong", "missing", "other"] as const;
export type Reason = (typeof REASONS)[number];

/** The most characters of one message, counted as Unicode code points after trimming. */
export const LIMIT = 2000;

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;
const asText = (value: unknown): string => (typeof value === "string" ? value : "");
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const asObjects = (value: unknown): Json[] => asList(value).filter(isObject);
const asTexts = (value: unknown): string[] => asList(value).map(asText).filter(Boolean);

export function readButtons(value: unknown): Button[] {
  return asObjects(value)
    .map((button) => ({ id: asText(button.id), title: asText(button.title) }))
    .filter((button) => button.id && button.title);
}

function readParagraph(value: Json): Paragraph {
  return value.type === "list"
    ? { type: "list", items: asTexts(value.items) }
    : { type: "text", text: asText(value.text) };
}

/** Return the reply with every field of the right type, or null where it says nothing. */
export function readReply(value: unknown): Reply | null {
  if (!isObject(value)) return null;
  const reply: Reply = {
    id: asText(value.id),
    kind: asText(value.kind),
    title: asText(value.title),
    paragraphs: asObjects(value.paragraphs)
      .map(readParagraph)
      .filter((part) => (part.type === "list" ? part.items.length : part.text)),
    help: asTexts(value.when_to_get_help),
    danger: isObject(value.danger)
      ? {
          urgency: asText(value.danger.urgency),
          numbers: asObjects(value.danger.numbers).map((n) => ({ label: asText(n.label), tel: asText(n.tel) })),
        }
      : null,
    sources: asObjects(value.sources).map((source) => ({
      publisher: asText(source.publisher),
      title: asText(source.title),
      year: typeof source.year === "number" ? source.year : null,
      url: asText(source.url),
    })),
    buttons: readButtons(value.buttons),
    feedback: value.feedback === true && asText(value.id) !== "",
  };
  const says = reply.paragraphs.length || reply.help.length || reply.danger || reply.buttons.length;
  return says ? reply : null;
}

/** Return the replies in the answer to a message; none where the answer has another form. */
export function readReplies(value: unknown): Reply[] {
  const replies = isObject(value) ? asList(value.replies).map(readReply) : [];
  return replies.filter((reply) => reply !== null);
}

/** Return the session in the answer to a request for one, or null. Its end is for the server's clock to tell: 401. */
export function readSession(value: unknown): Session | null {
  if (!isObject(value) || !asText(value.session)) return null;
  return { token: asText(value.session), starters: readButtons(value.starters) };
}

/** Return code and message of a failed request. */
export function readError(value: unknown): { code: string; message: string } {
  const error = isObject(value) && isObject(value.error) ? value.error : {};
  return { code: asText(error.code), message: asText(error.message) };
}
