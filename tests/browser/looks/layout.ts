import { type Page, expect } from "@playwright/test";

import type { Stop } from "../tour.ts";

const DESK = { width: 1280, height: 800 };
/** 1280 px at 400 %, as WCAG 1.4.10 requires. */
const SMALLEST = { width: 320, height: 256 };
const HALF = { width: 640, height: 800 };

/** The spacing of WCAG 1.4.12, with letters twice as large. */
const SPACED = `
  * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-bottom: 2em !important; }
  html { font-size: 200% !important; }`;

/** Elements that exceed the width of the page, or are cut off by their box; runs in the page, so it must be self-contained. */
export function beyond(): string[] {
  const found: string[] = [];
  const named = (element: Element) => `${element.tagName.toLowerCase()}${element.id && `#${element.id}`}.${element.className}: ${(element.textContent ?? "").trim().slice(0, 40)}`;
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} wide of ${innerWidth}`);
  for (const element of document.body.querySelectorAll<HTMLElement>("*")) {
    if (element.closest(".unseen, template, .skip") !== null || !element.checkVisibility()) continue;
    const box = element.getBoundingClientRect();
    if (box.right > innerWidth + 0.5 || box.left < -0.5) found.push(`beyond the edge: ${named(element)}`);
    const { overflowX, overflowY, display } = getComputedStyle(element);
    if (display === "inline" || element instanceof HTMLInputElement) continue;
    if (overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1) found.push(`wider than its box: ${named(element)}`);
    if (["hidden", "clip"].includes(overflowY) && element.scrollHeight > element.clientHeight + 1) found.push(`cut off: ${named(element)}`);
  }
  return found;
}

/** The same, of a page. */
export const overflowing = (page: Page): Promise<string[]> => page.evaluate(beyond);

async function spaced(page: Page): Promise<string[]> {
  await page.evaluate((rules) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    document.adoptedStyleSheets = [sheet];
  }, SPACED);
  const found = await overflowing(page);
  await page.evaluate(() => {
    document.adoptedStyleSheets = [];
  });
  return found;
}

/** Controls that are too small for a finger, except links within a sentence. */
function small(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const LEAST = 44;
    const inSentence = (element: Element) => {
      if (getComputedStyle(element).display !== "inline") return false;
      const block = element.closest("p, li, dd, h1, h2, td");
      return block !== null && (block.textContent ?? "").replace(element.textContent ?? "", "").trim() !== "";
    };
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
      if (!element.checkVisibility() || element.closest(".unseen, .skip:not(:focus)") !== null || inSentence(element)) continue;
      const boxes = [element, ...((element as HTMLInputElement).labels ?? [])].map((part) => part.getBoundingClientRect());
      // A label activates its checkbox: both together are the target.
      const width = Math.max(...boxes.map((box) => box.width));
      const height = Math.max(...boxes.map((box) => box.height));
      if (width < LEAST || height < LEAST) found.push(`${width.toFixed(1)} × ${height.toFixed(1)}: ${element.outerHTML.slice(0, 120)}`);
    }
    return found;
  });
}

/** Elements without a visible border in forced colours. */
async function borderless(page: Page): Promise<string[]> {
  await page.emulateMedia({ forcedColors: "active" });
  const found = await page.evaluate(() => {
    const found: string[] = [];
    const ground = getComputedStyle(document.body).backgroundColor;
    for (const element of document.querySelectorAll<HTMLElement>("input:not([type=checkbox]), button, a.go, a.outline, .banner, dialog[open], .terms:not(.whole)")) {
      if (!element.checkVisibility() || element.closest(".unseen") !== null) continue;
      const { borderTopStyle, borderTopWidth, borderTopColor } = getComputedStyle(element);
      if (borderTopStyle === "none" || parseFloat(borderTopWidth) < 1 || borderTopColor === ground || /^rgba\(.*, 0\)$/.test(borderTopColor)) {
        found.push(`${borderTopWidth} ${borderTopStyle} ${borderTopColor}: ${element.outerHTML.slice(0, 100)}`);
      }
    }
    const here = document.querySelector(".steps [aria-current]");
    const other = document.querySelector(".steps li:not([aria-current])");
    // Fully transparent colours are equal.
    const groundOf = (element: Element) => getComputedStyle(element).backgroundColor.replace(/^rgba\(.*, 0\)$/, "none");
    if (here !== null && other !== null && groundOf(here) === groundOf(other)) {
      found.push("the current step looks like the others");
    }
    return found;
  });
  await page.emulateMedia({ forcedColors: "none" });
  return found;
}

/** Elements that are printed although they have no use on paper. */
async function useless(page: Page): Promise<string[]> {
  await page.emulateMedia({ media: "print" });
  const found = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("nav, .skip, button, input, .go, .outline, .help, .change a")]
      .filter((element) => element.checkVisibility())
      .map((element) => element.outerHTML.slice(0, 100)),
  );
  expect.soft(await page.locator("h1").isVisible(), "the heading is printed").toBe(true);
  await page.emulateMedia({ media: "screen" });
  return found;
}

const PRINTED: readonly string[] = ["registration-confirm", "registration-completed", "my-page", "prepare", "terms"];

/** Expects that nothing is cut off, too small, or visible by its colour alone, and that nothing useless is printed. */
export async function fits(page: Page, stop: Pick<Stop, "name" | "page">): Promise<void> {
  await page.setViewportSize(SMALLEST);
  expect.soft(await overflowing(page), `${stop.name} at 320 × 256`).toEqual([]);
  expect.soft(await small(page), `${stop.name}: what is pressed at 320 × 256`).toEqual([]);
  await page.setViewportSize(HALF);
  expect.soft(await spaced(page), `${stop.name}, spaced and twice as large`).toEqual([]);
  await page.setViewportSize(DESK);
  expect.soft(await small(page), `${stop.name}: what is pressed`).toEqual([]);
  expect.soft(await borderless(page), `${stop.name} in forced colours`).toEqual([]);
  if (PRINTED.includes(stop.page)) expect.soft(await useless(page), `${stop.name} on paper`).toEqual([]);
}
