import type { Page } from "@playwright/test";

import { NETWORK, clerkOf, complains, expect, garbles, loses, refuses, sent, slowPages, test } from "../desk.ts";
import { type Clerk, NEW_PASSWORD, PASSWORD_SUBJECT, type Place, mailsTo } from "../portal.ts";

interface Sending {
  readonly title: string;
  readonly from?: Place;
  readonly prepares: (clerk: Clerk) => Promise<void>;
  readonly call: readonly [string, string];
  readonly to: string;
}

const SENDINGS: readonly Sending[] = [
  {
    title: "電子請求受付システム認証",
    prepares: async ({ page, office }) => {
      await page.goto("/registration.html");
      await page.locator("#userId").fill(office.userId);
      await page.locator("#password").fill(office.password);
    },
    call: ["POST", "/registration"],
    to: "registration-security-code",
  },
  {
    title: "セキュリティコード",
    from: "registration-security-code",
    prepares: ({ page, office }) => page.locator("#securityCode").fill(office.securityCode ?? ""),
    call: ["POST", "/registration/security-code"],
    to: "registration-otp",
  },
  {
    title: "ワンタイムパスワード",
    from: "registration-otp",
    prepares: async (clerk) => clerk.page.locator("#code").fill(await clerk.registrationCode()),
    call: ["POST", "/registration/otp"],
    to: "registration-profile",
  },
  {
    title: "登録内容を確認する",
    from: "registration-profile",
    prepares: (clerk) => clerk.fillsProfile(),
    call: ["PUT", "/registration/profile"],
    to: "registration-confirm",
  },
  {
    title: "登録する",
    from: "registration-confirm",
    prepares: async () => undefined,
    call: ["POST", "/registration/confirm"],
    to: "registration-completed",
  },
  {
    title: "ログインする",
    from: "registration-completed",
    prepares: async (clerk) => {
      await clerk.page.goto("/login.html");
      await clerk.page.locator("#email").fill(clerk.me.email);
      await clerk.page.locator("#password").fill(await clerk.initialPassword());
    },
    call: ["POST", "/login"],
    to: "login-otp",
  },
  {
    title: "パスワードを変更する",
    from: "new-password",
    prepares: async (clerk) => {
      await clerk.page.locator("#newPassword").fill(NEW_PASSWORD);
      await clerk.page.locator("#again").fill(NEW_PASSWORD);
      await clerk.readsTerms();
      await clerk.page.locator("#agree").check();
    },
    call: ["POST", "/login/password"],
    to: "my-page",
  },
];

/** Clicks repeatedly until the page is gone; by script, because the mouse would wait for the next page. */
async function pressesAgainAndAgain(page: Page, button: string): Promise<void> {
  await page.evaluate((button) => {
    const press = () => document.querySelector<HTMLElement>(button)?.click();
    press();
    setInterval(press, 50);
  }, button);
}

for (const { title, from, prepares, call, to } of SENDINGS) {
  test(`${title} is sent once, however often it is pressed until the next screen is there`, async ({ page, request }) => {
    const clerk = await clerkOf(page, request, { securityCode: "20260002" });
    if (from !== undefined) await clerk.isAt(from);
    await prepares(clerk);
    const requests = sent(page, ...call);
    await slowPages(page, 800);
    await pressesAgainAndAgain(page, "form button[type=submit]");
    await clerk.at(to);
    expect(requests).toHaveLength(1);
    if (to === "registration-completed") expect(await mailsTo(request, clerk.me.email, PASSWORD_SUBJECT)).toHaveLength(1);
  });
}

test("a double click and an Enter behind it send once", async ({ page, clerk }) => {
  await page.goto("/registration.html");
  const requests = sent(page, "POST", "/registration");
  await page.locator("#userId").fill(clerk.office.userId);
  await page.locator("#password").fill(clerk.office.password);
  await page.getByRole("button", { name: "次へ進む" }).dblclick();
  // The next screen, if it is already shown, has no such field.
  await page.locator("#password").press("Enter", { timeout: 2_000 }).catch(() => undefined);
  await clerk.at("registration-otp");
  expect(requests).toHaveLength(1);
});

test("再発行 pressed again until the next screen is there makes one new password", async ({ page, clerk }) => {
  await clerk.isAt("registration-completed");
  await clerk.isAt("registration-already-registered");
  const requests = sent(page, "POST", "/registration/initial-password/reissue");
  await slowPages(page, 800);
  await pressesAgainAndAgain(page, '[data-action="reissue"]');
  await clerk.at("registration-completed");
  expect(requests).toHaveLength(1);
});

test("再送する pressed twice at once sends once, and says when it will be possible", async ({ page, clerk }) => {
  await clerk.isAt("registration-otp");
  const requests = sent(page, "POST", "/registration/otp/resend");
  await page.getByRole("button", { name: "再送する" }).dblclick();
  await complains(page, /あと[0-9]+秒で、もう一度送れます。/);
  expect(requests).toHaveLength(1);
});

test("a code whose answer was lost is entered again and leads on", async ({ page, clerk }) => {
  await clerk.isAt("registration-otp");
  await loses(page, "POST", "/registration/otp");
  const code = await clerk.registrationCode();
  await page.locator("#code").fill(code);
  await clerk.submits();
  await complains(page, NETWORK);
  await expect(page.locator("#code")).toHaveValue(code);
  await clerk.submits();
  await clerk.at("registration-profile");
});

