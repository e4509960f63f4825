import { expect, test } from "vitest";
import { readButtons, readError, readReplies, readReply, readSession } from "../src/contract";

test("reads a whole reply", () => {
  const reply = readReply({
    id: "r1",
    kind: "answer",
    topic: "let_down",
    title: "T",
    paragraphs: [
      { type: "text", text: "a" },
      { type: "list", items: ["b", "c"] },
    ],
    when_to_get_help: ["d"],
    danger: null,
    sources: [{ publisher: "p", title: "t", year: 2023, url: "https://example.org" }],
    buttons: [{ id: "x", title: "X" }],
    feedback: true,
  });
  expect(reply?.paragraphs).toHaveLength(2);
  expect(reply?.help).toEqual(["d"]);
  expect(reply?.sources[0]?.year).toBe(2023);
  expect(reply?.feedback).toBe(true);
});

test.each([null, 1, "x", [], {}, { paragraphs: "x" }, { paragraphs: [{ type: "text", text: "" }] }])(
  "%j is no reply",
  (value) => {
    expect(readReply(value)).toBeNull();
  },
);

test("fields of a wrong type are left out, and nothing throws", () => {
  const reply = readReply({
    id: 7,
    title: {},
    paragraphs: [{ type: "text", text: "a" }, null, 3, { type: "list", items: [1, "b", null] }, { type: "?" }],
    when_to_get_help: "x",
    danger: { urgency: [], numbers: [{ label: 1, tel: 2 }, null] },
    sources: [null, { year: "2020" }],
    buttons: [{ id: "x" }, { id: "y", title: "Y" }, "z"],
    feedback: true,
  });
  expect(reply).toMatchObject({
    title: "",
    paragraphs: [
      { type: "text", text: "a" },
      { type: "list", items: ["b"] },
    ],
    help: [],
    danger: { urgency: "", numbers: [{ label: "", tel: "" }] },
    sources: [{ publisher: "", title: "", year: null, url: "" }],
    buttons: [{ id: "y", title: "Y" }],
    feedback: false,
  });
});

test("replies, sessions, buttons and errors of another form are nothing", () => {
  expect(readReplies({ replies: [{}] })).toEqual([]);
  expect(readReplies([])).toEqual([]);
  expect(readSession({ session: "" })).toBeNull();
  expect(readSession({ session: "s" })).toEqual({ token: "s", starters: [] });
  expect(readButtons(undefined)).toEqual([]);
  expect(readError("<html>")).toEqual({ code: "", message: "" });
  expect(readError({ error: { code: "c", message: "m" } })).toEqual({ code: "c", message: "m" });
});
