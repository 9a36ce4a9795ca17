import type { Page } from "@playwright/test";

import { clerkOf, comesBack, comesBackEmptied, expect, refuses, sent, test } from "../desk.ts";
import { type Clerk, PASSWORD_SUBJECT, REGISTRATION_SUBJECT, mailsTo } from "../portal.ts";

const codes = async (clerk: Clerk) => (await mailsTo(clerk.request, clerk.office.mailAddress, REGISTRATION_SUBJECT)).length;

/** Back leads to the start page, which knows the flow in progress and continues it. */
async function backAndOn(clerk: Clerk, place: string): Promise<void> {
  await clerk.page.goBack();
  await clerk.at("registration");
  await expect(clerk.page.locator("#resume")).toContainText("初回利用登録の途中です");
  await expect(clerk.page.locator("#userId")).toHaveValue(clerk.office.userId);
  await expect(clerk.page.locator("#password")).toHaveValue("");
  await clerk.page.getByRole("link", { name: "続きから進む" }).click();
  await clerk.at(place);
}

test("back from any screen of the registration leads to its start, which leads on; nothing is sent again", async ({ page, request }) => {
  const clerk = await clerkOf(page, request, { securityCode: "20260002" });
  const sends = ["POST /registration", "POST /registration/security-code", "POST /registration/otp", "PUT /registration/profile", "POST /registration/confirm"].map(
    (call) => sent(page, call.split(" ")[0] ?? "", call.split(" ")[1] ?? ""),
  );
  await page.goto("/registration.html");
  await page.locator("#userId").fill(clerk.office.userId);
  await page.locator("#password").fill(clerk.office.password);
  await clerk.submits();
  await clerk.at("registration-security-code");
  await backAndOn(clerk, "registration-security-code");
  await page.locator("#securityCode").fill("20260002");
  await clerk.submits();
  await clerk.at("registration-otp");
  await backAndOn(clerk, "registration-otp");
  await clerk.entersRegistrationCode();
  await clerk.at("registration-profile");
  await backAndOn(clerk, "registration-profile");
  await clerk.fillsProfile();
  await clerk.submits();
  await clerk.at("registration-confirm");
  await backAndOn(clerk, "registration-confirm");
  await clerk.submits();
  await clerk.at("registration-completed");
  expect(sends.map((requests) => requests.length)).toEqual([1, 1, 1, 1, 1]);
  expect(await codes(clerk)).toBe(1);
  expect(await mailsTo(request, clerk.me.email, PASSWORD_SUBJECT)).toHaveLength(1);
});

test("what is completed is not called unfinished, neither at the start nor at ログイン", async ({ page, clerk }) => {
  await clerk.isAt("registration-completed");
  await page.getByRole("link", { name: "ログイン画面へ" }).click();
  await expect(page.locator("#resume-registration")).toBeHidden();
  await page.goto("/registration.html");
  await expect(page.locator("#resume")).toBeHidden();
  await page.goBack();
  await page.goBack();
  await clerk.at("registration-completed");
});

test("back from the code of ログイン leads to ログイン with the ID in it, and on from there", async ({ page, clerk }) => {
  await clerk.isAt("registration-completed");
  await clerk.startsLogin(await clerk.initialPassword());
  await page.goBack();
  await clerk.at("login");
  await expect(page.locator("#email")).toHaveValue(clerk.me.email);
  await expect(page.locator("#password")).toHaveValue("");
  await expect(page.locator("#resume-login")).toContainText("ログインの途中です");
  await page.locator("#resume-login").getByRole("link").click();
  await clerk.at("login-otp");
  await clerk.entersLoginCode();
  await clerk.at("new-password");
  await page.goBack();
  await clerk.at("login");
  await page.locator("#resume-login").getByRole("link").click();
  await clerk.at("new-password");
});

/** Reload: the same screen, and nothing is sent. */
async function stays(page: Page, clerk: Clerk, name: string): Promise<void> {
  const changing: string[] = [];
  const listen = (request: { method(): string; url(): string }) => {
    if (request.method() !== "GET") changing.push(request.url());
  };
  await page.goto(clerk.url(name));
  await clerk.at(name);
  page.on("request", listen);
  await page.reload();
  await clerk.at(name);
  await expect(page.locator("#content")).toBeVisible();
  page.off("request", listen);
  expect(changing, name).toEqual([]);
}

