import type { Page } from "@playwright/test";

import { expect, refuses, sent, test } from "../desk.ts";
import { NEW_PASSWORD } from "../portal.ts";

/** The request of a form, with an answer that does not change the page. */
async function sends(page: Page, method: string, path: string, submit: () => Promise<void>): Promise<Record<string, unknown>> {
  await refuses(page, method, path, 503, { code: "temporarily-unavailable" });
  const asked = page.waitForRequest((request) => request.method() === method && request.url().endsWith(path));
  await submit();
  const body = (await asked).postDataJSON() as Record<string, unknown>;
  await expect(page.locator("#summary")).toContainText("ただいま処理できませんでした。");
  return body;
}

/** Pastes text into a field through the clipboard. */
async function pastes(page: Page, field: string, text: string): Promise<void> {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const copier = await page.context().newPage();
  await copier.goto("about:blank");
  await copier.setContent("<textarea></textarea>");
  await copier.locator("textarea").fill(text);
  await copier.locator("textarea").press("Control+a");
  await copier.locator("textarea").press("Control+c");
  await copier.close();
  await page.bringToFront();
  await page.locator(field).fill("");
  await page.locator(field).press("Control+v");
}

test("a code may be pasted with whatever mail programs and people put between its digits", async ({ page, clerk }) => {
  await clerk.isAt("registration-otp");
  for (const [typed, meant] of [
    ["123 456", "123456"],
    ["１２３４５６", "123456"],
    ["123-456", "123456"],
    ["012345\n", "012345"],
    ["０１２−３４５", "012345"],
    ["　ワ 0 1 2 3 4 5 ".replace("ワ", ""), "012345"],
  ] as const) {
    await pastes(page, "#code", typed);
    const body = await sends(page, "POST", "/registration/otp", () => page.locator("#code").press("Enter"));
    expect(body, JSON.stringify(typed)).toEqual({ code: meant });
    await expect(page.locator("#code")).toHaveValue(meant);
  }
});

test("an ID of 電子請求受付システム in full-width small letters is put right in sight, and it is said so", async ({ page }) => {
  await page.goto("/registration.html");
  await page.locator("#userId").pressSequentially("ｋｊ ０００１２３");
  await expect(page.locator("#userId")).toHaveValue("ｋｊ ０００１２３");
  await page.locator("#userId").press("Tab");
  await expect(page.locator("#userId")).toHaveValue("KJ000123");
  await expect(page.locator("#userId-aside")).toHaveText("ユーザIDを「KJ000123」に直しました。");
  await page.locator("#userId").press("End");
  await page.locator("#userId").pressSequentially("4");
  await expect(page.locator("#userId-aside")).toHaveText("");
  await page.locator("#userId").press("Backspace");
  await page.locator("#password").fill("Mihon0001");
  const body = await sends(page, "POST", "/registration", () => page.locator("#password").press("Enter"));
  expect(body).toEqual({ userId: "KJ000123", password: "Mihon0001" });
});

test("kana, phone and mail address typed as the keyboard is set are put right; names keep their letters", async ({ page, clerk }) => {
  await clerk.isAt("registration-profile");
  const [local] = clerk.me.email.split("@");
  await page.locator("#email").fill(` ${local}＠ＥＸＡＭＰＬＥ．ＪＰ `);
  await page.locator("#name").fill("髙﨑　𠮷葛\u{E0100}郎");
  await page.locator("#nameKana").fill("たかさき ﾖｼｶﾂﾛｳ");
  await page.locator("#phone").fill("０３ー１２３４−5678");
  await clerk.submits();
  await clerk.at("registration-confirm");
  const main = page.locator("dl.review");
  await expect(main.locator(".email dd").first()).toContainText(clerk.me.email);
  await expect(main.locator(".name dd").first()).toHaveText(/^髙﨑 𠮷葛\u{E0100}郎$/u);
  await expect(main.locator(".nameKana dd").first()).toHaveText("タカサキ ヨシカツロウ");
  await expect(main.locator(".phone dd").first()).toHaveText("0312345678");
});

