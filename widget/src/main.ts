/** The file that a page loads: it defines <latch-chat>, and places one where the page has none. */
import { LatchChat, setHome } from "./chat";

const NAME = "latch-chat";

const script =
  (document.currentScript as HTMLScriptElement | null) ??
  document.querySelector<HTMLScriptElement>(`script[src*="${NAME}.js"]`);

function place(): void {
  if (!document.querySelector(NAME)) document.body.append(document.createElement(NAME));
}

// In a page that holds the script twice, vite.config.ts ends the second before it comes here.
setHome(new URL(script?.src || location.href).origin);
customElements.define(NAME, LatchChat);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place);
else place();
