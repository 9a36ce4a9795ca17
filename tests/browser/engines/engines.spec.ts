import { type APIRequestContext, expect, test as base } from "@playwright/test";

import { beyond } from "../looks/layout.ts";
import { LOGIN_SUBJECT, NEW_PASSWORD, type Office, PASSWORD_SUBJECT, REGISTRATION_SUBJECT, mailTo, newOffice, person, told } from "../portal.ts";
import { LANGUAGES, legs } from "../tour.ts";
import type { Engine } from "./engine.ts";
import { Firefox } from "./firefox.ts";
import { WebKit } from "./webkit.ts";

const ENGINES = { firefox: Firefox, webkit: WebKit };

/** One browser for all tests: starting one costs more than the tests. */
const test = base.extend<{ quiet: undefined }, { engine: Engine }>({
  engine: [
    async ({}, use, info) => {
      const portal = process.env["PORTAL_URL"] ?? "http://localhost:8080";
      const engine = await ENGINES[info.project.name as keyof typeof ENGINES].start(portal);
      await use(engine);
      await engine.close();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  quiet: [
    async ({ engine }, use, info) => {
      await engine.complaints();
      await use(undefined);
      if (info.status !== info.expectedStatus) await info.attach("screen", { body: await engine.picture(), contentType: "image/png" });
      expect(await engine.complaints(), "the console says nothing").toEqual([]);
    },
    { auto: true },
  ],
});

const PAGES = [...new Set((legs[0]?.stops ?? []).map((stop) => stop.page)), "registration"];
const go = (engine: Engine) => engine.clicks("form button[type=submit]");

async function provesOffice(engine: Engine, office: Office): Promise<void> {
  await engine.opens("/registration.html");
  await engine.at("registration");
  await engine.types("#userId", office.userId);
  await engine.types("#password", office.password);
  await go(engine);
  await engine.at("registration-otp");
}

async function entersCode(engine: Engine, request: APIRequestContext, to: string, subject: string): Promise<void> {
  await engine.types("#code", told(await mailTo(request, to, subject), "ワンタイムパスワード"));
  await go(engine);
}

test("from ログイン to マイページ, and back; what was typed is there, and nothing of who has logged out", async ({ engine, request }) => {
  const office = await newOffice(request);
  const me = person(office);
  await engine.opens("/");
  await engine.clicks("#enter a");
  await engine.at("login");
  await engine.clicks('a.outline[href="registration.html"]');
  await engine.at("registration");
  await provesOffice(engine, office);
  await entersCode(engine, request, office.mailAddress, REGISTRATION_SUBJECT);
  await engine.at("registration-profile");
  for (const [name, value] of Object.entries(me)) await engine.types(`#${name}`, value);
  await engine.clicks('nav.menu a[href="faq.html"]');
  await engine.at("faq");
  await engine.back();
  await engine.at("registration-profile");
  for (const [name, value] of Object.entries(me)) await engine.until(`${name} to be there`, async () => (await engine.value(name)) === value);
  await go(engine);
  await engine.at("registration-confirm");
  for (const value of Object.values(me)) expect(await engine.text("dl.review")).toContain(value);
  await go(engine);
  await engine.at("registration-completed");
  await engine.clicks("main a.go");
  await engine.at("login");
  await engine.types("#email", me.email);
  await engine.types("#password", told(await mailTo(request, me.email, PASSWORD_SUBJECT), "初期パスワード"));
  await go(engine);
  await engine.at("login-otp");
  await entersCode(engine, request, me.email, LOGIN_SUBJECT);
  await engine.at("new-password");
  for (const name of ["newPassword", "again"]) await engine.types(`#${name}`, NEW_PASSWORD);
  await engine.until("the terms", () => engine.run(() => document.querySelector("#terms h3") !== null));
  await engine.run(() => document.querySelector<HTMLElement>("#terms")?.focus());
  await engine.presses("\uE010");
  await engine.until("the box to open", () => engine.run(() => !document.querySelector("#agree")?.hasAttribute("aria-disabled")));
  await engine.clicks("#agree");
  await go(engine);
  await engine.at("my-page");
  expect(await engine.text("#who")).toContain(me.name);
  await engine.clicks("#who [data-action=logout]");
  await engine.at("logged-out");
  await engine.back();
  await engine.at("login");
  expect(await engine.text("body")).not.toContain(me.name);
});

test("back from a procedure that was stopped does not offer to go on with it", async ({ engine, request }) => {
  await provesOffice(engine, await newOffice(request));
  await engine.back();
  await engine.at("registration");
  await engine.until("the way on", () => engine.shows("#resume"));
  await engine.clicks("#resume a");
  await engine.at("registration-otp");
  await engine.clicks("[data-action=cancel]");
  await engine.accepts();
  await engine.at("login");
  await engine.back();
  await engine.at("registration");
  await new Promise((after) => setTimeout(after, 500));
  expect(await engine.shows("#resume")).toBe(false);
});

test("a password that was looked at is hidden and gone on the way back", async ({ engine }) => {
  await engine.opens("/login.html");
  await engine.at("login");
  await engine.types("#password", "himitsu");
  await engine.clicks(".reveal");
  expect(await engine.run(() => document.querySelector<HTMLInputElement>("#password")?.type)).toBe("text");
  await engine.run(() => (document.documentElement.dataset["kept"] = "true"));
  await engine.clicks('nav.menu a[href="faq.html"]');
  await engine.at("faq");
  await engine.back();
  await engine.at("login");
  // The page itself, from the engine's back-forward cache.
  expect(await engine.run(() => document.documentElement.dataset["kept"])).toBe("true");
  expect(await engine.run(() => document.querySelector<HTMLInputElement>("#password")?.type)).toBe("password");
  expect(await engine.value("password")).toBe("");
});

test("nothing goes beyond a narrow screen", async ({ engine }) => {
  test.setTimeout(180_000);
  await engine.size(320, 480);
  for (const [, folder] of LANGUAGES) {
    for (const name of PAGES) {
      await engine.opens(`/${folder}${name}.html`);
      await engine.at(name);
      expect.soft(await engine.run(beyond), folder + name).toEqual([]);
    }
  }
  await engine.size(1280, 800);
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

test("no word with furigana is torn by the end of a line", async ({ engine }) => {
  test.setTimeout(180_000);
  for (const width of [375, 640, 1280]) {
    await engine.size(width, 800);
    for (const name of ["index", "login", "faq", "prepare", "registration", "cookies"]) {
      await engine.opens(`/easy/${name}.html`);
      await engine.at(name);
      expect.soft(await engine.run(torn), `${name} at ${width}`).toEqual([]);
    }
  }
});
