import { type Page, expect, test } from "@playwright/test";

import { Clerk, RESET_PASSWORD, mailTo, newOffice, told } from "./portal.ts";

/** A screen in a state to check, and the actions that lead there from the previous stop. */
export interface Stop {
  readonly name: string;
  /** The page's file without `.html`. */
  readonly page: string;
  readonly reach: (clerk: Clerk) => Promise<void>;
}

/** A part of the tour for a separate browser: its first stop needs only an office. */
export interface Leg {
  readonly name: string;
  /** The special properties of its office. */
  readonly office?: Readonly<Record<string, unknown>>;
  readonly stops: readonly Stop[];
}

const TYPO = "gamil.com";

/** Opens a page and waits until it is idle. */
async function opens(clerk: Clerk, name: string, hash = ""): Promise<void> {
  // A browser does not reload for a change of the hash only.
  if (hash !== "") await clerk.page.goto("about:blank");
  await clerk.page.goto(clerk.url(name) + hash);
  await expect(clerk.page.locator("h1")).toBeVisible();
}

/** A page that is shown after the server's answer. */
async function awaits(clerk: Clerk, name: string): Promise<void> {
  await opens(clerk, name);
  await clerk.at(name);
}

/** Sends the form, and expects the error summary. */
async function failsToSubmit(clerk: Clerk): Promise<void> {
  await clerk.submits();
  await expect(clerk.page.locator("#summary")).toBeVisible();
  // 「送信しています」 is over.
  await expect(clerk.page.locator("form button[type=submit]").first()).not.toHaveAttribute("aria-disabled");
}

/** The server's answer, modified in transit. */
async function hears(page: Page, path: string, change: (answer: Record<string, unknown>) => void): Promise<void> {
  await page.route(`**/api/v1${path}`, async (route) => {
    const response = await route.fetch();
    const json = (await response.json()) as Record<string, unknown>;
    change(json);
    await route.fulfill({ response, json });
  });
}

/** Removes the wait between two mails from the answer. */
async function sendsAgainAtOnce(page: Page, path: string, of: string): Promise<void> {
  await page.route(`**/api/v1${path}`, async (route) => {
    const { origin } = new URL(page.url());
    const response = await page.request.get(`${origin}/api/v1${of}`);
    await route.fulfill({ response });
  });
}

const minutes = (n: number): string => new Date(Date.now() + n * 60_000).toISOString();

/** A stop that is complete as soon as its page is loaded. */
const simple = (name: string, page = name, hash = ""): Stop => ({ name, page, reach: (clerk) => opens(clerk, page, hash) });

/** A code that is not the one in the mail. */
const anotherCode = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

async function arrived(clerk: Clerk, state = "delivered"): Promise<void> {
  await expect(clerk.page.locator("#delivery")).toHaveAttribute("data-state", state, { timeout: 20_000 });
}

const reading: readonly Stop[] = [
  ...["index", "prepare", "notices", "applications", "faq", "materials", "inquiry"].map((name) => simple(name)),
  { name: "terms", page: "terms", reach: (clerk) => awaits(clerk, "terms") },
  {
    name: "terms-silent",
    page: "terms",
    reach: async (clerk) => {
      await clerk.page.route("**/api/v1/terms", (route) => route.abort());
      await opens(clerk, "terms");
      await expect(clerk.page.locator("#summary button")).toBeVisible();
    },
  },
  {
    name: "terms-waiting",
    page: "terms",
    reach: async (clerk) => {
      await clerk.page.route("**/api/v1/terms", () => undefined);
      await opens(clerk, "terms");
      await expect(clerk.page.locator("#loading")).toBeVisible();
    },
  },
  simple("expired-registration", "expired", "#registration"),
  simple("expired-login", "expired", "#login"),
  simple("expired-password-reset", "expired", "#password-reset"),
  simple("expired-completed", "expired", "#completed"),
  simple("locked"),
  simple("cookies"),
  simple("unavailable"),
  simple("maintenance"),
  simple("404"),
  simple("logged-out"),
  simple("logged-out-ended", "logged-out", "#ended"),
  simple("login"),
  simple("login-ended", "login", "#ended"),
  {
    name: "login-errors",
    page: "login",
    reach: async (clerk) => {
      await opens(clerk, "login");
      await failsToSubmit(clerk);
    },
  },
  {
    name: "login-silent",
    page: "login",
    reach: async (clerk) => {
      await clerk.page.route("**/api/v1/login", (route) => route.abort());
      await clerk.page.locator("#email").fill("taro@example.jp");
      await clerk.page.locator("#password").fill("x");
      await failsToSubmit(clerk);
    },
  },
  {
    name: "login-between",
    page: "login",
    reach: async (clerk) => {
      await opens(clerk, "login");
      await clerk.page.route("**/api/v1/login", (route) => route.fulfill({ status: 403, contentType: "text/html", body: "<p>blocked" }));
      await clerk.page.locator("#email").fill("taro@example.jp");
      await clerk.page.locator("#password").fill("x");
      await failsToSubmit(clerk);
    },
  },
  {
    name: "login-help",
    page: "login",
    reach: async (clerk) => {
      await opens(clerk, "login");
      await clerk.page.locator("summary").click();
    },
  },
];

