import type { APIRequestContext } from "@playwright/test";

import { accessible } from "../looks/axe.ts";
import { fits } from "../looks/layout.ts";
import { expect, test } from "../desk.ts";
import { Clerk, NEW_PASSWORD, mailTo, mailsTo } from "../portal.ts";

/** Three business days are over within this time, whichever the day and the holidays. */
const WEEKS = 12;

/** Moves the time of the stack to the instant from which the take-over may be completed. */
async function waitsUntilOpen(request: APIRequestContext, from: string): Promise<void> {
  const clock = (await (await request.get("/_dev/clock")).json()) as { now: string };
  const seconds = Math.ceil((Date.parse(from) - Date.parse(clock.now)) / 1000);
  expect(seconds).toBeGreaterThan(2 * 86_400);
  expect(seconds).toBeLessThan(WEEKS * 7 * 86_400);
  const moved = await request.put("/_dev/clock", { data: { advanceSeconds: seconds } });
  expect(moved.ok(), await moved.text()).toBe(true);
}

test("an office whose people all left is taken over: asked for, waited for, registered, logged in", async ({ page, browser, request, clerk }) => {
  // The member who is not there any more, but still logged in at another computer.
  const context = await browser.newContext();
  const former = new Clerk(await context.newPage(), request, clerk.office);
  await former.isAt("my-page");

  await clerk.isAt("registration-already-registered");
  await expect(page.getByRole("link", { name: "引き継ぐ方を登録する" })).toBeHidden();
  page.once("dialog", (dialog) => void dialog.accept());
  await page.getByRole("button", { name: "引き継ぎを申請する" }).click();
  await expect(page.locator("#take-over-state")).toContainText("引き継ぎの申請を受け付けました。");
  const progress = (await (await page.request.get("/api/v1/registration")).json()) as { takeOver: { from: string } };
  await mailTo(request, clerk.office.mailAddress, "引き継ぎの申請がありました");

  await waitsUntilOpen(request, progress.takeOver.from);
  const newcomer = new Clerk(page, request, clerk.office);
  newcomer.me.email = `jiro.${clerk.office.officeNumber}@example.jp`;
  await page.goto("about:blank");
  await newcomer.isAt("registration-already-registered");
  await expect(page.locator("#take-over-state")).toContainText("引き継ぎができます。");
  // By the keyboard alone: the way on is a link.
  await page.getByRole("link", { name: "引き継ぐ方を登録する" }).focus();
  await page.keyboard.press("Enter");
  await newcomer.at("registration-profile");
  await newcomer.fillsProfile();
  await newcomer.submits();
  await newcomer.at("registration-confirm");
  await newcomer.submits();
  await newcomer.at("registration-completed");
  await accessible(page, { name: "take-over-completed" });

  await newcomer.logsInFirst();
  await accessible(page, { name: "take-over-my-page" });
  await fits(page, { name: "take-over-my-page", page: "my-page" });
  await expect(page.locator("#take-over")).toBeHidden();
  await page.goto(newcomer.url("members"));
  await newcomer.at("members");
  const rows = page.locator("#members > li");
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ hasText: former.me.email })).toContainText("停止");
  await expect(rows.filter({ hasText: newcomer.me.email })).toContainText("管理者");

  // The former member is out, and told of it.
  await former.page.goto(former.url("my-page"));
  await former.page.waitForURL((url) => url.pathname.includes("log"));
  await former.page.goto(former.url("login"));
  await former.page.locator("#email").fill(former.me.email);
  await former.page.locator("#password").fill(NEW_PASSWORD);
  await former.submits();
  await expect(former.page.locator("#summary")).toBeVisible();
  await expect(async () => {
    expect(await mailsTo(request, former.me.email, "引き継ぎが完了しました")).toHaveLength(1);
  }).toPass({ timeout: 20_000 });
  await context.close();
});
