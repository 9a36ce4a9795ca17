import type { APIRequestContext, BrowserContext } from "@playwright/test";

import { expect, sent, test } from "../desk.ts";
import { Clerk, NEW_PASSWORD } from "../portal.ts";

const HANAKO = { name: "見本 花子", nameKana: "ミホン ハナコ", phone: "0312345678" };

/** The same manager in another browser, who adds a colleague there. */
async function addsElsewhere(context: BrowserContext, clerk: Clerk, request: APIRequestContext): Promise<void> {
  const other = await context.browser()?.newContext();
  if (other === undefined) throw new Error("no browser");
  const there = new Clerk(await other.newPage(), request, clerk.office);
  await there.startsLogin(NEW_PASSWORD);
  await there.entersLoginCode(1);
  await there.at("my-page");
  const email = `hanako.${clerk.office.officeNumber}@example.jp`;
  const added = await there.page.request.post("/api/v1/members", { data: { ...HANAKO, email }, headers: { "Idempotency-Key": `adds-${clerk.office.officeNumber}-elsewhere` } });
  expect(added.status(), await added.text()).toBe(201);
  await other.close();
}

for (const name of ["my-page", "members"] as const) {
  test(`${name} in use shows within a minute what was changed elsewhere, and asks nothing where nobody is`, async ({ page, context, request, clerk }) => {
    await page.clock.install();
    await clerk.isAt("my-page");
    await page.goto(clerk.url(name));
    await clerk.at(name);
    const left = page.locator(name === "members" ? "#left" : "#users-left");
    await expect(left).toContainText("あと4名");
    await addsElsewhere(context, clerk, request);
    await page.clock.runFor("00:10");
    const asked = sent(page, "GET", "/me");
    await page.clock.fastForward("02:00");
    await page.waitForTimeout(300);
    expect(asked, "nobody is there, and the session may end").toHaveLength(0);
    await page.mouse.move(200, 200);
    await page.mouse.move(220, 220);
    await page.clock.fastForward("01:01");
    await expect(left).toContainText("あと3名");
    expect(asked).toHaveLength(1);
    // In the background it rests.
    await page.mouse.move(240, 240);
    await page.evaluate(() => Object.defineProperty(document, "hidden", { get: () => true, configurable: true }));
    await page.clock.fastForward("02:00");
    await page.waitForTimeout(300);
    expect(asked).toHaveLength(1);
  });
}

test("ユーザ登録完了 says no more of the mail once its reader has logged in, without a reload", async ({ page, clerk }) => {
  await page.clock.install();
  await clerk.isAt("registration-completed");
  await expect(page.locator("#password-mail")).toBeVisible();
  await expect(page.locator("#delivery")).toContainText("届きました", { timeout: 20_000 });
  await clerk.sends("post", "/login", { email: clerk.me.email, password: await clerk.initialPassword() });
  await clerk.sends("post", "/login/otp", { code: await clerk.loginCode() });
  const { version } = (await (await page.request.get("/api/v1/terms")).json()) as { version: string };
  await clerk.sends("post", "/login/terms/shown", { version });
  await clerk.sends("post", "/login/password", { newPassword: NEW_PASSWORD, agreedTerms: { version } });
  await page.clock.fastForward("01:01");
  await expect(page.locator("#password-mail")).toBeHidden();
});

test("where an address is typed, it is said that it is one office's, and how one mailbox serves two where that works", async ({ page, clerk }) => {
  const number = clerk.office.officeNumber;
  await clerk.isAt("registration-profile");
  await expect(page.locator("#email-note")).toHaveText(/1つのメールアドレスは、1つの事業所でだけ使えます。/);
  const hint = page.locator("#email-plus");
  for (const [typed, suggestion] of [["taro@docomo.ne.jp", ""], ["taro@gmail.com", `taro+${number}@gmail.com`], ["taro+a@gmail.com", ""]] as const) {
    await page.locator("#email").fill(typed);
    await page.locator("#name").focus();
    if (suggestion === "") await expect(hint, typed).toBeHidden();
    else await expect(hint, typed).toContainText(suggestion);
  }
});
