import { expect, test, vi } from "vitest";
import { Api, Refused, Unreachable, seconds } from "../src/api";

const answering = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  vi.fn(async (_url: string | URL | Request, _init?: RequestInit) => new Response(status === 204 ? null : JSON.stringify(body), { status, headers }));

test("asks Latch's server only, without cookies", async () => {
  const fetcher = answering(200, { session: "s", starters: [] });
  await new Api("https://latch.test", fetcher).session("IE");
  const [url, init] = fetcher.mock.calls[0]!;
  expect(url).toBe("https://latch.test/webhooks/web/session");
  expect(init).toMatchObject({ method: "POST", credentials: "omit", body: '{"country":"IE"}' });
});

test("a message carries the session", async () => {
  const fetcher = answering(200, { replies: [{ id: "r", paragraphs: [{ type: "text", text: "a" }] }] });
  const replies = await new Api("", fetcher).message("token", { id: "1", text: "hello" });
  expect(replies[0]?.paragraphs).toEqual([{ type: "text", text: "a" }]);
  expect(fetcher.mock.calls[0]![1]?.headers).toMatchObject({ Authorization: "Bearer token" });
});

test("a refusal says why, and how long to wait", async () => {
  const fetcher = answering(429, { error: { code: "too_many", message: "Slowly." } }, { "Retry-After": "7" });
  const refused = new Api("", fetcher).message("t", { id: "1", text: "a" });
  await expect(refused).rejects.toMatchObject({ status: 429, code: "too_many", message: "Slowly.", wait: 7 });
});

test("an answer without replies is a failure", async () => {
  const failure = new Api("", answering(200, { replies: [] })).message("t", { id: "1", text: "a" });
  await expect(failure).rejects.toBeInstanceOf(Refused);
});

test("no answer at all is told from a refusal", async () => {
  const fetcher = vi.fn(() => Promise.reject(new TypeError("failed to fetch")));
  await expect(new Api("", fetcher).session("")).rejects.toBeInstanceOf(Unreachable);
});

test("an endless wait ends", async () => {
  const never = vi.fn(
    (_: unknown, init?: RequestInit) =>
      new Promise<Response>((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("abort")))),
  );
  await expect(new Api("", never as typeof fetch, 5).session("")).rejects.toMatchObject({ code: "timeout" });
});

test("Retry-After is a number or a date", () => {
  expect(seconds("30")).toBe(30);
  expect(seconds("Thu, 01 Jan 1970 00:00:10 GMT", 4000)).toBe(6);
  expect(seconds(null)).toBe(0);
  expect(seconds("soon")).toBe(0);
});
