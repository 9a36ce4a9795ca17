import type { Browser, Page } from "@playwright/test";

import { complains, expect, test } from "../desk.ts";
import { Clerk, newOffice } from "../portal.ts";

/** A person of another office, at another computer, who registers with the same address. */
async function rivalOf(browser: Browser, clerk: Clerk): Promise<Clerk> {
  const context = await browser.newContext();
  const office = await newOffice(clerk.request, { officeName: "ひだまり介護センター" });
  const rival = new Clerk(await context.newPage(), clerk.request, office);
  rival.me.email = clerk.me.email;
  return rival;
}

const status = (page: Page) => page.locator("#status");

test("whose address another office's user has taken by a first log-in is told so, and registers with another one", async ({ page, clerk, browser }) => {
  await clerk.isAt("registration-completed");
  const rival = await rivalOf(browser, clerk);
  await rival.isAt("my-page");
  await rival.page.context().close();

  await page.reload();
  await clerk.at("registration-profile");
  await expect(status(page)).toHaveText(/^t\*\*\*@e\*\*\*\.jpは、別の事業所のユーザとして先に登録されました。/);
  await expect(page.locator("main")).not.toContainText("ひだまり介護センター");
  clerk.me.email = `jiro.${clerk.office.officeNumber}@example.jp`;
  await clerk.fillsProfile();
  await clerk.submits();
  await clerk.at("registration-confirm");
  await clerk.submits();
  await clerk.at("registration-completed");
  await clerk.logsInFirst();
  await expect(page.locator("main")).toContainText(clerk.office.officeName);
});

test("an initial password whose address another office's user has taken leads to a new registration", async ({ page, clerk, browser }) => {
  await clerk.isAt("registration-completed");
  const password = await clerk.initialPassword();
  const rival = await rivalOf(browser, clerk);
  await rival.isAt("my-page");
  await rival.page.context().close();

  await page.goto(clerk.url("login"));
  await page.locator("#email").fill(clerk.me.email);
  await page.locator("#password").fill(password);
  await clerk.submits();
  await complains(page, /このメールアドレスは別の事業所で登録されました。「初回利用登録をする」から、別のメールアドレスで登録してください。/);
});
