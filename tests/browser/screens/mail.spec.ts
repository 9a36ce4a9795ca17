import { clerkOf, complains, expect, test } from "../desk.ts";
import { Clerk, PASSWORD_SUBJECT, REGISTRATION_SUBJECT, mailTo, mailsTo, newOffice, told } from "../portal.ts";

test("the delivery status is shown while the user waits: first that the mail is prepared, then that it has arrived", async ({ page, clerk }) => {
  let asked = 0;
  await page.route("**/api/v1/registration", async (route) => {
    asked += 1;
    if (asked > 1) return route.fallback();
    const response = await route.fetch();
    const progress = (await response.json()) as { otp: { delivery: string } };
    progress.otp.delivery = "queued";
    return route.fulfill({ response, json: progress });
  });
  await clerk.isAt("registration-otp");
  await expect(page.locator("#delivery")).toHaveAttribute("role", "status");
  await expect(page.locator("#delivery")).toHaveText("送信の準備をしています");
  await expect(page.locator("#delivery")).toHaveText("届きました");
});

test("an undeliverable mail is reported, with what to do", async ({ page, request, clerk }) => {
  await request.put(`/_dev/mail-behaviour/${clerk.office.mailAddress}`, { data: { outcome: "bounce" } });
  await clerk.isAt("registration-otp");
  await expect(page.locator("#delivery")).toHaveText("届きませんでした");
  await expect(page.locator("#delivery-help")).toHaveText(
    "このメールアドレスには届きませんでした。メールアドレスが正しいか、メールボックスがいっぱいでないかを確かめてください。",
  );
  await expect(page.locator("#delivery-help")).toHaveAttribute("role", "status");
});

test("an undeliverable initial password is reported on the waiting screen", async ({ page, request, clerk }) => {
  await request.put(`/_dev/mail-behaviour/${clerk.me.email}`, { data: { outcome: "bounce" } });
  await clerk.isAt("registration-completed");
  await expect(page.locator("#delivery")).toHaveText("届きませんでした");
  await expect(page.locator("#delivery-help")).toContainText("このメールアドレスには届きませんでした。");
});

test("the screen names the mail: its subject, whom it went to, its 照合記号 and until when it counts", async ({ page, clerk }) => {
  await clerk.isAt("registration-otp");
  const mail = await mailTo(clerk.request, clerk.office.mailAddress, REGISTRATION_SUBJECT);
  await expect(page.locator(".label")).toHaveText(told(mail, "照合記号"));
  await expect(page.locator("main")).toContainText(`メールの件名は「${mail.subject}」となります。`);
  await expect(page.locator("main")).toContainText("j***@e***.jp");
  await expect(page.locator("main dl")).toContainText(told(mail, "有効期限"));
  await expect(page.getByRole("heading", { name: "メールが届かないとき" })).toBeVisible();
});

test("half a minute later a code and an initial password can be sent again, and the screen shows when", async ({ page, request, browser, clerk }) => {
  const context = await browser.newContext();
  const other = new Clerk(await context.newPage(), request, await newOffice(request));
  await clerk.isAt("registration-otp");
  const first = await mailTo(request, clerk.office.mailAddress, REGISTRATION_SUBJECT);
  await page.getByRole("button", { name: "再送する" }).click();
  await complains(page, /あと[0-9]+秒で、もう一度送れます。/);
  await other.isAt("registration-completed");
  const password = await other.initialPassword();
  await other.page.getByRole("button", { name: "初期パスワードをもう一度送る" }).click();
  await complains(other.page, /あと[0-9]+秒で、もう一度送れます。/);
  await page.waitForTimeout(31_000);

  await page.getByRole("button", { name: "再送する" }).click();
  await expect(page.locator("#status")).toHaveText(/^ワンタイムパスワードを送りました。（[0-9]{1,2}時[0-9]{2}分）$/);
  await expect(page.locator("#summary")).toBeHidden();
  await expect(page).not.toHaveTitle(/エラー/);
  await expect(page.locator("#code")).toBeFocused();
  await expect(page.locator("#sends-left")).toHaveText("あと3回再送できます。");
  const second = await mailTo(request, clerk.office.mailAddress, REGISTRATION_SUBJECT, 1);
  expect(told(second, "ワンタイムパスワード")).toBe(told(first, "ワンタイムパスワード"));
  await expect(page.locator(".label")).toHaveText(told(second, "照合記号"));

  await other.page.getByRole("button", { name: "初期パスワードをもう一度送る" }).click();
  await expect(other.page.locator("#status")).toHaveText(/^初期パスワードを送りました。（[0-9]{1,2}時[0-9]{2}分）$/);
  expect(told(await mailTo(request, other.me.email, PASSWORD_SUBJECT, 1), "初期パスワード")).toBe(password);
  await context.close();
});

test("ユーザ登録完了 shows the same after a reload, and sends nothing", async ({ page, clerk }) => {
  await clerk.isAt("registration-completed");
  await clerk.initialPassword();
  const said = async () => (await page.locator("#content").innerText()).replace(/送信の準備をしています|送信済み|届きました/, "");
  await expect(page.locator("main")).toContainText("no-reply@mail.kaigo-kiban-portal.jp");
  await expect(page.locator("#password-mail")).toContainText("t***@e***.jp");
  const before = await said();
  await page.reload();
  await clerk.at("registration-completed");
  expect(await said()).toBe(before);
  expect(before).toContain(clerk.me.email);
  expect(await mailsTo(clerk.request, clerk.me.email, PASSWORD_SUBJECT)).toHaveLength(1);
});

test("no secret of a mail stands on any screen or in the browser's memory", async ({ page, request }) => {
  const clerk = await clerkOf(page, request, {});
  await clerk.registers();
  const password = await clerk.initialPassword();
  await clerk.startsLogin(password);
  const memory = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie, location.href, history.state]));
  for (const secret of [password, clerk.office.password, await clerk.registrationCode()]) expect(memory).not.toContain(secret);
  await expect(page.getByText(password)).toHaveCount(0);
});
