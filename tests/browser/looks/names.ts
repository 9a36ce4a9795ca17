import { type Locator, type Page, expect } from "@playwright/test";

import type { Clerk } from "../portal.ts";
import type { Stop } from "../tour.ts";

/** Values that differ in each walk: the office, the times, the codes. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  [/KJ\*{3}[0-9]{4}/g, "（ユーザID）"],
  [/localhost:\d+/g, "localhost:（ポート）"],
  [/member\.html#[A-Za-z0-9_-]{22}/g, "member.html#（利用者）"],
  [/\d{4}年\d{1,2}月\d{1,2}日 \d{1,2}時\d{2}分/g, "（日時）"],
  [/\d{1,2}時\d{2}分/g, "（時刻）"],
  [/KJ\d{12}/g, "（ユーザID）"],
  [/(textbox "ワンタイムパスワード[^"]*"[^:]*): "?\d{6}"?/g, "$1: （番号）"],
  [/(term: 照合記号\n\s*- definition:(?:\n\s*- strong:)?) "?[0-9A-Z]{2}"?/g, "$1 （記号）"],
];

function steady(tree: string, clerk: Clerk): string {
  const known = tree.replaceAll(clerk.office.officeNumber, "（事業所番号）");
  return VOLATILE.reduce((text, [what, name]) => text.replace(what, name), known);
}

/** The announcement of a control: the first line of its accessibility tree. */
async function announced(control: Locator): Promise<string> {
  const [first = ""] = (await control.ariaSnapshot()).split("\n");
  return first.replace(/^- /, "").replace(/ \[active\]/, "").replace(/:$/, "");
}

/** The limit after which a page counts as endless. */
const MOST = 100;

/** All controls that Tab reaches, from the top of the page to its end, or once around a dialog. */
async function tabs(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    if (document.querySelector("dialog[open]") !== null) {
      document.activeElement?.setAttribute("data-reached", "");
      return;
    }
    // The next Tab starts from the top again.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
  });
  const focused = page.locator(":focus");
  const reached: string[] = [];
  const inDialog = (await page.locator("dialog[open]").count()) > 0;
  if (inDialog) reached.push(await announced(focused));
  for (let turn = 0; turn < MOST; turn += 1) {
    await page.keyboard.press("Tab");
    const where = await page.evaluate(() => {
      const here = document.activeElement;
      if (here === null || here === document.body || here === document.documentElement) return "end";
      const seen = here.hasAttribute("data-reached");
      here.setAttribute("data-reached", "");
      return seen ? "again" : "on";
    });
    if (where !== "on") break;
    reached.push(await announced(focused));
  }
  expect(reached.length, "Tab comes to an end").toBeLessThan(MOST);
  // Tab reaches every visible focusable element: there is no trap and no omission.
  const missed = await page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLElement>("a[href], button, input, summary, [tabindex='0']")];
    const root = document.querySelector("dialog[open]") ?? document.body;
    const missed = all.filter((one) => root.contains(one) && one.tabIndex >= 0 && one.checkVisibility() && !one.hasAttribute("data-reached"));
    for (const one of all) one.removeAttribute("data-reached");
    return missed.map((one) => one.outerHTML.slice(0, 100));
  });
  expect.soft(missed, "Tab reaches everything").toEqual([]);
  return reached;
}

/** Expects the reviewed names of the screen's parts and the reviewed order of Tab. */
export async function named(page: Page, stop: Stop, clerk: Clerk): Promise<void> {
  const tree = steady(await page.locator("main").ariaSnapshot(), clerk);
  const order = await tabs(page);
  if ((await page.locator("dialog[open]").count()) === 0) expect.soft(order[0], stop.name).toBe('link "本文へ移動"');
  const text = `${tree}\n\n${steady(order.map((name, at) => `${at + 1} ${name}`).join("\n"), clerk)}\n`;
  expect.soft(text).toMatchSnapshot(["names", `${stop.name}.txt`]);
}

/** Expects that a word with furigana is read once: the furigana is visual only. */
export async function readOnce(page: Page, stop: Stop): Promise<void> {
  const tree = await page.locator("body").ariaSnapshot();
  const twice = await page.evaluate(() =>
    [...document.querySelectorAll("ruby")].filter((ruby) => ruby.checkVisibility()).map((ruby) => (ruby.textContent ?? "").trim()),
  );
  expect(twice.length, `${stop.name} has furigana`).toBeGreaterThan(0);
  expect.soft([...new Set(twice)].filter((both) => tree.includes(both)), stop.name).toEqual([]);
}
