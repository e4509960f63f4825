import { expect, test } from "vitest";
import { identifier } from "../src/identifier";

test("an identifier is a random UUID", () => {
  const some = Array.from({ length: 100 }, identifier);
  expect(new Set(some).size).toBe(100);
  for (const id of some) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});
