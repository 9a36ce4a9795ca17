import type { BrowserContext, Page } from "@playwright/test";

import { comesBackEmptied, complains, expect, marked, test } from "../desk.ts";
import { Clerk, NEW_PASSWORD, mailsTo, newOffice } from "../portal.ts";

const ANOTHER = "みどりの丘に 風がわたる 2026";
const OTHER = /別のタブで、ログインし直されています。この画面の内容は送信していません。/;

/** The same person, logged in in another browser. */
async function elsewhere(context: BrowserContext | null, clerk: Clerk): Promise<Page> {
  const other = await context?.browser()?.newContext();
  if (other === undefined) throw new Error("no browser");
  const page = await other.newPage();
  const there = new Clerk(page, clerk.request, clerk.office);
  await there.startsLogin(NEW_PASSWORD);
  await there.entersLoginCode(1);
  await there.at("my-page");
  return page;
}

test("マイページ leads to the browsers that are logged in, and a press ends one of them", async ({ page, context, clerk }) => {
  await clerk.isAt("my-page");
  const there = await elsewhere(context, clerk);
  await page.getByRole("main").getByRole("link", { name: "ログインしているブラウザ" }).click();
  await clerk.at("sessions");
  const list = page.locator("#sessions > li");
  await expect(list).toHaveCount(2);
  const here = list.filter({ has: page.locator(".current:visible", { hasText: "いまお使いのブラウザ" }) });
  await expect(here).toHaveCount(1);
  await expect(here.getByRole("button")).toHaveCount(0);
  await list.getByRole("button", { name: "ログアウトさせる" }).click();
  await expect(list).toHaveCount(1);
  await expect(page.locator("#status")).toContainText("ログアウトさせました。");
  await expect(page.locator("main")).toBeFocused();
  await expect(page.getByRole("button", { name: "ほかのすべてのブラウザをログアウトさせる" })).toBeHidden();
  await there.reload();
  await there.waitForURL(/login\.html#ended$/);
  await there.context().close();
});

test("all other browsers are logged out at once", async ({ page, context, clerk }) => {
  await clerk.isAt("my-page");
  const there = await elsewhere(context, clerk);
  await page.goto(clerk.url("sessions"));
  await page.getByRole("button", { name: "ほかのすべてのブラウザをログアウトさせる" }).click();
  await expect(page.locator("#sessions > li")).toHaveCount(1);
  await there.reload();
  await there.waitForURL(/login\.html#ended$/);
  await there.context().close();
});

test("a profile is changed, and マイページ says so", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await page.getByRole("main").getByRole("link", { name: "登録情報の変更" }).click();
  await clerk.at("my-profile");
  await expect(page.locator("#name")).toHaveValue(clerk.me.name);
  await page.locator("#phone").fill("");
  await clerk.submits();
  await complains(page, "電話番号を入力してください。");
  await marked(page, "phone", "電話番号を入力してください。");
  await page.locator("#phone").fill("090-1234-5678");
  await page.locator("#department").fill("");
  await clerk.submits();
  await clerk.at("my-page");
  await expect(page.locator("#status")).toHaveText("登録情報を変更しました。");
  await expect(page.locator("#content")).toContainText("09012345678");
  await expect(page.locator("#content")).not.toContainText(clerk.me.department);
});

test("a password is changed, ends the other browsers, and a wrong present one is told at its field", async ({ page, context, clerk }) => {
  await clerk.isAt("my-page");
  const there = await elsewhere(context, clerk);
  await page.getByRole("main").getByRole("link", { name: "パスワードの変更" }).click();
  await clerk.at("my-password");
  await page.locator("#currentPassword").fill("ちがう ぱすわーど です");
  await page.locator("#newPassword").fill(ANOTHER);
  await page.locator("#again").fill(ANOTHER);
  await clerk.submits();
  await complains(page, "現在のパスワードが正しくありません。");
  await marked(page, "currentPassword", "現在のパスワードが正しくありません。");
  await page.locator("#currentPassword").fill(NEW_PASSWORD);
  await clerk.submits();
  await clerk.at("my-page");
  await expect(page.locator("#status")).toContainText("パスワードを変更しました。");
  await there.reload();
  await there.waitForURL(/login\.html#ended$/);
  await there.context().close();
  // The new one logs in.
  await page.getByRole("button", { name: "ログアウト" }).click();
  await page.waitForURL(/logged-out/);
  await clerk.startsLogin(ANOTHER);
});

test("the address is changed with the code that comes to the new one, and not before", async ({ page, clerk, request }) => {
  const changed = `new-${clerk.me.email}`;
  await clerk.isAt("my-page");
  await page.getByRole("main").getByRole("link", { name: "メールアドレスの変更" }).click();
  await clerk.at("my-email");
  await expect(page.locator("#content")).toContainText(clerk.me.email);
  await page.locator("#email").fill(clerk.me.email);
  await page.locator("#my-email button[type=submit]").click();
  await marked(page, "email", "いまのメールアドレスと同じです。新しいメールアドレスを入力してください。");
  await page.locator("#email").fill(changed);
  await page.locator("#my-email button[type=submit]").click();
  await clerk.at("my-email-otp");
  // The server holds the step: the form leads back to the code, and so does a reload.
  await page.goto(clerk.url("my-email"));
  await clerk.at("my-email-otp");
  await page.locator("#code").fill("12345");
  await clerk.submits();
  await expect(page.locator("#summary")).toBeVisible();
  await expect.poll(async () => (await mailsTo(request, changed, "ワンタイムパスワード発行通知")).length).toBe(1);
  const [mail] = await mailsTo(request, changed, "ワンタイムパスワード発行通知");
  await page.locator("#code").fill(/ワンタイムパスワード：(\d{6})/.exec(mail?.text ?? "")?.[1] ?? "");
  await clerk.submits();
  await clerk.at("my-page");
  await expect(page.locator("#status")).toContainText("メールアドレスを変更しました。");
  await expect(page.locator("#content")).toContainText(changed);
});

test("a change of the address can be cancelled", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await page.goto(clerk.url("my-email"));
  await clerk.at("my-email");
  await page.locator("#email").fill(`new-${clerk.me.email}`);
  await page.locator("#my-email button[type=submit]").click();
  await clerk.at("my-email-otp");
  await page.getByRole("button", { name: "手続きを中止する" }).click();
  await clerk.at("my-email");
  await expect(page.locator("#content")).toContainText(clerk.me.email);
});

test("what was typed for one person is not sent for the one who logged in in another tab", async ({ page, context, clerk }) => {
  await clerk.isAt("my-page");
  await page.goto(clerk.url("my-profile"));
  await clerk.at("my-profile");
  await page.locator("#name").fill("介護 次郎");
  const other = new Clerk(await context.newPage(), clerk.request, await newOffice(clerk.request, { officeName: "ひだまり介護センター" }));
  await other.isAt("my-page");
  await clerk.submits();
  await complains(page, OTHER);
  await expect(page.locator("#name")).toHaveValue("介護 次郎");
  // The way on: the person who is logged in now.
  await page.getByRole("button", { name: "もう一度読み込む" }).click();
  await clerk.at("my-profile");
  await expect(page.locator("#who")).toContainText("ひだまり介護センター");
});

test("what was changed in the own profile is there again after the way back, and nothing is deleted by it", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await page.goto(clerk.url("my-profile"));
  await clerk.at("my-profile");
  await page.locator("#department").fill("総務課");
  await page.locator("#name").fill("介護 次郎");
  const typed = await page.locator("#my-profile input").evaluateAll((all) => all.map((field) => (field as HTMLInputElement).value));
  expect(await comesBackEmptied(page)).toEqual(typed);
  // Also in a browser that loads the page anew; what is stored does not replace it.
  await page.goto(clerk.url("faq"));
  await page.goBack();
  await clerk.at("my-profile");
  await expect(page.locator("#department")).toHaveValue("総務課");
  await expect(page.locator("#name")).toHaveValue("介護 次郎");
  await clerk.submits();
  await clerk.at("my-page");
  // A new visit shows what is stored.
  await page.goto(clerk.url("my-profile"));
  await clerk.at("my-profile");
  await page.locator("#name").fill("介護 三郎");
  await page.goto(clerk.url("my-profile"));
  await clerk.at("my-profile");
  await expect(page.locator("#name")).toHaveValue("介護 次郎");
  await expect(page.locator("#department")).toHaveValue("総務課");
});

test("a complaint about the sessions ends with the next try", async ({ page, context, clerk }) => {
  await clerk.isAt("my-page");
  const path = "**/api/v1/sessions";
  const there = await elsewhere(context, clerk);
  await page.goto(clerk.url("sessions"));
  await clerk.at("sessions");
  await page.route(path, (route) => (route.request().method() === "DELETE" ? route.fulfill({ status: 403, body: "blocked" }) : route.fallback()));
  await page.getByRole("button", { name: "ほかのすべてのブラウザをログアウトさせる" }).click();
  await expect(page.locator("#summary")).toContainText("応答 403");
  await page.unroute(path);
  await page.getByRole("button", { name: "ほかのすべてのブラウザをログアウトさせる" }).click();
  await expect(page.locator("#status")).toContainText("ログアウトさせました。");
  await expect(page.locator("#summary")).toBeHidden();
  await there.context().close();
});
