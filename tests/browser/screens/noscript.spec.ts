import type { Page } from "@playwright/test";

import { LANGUAGES, legs } from "../tour.ts";
import { expect, test } from "./watched.ts";

const pages = [...new Set(legs.flatMap((leg) => leg.stops.map((stop) => stop.page)))];

/** How many pages are looked at side by side: each shows its notice after three seconds. */
const TABS = 5;

/** Each page has its frame and a notice about the missing scripts, and none of its forms can be sent. */
async function explained(page: Page, folder: string): Promise<void> {
  const left = [...pages];
  const tab = async (tab: Page) => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) await explains(tab, folder, name);
  };
  const others = await Promise.all(Array.from({ length: TABS - 1 }, () => page.context().newPage()));
  await Promise.all([page, ...others].map(tab));
}

async function explains(page: Page, folder: string, name: string): Promise<void> {
  await page.goto(`/${folder}${name}.html`);
  for (const part of ["header", "h1", "main", ".help", "footer"]) {
    await expect.soft(page.locator(part).first(), `${name}: ${part}`).toBeVisible();
  }
  const source = await (await page.request.get(`/${folder}${name}.html`)).text();
  const needed = /<script/.test(source);
  await expect.soft(page.locator("#no-script"), name).toHaveCount(needed ? 1 : 0);
  if (needed) await expect.soft(page.locator("#no-script"), name).toBeVisible();
  // The first paint does not wait for a script.
  const waitedFor = [...source.matchAll(/<script(?![^>]*type="module")[^>]*>/g)].map(([tag]) => tag);
  expect.soft(waitedFor, name).toEqual([]);
  // The form of the inquiry works without: the last way out.
  if (name === "inquiry") return;
  // No field has a name, and no button submits.
  await expect.soft(page.locator("input[name], form [type=submit]:not([disabled])"), name).toHaveCount(0);
}

for (const [language, folder] of LANGUAGES) {
  test.describe("without script", () => {
    test.use({ javaScriptEnabled: false });
    test(`each page says what is missing, ${language}`, async ({ page }) => {
      test.slow();
      await explained(page, folder);
    });
  });
}

test.describe("with scripts blocked on the way", () => {
  // A filter removes the portal's scripts but leaves scripting on: `noscript` content is not shown.
  test.use({ loud: true });

  test("each page says what is missing", async ({ page }) => {
    test.slow();
    await page.context().route("**/assets/*.js", (route) => route.abort("blockedbyclient"));
    await explained(page, "");
  });

  test("ID and password are not sent by the form itself, whatever is pressed", async ({ page }) => {
    await page.route("**/assets/*.js", (route) => route.abort("blockedbyclient"));
    const sent: string[] = [];
    page.on("request", (request) => void (request.method() === "POST" && sent.push(request.url())));
    for (const [name, fields] of [["login", ["email", "password"]], ["registration", ["userId", "password"]], ["password-reset", ["email"]]] as const) {
      await page.goto(`/${name}.html`);
      for (const field of fields) await page.locator(`#${field}`).fill("himitsu");
      await page.locator(`#${fields.at(-1)}`).press("Enter");
      await page.locator("form button[type=submit]").click({ force: true });
      // Not even if the button is enabled: no field has a name, and the policy of the page forbids submission.
      await page.evaluate(() => document.querySelector("form")?.submit());
      await page.waitForTimeout(500);
      const there = await page.evaluate((fields) => [location.pathname + location.search, ...fields.map((field) => document.querySelector<HTMLInputElement>(`#${field}`)?.value)], [...fields]);
      expect(there).toEqual([`/${name}.html`, ...fields.map(() => "himitsu")]);
    }
    expect(sent).toEqual([]);
  });

  test("a script that fails while it starts does not take the notice away", async ({ page }) => {
    await page.route("**/assets/login-*.js", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${await response.text()};throw new Error("broken");` });
    });
    await page.goto("/login.html");
    await expect(page.locator("#no-script")).toBeVisible();
  });
});