const registration: readonly Stop[] = [
  simple("registration"),
  {
    name: "registration-errors",
    page: "registration",
    reach: async (clerk) => {
      await opens(clerk, "registration");
      await failsToSubmit(clerk);
    },
  },
  {
    name: "registration-password-shown",
    page: "registration",
    reach: async (clerk) => {
      await opens(clerk, "registration");
      await clerk.page.locator("#userId").fill(clerk.office.userId);
      await clerk.page.locator("#password").fill(clerk.office.password);
      await clerk.page.locator(".reveal").click();
      await expect(clerk.page.locator("#password")).toHaveAttribute("type", "text");
    },
  },
  {
    name: "registration-full-width",
    page: "registration",
    reach: async (clerk) => {
      await clerk.page.locator("#password").fill("Ｍｉｈｏｎ");
      await expect(clerk.page.locator("#password-aside")).not.toBeEmpty();
    },
  },
  {
    name: "registration-refused",
    page: "registration",
    reach: async (clerk) => {
      await clerk.page.locator("#password").fill("Machigai1");
      await failsToSubmit(clerk);
    },
  },
  {
    name: "registration-lock-risk",
    page: "registration",
    reach: async (clerk) => {
      for (const wrong of ["Machigai2", "Machigai3"]) {
        await clerk.page.locator("#password").fill(wrong);
        await failsToSubmit(clerk);
      }
      await expect(clerk.page.locator("#risk")).toBeVisible();
    },
  },
  {
    name: "registration-risk-not-accepted",
    page: "registration",
    reach: async (clerk) => {
      await clerk.page.locator("#password").fill(clerk.office.password);
      await failsToSubmit(clerk);
      await expect(clerk.page.locator("#acceptLockRisk-wrong")).toBeVisible();
    },
  },
  {
    name: "security-code",
    page: "registration-security-code",
    reach: async (clerk) => {
      await clerk.page.locator("#acceptLockRisk").check();
      await clerk.submits();
      await clerk.at("registration-security-code");
    },
  },
  {
    name: "security-code-errors",
    page: "registration-security-code",
    reach: (clerk) => failsToSubmit(clerk),
  },
  {
    name: "security-code-wrong",
    page: "registration-security-code",
    reach: async (clerk) => {
      await clerk.page.locator("#securityCode").fill("0");
      await failsToSubmit(clerk);
      await expect(clerk.page.locator("#securityCode")).toHaveValue("");
    },
  },
  {
    name: "registration-otp-bounced",
    page: "registration-otp",
    reach: async (clerk) => {
      const office = await newOffice(clerk.request);
      await clerk.request.put(`/_dev/mail-behaviour/${office.mailAddress}`, { data: { outcome: "bounce" } });
      await new Clerk(clerk.page, clerk.request, office, clerk.folder).provesOffice();
      await arrived(clerk, "bounced");
    },
  },
  {
    name: "registration-otp",
    page: "registration-otp",
    reach: async (clerk) => {
      await clerk.provesOffice();
      await arrived(clerk);
    },
  },
  {
    name: "registration-resume",
    page: "registration",
    reach: async (clerk) => {
      await opens(clerk, "registration");
      await expect(clerk.page.locator("#resume")).toBeVisible();
    },
  },
  {
    name: "login-resume",
    page: "login",
    reach: async (clerk) => {
      await opens(clerk, "login");
      await expect(clerk.page.locator("#resume-registration")).toBeVisible();
    },
  },
  {
    name: "registration-otp-errors",
    page: "registration-otp",
    reach: async (clerk) => {
      await awaits(clerk, "registration-otp");
      await clerk.page.locator("#code").fill("123");
      await failsToSubmit(clerk);
      await arrived(clerk);
    },
  },
  {
    name: "registration-otp-wrong",
    page: "registration-otp",
    reach: async (clerk) => {
      await clerk.page.locator("#code").fill(anotherCode(await clerk.registrationCode()));
      await failsToSubmit(clerk);
    },
  },
  {
    name: "registration-otp-resent",
    page: "registration-otp",
    reach: async (clerk) => {
      await sendsAgainAtOnce(clerk.page, "/registration/otp/resend", "/registration");
      await clerk.page.locator("[data-action=resend]").click();
      await expect(clerk.page.locator("#status [data-fill=at]")).toBeVisible();
    },
  },
  {
    name: "registration-otp-no-more-mails",
    page: "registration-otp",
    reach: async (clerk) => {
      await hears(clerk.page, "/registration", (answer) => {
        answer["allowed"] = (answer["allowed"] as string[]).filter((what) => what !== "resend-otp");
      });
      await awaits(clerk, "registration-otp");
      await expect(clerk.page.locator("#no-sends")).toBeVisible();
    },
  },
  {
    name: "registration-waiting",
    page: "registration-otp",
    reach: async (clerk) => {
      await clerk.page.route("**/api/v1/registration", () => undefined);
      await opens(clerk, "registration-otp");
      await expect(clerk.page.locator("#loading")).toBeVisible();
    },
  },
  {
    name: "registration-silent",
    page: "registration-otp",
    reach: async (clerk) => {
      await clerk.page.route("**/api/v1/registration", (route) => route.abort());
      await opens(clerk, "registration-otp");
      await expect(clerk.page.locator("#summary button")).toBeVisible();
    },
  },
  {
    name: "profile",
    page: "registration-profile",
    reach: async (clerk) => {
      await awaits(clerk, "registration-otp");
      await clerk.entersRegistrationCode();
      await clerk.at("registration-profile");
    },
  },
  {
    name: "profile-errors",
    page: "registration-profile",
    reach: async (clerk) => {
      await clerk.page.locator("#email").fill("taro");
      await clerk.page.locator("#nameKana").fill("kaigo");
      await clerk.page.locator("#phone").fill("123");
      await failsToSubmit(clerk);
    },
  },
  {
    name: "profile-restored",
    page: "registration-profile",
    reach: async (clerk) => {
      await clerk.fillsProfile();
      await clerk.page.locator("#nameKana").fill("かいご　たろう");
      await clerk.page.locator("#email").fill(`taro@${TYPO}`);
      await awaits(clerk, "registration-profile");
      await expect(clerk.page.locator("#status")).not.toBeEmpty();
    },
  },
  {
    name: "confirm-warned",
    page: "registration-confirm",
    reach: async (clerk) => {
      await clerk.submits();
      await clerk.at("registration-confirm");
      await expect(clerk.page.locator("#warnings")).toBeVisible();
    },
  },
  {
    name: "confirm",
    page: "registration-confirm",
    reach: async (clerk) => {
      await clerk.page.locator(".change a").first().click();
      await clerk.at("registration-profile");
      await clerk.page.locator("#email").fill(clerk.me.email);
      await clerk.page.locator("#department").fill("");
      await clerk.submits();
      await clerk.at("registration-confirm");
      await expect(clerk.page.locator("#warnings")).toBeHidden();
    },
  },
  {
    name: "completed",
    page: "registration-completed",
    reach: async (clerk) => {
      await clerk.submits();
      await clerk.at("registration-completed");
      await arrived(clerk);
    },
  },
  {
    name: "completed-resent",
    page: "registration-completed",
    reach: async (clerk) => {
      await sendsAgainAtOnce(clerk.page, "/registration/initial-password/resend", "/registration");
      await clerk.page.locator("[data-action=resend]").click();
      await expect(clerk.page.locator("#status [data-fill=at]")).toBeVisible();
    },
  },
  {
    name: "completed-expired",
    page: "registration-completed",
    reach: async (clerk) => {
      await hears(clerk.page, "/registration", (answer) => {
        (answer["initialPassword"] as Record<string, unknown>)["expiresAt"] = minutes(-1);
        answer["allowed"] = ["reissue-initial-password"];
      });
      await awaits(clerk, "registration-completed");
      await expect(clerk.page.locator("#expired")).toBeVisible();
    },
  },
  {
    name: "already-registered",
    page: "registration-already-registered",
    reach: async (clerk) => {
      const { officeNumber, officeName, mailAddress } = clerk.office;
      const sibling = await newOffice(clerk.request, { officeNumber, officeName, mailAddress });
      const colleague = new Clerk(clerk.page, clerk.request, sibling, clerk.folder);
      await colleague.provesOffice();
      await clerk.page.locator("#code").fill(await clerk.registrationCode(1));
      await clerk.submits();
      await clerk.at("registration-already-registered");
    },
  },
  {
    name: "login-wrong",
    page: "login",
    reach: async (clerk) => {
      await opens(clerk, "login");
      await clerk.page.locator("#email").fill(clerk.me.email);
      await clerk.page.locator("#password").fill("まちがい");
      await failsToSubmit(clerk);
    },
  },
  {
    name: "login-otp",
    page: "login-otp",
    reach: async (clerk) => {
      await clerk.startsLogin(await clerk.initialPassword());
      await arrived(clerk);
    },
  },
  {
    name: "login-otp-errors",
    page: "login-otp",
    reach: (clerk) => failsToSubmit(clerk),
  },
  {
    name: "login-otp-wrong",
    page: "login-otp",
    reach: async (clerk) => {
      await clerk.page.locator("#code").fill(anotherCode(await clerk.loginCode()));
      await failsToSubmit(clerk);
    },
  },
  {
    name: "login-otp-resent",
    page: "login-otp",
    reach: async (clerk) => {
      await sendsAgainAtOnce(clerk.page, "/login/otp/resend", "/login");
      await clerk.page.locator("[data-action=resend]").click();
      await expect(clerk.page.locator("#status [data-fill=at]")).toBeVisible();
    },
  },
  {
    name: "new-password",
    page: "new-password",
    reach: async (clerk) => {
      await clerk.entersLoginCode();
      await clerk.at("new-password");
      await expect(clerk.page.locator("#terms h3").first()).toBeVisible();
    },
  },
  {
    name: "new-password-too-early",
    page: "new-password",
    reach: async (clerk) => {
      // A button that is announced as disabled can still be pressed.
      await clerk.page.locator("#agree").click({ force: true });
      await expect(clerk.page.locator("#agree-aside")).not.toBeEmpty();
    },
  },
  {
    name: "new-password-errors",
    page: "new-password",
    reach: async (clerk) => {
      await clerk.page.locator("#newPassword").fill("みじかい");
      await failsToSubmit(clerk);
    },
  },
  {
    name: "new-password-agree-only",
    page: "new-password",
    reach: async (clerk) => {
      await hears(clerk.page, "/login", (answer) => {
        answer["newPassword"] = "none";
      });
      await awaits(clerk, "new-password");
      await expect(clerk.page.locator("#agree-only")).toBeVisible();
      await expect(clerk.page.locator("#terms h3").first()).toBeVisible();
    },
  },
  {
    name: "new-password-terms-read",
    page: "new-password",
    reach: async (clerk) => {
      await awaits(clerk, "new-password");
      await clerk.readsTerms();
      await expect(clerk.page.locator("#agree-aside")).not.toBeEmpty();
    },
  },
  {
    name: "my-page-first",
    page: "my-page",
    reach: async (clerk) => {
      await clerk.choosesPassword();
      await clerk.at("my-page");
      await expect(clerk.page.locator("#done")).toBeVisible();
    },
  },
  {
    name: "my-page",
    page: "my-page",
    reach: async (clerk) => {
      await awaits(clerk, "my-page");
      await expect(clerk.page.locator("#done")).toBeHidden();
    },
  },
  {
    name: "my-page-full",
    page: "my-page",
    reach: async (clerk) => {
      await hears(clerk.page, "/me", (answer) => {
        answer["members"] = { count: 5, limit: 5 };
      });
      await awaits(clerk, "my-page");
      await expect(clerk.page.locator("#users-full")).toBeVisible();
    },
  },
  {
    name: "my-page-ending",
    page: "my-page",
    reach: async (clerk) => {
      await hears(clerk.page, "/me", (answer) => {
        (answer["session"] as Record<string, unknown>)["idleExpiresAt"] = minutes(1.9);
      });
      await awaits(clerk, "my-page");
      await expect(clerk.page.locator("#ending-text")).not.toBeEmpty();
    },
  },
  {
    name: "my-profile",
    page: "my-profile",
    reach: (clerk) => awaits(clerk, "my-profile"),
  },
  {
    name: "my-profile-errors",
    page: "my-profile",
    reach: async (clerk) => {
      await clerk.page.locator("#name").fill("");
      await failsToSubmit(clerk);
    },
  },
  {
    name: "my-password",
    page: "my-password",
    reach: (clerk) => awaits(clerk, "my-password"),
  },
  {
    name: "my-password-errors",
    page: "my-password",
    reach: (clerk) => failsToSubmit(clerk),
  },
  {
    name: "my-email",
    page: "my-email",
    reach: (clerk) => awaits(clerk, "my-email"),
  },
  {
    name: "my-email-errors",
    page: "my-email",
    reach: async (clerk) => {
      await clerk.page.locator("#my-email button[type=submit]").click();
      await expect(clerk.page.locator("#summary")).toBeVisible();
    },
  },
  {
    name: "my-email-otp",
    page: "my-email-otp",
    reach: async (clerk) => {
      await clerk.page.locator("#email").fill(`new-${clerk.me.email}`);
      await clerk.page.locator("#my-email button[type=submit]").click();
      await clerk.at("my-email-otp");
      await arrived(clerk);
    },
  },
  {
    name: "sessions",
    page: "sessions",
    reach: async (clerk) => {
      await hears(clerk.page, "/sessions", (answer) => {
        const [own] = answer["sessions"] as Record<string, unknown>[];
        answer["sessions"] = [
          { ...own, device: "Google Chrome / Linux" },
          { ...own, id: "k3v9q2mz", device: "", current: false },
        ];
      });
      await awaits(clerk, "sessions");
      await expect(clerk.page.locator("#sessions > li")).toHaveCount(2);
    },
  },
  {
    name: "members-released",
    page: "members",
    reach: async (clerk) => {
      await hears(clerk.page, "/members", (answer) => {
        answer["released"] = ["owned-elsewhere", "not-used"].map((reason, at) => ({
          name: `見本 花子${at}`,
          email: `hanako${at}@example.jp`,
          releasedAt: minutes(-60),
          reason,
        }));
      });
      await awaits(clerk, "members");
      await expect(clerk.page.locator("#released li")).toHaveCount(2);
    },
  },
  {
    name: "members",
    page: "members",
    reach: async (clerk) => {
      await listsColleagues(clerk, 3);
      await awaits(clerk, "members");
      await expect(clerk.page.locator("#members > li")).toHaveCount(3);
    },
  },
  {
    name: "members-full",
    page: "members",
    reach: async (clerk) => {
      await listsColleagues(clerk, 5);
      await awaits(clerk, "members");
      await expect(clerk.page.locator("#full")).toBeVisible();
    },
  },
  {
    name: "member",
    page: "member",
    reach: async (clerk) => {
      await listsColleagues(clerk, 3);
      await clerk.page.locator("#members > li").nth(2).locator("a").click();
      await clerk.at("member");
      await expect(clerk.page.locator("#choice")).toBeVisible();
    },
  },
  {
    name: "member-sure",
    page: "member",
    reach: async (clerk) => {
      await clerk.page.locator("[data-action=remove]").click();
      await expect(clerk.page.locator("#sure")).toBeVisible();
    },
  },
  {
    name: "member-proof",
    page: "member",
    reach: async (clerk) => {
      await wantsProof(clerk.page);
      await clerk.page.locator("[data-action=go]").click();
      await expect(clerk.page.locator("#proof")).toBeVisible();
    },
  },
  {
    name: "member-new",
    page: "member-new",
    reach: (clerk) => awaits(clerk, "member-new"),
  },
  {
    name: "member-new-errors",
    page: "member-new",
    reach: (clerk) => failsToSubmit(clerk),
  },
  {
    name: "member-confirm",
    page: "member-confirm",
    reach: async (clerk) => {
      const { page } = clerk;
      for (const [name, value] of Object.entries(COLLEAGUE)) await page.locator(`#${name}`).fill(value);
      await page.locator("#member-new button[type=submit]").click();
      await clerk.at("member-confirm");
      await expect(page.locator("[data-action=register]")).toBeVisible();
    },
  },
  {
    name: "index-signed-in",
    page: "index",
    reach: async (clerk) => {
      await opens(clerk, "index");
      await expect(clerk.page.locator("#who")).toBeVisible();
      await expect(clerk.page.locator("#enter a")).toHaveAttribute("href", "my-page.html");
    },
  },
];