test("登録する whose answer was lost is pressed again: one registration, one mail", async ({ page, clerk }) => {
  await clerk.isAt("registration-confirm");
  await loses(page, "POST", "/registration/confirm");
  await clerk.submits();
  await complains(page, NETWORK);
  await clerk.submits();
  await clerk.at("registration-completed");
  await clerk.initialPassword();
  expect(await mailsTo(clerk.request, clerk.me.email, PASSWORD_SUBJECT)).toHaveLength(1);
});

test("登録する with a lost answer, and then a reload: it is completed", async ({ page, clerk }) => {
  await clerk.isAt("registration-confirm");
  await loses(page, "POST", "/registration/confirm");
  await clerk.submits();
  await complains(page, NETWORK);
  await page.reload();
  await clerk.at("registration-completed");
});

test("a password change whose answer was lost is pressed again and leads to マイページ", async ({ page, clerk }) => {
  await clerk.isAt("new-password");
  await loses(page, "POST", "/login/password", "__Host-session");
  const received = sent(page, "POST", "/login/session");
  await page.locator("#newPassword").fill(NEW_PASSWORD);
  await page.locator("#again").fill(NEW_PASSWORD);
  await clerk.readsTerms();
  await page.locator("#agree").check();
  await clerk.submits();
  await complains(page, NETWORK);
  await expect(page.locator("#newPassword")).toHaveValue(NEW_PASSWORD);
  await clerk.submits();
  await clerk.at("my-page");
  expect(received).toHaveLength(1);
  await expect(page.locator("#done")).toBeVisible();
});

test("a password change of which neither answer came is not given up", async ({ page, clerk }) => {
  await clerk.isAt("new-password");
  await loses(page, "POST", "/login/password", "__Host-session");
  await garbles(page, "POST", "/login/session", 200, "<p>sign in to the network</p>");
  await page.locator("#newPassword").fill(NEW_PASSWORD);
  await page.locator("#again").fill(NEW_PASSWORD);
  await clerk.readsTerms();
  await page.locator("#agree").check();
  await clerk.submits();
  await complains(page, NETWORK);
  const asked = page.waitForResponse(/login\/session$/);
  await clerk.submits();
  await asked;
  await expect(page.locator("#status")).toHaveText("");
  await complains(page, "通信を止めました（応答 200）");
  await clerk.submits();
  await clerk.at("my-page");
});

test("a code of ログイン whose answer was lost is entered again and leads to マイページ", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await page.request.post("/api/v1/logout", { data: {} });
  await clerk.sends("post", "/login", { email: clerk.me.email, password: NEW_PASSWORD });
  await page.goto("/login-otp.html");
  await clerk.at("login-otp");
  await loses(page, "POST", "/login/otp", "__Host-session");
  await clerk.entersLoginCode(1);
  await complains(page, NETWORK);
  await clerk.submits();
  await clerk.at("my-page");
});

test("the notice that the terms were read is sent again if it did not arrive", async ({ page, clerk }) => {
  await clerk.isAt("new-password");
  await garbles(page, "POST", "/login/terms/shown", 200, "<p>sign in to the network</p>");
  await clerk.choosesPassword();
  await clerk.at("my-page");
});

test("without a network it is said so, what was typed stays, and it works again afterwards", async ({ page, context, clerk }) => {
  await clerk.isAt("registration-profile");
  await clerk.fillsProfile();
  await context.setOffline(true);
  await clerk.submits();
  await complains(page, NETWORK);
  for (const [name, value] of Object.entries(clerk.me)) await expect(page.locator(`#${name}`)).toHaveValue(value);
  await context.setOffline(false);
  await clerk.submits();
  await clerk.at("registration-confirm");
});

test("an unreachable 電子請求受付システム is reported, and the ID stays", async ({ page, clerk }) => {
  await page.goto("/registration.html");
  await page.locator("#userId").fill(clerk.office.userId);
  await page.locator("#password").fill(clerk.office.password);
  await refuses(page, "POST", "/registration", 503, { code: "claims-unavailable" });
  await clerk.submits();
  await complains(page, "電子請求受付システムにつながりません。入力したユーザIDは残っています。");
  await expect(page.locator("#userId")).toHaveValue(clerk.office.userId);
  await clerk.submits();
  await clerk.at("registration-otp");
});

test("電子請求受付システム that is slow is waited for, visibly", async ({ page, clerk }) => {
  await page.goto("/registration.html");
  await page.locator("#userId").fill(clerk.office.userId);
  await page.locator("#password").fill(clerk.office.password);
  await page.route("**/api/v1/registration", async (route) => {
    await new Promise((after) => setTimeout(after, 2000));
    await route.fallback();
  });
  await clerk.submits();
  await expect(page.locator("#status")).toHaveText("送信しています");
  await expect(page.getByRole("button", { name: "次へ進む" })).toHaveAttribute("aria-disabled", "true");
  await clerk.at("registration-otp");
});

test("a failure of the portal is shown with the number for an inquiry", async ({ page, clerk }) => {
  await clerk.isAt("registration-otp");
  await page.locator("#code").fill("123456");
  await refuses(page, "POST", "/registration/otp", 503, { code: "temporarily-unavailable" });
  await clerk.submits();
  await complains(page, "お問い合わせ番号（b7c1-09）");
  await expect(page.locator("#code")).toHaveValue("123456");
});