test("reloading a screen of the registration keeps the step and sends nothing", async ({ page, request }) => {
  const clerk = await clerkOf(page, request, { securityCode: "20260002" });
  await clerk.sends("post", "/registration", { userId: clerk.office.userId, password: clerk.office.password });
  await stays(page, clerk, "registration-security-code");
  await clerk.sends("post", "/registration/security-code", { securityCode: "20260002" });
  await stays(page, clerk, "registration-otp");
  await clerk.sends("post", "/registration/otp", { code: await clerk.registrationCode() });
  await stays(page, clerk, "registration-profile");
  const { draft } = (await clerk.sends("put", "/registration/profile", clerk.me)) as { draft: string };
  await stays(page, clerk, "registration-confirm");
  await clerk.sends("post", "/registration/confirm", { draft });
  await stays(page, clerk, "registration-completed");
  expect(await codes(clerk)).toBe(1);
});

test("reloading a screen of ログイン keeps the step and sends nothing", async ({ page, clerk }) => {
  await clerk.isAt("login-otp");
  await stays(page, clerk, "login-otp");
  await clerk.sends("post", "/login/otp", { code: await clerk.loginCode() });
  await stays(page, clerk, "new-password");
});

test("a screen from the back-forward cache leads to the current step", async ({ page, clerk }) => {
  await clerk.isAt("registration-otp");
  await clerk.sends("post", "/registration/otp", { code: await clerk.registrationCode() });
  await comesBack(page);
  await clerk.at("registration-profile");
});

