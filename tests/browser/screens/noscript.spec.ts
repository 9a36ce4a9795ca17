import { LANGUAGES, legs } from "../tour.ts";
import { expect, test } from "./watched.ts";

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });
  const pages = [...new Set(legs.flatMap((leg) => leg.stops.map((stop) => stop.page)))];

  for (const [language, folder] of LANGUAGES) {
    test(`each page has its frame, its heading and a word about it, ${language}`, async ({ page, request }) => {
      for (const name of pages) {
        await page.goto(`/${folder}${name}.html`);
        for (const part of ["header", "h1", "main", ".help", "footer"]) {
          await expect.soft(page.locator(part).first(), `${name}: ${part}`).toBeVisible();
        }
        const source = await (await request.get(`/${folder}${name}.html`)).text();
        const needed = /<script/.test(source);
        await expect.soft(page.locator("noscript .banner"), name).toHaveCount(needed ? 1 : 0);
        if (needed) await expect.soft(page.locator("noscript .banner"), name).toBeVisible();
        // What is drawn first waits for no script.
        const waitedFor = [...source.matchAll(/<script(?![^>]*type="module")[^>]*>/g)].map(([tag]) => tag);
        expect.soft(waitedFor, name).toEqual([]);
      }
    });
  }
});