test("an input method is not disturbed while it composes, and its Enter sends nothing", async ({ page, clerk }) => {
  await clerk.isAt("registration-profile");
  const requests = sent(page, "PUT", "/registration/profile");
  const device = await page.context().newCDPSession(page);
  await page.locator("#nameKana").focus();
  for (const text of ["か", "かい", "かいg", "かいご"]) {
    await device.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
    await expect(page.locator("#nameKana")).toHaveValue(text);
  }
  await device.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Process", code: "Enter", windowsVirtualKeyCode: 229 });
  await device.send("Input.insertText", { text: "かいご" });
  await device.send("Input.dispatchKeyEvent", { type: "keyUp", key: "Enter", code: "Enter", windowsVirtualKeyCode: 13 });
  await expect(page.locator("#nameKana")).toHaveValue("かいご");
  await expect(page.locator("#summary")).toBeHidden();
  expect(requests).toHaveLength(0);
  await page.locator("#nameKana").press("Tab");
  await expect(page.locator("#nameKana")).toHaveValue("カイゴ");
});

test("a password is sent as it was typed, with its blanks and its letters of any width", async ({ page, clerk }) => {
  const odd = " Ｐａss　髙ｶﾞ か\u3099 word ";
  await page.goto("/registration.html");
  await page.locator("#userId").fill("KJ1");
  await pastes(page, "#password", odd);
  await page.locator("#password").press("Tab");
  const claims = await sends(page, "POST", "/registration", () => page.getByRole("button", { name: "次へ進む" }).click());
  expect(claims["password"]).toBe(odd);
  await page.goto("/login.html");
  await page.locator("#email").fill("taro@example.jp");
  await page.locator("#password").fill(odd);
  await page.locator("#password").press("Tab");
  const login = await sends(page, "POST", "/login", () => page.getByRole("button", { name: "ログインする" }).click());
  expect(login["password"]).toBe(odd);
  await clerk.isAt("new-password");
  await page.locator("#newPassword").fill(odd);
  await page.locator("#again").fill(odd.normalize("NFC"));
  await clerk.readsTerms();
  await page.locator("#agree").check();
  const chosen = await sends(page, "POST", "/login/password", () => page.getByRole("button", { name: "パスワードを変更する" }).click());
  expect(chosen["newPassword"]).toBe(odd);
});

test("a password that is too long is not cut in silence", async ({ page }) => {
  await page.goto("/registration.html");
  await page.locator("#userId").fill("KJ1");
  await pastes(page, "#password", "a".repeat(140));
  await expect(page.locator("#password")).toHaveValue("a".repeat(140));
});

for (const name of ["registration", "login"]) {
  test(`a password on ${name} can be looked at, and is hidden again when it is sent`, async ({ page }) => {
    await page.goto(`/${name}.html`);
    const password = page.locator("#password");
    const reveal = page.locator(".reveal");
    const shown = page.getByRole("button", { name: "パスワードを隠す" });
    await page.locator("#userId, #email").first().fill(name === "login" ? "taro@example.jp" : "KJ1");
    await password.fill("Mihon0001");
    await expect(page.getByRole("button", { name: "パスワードを表示する" })).toBeVisible();
    await expect(shown).toBeHidden();
    // The name states the action; an additional pressed state would contradict it.
    await expect(reveal).not.toHaveAttribute("aria-pressed");
    await reveal.click();
    await expect(password).toHaveAttribute("type", "text");
    await expect(shown).toBeVisible();
    await expect(page.locator("#status")).toHaveText("パスワードを表示しています。");
    await reveal.press("Enter");
    await expect(password).toHaveAttribute("type", "password");
    await expect(page.locator("#status")).toHaveText("パスワードを隠しました。");
    await reveal.press("Space");
    await expect(password).toHaveAttribute("type", "text");
    await sends(page, "POST", `/${name}`, () => password.press("Enter"));
    await expect(password).toHaveAttribute("type", "password");
  });
}

test("Caps Lock and full-width letters in a password cause a notice, but no refusal", async ({ page }) => {
  await page.goto("/login.html");
  const aside = page.locator("#password-aside");
  await expect(aside).toHaveAttribute("role", "status");
  const key = (caps: boolean) =>
    page.locator("#password").evaluate((field, caps) => field.dispatchEvent(new KeyboardEvent("keydown", { key: "A", modifierCapsLock: caps })), caps);
  await page.locator("#password").focus();
  await key(true);
  await expect(aside).toHaveText("Caps Lock がオンになっています。");
  await key(false);
  await expect(aside).toHaveText("");
  await page.locator("#password").fill("Ｍihon");
  await expect(aside).toContainText("全角文字が含まれています。");
  await page.locator("#email").fill("taro@example.jp");
  const body = await sends(page, "POST", "/login", () => page.locator("#password").press("Enter"));
  expect(body["password"]).toBe("Ｍihon");
});

