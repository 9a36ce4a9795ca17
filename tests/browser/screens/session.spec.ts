import type { Page } from "@playwright/test";

import { complains, expect, sent, test } from "../desk.ts";
import { type Clerk, NEW_PASSWORD } from "../portal.ts";

test("マイページ and every page to read say who is logged in, and where", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  for (const name of ["my-page", "index", "faq", "applications"]) {
    await page.goto(`/${name}.html`);
    const who = page.getByRole("group", { name: "ログインしている方" });
    await expect(who).toContainText(clerk.me.name);
    await expect(who).toContainText(clerk.office.officeName);
    const [box, main] = [await who.boundingBox(), await page.locator("main").boundingBox()];
    expect((box?.y ?? 0) < (main?.y ?? 0), "above what is on the page").toBe(true);
    await expect(who.getByRole("button", { name: "ログアウト" })).toBeVisible();
  }
  await page.goto("/index.html");
  await page.getByRole("main").getByRole("link", { name: "マイページへ" }).click();
  await clerk.at("my-page");
  await page.goto("/login.html");
  await clerk.at("my-page");
});

test("マイページ tells of the last log-in by day and clock", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await page.getByRole("button", { name: "ログアウト" }).click();
  await page.waitForURL(/logged-out/);
  await clerk.startsLogin(NEW_PASSWORD);
  await clerk.entersLoginCode(1);
  await clerk.at("my-page");
  await expect(page.locator("dd").filter({ hasText: "覚えのない日時のときは" })).toContainText(/[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日 (?!0[0-9])[0-9]{1,2}時[0-9]{2}分/);
});

async function isWarned(page: Page, clerk: Clerk): Promise<void> {
  await page.clock.install();
  await clerk.isAt("my-page");
  await page.locator("main").getByRole("link", { name: "各種申請" }).focus();
  await page.clock.fastForward("28:10");
  await expect(page.getByRole("dialog", { name: "まもなくログアウトします" })).toBeVisible();
}

test("the warning works in a browser that knows no dialogs", async ({ page, clerk }) => {
  await page.addInitScript(() => {
    for (const name of ["showModal", "show", "close", "open"]) Reflect.deleteProperty(HTMLDialogElement.prototype, name);
  });
  await page.clock.install();
  await clerk.isAt("my-page");
  await expect(page.locator("#ending")).toBeHidden();
  await page.clock.fastForward("28:10");
  await expect(page.locator("#ending")).toBeVisible();
  await page.getByRole("button", { name: "続ける" }).click();
  await expect(page.locator("#ending")).toBeHidden();
  await expect(page.locator("#status")).toHaveText("ログインを続けています。");
});

test("two minutes before the end a warning asks, and Escape or 続ける goes on from where one was", async ({ page, clerk }) => {
  await isWarned(page, clerk);
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("あと2分でログアウトします。");
  expect(await dialog.evaluate((box) => box.contains(document.activeElement))).toBe(true);
  await page.clock.fastForward("01:00");
  await expect(dialog).toContainText("あと1分でログアウトします。");
  const asked = sent(page, "GET", "/me");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.locator("#status")).toHaveText("ログインを続けています。");
  expect(asked).toHaveLength(1);
  await expect(page.locator("main").getByRole("link", { name: "各種申請" })).toBeFocused();
  await page.clock.fastForward("28:10");
  await expect(dialog).toBeVisible();
  const before = asked.length;
  await dialog.getByRole("button", { name: "続ける" }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(() => asked.length).toBe(before + 1);
  await expect(page.locator("main").getByRole("link", { name: "各種申請" })).toBeFocused();
});

test("at the end of the session the page of the person gives way to one that says why", async ({ page, context, clerk }) => {
  await isWarned(page, clerk);
  await context.clearCookies();
  await page.clock.fastForward("02:05");
  await page.waitForURL(/logged-out\.html#ended$/);
  await expect(page.getByText("操作がないまま時間が過ぎたため、安全のためにログアウトしました。")).toBeVisible();
  await expect(page.getByText(clerk.me.name)).toHaveCount(0);
});

test("if it is unknown whether the session is over, personal data is hidden without a message that it has ended", async ({ page, context, clerk }) => {
  await isWarned(page, clerk);
  await context.setOffline(true);
  await page.clock.fastForward("02:05");
  await complains(page, "通信できませんでした。");
  await expect(page.locator("#content")).toBeHidden();
  await context.setOffline(false);
  await page.getByRole("button", { name: "もう一度読み込む" }).click();
  await expect(page.locator("#content")).toContainText(clerk.me.name);
});

test("ログアウトしました is not shown to a logged-in user", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await page.goto("/logged-out.html");
  await clerk.at("my-page");
});