/** A colleague who is about to be added. */
const COLLEAGUE = { email: "hanako@example.jp", name: "見本 花子", nameKana: "みほん はなこ", phone: "0312345678" };

/** The list has so many users: oneself, and others whose mails fared differently. */
async function listsColleagues(clerk: Clerk, count: number): Promise<void> {
  await hears(clerk.page, "/members", (answer) => {
    const [own] = answer["members"] as Record<string, unknown>[];
    const pending = (at: number, delivery: string) => ({
      ...own,
      id: `colleague-of-number-${at}0`.slice(0, 22).padEnd(22, "0"),
      name: `見本 花子${at}`,
      email: `hanako${at}@example.jp`,
      role: "member",
      status: "pending",
      mail: { delivery, sentAt: minutes(-5), expiresAt: minutes(4_000) },
      current: false,
    });
    const others = ["delivered", "bounced", "failed", "delivered"].map((delivery, at) => pending(at + 2, delivery));
    answer["members"] = [own, ...others].slice(0, count);
  });
}

/** Every change of a user wants fresh proof. */
async function wantsProof(page: Page): Promise<void> {
  await page.route("**/api/v1/members/*", (route) =>
    route.fulfill({
      status: 403,
      contentType: "application/problem+json",
      headers: { "X-Request-Id": "x" },
      body: JSON.stringify({ type: "about:blank", title: "", status: 403, code: "fresh-proof-required", instance: "" }),
    }),
  );
}

