import type { BrowserContext, Page } from "@playwright/test";

import { complains, expect, test } from "../desk.ts";
import { Clerk, NEW_PASSWORD, newOffice } from "../portal.ts";

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