test("a user who continues in another tab is not logged out in this one", async ({ page, clerk }) => {
  await isWarned(page, clerk);
  await page.clock.fastForward("02:05");
  await expect(page.getByRole("dialog")).toBeHidden();
  await clerk.at("my-page");
});

test("ログアウトする in the warning logs out, and says so where it cannot", async ({ page, context, clerk }) => {
  await isWarned(page, clerk);
  await context.setOffline(true);
  await page.getByRole("button", { name: "ログアウトする" }).click();
  await complains(page, "通信できませんでした。");
  await context.setOffline(false);
  await page.getByRole("button", { name: "ログアウト", exact: true }).click();
  await page.waitForURL(/logged-out/);
});

test("a tab come back to notices that another one has logged out", async ({ page, context, clerk }) => {
  await clerk.isAt("my-page");
  const other = await context.newPage();
  await other.goto("/index.html");
  await expect(other.locator("#who")).toBeVisible();
  await other.goto("/my-page.html");
  await other.getByRole("button", { name: "ログアウト" }).click();
  await other.waitForURL(/logged-out/);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.waitForURL(/login\.html#ended$/);
  await expect(page.getByText(clerk.me.name)).toHaveCount(0);
});

test("ログアウト leaves nothing of the person in the browser", async ({ page, context, clerk }) => {
  await clerk.isAt("registration-profile");
  await page.locator("#name").fill(clerk.me.name);
  await clerk.isAt("my-page");
  await page.getByRole("button", { name: "ログアウト" }).click();
  await page.waitForURL(/logged-out/);
  expect(await page.evaluate(() => [{ ...sessionStorage }, { ...localStorage }])).toEqual([{}, {}]);
  // The browser that has logged in before stays known as such.
  expect((await context.cookies()).map(({ name }) => name)).toEqual(["__Host-device"]);
  await expect(page.locator("#who")).toBeHidden();
});

test("ログアウト takes what is personal out of sight at once and says that it is sending; where it fails, it is there again", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  for (const name of ["index", "my-page"]) {
    await page.goto(`/${name}.html`);
    await expect(page.locator("#who")).toContainText(clerk.me.name);
    let answer = () => {};
    const answered = new Promise<void>((after) => (answer = after));
    await page.route("**/api/v1/logout", async (route) => {
      await answered;
      await route.abort();
    });
    await page.getByRole("button", { name: "ログアウト" }).click();
    await expect(page.locator("#status")).toHaveText("送信しています");
    for (const text of [clerk.me.name, clerk.me.email]) await expect(page.getByText(text).locator("visible=true")).toHaveCount(0);
    answer();
    await complains(page, "通信できませんでした。");
    await expect(page.locator("#who")).toBeVisible();
    await page.unrouteAll();
  }
  const told = page.waitForResponse("**/api/v1/logout");
  await page.getByRole("button", { name: "ログアウト" }).click();
  // Clearing a full cache would take seconds, and it contains no answers of the portal.
  expect(await (await told).headerValue("Clear-Site-Data")).toBe('"storage"');
  await page.waitForURL(/logged-out/);
});