test("what the browser fills in by itself stays, and disturbs nothing", async ({ page, context }) => {
  await context.addInitScript(() =>
    addEventListener("DOMContentLoaded", () => {
      for (const [name, value] of [["userId", "KJ1"], ["email", "taro@example.jp"], ["password", "Mihon0001"]] as const) {
        const field = document.querySelector<HTMLInputElement>(`#${name}`);
        if (field === null) continue;
        // Autofill fires key events without a key.
        setTimeout(() => field.dispatchEvent(new Event("keydown")), 20);
        field.value = value;
        field.dispatchEvent(new Event("input"));
        field.dispatchEvent(new Event("change"));
      }
    }),
  );
  for (const name of ["registration", "login"]) {
    await page.goto(`/${name}.html`, { waitUntil: "load" });
    await page.waitForTimeout(60);
    await expect(page.locator("#password")).toHaveValue("Mihon0001");
  }
});

const TOKENS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  registration: { userId: "section-seikyu username", password: "section-seikyu current-password", acceptLockRisk: "" },
  "registration-security-code": { securityCode: "off" },
  "registration-otp": { code: "one-time-code" },
  "registration-profile": {
    email: "username",
    name: "name",
    nameKana: "off",
    department: "off",
    jobTitle: "organization-title",
    phone: "tel",
  },
  login: { email: "username", password: "current-password" },
  "login-otp": { code: "one-time-code" },
  "new-password": { username: "username", newPassword: "new-password", again: "new-password", agree: "" },
  "password-reset": { email: "username" },
  "password-reset-otp": { code: "one-time-code" },
  "password-reset-password": { username: "username", newPassword: "new-password", again: "new-password" },
  "my-profile": { name: "name", nameKana: "off", department: "off", jobTitle: "organization-title", phone: "tel" },
  "my-email": { email: "email", currentPassword: "current-password" },
  "my-email-otp": { code: "one-time-code" },
  "my-password": { username: "username", currentPassword: "current-password", newPassword: "new-password", again: "new-password" },
  "member-new": { email: "off", name: "name", nameKana: "off", department: "off", jobTitle: "organization-title", phone: "tel" },
  "member-confirm": { currentPassword: "current-password" },
  member: { currentPassword: "current-password" },
};

test("every field tells password managers what it is, stands in a form, and takes a paste whole", async ({ page }) => {
  test.slow();
  await page.route("**/api/**", () => undefined);
  for (const [name, tokens] of Object.entries(TOKENS)) {
    await page.goto(`/${name}.html`);
    const found = await page.evaluate(() => {
      const fields = [...document.querySelectorAll<HTMLInputElement>("input, select, textarea")];
      return {
        tokens: Object.fromEntries(fields.map((field) => [field.id, field.autocomplete])),
        stray: fields.filter((field) => field.form === null || field.form.method !== "post" || !field.form.noValidate).map((field) => field.id),
        barred: document.querySelectorAll("[placeholder], [disabled], [readonly], [autofocus], [pattern], [onpaste], [required]").length,
        types: fields.filter((field) => ["number", "email"].includes(field.type)).length,
        short: fields.filter((field) => field.maxLength >= 0 && field.maxLength < 32).map((field) => field.id),
      };
    });
    expect(found, name).toEqual({ tokens, stray: [], barred: 0, types: 0, short: [] });
  }
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("beside the new password is a hidden field with its account", async ({ page, clerk }) => {
  await clerk.isAt("registration-completed");
  await clerk.startsLogin(await clerk.initialPassword());
  await clerk.entersLoginCode();
  await clerk.at("new-password");
  await expect(page.locator("#username")).toHaveValue(clerk.me.email);
  const order = await page.evaluate(() => [...document.querySelectorAll("form input")].map((field) => field.id));
  expect(order.slice(0, 2)).toEqual(["username", "newPassword"]);
  await pastes(page, "#newPassword", NEW_PASSWORD);
  await pastes(page, "#again", NEW_PASSWORD);
  await expect(page.locator("#again")).toHaveValue(NEW_PASSWORD);
});

test("a click on the button behind a field that is put right is not lost", async ({ page }) => {
  await page.goto("/registration.html");
  await page.locator("#password").fill("Mihon0001");
  await page.locator("#userId").pressSequentially("ｋｊ１２３");
  await refuses(page, "POST", "/registration", 503, { code: "claims-unavailable" });
  await page.getByRole("button", { name: "次へ進む" }).click();
  await expect(page.locator("#summary")).toContainText("電子請求受付システムにつながりません。");
  await expect(page.locator("#userId-aside")).toHaveText("ユーザIDを「KJ123」に直しました。");
});
