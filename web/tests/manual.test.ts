import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { site } from "../build/site.ts";

interface Manual {
  readonly shown: readonly (readonly [number, string, string])[];
  readonly notShown: readonly (readonly [number, string, string])[];
}

const manual = JSON.parse(readFileSync(new URL("manual.json", import.meta.url), "utf8")) as Manual;
const pages = new Map(
  site((script) => ({ style: "assets/style.css", script: script && `assets/${script}.js`, preloads: [], code: "" })).map(
    ({ fileName, source }) => [fileName, bare(source.replace(/<template[\s\S]*?<\/template>/g, "").replace(/<[^>]*>/g, ""))],
  ),
);

/** A text without typographic differences: the manual has half-width brackets and straight quotes, the screens do not. */
function bare(text: string): string {
  return text
    .replace(/&quot;/g, '"')
    .normalize("NFKC")
    .replace(/[「」"]/g, "'")
    .replace(/\s/g, "");
}

test.each(manual.shown)("R-%i, on %s: %s", (_, page, text) => {
  expect(pages.get(`${page}.html`)).toContain(bare(text));
});

test("what is not shown has a reason", () => {
  for (const [, text, reason] of manual.notShown) expect(reason, text).not.toBe("");
});
