import { complains, expect, loses, marked, sent, test } from "../desk.ts";
import { NEW_PASSWORD, RESET_PASSWORD, mailTo, mailsTo } from "../portal.ts";

test("a forgotten password is set anew, and opens マイページ", async ({ clerk, page, request }) => {
  await clerk.isAt("my-page");
  await page.context().clearCookies();
  await page.goto(clerk.url("login"));
  await page.getByRole("link", { name: "パスワードを忘れた方" }).first().click();
  await page.waitForURL(/password-reset\.html$/);
  const seen = await clerk.asksForReset();
  await expect(page.locator("#content")).toContainText("メールが届いたかどうかは表示しません");
  await clerk.entersLoginCode(seen);
  await clerk.at("password-reset-password");
  await expect(page.locator("#whose")).toContainText("あおぞら介護センター");

  // The present one, and then one that is typed differently the second time.
  await clerk.choosesAnother(NEW_PASSWORD);
  await marked(page, "newPassword", "いまのパスワードや初期パスワードと同じものは使えません。");
  await page.locator("#newPassword").fill(RESET_PASSWORD);
  await page.locator("#again").fill(`${RESET_PASSWORD}!`);
  await clerk.submits();
  await marked(page, "again", "新しいパスワードと一致しません。");
  await clerk.choosesAnother(RESET_PASSWORD);
  await clerk.at("password-reset-done");
  const notice = await mailTo(request, clerk.me.email, "パスワードが再設定されました");
  expect(notice.text).toContain("お心当たりがない場合");

  await page.getByRole("link", { name: "ログイン画面へ" }).click();
  const codes = (await mailsTo(request, clerk.me.email, "ワンタイムパスワード発行通知")).length;
  await clerk.startsLogin(RESET_PASSWORD);
  await clerk.entersLoginCode(codes);
  await clerk.at("my-page");
});

test("an unknown address leads to the same screen, where no code is right", async ({ clerk, page }) => {
  await clerk.asksForReset();
  await expect(page.locator("#content")).toContainText("t***@e***.jp");
  await page.locator("#code").fill("123456");
  await clerk.submits();
  await marked(page, "code", "ワンタイムパスワードが違います。あと4回入力できます。");
});

test("a new password whose answer was lost is found done", async ({ clerk, page }) => {
  await clerk.isAt("my-page");
  const seen = await clerk.asksForReset();
  await clerk.entersLoginCode(seen);
  await clerk.at("password-reset-password");
  await loses(page, "POST", "/password-reset/password");
  await clerk.choosesAnother(RESET_PASSWORD);
  await complains(page, "通信できませんでした。");
  await clerk.choosesAnother(RESET_PASSWORD);
  await clerk.at("password-reset-done");
});

test("a double click asks for one mail, and what is no address for none", async ({ clerk, page }) => {
  await page.goto(clerk.url("password-reset"));
  const asked = sent(page, "POST", "/password-reset");
  await page.locator("#email").fill("taro");
  await clerk.submits();
  await marked(page, "email", "メールアドレスの形式が正しくありません。");
  expect(asked).toHaveLength(0);
  await page.locator("#email").fill(clerk.me.email);
  await page.locator("form button[type=submit]").dblclick();
  await clerk.at("password-reset-otp");
  expect(asked).toHaveLength(1);
});
