import { beforeEach, expect, test } from "vitest";
import { type Saved, Store } from "../src/store";

const saved: Saved = { tab: "t", session: null, entries: [], open: false };

beforeEach(() => sessionStorage.clear());

test("what is written is read, by server", () => {
  new Store("https://one").write(saved);
  expect(new Store("https://one").read()).toMatchObject(saved);
  expect(new Store("https://two").read()).toBeNull();
});

test("what was cleared is gone", () => {
  const store = new Store("https://one");
  store.write(saved);
  store.clear();
  expect(sessionStorage).toHaveLength(0);
});

test.each(["{", "null", "[]", '{"version":0,"entries":[]}', '{"version":1}'])("%s is nothing to go on from", (text) => {
  sessionStorage.setItem("latch-chat https://one", text);
  expect(new Store("https://one").read()).toBeNull();
});

test("a page that may not store still works", () => {
  const store = new Store("https://one", () => {
    throw new Error("denied");
  });
  store.write(saved);
  store.clear();
  expect(store.read()).toBeNull();
});

test("only the last entries are kept", () => {
  const entry = { from: "you" as const, id: "", text: "", progress: "done" as const };
  const entries = Array.from({ length: 300 }, (_, i) => ({ ...entry, id: String(i) }));
  const store = new Store("https://one");
  store.write({ ...saved, entries });
  expect(store.read()?.entries).toHaveLength(200);
  expect(store.read()?.entries.at(-1)).toMatchObject({ id: "299" });
});