/** Presses Tab until a control has the focus. */
async function tabsTo(page: Page, selector: string): Promise<void> {
  for (let turn = 0; turn < 60; turn++) {
    if (await page.evaluate((selector) => document.activeElement?.matches(selector) === true, selector)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not come to ${selector}`);
}

test("the terms are read and agreed to by keyboard alone; a tick too early says what is missing", async ({ page, clerk }) => {
  await clerk.isAt("new-password");
  await expect(page.locator("#terms h3").first()).toBeVisible();
  await expect(page.locator("#agree")).toHaveAttribute("aria-disabled", "true");
  await tabsTo(page, "#agree");
  await page.keyboard.press("Space");
  await expect(page.locator("#agree")).not.toBeChecked();
  await expect(page.getByRole("alert")).toHaveText("利用規約を最後までお読みいただくと、チェックできるようになります。枠の中を、最後の行まで進めてください。");
  await page.locator('label[for="agree"]').click({ force: true });
  await expect(page.locator("#agree")).not.toBeChecked();
  await page.locator("#again").focus();
  await tabsTo(page, "#terms");
  await expect(page.getByRole("region", { name: "利用規約の本文" })).toBeFocused();
  await page.keyboard.press("End");
  await expect(page.locator("#agree")).not.toHaveAttribute("aria-disabled");
  await expect(page.locator("#agree-aside")).toHaveText("利用規約を最後まで確認しました。チェックを入れることができます。");
  await tabsTo(page, "#agree");
  await page.keyboard.press("Space");
  await expect(page.locator("#agree")).toBeChecked();
});

test("terms that are short enough to be seen whole count as read", async ({ page, clerk }) => {
  await page.route("**/api/v1/terms", async (route) => {
    const response = await route.fetch();
    const terms = (await response.json()) as { sections: unknown[] };
    return route.fulfill({ response, json: { ...terms, sections: [{ heading: "第1条", paragraphs: ["短い規約です。"] }] } });
  });
  await clerk.isAt("new-password");
  await page.locator("#terms").scrollIntoViewIfNeeded();
  await expect(page.locator("#agree")).not.toHaveAttribute("aria-disabled");
  await page.locator("#agree").check();
});

test("terms that were read stay read after a reload; the passwords do not stay", async ({ page, clerk }) => {
  await clerk.isAt("new-password");
  await page.locator("#newPassword").fill(NEW_PASSWORD);
  const noted = page.waitForResponse(/terms\/shown$/);
  await clerk.readsTerms();
  await noted;
  await page.reload();
  await clerk.at("new-password");
  await expect(page.locator("#agree")).not.toHaveAttribute("aria-disabled");
  await expect(page.locator("#newPassword")).toHaveValue("");
});

test("from the ID of 電子請求受付システム to マイページ by keyboard alone", async ({ page, clerk }) => {
  const types = async (selector: string, text: string) => {
    await tabsTo(page, selector);
    await page.keyboard.insertText(text);
  };
  const presses = async (selector: string) => {
    await tabsTo(page, selector);
    await page.keyboard.press("Enter");
  };
  await page.goto("/");
  await page.keyboard.press("Tab");
  await expect(page.locator(".skip")).toBeFocused();
  await page.keyboard.press("Enter");
  await presses("#enter a");
  await page.waitForURL(/login\.html$/);
  await presses('a[href="registration.html"]');
  await clerk.at("registration");
  await types("#userId", clerk.office.userId);
  await types("#password", clerk.office.password);
  await page.keyboard.press("Enter");
  await clerk.at("registration-otp");
  await types("#code", await clerk.registrationCode());
  await page.keyboard.press("Enter");
  await clerk.at("registration-profile");
  for (const [name, value] of Object.entries(clerk.me)) await types(`#${name}`, value);
  await presses("button.go");
  await clerk.at("registration-confirm");
  await presses('a[href="registration-profile.html#name"]');
  await clerk.at("registration-profile");
  await expect(page.locator("#name")).toBeFocused();
  await page.keyboard.press("Enter");
  await clerk.at("registration-confirm");
  await presses("button.go");
  await clerk.at("registration-completed");
  await presses("a.go");
  await clerk.at("login");
  await types("#email", clerk.me.email);
  await types("#password", await clerk.initialPassword());
  await page.keyboard.press("Enter");
  await clerk.at("login-otp");
  await types("#code", await clerk.loginCode());
  await page.keyboard.press("Enter");
  await clerk.at("new-password");
  await expect(page.locator("#terms h3").first()).toBeVisible();
  await types("#newPassword", NEW_PASSWORD);
  await types("#again", NEW_PASSWORD);
  await tabsTo(page, "#terms");
  await page.keyboard.press("End");
  await expect(page.locator("#agree")).not.toHaveAttribute("aria-disabled");
  await tabsTo(page, "#agree");
  await page.keyboard.press("Space");
  await presses("button.go");
  await clerk.at("my-page");
  await presses('#who [data-action="logout"]');
  await page.waitForURL(/logged-out/);
});
