/** Builds the widget into one classic script, dist/latch-chat.js, with packed copies for servers that send such. */
import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig } from "vitest/config";

const FILE = "dist/latch-chat.js";

const packed = {
  name: "packed",
  closeBundle() {
    const script = readFileSync(FILE);
    writeFileSync(`${FILE}.gz`, gzipSync(script, { level: 9 }));
    writeFileSync(`${FILE}.br`, brotliCompressSync(script));
  },
};

export default defineConfig({
  build: {
    target: "es2022",
    // light-dark() and logical properties stay as they are written.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    lib: { entry: "src/main.ts", name: "LatchChat", formats: ["iife"], fileName: () => "latch-chat.js" },
    rolldownOptions: {
      output: {
        postBanner: "/*! Latch, Apache-2.0. With Lit, copyright Google LLC, BSD-3-Clause: see THIRD-PARTY.md of Latch. */",
        // A page that holds the script twice: the second does nothing, not even Lit's part of it.
        intro: 'if (customElements.get("latch-chat")) return;',
      },
    },
    license: false,
    reportCompressedSize: false,
  },
  plugins: [packed],
  test: { environment: "happy-dom", include: ["tests/**/*.test.ts"] },
});
