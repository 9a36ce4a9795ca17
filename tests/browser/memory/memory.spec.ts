import type { Page } from "@playwright/test";

import { expect, test } from "../desk.ts";

// The real back button, in a browser with a back-forward cache; dispatched events only approximate it.
test.beforeEach(({ page }) =>
  page.addInitScript(() => addEventListener("pageshow", (event) => (document.documentElement.dataset["kept"] = String(event.persisted)))),
);

/** Goes back to a page, which comes from the back-forward cache. */
async function back(page: Page, name: string): Promise<void> {
  await page.evaluate(() => history.back());
  await page.waitForURL((url) => url.pathname === `/${name}.html`, { waitUntil: "commit" });
  await expect(page.locator("html")).toHaveAttribute("data-kept", "true");
}

async function leavesForHelp(page: Page): Promise<void> {
  await page.locator('nav.menu a[href="faq.html"]').click();
  await page.waitForURL(/faq\.html$/);
}

test("back leads to a start that works, and that leads on to what has begun", async ({ page, clerk }) => {
  await clerk.provesOffice();
  await back(page, "registration");
  await expect(page.locator("#resume")).toBeVisible();
  await expect(page.locator("#status")).toHaveText("");
  await expect(page.locator("#userId")).toHaveValue(clerk.office.userId);
  await expect(page.locator("#password")).toHaveValue("");
  await page.locator("#password").fill(clerk.office.password);
  await clerk.submits();
  await clerk.at("registration-otp");
});

test("back from a procedure that was stopped does not offer to go on with it", async ({ page, clerk }) => {
  await clerk.provesOffice();
  page.once("dialog", (dialog) => void dialog.accept());
  await page.getByRole("button", { name: "手続きを中止する" }).click();
  await page.waitForURL(/login\.html#cancelled$/);
  const asked = page.waitForResponse(/\/api\/v1\/registration$/);
  await back(page, "registration");
  await asked;
  await expect(page.locator("#resume")).toBeHidden();
  await page.waitForTimeout(200);
  await expect(page.locator("#resume")).toBeHidden();
});

test("what was typed is there on the way back, and is what is sent", async ({ page, clerk }) => {
  await clerk.isAt("registration-profile");
  await clerk.fillsProfile();
  await leavesForHelp(page);
  await back(page, "registration-profile");
  for (const [name, value] of Object.entries(clerk.me)) await expect(page.locator(`#${name}`)).toHaveValue(value);
  await clerk.submits();
  await clerk.at("registration-confirm");
  for (const value of Object.values(clerk.me)) await expect(page.locator("dl.review")).toContainText(value);
});

for (const name of ["registration", "login"]) {
  test(`a password that was looked at on ${name} is hidden and gone on the way back`, async ({ page }) => {
    await page.goto(`/${name}.html`);
    await page.locator("#userId, #email").first().fill(name === "login" ? "taro@example.jp" : "KJ1");
    await page.locator("#password").fill("himitsu");
    await page.locator(".reveal").click();
    await expect(page.locator("#password")).toHaveAttribute("type", "text");
    await leavesForHelp(page);
    await back(page, name);
    await expect(page.locator("#password")).toHaveAttribute("type", "password");
    await expect(page.locator("#password")).toHaveValue("");
    await expect(page.locator("#userId, #email").first()).toHaveValue(name === "login" ? "taro@example.jp" : "KJ1");
  });
}

test("back after ログアウト shows nothing of the person", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await leavesForHelp(page);
  await expect(page.locator("#who")).toContainText(clerk.me.name);
  await page.locator("#who").getByRole("button", { name: "ログアウト" }).click();
  await page.waitForURL(/logged-out/);
  await page.evaluate(() => history.back());
  await page.waitForURL(/login\.html/);
  await expect(page.getByText(clerk.me.name).locator("visible=true")).toHaveCount(0);
  await expect(page.getByText(clerk.me.email).locator("visible=true")).toHaveCount(0);
});