/** How many codes were mailed before the reset's. */
let seen = 0;

const reset: readonly Stop[] = [
  {
    name: "password-reset",
    page: "password-reset",
    reach: async (clerk) => {
      await clerk.isAt("my-page");
      await clerk.page.context().clearCookies();
      await opens(clerk, "password-reset");
    },
  },
  {
    name: "password-reset-errors",
    page: "password-reset",
    reach: async (clerk) => {
      await clerk.page.locator("#email").fill("taro");
      await failsToSubmit(clerk);
    },
  },
  {
    name: "password-reset-otp",
    page: "password-reset-otp",
    reach: async (clerk) => {
      seen = await clerk.asksForReset();
    },
  },
  {
    name: "password-reset-otp-wrong",
    page: "password-reset-otp",
    reach: async (clerk) => {
      await clerk.page.locator("#code").fill(anotherCode(await clerk.loginCode(seen)));
      await failsToSubmit(clerk);
    },
  },
  {
    name: "password-reset-otp-resent",
    page: "password-reset-otp",
    reach: async (clerk) => {
      await sendsAgainAtOnce(clerk.page, "/password-reset/otp/resend", "/password-reset");
      await clerk.page.locator("[data-action=resend]").click();
      await expect(clerk.page.locator("#status [data-fill=at]")).toBeVisible();
    },
  },
  {
    name: "login-resume-reset",
    page: "login",
    reach: async (clerk) => {
      await opens(clerk, "login");
      await expect(clerk.page.locator("#resume-password-reset a")).toBeVisible();
    },
  },
  {
    name: "password-reset-password",
    page: "password-reset-password",
    reach: async (clerk) => {
      await clerk.page.locator("#resume-password-reset a").click();
      await clerk.at("password-reset-otp");
      await clerk.entersLoginCode(seen);
      await clerk.at("password-reset-password");
    },
  },
  {
    name: "password-reset-password-errors",
    page: "password-reset-password",
    reach: async (clerk) => {
      await clerk.page.locator("#newPassword").fill("みじかい");
      await failsToSubmit(clerk);
    },
  },
  {
    name: "password-reset-done",
    page: "password-reset-done",
    reach: async (clerk) => {
      await clerk.choosesAnother(RESET_PASSWORD);
      await clerk.at("password-reset-done");
    },
  },
];

