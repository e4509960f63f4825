import { render } from "lit";
import { beforeEach, expect, test, vi } from "vitest";
import { readReply } from "../src/contract";
import { replyMarkup, replyText } from "../src/markup";

const HOSTILE = '<img src=x onerror="x()"><script>x()</script>';
const actions = { rate: vi.fn(), copy: vi.fn() };
let place: HTMLElement;

const show = (reply: object, fresh = true, more: object = {}) => {
  const said = { from: "latch" as const, reply: readReply({ id: "r", kind: "answer", ...reply })!, ...more };
  render(replyMarkup(said, fresh, false, actions), place);
  return said;
};

beforeEach(() => {
  place = document.createElement("div");
  vi.clearAllMocks();
});

test("whatever the server sends is text", () => {
  show({
    title: HOSTILE,
    paragraphs: [{ type: "text", text: HOSTILE }, { type: "list", items: [HOSTILE] }],
    when_to_get_help: [HOSTILE],
    sources: [{ publisher: HOSTILE, title: HOSTILE, year: 2020, url: "javascript:x()" }],
  });
  expect(place.querySelectorAll("img, script, a")).toHaveLength(0);
  expect(place.querySelector("h3")?.textContent).toBe(HOSTILE);
  expect(place.textContent).toContain("javascript:x()");
});

test("a source opens to publisher, title, year and link", () => {
  show({
    paragraphs: [{ type: "text", text: "a" }],
    sources: [{ publisher: "WHO", title: "Feeding", year: 2023, url: "https://example.org/a" }],
  });
  const link = place.querySelector("details a")!;
  expect(link.getAttribute("href")).toBe("https://example.org/a");
  expect(link.getAttribute("rel")).toBe("noopener noreferrer");
  expect(place.querySelector("details")?.textContent).toMatch(/WHO[\s\S]*Feeding[\s\S]*2023/);
});

test("a danger reply is an alert once, with numbers to call", () => {
  const reply = {
    kind: "danger",
    paragraphs: [{ type: "text", text: "Call now." }],
    danger: { urgency: "emergency", numbers: [{ label: "999", tel: "999" }, { label: "evil", tel: "javascript:x()" }] },
  };
  show(reply);
  expect(place.querySelector("[role=alert]")).not.toBeNull();
  expect([...place.querySelectorAll("a")].map((a) => a.getAttribute("href"))).toEqual(["tel:999"]);
  show(reply, false);
  expect(place.querySelector("[role=alert]")).toBeNull();
  expect(place.querySelector(".danger.loud")).not.toBeNull();
});

test("reasons are asked for after a thumb down, and only then", () => {
  const answer = { paragraphs: [{ type: "text", text: "a" }], feedback: true };
  show(answer);
  expect(place.querySelector(".why")).toBeNull();
  const said = show(answer, true, { helped: false });
  const buttons = [...place.querySelectorAll<HTMLButtonElement>(".why button")];
  expect(buttons).toHaveLength(5);
  buttons[1]!.click();
  expect(actions.rate).toHaveBeenCalledWith(said, false, "unclear");
  show(answer, true, { helped: false, reason: "unclear" });
  expect(place.querySelector(".why")).toBeNull();
});

test("what is copied has the answer and its sources", () => {
  const { reply } = show({
    title: "T",
    paragraphs: [{ type: "text", text: "a" }, { type: "list", items: ["b", "c"] }],
    when_to_get_help: ["d"],
    sources: [{ publisher: "WHO", title: "Feeding", year: 2023, url: "https://example.org/a" }],
  });
  expect(replyText(reply)).toBe(
    "T\n\na\n\n- b\n- c\n\nWhen to get help:\n- d\n\nSources:\n- WHO, Feeding (2023): https://example.org/a",
  );
});
