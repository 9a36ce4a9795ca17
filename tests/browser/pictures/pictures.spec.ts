import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { test } from "@playwright/test";

import { LANGUAGES, WALKING, legs, walk } from "../tour.ts";

test.use(WALKING);

const into = process.env["SCREENS"] ?? "../../target/screens";
const WIDTHS = [1280, 375] as const;
const named = (language: string, stop: string, width: number) => `${language}-${stop}-${width}.png`;
const LETTERS = { "": "ja", "easy/": "easy", "en/": "en" } as const;

mkdirSync(into, { recursive: true });

for (const [language, folder] of LANGUAGES) {
  for (const leg of legs) {
    test(`pictures of ${leg.name}, ${language}`, async ({ page }) => {
      await walk(page, leg, folder, async (stop) => {
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 800 });
          await page.screenshot({ path: join(into, named(LETTERS[folder], stop.name, width)), fullPage: true, caret: "initial" });
        }
        await page.setViewportSize({ width: WIDTHS[0], height: 800 });
      });
    });
  }
}

test("a page that shows them side by side", () => {
  const rows = legs.flatMap((leg) =>
    leg.stops.map(({ name }) => {
      const cells = Object.values(LETTERS).map((letters) => {
        const shown = WIDTHS.map((width) => {
          const file = named(letters, name, width);
          return `<a href="${file}"><img src="${file}" alt="${letters}, ${width} px" width="${width / 4}" loading="lazy"></a>`;
        });
        return `<td>${shown.join("\n")}</td>`;
      });
      return `<tr id="${name}"><th scope="row"><a href="#${name}">${name}</a></th>${cells.join("\n")}</tr>`;
    }),
  );
  const head = LANGUAGES.map(([language]) => `<th scope="col">${language}</th>`).join("");
  writeFileSync(
    join(into, "index.html"),
    `<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>Screens</title>
<style>body{font-family:sans-serif}td,th{border:1px solid;padding:8px;vertical-align:top;text-align:left}td{white-space:nowrap}img{border:1px solid #ccc;vertical-align:top}table{border-collapse:collapse}thead th{position:sticky;top:0;background:#fff}</style>
<h1>Screens</h1><table><thead><tr><th scope="col">stop</th>${head}</tr></thead>
<tbody>${rows.join("\n")}</tbody></table></html>
`,
  );
});