/** Another state of the take-over than that of the stack, whose time stands still. */
async function takeOverIs(clerk: Clerk, state: string, ...allowed: string[]): Promise<void> {
  await hears(clerk.page, "/registration", (answer) => {
    (answer["takeOver"] as Record<string, unknown>)["state"] = state;
    answer["allowed"] = [...allowed, "cancel"];
  });
  await awaits(clerk, "registration-already-registered");
}

/** 引き継ぎ: of the clerk's own office, whose people all left. */
const takeOver: readonly Stop[] = [
  {
    name: "take-over",
    page: "registration-already-registered",
    reach: async (clerk) => {
      await clerk.isAt("my-page");
      await clerk.isAt("registration-already-registered");
      await expect(clerk.page.locator("#take-over-text")).toBeVisible();
    },
  },
  {
    name: "take-over-waiting",
    page: "registration-already-registered",
    reach: async (clerk) => {
      clerk.page.once("dialog", (dialog) => void dialog.accept());
      await clerk.page.locator("[data-action=take-over]").click();
      await expect(clerk.page.locator("#take-over-text")).toBeHidden();
      await expect(clerk.page.locator("#take-over-state")).not.toBeEmpty();
    },
  },
  {
    name: "take-over-open",
    page: "registration-already-registered",
    reach: async (clerk) => {
      await takeOverIs(clerk, "open", "complete-take-over");
      await expect(clerk.page.locator("#may-complete")).toBeVisible();
    },
  },
  {
    name: "take-over-completing",
    page: "registration-already-registered",
    reach: (clerk) => takeOverIs(clerk, "completing", "complete-take-over"),
  },
  {
    name: "take-over-spent",
    page: "registration-already-registered",
    reach: async (clerk) => {
      await hears(clerk.page, "/registration", (answer) => {
        delete answer["takeOver"];
        answer["allowed"] = ["cancel"];
      });
      await awaits(clerk, "registration-already-registered");
      await expect(clerk.page.locator("#take-over-state")).not.toBeEmpty();
    },
  },
  {
    name: "my-page-take-over",
    page: "my-page",
    reach: async (clerk) => {
      await awaits(clerk, "my-page");
      await expect(clerk.page.locator("#take-over")).toBeVisible();
    },
  },
  simple("stop-take-over"),
  {
    name: "stop-take-over-errors",
    page: "stop-take-over",
    reach: (clerk) => failsToSubmit(clerk),
  },
  {
    name: "stop-take-over-wrong",
    page: "stop-take-over",
    reach: async (clerk) => {
      await clerk.page.locator("#officeNumber").fill(clerk.office.officeNumber);
      await clerk.page.locator("#stopCode").fill("wrong");
      await failsToSubmit(clerk);
      await expect(clerk.page.locator("#stopCode-wrong")).toBeVisible();
    },
  },
  {
    name: "stop-take-over-stopped",
    page: "stop-take-over",
    reach: async (clerk) => {
      const mail = await mailTo(clerk.request, clerk.me.email, "引き継ぎの申請がありました");
      await clerk.page.locator("#stopCode").fill(told(mail, "停止コード"));
      await clerk.submits();
      await expect(clerk.page.locator("#stopped")).toBeFocused();
    },
  },
  {
    name: "take-over-stopped",
    page: "registration-already-registered",
    reach: async (clerk) => {
      await awaits(clerk, "registration-already-registered");
      await expect(clerk.page.locator("#take-over-state")).not.toBeEmpty();
      await expect(clerk.page.locator("[data-action=take-over]")).toBeVisible();
    },
  },
];

