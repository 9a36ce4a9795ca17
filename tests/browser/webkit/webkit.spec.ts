import { type APIRequestContext, expect, test as base } from "@playwright/test";

import { beyond } from "../looks/layout.ts";
import { LOGIN_SUBJECT, NEW_PASSWORD, type Office, PASSWORD_SUBJECT, REGISTRATION_SUBJECT, mailTo, newOffice, person, told } from "../portal.ts";
import { LANGUAGES, legs } from "../tour.ts";
import { WebKit } from "./driver.ts";

/** One browser for all tests: starting one costs more than the tests. */
const test = base.extend<{ quiet: undefined }, { webkit: WebKit }>({
  webkit: [
    async ({}, use) => {
      const webkit = await WebKit.start(process.env["PORTAL_URL"] ?? "http://localhost:8080");
      await use(webkit);
      await webkit.close();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  quiet: [
    async ({ webkit }, use, info) => {
      webkit.complaints();
      await use(undefined);
      if (info.status !== info.expectedStatus) await info.attach("screen", { body: await webkit.picture(), contentType: "image/png" });
      expect(webkit.complaints(), "the console says nothing").toEqual([]);
    },
    { auto: true },
  ],
});

const PAGES = [...new Set((legs[0]?.stops ?? []).map((stop) => stop.page)), "registration"];
const go = (webkit: WebKit) => webkit.clicks("form button[type=submit]");

async function provesOffice(webkit: WebKit, office: Office): Promise<void> {
  await webkit.opens("/registration.html");
  await webkit.at("registration");
  await webkit.types("#userId", office.userId);
  await webkit.types("#password", office.password);
  await go(webkit);
  await webkit.at("registration-otp");
}

async function entersCode(webkit: WebKit, request: APIRequestContext, to: string, subject: string): Promise<void> {
  await webkit.types("#code", told(await mailTo(request, to, subject), "ワンタイムパスワード"));
  await go(webkit);
}

test("from ログイン to マイページ, and back; what was typed is there, and nothing of who has logged out", async ({ webkit, request }) => {
  const office = await newOffice(request);
  const me = person(office);
  await webkit.opens("/");
  await webkit.clicks("#enter a");
  await webkit.at("login");
  await webkit.clicks('a.outline[href="registration.html"]');
  await webkit.at("registration");
  await provesOffice(webkit, office);
  await entersCode(webkit, request, office.mailAddress, REGISTRATION_SUBJECT);
  await webkit.at("registration-profile");
  for (const [name, value] of Object.entries(me)) await webkit.types(`#${name}`, value);
  await webkit.clicks('nav.menu a[href="faq.html"]');
  await webkit.at("faq");
  await webkit.back();
  await webkit.at("registration-profile");
  for (const [name, value] of Object.entries(me)) await webkit.until(`${name} to be there`, async () => (await webkit.value(name)) === value);
  await go(webkit);
  await webkit.at("registration-confirm");
  for (const value of Object.values(me)) expect(await webkit.text("dl.review")).toContain(value);
  await go(webkit);
  await webkit.at("registration-completed");
  await webkit.clicks("main a.go");
  await webkit.at("login");
  await webkit.types("#email", me.email);
  await webkit.types("#password", told(await mailTo(request, me.email, PASSWORD_SUBJECT), "初期パスワード"));
  await go(webkit);
  await webkit.at("login-otp");
  await entersCode(webkit, request, me.email, LOGIN_SUBJECT);
  await webkit.at("new-password");
  for (const name of ["newPassword", "again"]) await webkit.types(`#${name}`, NEW_PASSWORD);
  await webkit.until("the terms", () => webkit.run(() => document.querySelector("#terms h3") !== null));
  await webkit.run(() => document.querySelector<HTMLElement>("#terms")?.focus());
  await webkit.presses("\uE010");
  await webkit.until("the box to open", () => webkit.run(() => !document.querySelector("#agree")?.hasAttribute("aria-disabled")));
  await webkit.clicks("#agree");
  await go(webkit);
  await webkit.at("my-page");
  expect(await webkit.text("#who")).toContain(me.name);
  await webkit.clicks("#who [data-action=logout]");
  await webkit.at("logged-out");
  await webkit.back();
  await webkit.at("login");
  expect(await webkit.text("body")).not.toContain(me.name);
});

test("back from a procedure that was stopped does not offer to go on with it", async ({ webkit, request }) => {
  await provesOffice(webkit, await newOffice(request));
  await webkit.back();
  await webkit.at("registration");
  await webkit.until("the way on", () => webkit.shows("#resume"));
  await webkit.clicks("#resume a");
  await webkit.at("registration-otp");
  await webkit.clicks("[data-action=cancel]");
  await webkit.accepts();
  await webkit.at("login");
  await webkit.back();
  await webkit.at("registration");
  await new Promise((after) => setTimeout(after, 500));
  expect(await webkit.shows("#resume")).toBe(false);
});

test("a password that was looked at is hidden and gone on the way back", async ({ webkit }) => {
  await webkit.opens("/login.html");
  await webkit.at("login");
  await webkit.types("#password", "himitsu");
  await webkit.clicks(".reveal");
  expect(await webkit.run(() => document.querySelector<HTMLInputElement>("#password")?.type)).toBe("text");
  await webkit.clicks('nav.menu a[href="faq.html"]');
  await webkit.at("faq");
  await webkit.back();
  await webkit.at("login");
  expect(await webkit.run(() => document.querySelector<HTMLInputElement>("#password")?.type)).toBe("password");
  expect(await webkit.value("password")).toBe("");
});

test("nothing goes beyond a narrow screen", async ({ webkit }) => {
  test.setTimeout(180_000);
  await webkit.size(320, 480);
  for (const [, folder] of LANGUAGES) {
    for (const name of PAGES) {
      await webkit.opens(`/${folder}${name}.html`);
      await webkit.at(name);
      expect.soft(await webkit.run(beyond), folder + name).toEqual([]);
    }
  }
  await webkit.size(1280, 800);
});

/** Words with furigana that break over two lines. */
function torn(): string[] {
  const words = [...document.querySelectorAll("ruby")].filter((ruby) => ruby.checkVisibility());
  return words
    .filter((ruby) => {
      const base = document.createRange();
      if (ruby.firstChild !== null) base.selectNodeContents(ruby.firstChild);
      return new Set([...base.getClientRects()].map((box) => Math.round(box.top))).size > 1;
    })
    .map((ruby) => ruby.textContent ?? "");
}

test("no word with furigana is torn by the end of a line", async ({ webkit }) => {
  test.setTimeout(180_000);
  for (const width of [375, 640, 1280]) {
    await webkit.size(width, 800);
    for (const name of ["index", "login", "faq", "prepare", "registration", "cookies"]) {
      await webkit.opens(`/easy/${name}.html`);
      await webkit.at(name);
      expect.soft(await webkit.run(torn), `${name} at ${width}`).toEqual([]);
    }
  }
});
