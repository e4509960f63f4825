import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refused, Unreachable } from "../src/api";
import { type Reply, readReply } from "../src/contract";
import { Conversation, SLOW_AFTER } from "../src/conversation";
import { type Asked, Store } from "../src/store";
import { words } from "../src/strings";

const reply = (text: string, buttons: object[] = []): Reply =>
  readReply({ id: `r-${text}`, kind: "answer", paragraphs: [{ type: "text", text }], buttons })!;
const starters = [{ id: "b1", title: "How is milk made?" }];

let api: Record<"session" | "message" | "feedback" | "forget", ReturnType<typeof vi.fn>>;
let told: string[];
let returned: string[];
let number: number;

const begin = async (claim: (tab: string) => Promise<(() => void) | null> = async () => () => undefined) => {
  const listener = {
    changed: () => undefined,
    replied: () => undefined,
    stuck: () => undefined,
    told: (text: string) => void told.push(text),
    returned: (text: string) => void returned.push(text),
  };
  const conversation = new Conversation(api as never, new Store("s"), () => "IE", listener, claim);
  await conversation.restored;
  return conversation;
};
const settle = () => vi.advanceTimersByTimeAsync(0);
const asked = (conversation: Conversation) => conversation.entries.filter((entry): entry is Asked => entry.from === "you");
const texts = (conversation: Conversation) =>
  conversation.entries.map((entry) => (entry.from === "you" ? `> ${entry.text}` : entry.reply.id.slice(2)));

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
  told = [];
  returned = [];
  number = 0;
  api = {
    session: vi.fn(async () => ({ token: `s${++number}`, starters })),
    message: vi.fn(async (_token: string, body: { text?: string; button?: string }) => [reply(body.text ?? body.button!)]),
    feedback: vi.fn(async () => undefined),
    forget: vi.fn(async () => undefined),
  };
});
afterEach(() => vi.useRealTimers());

test("a greeting offers the starters, and a button is used once", async () => {
  const conversation = await begin();
  await conversation.begin();
  expect(conversation.quickReplies).toEqual(starters);
  conversation.press(starters[0]!);
  conversation.press(starters[0]!);
  await settle();
  expect(texts(conversation)).toEqual(["> How is milk made?", "b1"]);
  expect(api.message).toHaveBeenCalledTimes(1);
});

test("the buttons of the last replies are offered, each once", async () => {
  const conversation = await begin();
  api.message.mockResolvedValueOnce([reply("a", [{ id: "x", title: "X" }]), reply("b", [{ id: "x", title: "X" }, { id: "y", title: "Y" }])]);
  conversation.ask("two things");
  expect(conversation.quickReplies).toEqual([]);
  await settle();
  expect(conversation.quickReplies.map((button) => button.id)).toEqual(["x", "y"]);
  conversation.ask("another");
  expect(conversation.quickReplies).toEqual([]);
});

test("messages go one after the other, and each answer stands at its question", async () => {
  const conversation = await begin();
  conversation.ask("one");
  conversation.ask("two");
  await settle();
  expect(texts(conversation)).toEqual(["> one", "one", "> two", "two"]);
  expect(api.session).toHaveBeenCalledTimes(1);
});

