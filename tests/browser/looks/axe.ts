import { AxeBuilder } from "@axe-core/playwright";
import { type Page, expect } from "@playwright/test";

import type { Stop } from "../tour.ts";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** axe finds nothing; no rule is switched off. */
export async function accessible(page: Page, stop: Stop): Promise<void> {
  // There are no frames, so that it need not open a page of its own for each answer.
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).setLegacyMode().analyze();
  const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ""}`));
  expect.soft(found, `${stop.name}: axe`).toEqual([]);
}
