/** The widget's own drawings, in the colour of the text around them. */
import { html, svg } from "lit";

const icon = (drawing: unknown) =>
  html`<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">${drawing}</svg>`;

const thumb = svg`<path d="M8 11v9H4.5v-9zm0 0 3.5-8c1.6 0 2.6 1 2.6 2.6V9h4.7a2 2 0 0 1 2 2.4l-1.3 7a2 2 0 0 1-2 1.6H8" />`;

/** A drop in the curve of a speech bubble that is also a moon. */
export const mark = html`<svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
  <path class="moon" d="M16 3a13 13 0 1 0 6.2 24.4l5.6 1.5-1.6-5.2A13 13 0 0 0 16 3z" />
  <path class="drop" d="M16 8.5c2.9 3.6 4.6 6.2 4.6 8.7a4.6 4.6 0 0 1-9.2 0c0-2.5 1.7-5.1 4.6-8.7z" />
</svg>`;
export const close = icon(svg`<path d="m6 6 12 12M18 6 6 18" />`);
export const dots = icon(
  svg`<g class="solid"><circle cx="12" cy="5.5" r="1.6" /><circle cx="12" cy="12" r="1.6" /><circle cx="12" cy="18.5" r="1.6" /></g>`,
);
export const send = icon(svg`<path d="M12 19V5.5M6 11.5l6-6 6 6" />`);
export const thumbUp = icon(thumb);
export const thumbDown = icon(svg`<g transform="rotate(180 12 12)">${thumb}</g>`);
export const copy = icon(svg`<path d="M9 9h10.5v11.500H9zM15 9V4H4.500v11.500H9" />`);
export const phone = icon(
  svg`<path d="M5 4h4l1.6 4.5-2.3 1.600a12 12 0 0 0 5.6 5.600l1.6-2.300L20 15v4a1.5 1.5 0 0 1-1.6 1.500A15.5 15.5 0 0 1 3.5 5.6 1.5 1.5 0 0 1 5 4z" />`,
);
export const warning = icon(svg`<path d="M12 3.5 22 20.500H2zM12 10v4.500M12 17.600v.2" />`);