test("without a connection a message waits, is tried again later and later, and keeps its id", async () => {
  const conversation = await begin();
  api.message.mockRejectedValue(new Unreachable());
  conversation.ask("hello");
  await settle();
  expect(asked(conversation)[0]?.progress).toBe("waiting");
  expect(told).toEqual([words.waiting]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(api.message).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1999);
  expect(api.message).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(api.message).toHaveBeenCalledTimes(3);
  api.message.mockResolvedValue([reply("there")]);
  conversation.online();
  await settle();
  expect(texts(conversation)).toEqual(["> hello", "there"]);
  expect(new Set(api.message.mock.calls.map(([, body]) => body.id)).size).toBe(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(api.message).toHaveBeenCalledTimes(4);
});

test("a failure says what happened and offers a retry under the same id", async () => {
  const conversation = await begin();
  api.message.mockRejectedValueOnce(new Refused(500, "failed", "Please try again.", 0));
  conversation.ask("hello");
  await settle();
  expect(asked(conversation)[0]).toMatchObject({ progress: "failed", note: "Please try again." });
  conversation.retry(asked(conversation)[0]!);
  conversation.retry(asked(conversation)[0]!);
  await settle();
  expect(texts(conversation)).toEqual(["> hello", "hello"]);
  expect(api.message).toHaveBeenCalledTimes(2);
  expect(api.message.mock.calls[0]![1].id).toBe(api.message.mock.calls[1]![1].id);
});

test("an ended session is replaced, and the message sent once more", async () => {
  const conversation = await begin();
  api.message.mockRejectedValueOnce(new Refused(401, "session_expired", "", 0));
  conversation.ask("hello");
  await settle();
  expect(api.message.mock.calls.map(([token]) => token)).toEqual(["s1", "s2"]);
  expect(texts(conversation)).toEqual(["> hello", "hello"]);
});

test("a session that ends at once does not make a circle", async () => {
  const conversation = await begin();
  api.message.mockRejectedValue(new Refused(401, "session_expired", "Ended.", 0));
  conversation.ask("hello");
  await settle();
  expect(api.message).toHaveBeenCalledTimes(2);
  expect(asked(conversation)[0]?.progress).toBe("failed");
});

test("a message that is too long goes back into the box", async () => {
  const conversation = await begin();
  api.message.mockRejectedValueOnce(new Refused(413, "too_long", "At most 2,000.", 0));
  conversation.ask("long");
  await settle();
  expect(returned).toEqual(["long"]);
  expect(conversation.entries).toEqual([]);
  expect(conversation.notice?.text).toBe("At most 2,000.");
});

test("too many messages: it waits for as long as the server says", async () => {
  const conversation = await begin();
  api.message.mockRejectedValueOnce(new Refused(429, "too_many", "", 7));
  conversation.ask("hello");
  await settle();
  expect(asked(conversation)[0]).toMatchObject({ progress: "limited", note: words.limited(7) });
  conversation.ask("second");
  await vi.advanceTimersByTimeAsync(6999);
  expect(api.message).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(texts(conversation)).toEqual(["> hello", "hello", "> second", "second"]);
});

test("a button of an older model becomes a question", async () => {
  const conversation = await begin();
  await conversation.begin();
  api.message.mockRejectedValueOnce(new Refused(404, "unknown_button", "", 0));
  conversation.press(starters[0]!);
  await settle();
  conversation.retry(asked(conversation)[0]!);
  await settle();
  expect(api.message.mock.calls[1]![1]).toMatchObject({ text: "How is milk made?" });
  expect(api.message.mock.calls[1]![1].id).not.toBe(api.message.mock.calls[0]![1].id);
});

test("a long wait says so", async () => {
  const conversation = await begin();
  api.message.mockReturnValueOnce(new Promise(() => undefined));
  conversation.ask("hello");
  await vi.advanceTimersByTimeAsync(SLOW_AFTER - 1);
  expect(conversation.slow).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(conversation.slow).toBe(true);
  expect(told).toEqual([words.slow]);
});

test("the next page takes the conversation up, and sends what was on its way under its old id", async () => {
  const before = await begin();
  before.ask("one");
  await settle();
  api.message.mockReturnValueOnce(new Promise(() => undefined));
  before.ask("two");
  await settle();
  before.leave();
  const after = await begin();
  await settle();
  expect(texts(after)).toEqual(["> one", "one", "> two", "two"]);
  expect(api.session).toHaveBeenCalledTimes(1);
  expect(api.message.mock.calls[1]![1].id).toBe(api.message.mock.calls[2]![1].id);
});

test("a copy of another tab's conversation is dropped", async () => {
  const before = await begin();
  before.ask("one");
  await settle();
  const taken: string[] = [];
  const copy = await begin(async (tab) => (taken.push(tab) === 1 ? null : () => undefined));
  expect(copy.entries).toEqual([]);
  expect(taken[0]).not.toBe(taken[1]);
  expect(sessionStorage).toHaveLength(0);
});

test("start again: an empty screen and a new session; what was on its way is not shown", async () => {
  const conversation = await begin();
  let answer: (replies: Reply[]) => void = () => undefined;
  api.message.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  conversation.ask("hello");
  await settle();
  conversation.startAgain();
  answer([reply("late")]);
  await settle();
  expect(conversation.entries).toEqual([]);
  expect(conversation.quickReplies).toEqual(starters);
  conversation.ask("new");
  await settle();
  expect(api.message.mock.lastCall![0]).toBe("s2");
});

test("forget: gone from the server and from the browser, and said so", async () => {
  const conversation = await begin();
  conversation.ask("hello");
  await settle();
  await conversation.forget();
  expect(api.forget).toHaveBeenCalledWith("s1");
  expect(sessionStorage).toHaveLength(0);
  expect(conversation.notice?.text).toBe(words.forgotten);
});

test("forget without a connection does not claim what is not true, and is made good later", async () => {
  const conversation = await begin();
  conversation.ask("hello");
  await settle();
  api.forget.mockRejectedValueOnce(new Unreachable());
  await conversation.forget();
  expect(conversation.entries).toEqual([]);
  expect(conversation.notice?.text).toBe(words.forgottenHere);
  conversation.online();
  await settle();
  expect(api.forget.mock.calls).toEqual([["s1"], ["s1"]]);
  expect(conversation.notice?.text).toBe(words.forgotten);
});

test("feedback that could not be saved is taken back", async () => {
  const conversation = await begin();
  conversation.ask("hello");
  await settle();
  const said = conversation.entries[1]!;
  if (said.from !== "latch") throw new Error("no reply");
  api.feedback.mockRejectedValueOnce(new Unreachable());
  await conversation.rate(said, true);
  expect(said.helped).toBeUndefined();
  expect(told.at(-1)).toBe(words.notSaved);
  await conversation.rate(said, false, "unclear");
  expect(api.feedback).toHaveBeenLastCalledWith("s1", "r-hello", false, "unclear");
});
