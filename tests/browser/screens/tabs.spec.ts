import type { BrowserContext, Page } from "@playwright/test";

import { clerkOf, complains, expect, test } from "../desk.ts";
import { Clerk, NEW_PASSWORD, RESET_PASSWORD, newOffice } from "../portal.ts";

const OTHER = /別のタブで、ほかの手続きが始まっています。この画面の内容は送信していません。/;

/** The tab is looked at again, after another one was in front. */
const looksAgain = (page: Page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));

async function inAnotherTab(context: BrowserContext, clerk: Clerk): Promise<Clerk> {
  return new Clerk(await context.newPage(), clerk.request, await newOffice(clerk.request, { officeName: "ひだまり介護センター" }));
}

test("a profile that was begun for one office is not sent for the one that another tab has begun", async ({ page, clerk, context }) => {
  await clerk.isAt("registration-profile");
  await clerk.fillsProfile();
  const other = await inAnotherTab(context, clerk);
  await other.provesOffice();
  await other.entersRegistrationCode();
  await other.at("registration-profile");

  await clerk.submits();
  await complains(page, OTHER);
  await expect(page.locator("#name")).toHaveValue(clerk.me.name);
  // The way on: the flow that lives, which is the other office's, and empty.
  await page.getByRole("button", { name: "もう一度読み込む" }).click();
  await clerk.at("registration-profile");
  await expect(page.locator("#content")).toContainText("ひだまり介護センター");
  await expect(page.locator("#name")).toHaveValue("");
});

test("a tab that is looked at again says that another one has begun another procedure", async ({ page, clerk, context }) => {
  await clerk.isAt("registration-otp");
  const other = await inAnotherTab(context, clerk);
  await other.provesOffice();
  await looksAgain(page);
  await complains(page, OTHER);
});

test("a tab that is looked at again goes where another one has gone on, and stays where nothing has happened", async ({ page, clerk, context }) => {
  await clerk.isAt("registration-otp");
  await page.locator("#code").fill("12");
  await looksAgain(page);
  await page.waitForTimeout(500);
  await expect(page.locator("#code")).toHaveValue("12");
  await expect(page.locator("#summary")).toBeHidden();
  const second = new Clerk(await context.newPage(), clerk.request, clerk.office);
  await second.page.goto(clerk.url("registration-otp"));
  await second.entersRegistrationCode();
  await second.at("registration-profile");
  await looksAgain(page);
  await clerk.at("registration-profile");
});

test("a password typed for one member is not set for the one who logged in in another tab", async ({ page, clerk, context }) => {
  await clerk.isAt("new-password");
  const other = await inAnotherTab(context, clerk);
  await other.isAt("new-password");
  // Each screen says whose password it asks for.
  await expect(other.page.locator("#whose")).toContainText("ひだまり介護センター");
  await expect(page.locator("#whose")).toContainText(clerk.office.officeName);
  await expect(page.locator("#whose")).toContainText("t***@e***.jp");
  await page.locator("#newPassword").fill(NEW_PASSWORD);
  await page.locator("#again").fill(NEW_PASSWORD);
  await clerk.readsTerms();
  await page.locator("#agree").check();
  await clerk.submits();
  await complains(page, OTHER);
  await other.page.reload();
  await other.at("new-password");
});

test("a screen says whose procedure it is, from the first to the last", async ({ page, request }) => {
  const clerk = await clerkOf(page, request, { securityCode: "20260002" });
  const masked = `KJ***${clerk.office.userId.slice(-4)}`;
  await clerk.isAt("registration-security-code");
  await expect(page.locator("#whose")).toContainText(masked);
  await page.locator("#securityCode").fill("20260002");
  await clerk.submits();
  await clerk.at("registration-otp");
  await expect(page.locator("#content")).toContainText(masked);
  await clerk.isAt("my-page");
  const seen = await clerk.asksForReset();
  await clerk.entersLoginCode(seen);
  await clerk.at("password-reset-password");
  await clerk.choosesAnother(RESET_PASSWORD);
  await clerk.at("password-reset-done");
  await expect(page.locator("#whose")).toContainText(clerk.office.officeName);
  await expect(page.locator("#whose")).toContainText("t***@e***.jp");
});

test("a tab that follows another one's log-in gives password managers no address of its own", async ({ page, clerk, context }) => {
  await clerk.isAt("registration-completed");
  await clerk.startsLogin(await clerk.initialPassword());
  const other = await inAnotherTab(context, clerk);
  await other.isAt("new-password");
  await page.reload();
  await clerk.at("new-password");
  await expect(page.locator("#whose")).toContainText("ひだまり介護センター");
  await expect(page.locator("#username")).toHaveValue("");
});

test("マイページ of one office that is looked at again says that the other one has been opened, and leads there", async ({ page, clerk, context }) => {
  await clerk.isAt("my-page");
  const other = await inAnotherTab(context, clerk);
  await other.isAt("my-page");
  await looksAgain(page);
  await complains(page, /別のタブで、ログインし直されています。/);
  await expect(page.locator("#who")).not.toContainText("ひだまり介護センター");
  await page.getByRole("button", { name: "もう一度読み込む" }).click();
  await clerk.at("my-page");
  await expect(page.locator("#who")).toContainText("ひだまり介護センター");
});

test("two portals of two offices stay open side by side in two windows of their own, and do not mix", async ({ clerk, browser }) => {
  const context = await browser.newContext();
  const other = new Clerk(await context.newPage(), clerk.request, await newOffice(clerk.request, { officeName: "ひだまり介護センター" }));
  await clerk.isAt("my-page");
  await other.isAt("my-page");
  for (const [one, name] of [[clerk, clerk.office.officeName], [other, "ひだまり介護センター"]] as const) {
    await one.page.goto(one.url("my-profile"));
    await one.at("my-profile");
    await one.page.locator("#department").fill(`${name}の総務課`);
    await looksAgain(one.page);
    await one.submits();
    await one.at("my-page");
    await expect(one.page.locator("#content")).toContainText(`${name}の総務課`);
    await expect(one.page.locator("#who")).toContainText(name);
  }
  await context.close();
});