/** お問い合わせ: without a log-in, so the receipt number is the only thing that the server says. */
const inquiry: readonly Stop[] = [
  {
    name: "inquiry-errors",
    page: "inquiry",
    reach: async (clerk) => {
      await opens(clerk, "inquiry");
      await failsToSubmit(clerk);
    },
  },
  {
    name: "inquiry-chosen",
    page: "inquiry",
    reach: async (clerk) => {
      await opens(clerk, "inquiry", "#other.id-request");
      await expect(clerk.page.locator("#id-request")).toBeVisible();
      await fillsInquiry(clerk.page);
    },
  },
  {
    name: "inquiry-confirm",
    page: "inquiry-confirm",
    reach: async (clerk) => {
      await clerk.submits();
      await clerk.at("inquiry-confirm");
    },
  },
  {
    name: "inquiry-received",
    page: "inquiry-received",
    reach: async (clerk) => {
      const warnings = [{ pointer: "/organisationNumber", code: "possible-slip" }];
      await clerk.page.route("**/api/v1/inquiries", (route) =>
        route.fulfill({ status: 201, json: { receiptNumber: "HLFH-YKKW-QQCK", warnings } }),
      );
      await clerk.page.locator("[data-action=send]").click();
      await clerk.at("inquiry-received");
    },
  },
];

