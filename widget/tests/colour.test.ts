import { describe, expect, test } from "vitest";
import { type Rgb, contrast, foreground, readableOn, theme } from "../src/colour";

const COLOURS: Rgb[] = [];
for (let r = 0; r <= 255; r += 51) for (let g = 0; g <= 255; g += 51) for (let b = 0; b <= 255; b += 51) COLOURS.push([r, g, b]);

test("contrast is what WCAG says it is", () => {
  expect(contrast([255, 255, 255], [0, 0, 0])).toBeCloseTo(21);
  expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2);
});

describe.each([
  ["day", [243, 236, 240] as Rgb],
  ["night", [52, 43, 60] as Rgb],
])("on the paper of the %s", (_, paper) => {
  test("any colour becomes readable as text", () => {
    for (const colour of COLOURS) expect(contrast(readableOn(colour, paper), paper)).toBeGreaterThanOrEqual(4.5);
  });

  test("a colour that is readable stays as it is", () => {
    for (const colour of COLOURS.filter((one) => contrast(one, paper) >= 4.6)) {
      expect(readableOn(colour, paper)).toEqual(colour);
    }
  });
});

test("what stands on any colour is readable", () => {
  for (const colour of COLOURS) expect(contrast(foreground(colour), colour)).toBeGreaterThanOrEqual(4.5);
});

test("the page's own properties stand before the attribute", () => {
  expect(theme([0, 0, 0], true)).toContain("--_accent:var(--latch-accent,rgb(0 0 0))");
  expect(theme([0, 0, 0], true)).toContain("light-dark(");
  expect(theme([0, 0, 0], false)).not.toContain("light-dark(");
});
