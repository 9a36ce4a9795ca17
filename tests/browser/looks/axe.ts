import { AxeBuilder } from "@axe-core/playwright";
import { type Page, expect } from "@playwright/test";

import type { Stop } from "../tour.ts";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Expects no findings of axe; no rule is disabled. */
export async function accessible(page: Page, stop: Pick<Stop, "name">): Promise<void> {
  // There are no frames, so axe need not open a separate page for each result.
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).setLegacyMode().analyze();
  const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ""}`));
  expect.soft(found, `${stop.name}: axe`).toEqual([]);
}