test("a page from the browser's memory whose time is over leads to 受け付けの終了", async ({ page, clerk }) => {
  await clerk.isAt("registration-otp");
  await page.context().clearCookies();
  await comesBack(page);
  await page.waitForURL(/expired\.html#registration$/);
});

test("a code entered in the older of two tabs leads on, and spends nothing", async ({ page, clerk }) => {
  await clerk.isAt("registration-otp");
  await clerk.sends("post", "/registration/otp", { code: await clerk.registrationCode() });
  await page.locator("#code").fill("000000");
  await clerk.submits();
  await clerk.at("registration-profile");
  await expect(page.locator("#status")).toHaveText("手続きは先に進んでいます。いまの画面に移りました。");
});

test("登録する in the older of two tabs leads to ユーザ登録完了, and registers only once", async ({ page, clerk }) => {
  await clerk.isAt("registration-confirm");
  const { draft } = (await (await page.request.get("/api/v1/registration")).json()) as { draft: string };
  await clerk.sends("post", "/registration/confirm", { draft });
  await clerk.submits();
  await clerk.at("registration-completed");
  expect(await mailsTo(clerk.request, clerk.me.email, PASSWORD_SUBJECT)).toHaveLength(1);
});

test("what was changed in another tab has to be looked at again before 登録する", async ({ page, clerk }) => {
  await clerk.isAt("registration-confirm");
  await clerk.sends("put", "/registration/profile", { ...clerk.me, name: "介護 花子" });
  await clerk.submits();
  await expect(page.locator("#status")).toHaveText("登録内容が、別の画面で変更されました。内容をもう一度確認してください。");
  await expect(page.locator("main")).toContainText("介護 花子");
  await clerk.submits();
  await clerk.at("registration-completed");
});

test("an old bookmark of any screen of a procedure leads to a friendly page with a new start", async ({ page }) => {
  for (const name of ["security-code", "otp", "profile", "confirm", "completed", "already-registered"]) {
    await page.goto(`/registration-${name}.html`);
    await page.waitForURL(/expired\.html#registration$/);
    await expect(page.getByText("安全のため、入力の受け付けを終了しました。")).toBeVisible();
    await expect(page.getByRole("link", { name: "初回利用登録をやり直す" })).toBeVisible();
  }
  for (const name of ["login-otp", "new-password"]) {
    await page.goto(`/${name}.html`);
    await page.waitForURL(/expired\.html#login$/);
    await expect(page.locator("main a.go")).toHaveText("ログイン画面へ");
  }
  await page.goto("/my-page.html");
  await page.waitForURL(/login\.html#ended$/);
  await expect(page.locator("#status")).toContainText("もう一度ログインしてください。");
});

test("受け付けの終了 says the same in another language as here", async ({ page }) => {
  await page.goto("/expired.html#login");
  await page.locator("nav.languages a").first().click();
  await page.waitForURL(/\/(easy|en)\/expired\.html#login$/);
  await expect(page.locator("#of-login")).toBeVisible();
  await expect(page.locator("#of-registration")).toBeHidden();
});

test("after ログアウト, back shows nothing of the person", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await page.goto("/index.html");
  await expect(page.locator("#who")).toContainText(clerk.me.name);
  await page.goto("/my-page.html");
  await clerk.at("my-page");
  await page.getByRole("button", { name: "ログアウト" }).click();
  await page.waitForURL(/logged-out/);
  for (let turn = 0; turn < 2; turn++) {
    await page.goBack();
    await expect(page.locator("main")).toBeVisible();
    await expect(page.locator("main:not([hidden]) h1")).toBeVisible();
    await expect(page.getByText(clerk.me.name)).toHaveCount(0);
    await expect(page.getByText(clerk.me.email)).toHaveCount(0);
  }
});

test("pages from the back-forward cache show no data of a user who has logged out", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await expect(page.getByText(clerk.me.email)).toBeHidden();
  await page.goto("/index.html");
  await expect(page.locator("#who")).toContainText(clerk.me.name);
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await expect(page.locator("#who")).toBeHidden();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await expect(page.locator("#who")).toBeVisible();
  await page.request.post("/api/v1/logout", { data: {} });
  await comesBack(page);
  await expect(page.locator("#enter")).toContainText("ログイン");
  await expect(page.locator("#who")).toBeHidden();
});

test("ログイン from the back-forward cache leads a logged-in user to マイページ", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await page.route("**/api/v1/me", (route) => route.abort(), { times: 1 });
  await page.goto("/login.html");
  await comesBack(page);
  await clerk.at("my-page");
});

test("after the expiry the registration starts again and keeps the input", async ({ page, clerk }) => {
  await clerk.isAt("registration-profile");
  await clerk.fillsProfile();
  await page.context().clearCookies();
  await clerk.submits();
  await page.waitForURL(/expired\.html#registration$/);
  await page.getByRole("link", { name: "初回利用登録をやり直す" }).click();
  await clerk.at("registration");
  await expect(page.locator("#resume")).toBeHidden();
  await clerk.isAt("registration-profile");
  await expect(page.locator("#status")).toHaveText("前に入力した内容を表示しています。");
  for (const [name, value] of Object.entries(clerk.me)) await expect(page.locator(`#${name}`)).toHaveValue(value);
});

test("another language in the middle keeps the place and what was typed", async ({ page, clerk }) => {
  await clerk.isAt("registration-profile");
  await page.locator("#name").fill("髙橋 花子");
  await page.locator("#phone").fill("03-1234");
  await page.locator("nav.languages a").last().click();
  await page.waitForURL(/\/en\/registration-profile\.html$/);
  await expect(page.locator("#name")).toHaveValue("髙橋 花子");
  await expect(page.locator("#phone")).toHaveValue("03-1234");
});

test("手続きを中止する ends it, and what was typed is gone as it was said", async ({ page, clerk }) => {
  await clerk.isAt("registration-profile");
  await clerk.fillsProfile();
  page.once("dialog", (dialog) => void dialog.dismiss());
  await page.getByRole("button", { name: "手続きを中止する" }).click();
  await expect(page.locator("#name")).toHaveValue(clerk.me.name);
  page.once("dialog", (dialog) => void dialog.accept());
  await page.getByRole("button", { name: "手続きを中止する" }).click();
  await page.waitForURL(/login\.html#cancelled$/);
  await expect(page.locator("#status")).toHaveText("手続きを中止しました。");
  await expect(page.locator("#resume-registration")).toBeHidden();
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain(clerk.me.name);
  await clerk.isAt("registration-profile");
  await expect(page.locator("#name")).toHaveValue("");
});

test("a finished registration that has run out says to log in, and not to begin again", async ({ page, context, clerk }) => {
  await clerk.isAt("registration-completed");
  await context.clearCookies();
  await page.reload();
  await page.waitForURL(/expired\.html#completed$/);
  await expect(page.getByText("登録は完了しています。")).toBeVisible();
  await expect(page.getByRole("link", { name: "初回利用登録をやり直す" })).toHaveCount(0);
  await page.getByRole("link", { name: "ログイン画面へ" }).click();
  await clerk.at("login");
});

test("what was typed for one office is not put into the form of another", async ({ page, request, clerk }) => {
  await clerk.isAt("registration-profile");
  await page.locator("#name").fill(clerk.me.name);
  await page.reload();
  await expect(page.locator("#name")).toHaveValue(clerk.me.name);
  const colleague = await clerkOf(page, request, {});
  await colleague.isAt("registration-profile");
  await expect(page.locator("#name")).toHaveValue("");
});

test("two minutes before a procedure ends, it says so", async ({ page, clerk }) => {
  await page.clock.install();
  await clerk.isAt("registration-profile");
  await page.clock.fastForward("28:05");
  await expect(page.locator("#status")).toHaveText("この手続きは、あと2分で受け付けを終了します。");
});

test("from an old address below a folder one comes to the portal", async ({ page }) => {
  await page.goto("/inquiry/input");
  await page.getByRole("main").getByRole("link", { name: "トップページへ" }).click();
  await page.waitForURL(/\/index\.html$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("トップページ");
});

test("on a computer whose clock is wrong, what has begun can be gone on with, until the time that the server says", async ({ page, clerk }) => {
  for (const minutes of [45, -300]) {
    await page.clock.setSystemTime(Date.now() + minutes * 60_000);
    await clerk.provesOffice();
    const until = (await page.locator("#until").textContent())?.match(/[0-9]+時[0-9]+分/)?.[0] ?? "?";
    await page.goBack();
    await clerk.at("registration");
    await expect(page.locator("#resume")).toContainText(`（${until}まで有効）`);
    await page.getByRole("link", { name: "続きから進む" }).click();
    await clerk.at("registration-otp");
  }
});

test("what this tab remembers of a procedure that is over is not believed", async ({ page, clerk }) => {
  const hints = () => {
    for (const flow of ["registration", "login", "password-reset"]) {
      sessionStorage.setItem(`${flow}-begun`, "1");
      sessionStorage.setItem(`${flow}-until`, new Date(Date.now() + 600_000).toISOString());
    }
  };
  await clerk.isAt("registration-completed");
  for (const name of ["registration", "login"]) {
    await page.evaluate(hints);
    const asked = page.waitForResponse("**/api/v1/registration");
    await page.goto(`/${name}.html`);
    await asked;
    await expect(page.locator("[id^=resume]")).toHaveCount(name === "login" ? 3 : 1);
    await expect(page.getByRole("link", { name: "続きから進む" })).toHaveCount(0);
    // Nor data in a page from the back-forward cache.
    await page.evaluate(hints);
    const again = page.waitForResponse("**/api/v1/registration");
    await comesBack(page);
    await again;
    await page.waitForTimeout(100);
    await expect(page.getByRole("link", { name: "続きから進む" })).toHaveCount(0);
  }
});

test("a start waits for the answer to an older question, which would take its cookie away", async ({ page, clerk }) => {
  await page.goto("/registration.html");
  await page.evaluate(() => sessionStorage.setItem("registration-begun", "1"));
  let answer = () => {};
  const question = new Promise<void>((after) => (answer = after));
  await page.route("**/api/v1/registration", async (route) => {
    if (route.request().method() !== "GET") return route.fallback();
    await question;
    await route.fallback();
  });
  const starts = sent(page, "POST", "/registration");
  await page.reload();
  await page.locator("#userId").fill(clerk.office.userId);
  await page.locator("#password").fill(clerk.office.password);
  await clerk.submits();
  await expect(page.locator("#status")).toHaveText("送信しています");
  await page.waitForTimeout(300);
  expect(starts).toHaveLength(0);
  answer();
  await clerk.at("registration-otp");
});

test("what was typed is there again where the browser has emptied it on the way back, and is not overwritten", async ({ page, clerk }) => {
  await clerk.isAt("registration-profile");
  await clerk.fillsProfile();
  const there = await comesBackEmptied(page);
  expect(there).toEqual(Object.values(clerk.me));
  await clerk.submits();
  await clerk.at("registration-confirm");
  await page.getByRole("link", { name: "入力画面に戻る" }).click();
  await clerk.at("registration-profile");
  // A field that the user has emptied stays empty.
  await page.locator("#department").fill("");
  await comesBack(page);
  await expect(page.locator("#department")).toHaveValue("");
  await clerk.submits();
  await clerk.at("registration-confirm");
  await expect(page.locator(".department dd").first()).toHaveText("（入力なし）");
});

const SECRETS = {
  registration: ["password"],
  "registration-security-code": ["securityCode"],
  login: ["password"],
  "new-password": ["newPassword", "again"],
  "my-password": ["currentPassword", "newPassword", "again"],
  "password-reset-password": ["newPassword", "again"],
} as const;

for (const [name, fields] of Object.entries(SECRETS)) {
  test(`a secret on ${name} is hidden and gone for the next person who comes back to it`, async ({ page, request }) => {
    const clerk = await clerkOf(page, request, { securityCode: "20260002" });
    if (name === "registration-security-code" || name === "new-password") await clerk.isAt(name);
    else if (name === "my-password") {
      await clerk.isAt("my-page");
      await page.goto(clerk.url(name));
      await clerk.at(name);
    } else if (name === "password-reset-password") {
      await clerk.isAt("my-page");
      const seen = await clerk.asksForReset();
      await clerk.entersLoginCode(seen);
      await clerk.at(name);
    } else await page.goto(`/${name}.html`);
    const types = async () => {
      for (const field of fields) {
        await page.locator(`#${field}`).fill("himitsu no kotoba");
        await page.locator(`.reveal[aria-controls=${field}]`).click();
        await expect(page.locator(`#${field}`)).toHaveAttribute("type", "text");
      }
    };
    const gone = async () => {
      for (const field of fields) {
        await expect(page.locator(`#${field}`)).toHaveAttribute("type", "password");
        await expect(page.locator(`#${field}`)).toHaveValue("");
        await expect(page.locator(`.reveal[aria-controls=${field}] [data-reveal=show]`)).toHaveJSProperty("hidden", false);
      }
    };
    await types();
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
    await gone();
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    await types();
    await page.goto("/faq.html");
    await page.goBack();
    await clerk.at(name);
    await gone();
  });
}

test("the password typed as proof is gone for the next person who comes back to it", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await page.goto(clerk.url("members"));
  await page.locator("#members > li").getByRole("link", { name: "変更・削除" }).click();
  await clerk.at("member");
  await page.getByRole("button", { name: "利用者にする" }).click();
  await refuses(page, "PATCH", `/members/${new URL(page.url()).hash.slice(1)}`, 403, { code: "fresh-proof-required" });
  await page.getByRole("button", { name: "実行する" }).click();
  await page.locator("#currentPassword").fill("himitsu no kotoba");
  await page.locator(".reveal").click();
  await comesBack(page);
  await expect(page.locator("#currentPassword")).toHaveValue("");
  await expect(page.locator("#currentPassword")).toHaveAttribute("type", "password");
});

test("the folder of a language is its first page", async ({ page }) => {
  for (const folder of ["easy", "en"]) {
    for (const path of [`/${folder}/`, `/${folder}`]) {
      const answer = await page.goto(path);
      // 304: a browser that has just seen the page asks whether it has changed.
      expect([200, 304], path).toContain(answer?.status());
      await expect(page.locator("html")).toHaveAttribute("data-page", "index");
      await page.locator("#enter a").click();
      await page.waitForURL(new RegExp(`/${folder}/login\\.html$`));
    }
  }
});
