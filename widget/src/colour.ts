/** A theme colour of the page's choice, made readable: contrast as WCAG 2.2 defines it. */

export type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** The papers of styles.css, by day and by night, on which the accent also stands as text. */
const DAY: Rgb = [243, 236, 240];
const NIGHT: Rgb = [52, 43, 60];
/** WCAG asks for 4.5; the rest is for rounding. */
const READABLE = 4.6;

export function luminance([r, g, b]: Rgb): number {
  const linear = (value: number) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Return white or near-black, whichever is easier to read on the colour. */
export function foreground(colour: Rgb): Rgb {
  return contrast(colour, WHITE) >= contrast(colour, BLACK) ? WHITE : BLACK;
}

/** Return the colour nearest to this one, on the way to black or white, that is readable on the paper. */
export function readableOn(colour: Rgb, paper: Rgb): Rgb {
  const goal = foreground(paper);
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = colour.map((value, i) => Math.round(value + (goal[i]! - value) * share)) as unknown as Rgb;
    if (contrast(mixed, paper) >= READABLE) return mixed;
  }
  return goal;
}

const css = (colour: Rgb) => `rgb(${colour.join(" ")})`;

/** Return the declarations that put the colour in place of the widget's own accent. The page's own CSS still wins. */
export function theme(colour: Rgb, both = CSS.supports("color", "light-dark(red, red)")): string {
  const day = css(readableOn(colour, DAY));
  const text = both ? `light-dark(${day},${css(readableOn(colour, NIGHT))})` : day;
  return [
    `--_accent:var(--latch-accent,${css(colour)})`,
    `--_on-accent:var(--latch-on-accent,${css(foreground(colour))})`,
    `--_accent-text:var(--latch-accent-text,${text})`,
  ].join(";");
}

/** Return red, green and blue of any colour that CSS knows; null for one that it does not, or that is see-through. */
export function parse(text: string): Rgb | null {
  if (!text || !CSS.supports("color", text)) return null;
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!pen) return null;
  pen.fillStyle = text;
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b, alpha] = pen.getImageData(0, 0, 1, 1).data as unknown as [number, number, number, number];
  return alpha === 255 ? [r, g, b] : null;
}

/** Tell whether the page behind the element is dark although it does not declare a colour scheme. */
export function pageIsDark(element: Element): boolean {
  if (getComputedStyle(element).colorScheme !== "normal") return false;
  for (const layer of [document.body, document.documentElement]) {
    const paper = parse(getComputedStyle(layer).backgroundColor);
    if (paper) return luminance(paper) < 0.18;
  }
  return false;
}