/** Fills お問い合わせの入力, whose categories are chosen. */
export async function fillsInquiry(page: Page): Promise<void> {
  await page.locator("#userKind").selectOption("medical-institution");
  await page.locator("#organisationName").fill("見本医院");
  await page.locator("#organisationNumber").fill("０１１０１１３７１０");
  await page.locator("#institutionKind").selectOption("medical");
  await page.locator("#prefecture").selectOption("01");
  await page.locator("#name").fill("介護 太郎");
  await page.locator("#nameKana").fill("かいご たろう");
  await page.locator("#email").fill("taro@example.jp");
  await page.locator("#phone").fill("03-1234-5678");
  await page.locator("#message").fill("IDの発行を\nお願いします。");
}

/** Every screen in every state: those without a flow, お問い合わせ, the journey from 初回利用登録 to マイページ, the reset, and the take-over. */
export const legs: readonly Leg[] = [
  { name: "reading", stops: reading },
  { name: "the inquiry", stops: inquiry },
  { name: "the way", office: { securityCode: "20260002" }, stops: registration },
  { name: "the reset", stops: reset },
  { name: "the take-over", stops: takeOver },
];

/** The folders of the three languages, with the names that the tests give them. */
export const LANGUAGES = [
  ["日本語", ""],
  ["やさしい日本語", "easy/"],
  ["English", "en/"],
] as const;

/** The options of a walk: no trace, which would cost more than the steps; a time limit for each step. */
export const WALKING = { trace: "off", actionTimeout: 15_000, navigationTimeout: 15_000 } as const;

/** Walks a leg in one page, and checks each of its stops. */
export async function walk(page: Page, leg: Leg, folder: string, look: (stop: Stop, clerk: Clerk) => Promise<void>): Promise<void> {
  const clerk = new Clerk(page, page.request, await newOffice(page.request, leg.office), folder);
  for (const stop of leg.stops) {
    await test.step(stop.name, async () => {
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await stop.reach(clerk);
      expect(new URL(page.url()).pathname).toBe(clerk.url(stop.page));
      await look(stop, clerk);
    });
  }
}
