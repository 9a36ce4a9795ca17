import { accessible } from "../looks/axe.ts";
import { complains, expect, marked, test } from "../desk.ts";
import { type Clerk, mailTo, told } from "../portal.ts";

const ASKED = "引き継ぎの申請がありました";

/** The stop code of the newest mail to the clerk. */
async function stopCode(clerk: Clerk): Promise<string> {
  return told(await mailTo(clerk.request, clerk.me.email, ASKED), "停止コード");
}

/** At the clerk's own office, where the clerk has logged in. */
async function provesTheOfficeAgain(clerk: Clerk): Promise<void> {
  await clerk.isAt("my-page");
  await clerk.isAt("registration-already-registered");
}

/** Asks for the take-over. */
async function asks(clerk: Clerk): Promise<void> {
  clerk.page.once("dialog", (dialog) => void dialog.accept());
  await clerk.page.getByRole("button", { name: "引き継ぎを申請する" }).click();
  await expect(clerk.page.locator("#take-over-state")).toContainText("引き継ぎの申請を受け付けました。");
}

test("a take-over is asked for with what it means, told until when it waits, and withdrawn", async ({ page, clerk }) => {
  await provesTheOfficeAgain(clerk);
  await expect(page.locator("#take-over-text")).toContainText("3営業日");
  page.once("dialog", (dialog) => void dialog.dismiss());
  await page.getByRole("button", { name: "引き継ぎを申請する" }).click();
  await expect(page.getByRole("button", { name: "引き継ぎを申請する" })).toBeVisible();
  await asks(clerk);
  await expect(page.getByRole("button", { name: "引き継ぎを申請する" })).toBeHidden();
  page.once("dialog", (dialog) => void dialog.accept());
  await page.getByRole("button", { name: "引き継ぎの申請を取り下げる" }).click();
  await expect(page.locator("#status")).toHaveText("引き継ぎの申請を取り下げました。");
  await expect(page.getByRole("button", { name: "引き継ぎを申請する" })).toBeVisible();
});

test("マイページ tells of a take-over, and one press stops it", async ({ page, clerk }) => {
  await provesTheOfficeAgain(clerk);
  await asks(clerk);
  await page.goto(clerk.url("my-page"));
  await clerk.at("my-page");
  await expect(page.getByRole("heading", { name: ASKED })).toBeVisible();
  page.once("dialog", (dialog) => void dialog.accept());
  await page.getByRole("button", { name: "引き継ぎを停止する" }).click();
  await expect(page.locator("#status")).toHaveText("引き継ぎを停止しました。");
  await expect(page.locator("#take-over")).toBeHidden();
  await page.goto(clerk.url("registration-already-registered"));
  await expect(page.locator("#take-over-state")).toContainText("登録されている方が停止しました。");
});

test("who was mailed the stop code stops it without a log-in", async ({ page, clerk }) => {
  await provesTheOfficeAgain(clerk);
  await asks(clerk);
  const code = await stopCode(clerk);
  await page.context().clearCookies();
  await page.goto(clerk.url("login"));
  await page.getByRole("link", { name: "引き継ぎのお知らせのメールが届いた方" }).click();
  await clerk.at("stop-take-over");
  await clerk.submits();
  await complains(page, "停止コードを入力してください。");
  await page.locator("#officeNumber").fill(` ${clerk.office.officeNumber}`);
  await page.locator("#stopCode").fill("wrong");
  await clerk.submits();
  await marked(page, "stopCode", "事業所番号または停止コードが違います。");
  await page.locator("#stopCode").fill(code);
  await page.keyboard.press("Enter");
  await expect(page.locator("#stopped")).toBeFocused();
  await expect(page.locator("#stopped")).toContainText("引き継ぎを停止しました");
  await accessible(page, { name: "stop-take-over" } as never);
});
