import { AxeBuilder } from "@axe-core/playwright";

import { LANGUAGES, WALKING, legs, walk } from "../tour.ts";
import { expect, test } from "./watched.ts";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

test.use(WALKING);

test.describe("axe finds nothing", () => {
  test.slow();
  for (const [language, folder] of LANGUAGES) {
    for (const leg of legs) {
      test(`${leg.name}, ${language}`, async ({ page }) => {
        await walk(page, leg, folder, async (stop) => {
          // There are no frames, so that it need not open a page of its own for each answer.
          const { violations } = await new AxeBuilder({ page }).withTags(TAGS).setLegacyMode().analyze();
          const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ""}`));
          expect.soft(found, stop.name).toEqual([]);
        });
      });
    }
  }
});
