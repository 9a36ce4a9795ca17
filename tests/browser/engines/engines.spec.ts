import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { type APIRequestContext, expect, test as base } from "@playwright/test";

import { beyond } from "../looks/layout.ts";
import { LOGIN_SUBJECT, NEW_PASSWORD, type Office, PASSWORD_SUBJECT, REGISTRATION_SUBJECT, RESET_PASSWORD, mailTo, mailsTo, newOffice, person, told } from "../portal.ts";
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

/** Leaves a page by its menu, and comes back to it. */
async function comesBack(engine: Engine, name: string): Promise<void> {
  await engine.clicks('nav.menu a[href="faq.html"]');
  await engine.at("faq");
  await engine.back();
  await engine.at(name);
}

async function isThere(engine: Engine, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) await engine.until(`${name} to be there`, async () => (await engine.value(name)) === value);
}

/** A secret is typed and looked at; on the way back it is hidden and gone. */
async function secretIsGone(engine: Engine, page: string, field: string): Promise<void> {
  await engine.types(`#${field}`, "himitsu");
  await engine.clicks(`.reveal[aria-controls=${field}]`);
  expect(await engine.run((field) => document.querySelector<HTMLInputElement>(`#${field}`)?.type, field)).toBe("text");
  await comesBack(engine, page);
  expect(await engine.run((field) => document.querySelector<HTMLInputElement>(`#${field}`)?.type, field)).toBe("password");
  expect(await engine.value(field)).toBe("");
}

/** From the screen of 電子請求受付システム to 新規ユーザ登録情報の入力. */
async function comesToProfile(engine: Engine, request: APIRequestContext, office: Office): Promise<void> {
  await provesOffice(engine, office);
  await entersCode(engine, request, office.mailAddress, REGISTRATION_SUBJECT);
  await engine.at("registration-profile");
}

/** From 新規ユーザ登録情報の入力, with its fields filled in, to マイページ. */
async function comesToMyPage(engine: Engine, request: APIRequestContext, email: string): Promise<void> {
  await go(engine);
  await engine.at("registration-confirm");
  await go(engine);
  await engine.at("registration-completed");
  await engine.clicks("main a.go");
  await engine.at("login");
  await engine.types("#email", email);
  await engine.types("#password", told(await mailTo(request, email, PASSWORD_SUBJECT), "初期パスワード"));
  await go(engine);
  await engine.at("login-otp");
  await entersCode(engine, request, email, LOGIN_SUBJECT);
  await engine.at("new-password");
  for (const name of ["newPassword", "again"]) await engine.types(`#${name}`, NEW_PASSWORD);
  await engine.until("the terms", () => engine.run(() => document.querySelector("#terms h3") !== null));
  await engine.run(() => document.querySelector<HTMLElement>("#terms")?.focus());
  await engine.presses("\uE010");
  await engine.until("the box to open", () => engine.run(() => !document.querySelector("#agree")?.hasAttribute("aria-disabled")));
  await engine.clicks("#agree");
  await go(engine);
  await engine.at("my-page");
}

test("from ログイン to マイページ, and back; what was typed is there, and nothing of who has logged out", async ({ engine, request }) => {
  const office = await newOffice(request);
  const me = person(office);
  await engine.opens("/");
  await engine.clicks("#enter a");
  await engine.at("login");
  await engine.clicks('a.outline[href="registration.html"]');
  await engine.at("registration");
  await comesToProfile(engine, request, office);
  for (const [name, value] of Object.entries(me)) await engine.types(`#${name}`, value);
  await comesBack(engine, "registration-profile");
  await isThere(engine, me);
  await comesToMyPage(engine, request, me.email);
  expect(await engine.text("#who")).toContain(me.name);
  for (const value of Object.values(me)) expect(await engine.text("#content")).toContain(value);
  await engine.clicks("#who [data-action=logout]");
  await engine.at("logged-out");
  await engine.back();
  await engine.at("login");
  expect(await engine.text("body")).not.toContain(me.name);
});

test("one's own account and the users: what was typed is there on the way back, no secret is, and nothing of who has logged out", async ({ engine, request }) => {
  test.setTimeout(240_000);
  const office = await newOffice(request);
  const me = person(office);
  await comesToProfile(engine, request, office);
  for (const [name, value] of Object.entries(me)) await engine.types(`#${name}`, value);
  await comesToMyPage(engine, request, me.email);

  await engine.clicks('main a[href="my-profile.html"]');
  await engine.at("my-profile");
  await isThere(engine, { name: me.name });
  await engine.fills("#department", "相談課");
  await comesBack(engine, "my-profile");
  await isThere(engine, { department: "相談課", nameKana: me.nameKana });
  await go(engine);
  await engine.at("my-page");
  expect(await engine.text("#content")).toContain("相談課");

  await engine.clicks('main a[href="my-password.html"]');
  await engine.at("my-password");
  for (const field of ["currentPassword", "newPassword", "again"]) await secretIsGone(engine, "my-password", field);

  await engine.opens("/member-new.html");
  await engine.at("member-new");
  const colleague = { email: `hanako.${office.officeNumber}@example.jp`, name: "見本 花子", nameKana: "ミホン ハナコ", department: "総務課", jobTitle: "主任", phone: "0312345679" };
  for (const [name, value] of Object.entries(colleague)) await engine.types(`#${name}`, value);
  await comesBack(engine, "member-new");
  await isThere(engine, colleague);
  await go(engine);
  await engine.at("member-confirm");
  for (const value of Object.values(colleague)) expect(await engine.text("#content")).toContain(value);
  await engine.clicks("[data-action=register]");
  await engine.at("members");
  await engine.until("both users", async () => (await engine.text("#members")).includes(colleague.name));
  await engine.clicks("#members li:nth-child(2) a");
  await engine.at("member");
  expect(await engine.text("#content")).toContain(colleague.name);
  await engine.clicks("[data-action=reissue]");
  await engine.clicks("[data-action=go]");
  await engine.at("members");
  await engine.until("the word of it", async () => (await engine.text("#status")).includes("新しい初期パスワードを送りました。"));

  await engine.clicks("#who [data-action=logout]");
  await engine.at("logged-out");
  await engine.back();
  await engine.until("another page than the users'", async () => !(await engine.text("body")).includes(me.name));
  expect(await engine.text("body")).not.toContain(colleague.name);
});

test("a reset of the password says whose it is to its end, and keeps no secret on the way back", async ({ engine, request }) => {
  test.setTimeout(240_000);
  const office = await newOffice(request);
  const me = person(office);
  await comesToProfile(engine, request, office);
  for (const [name, value] of Object.entries(me)) await engine.types(`#${name}`, value);
  await comesToMyPage(engine, request, me.email);
  await engine.clicks("#who [data-action=logout]");
  await engine.at("logged-out");

  await engine.opens("/password-reset.html");
  await engine.at("password-reset");
  await engine.fills("#email", me.email);
  await comesBack(engine, "password-reset");
  await isThere(engine, { email: me.email });
  const seen = (await mailsTo(request, me.email, LOGIN_SUBJECT)).length;
  await go(engine);
  await engine.at("password-reset-otp");
  await engine.types("#code", told(await mailTo(request, me.email, LOGIN_SUBJECT, seen), "ワンタイムパスワード"));
  await go(engine);
  await engine.at("password-reset-password");
  expect(await engine.text("#whose")).toContain(office.officeName);
  for (const field of ["newPassword", "again"]) await secretIsGone(engine, "password-reset-password", field);
  for (const field of ["newPassword", "again"]) await engine.types(`#${field}`, RESET_PASSWORD);
  await go(engine);
  await engine.at("password-reset-done");
  expect(await engine.text("#whose")).toContain(office.officeName);
  // The way back to what is done leads to where it stands, and is no new beginning.
  await engine.back();
  await engine.until("no screen to set a password", () => engine.run(() => document.querySelector("#newPassword") === null));
});

test("over plain http the local stack says so where the engine keeps no Secure cookie", async ({ engine }, info) => {
  const script = readFileSync(new URL("../../../local/assets/reload.js", import.meta.url));
  const page = '<!DOCTYPE html><html lang="ja"><title>開発用</title><link rel="icon" href="data:,"><main><p id="needs-tls" hidden>https</p></main><script type="module" src="/_dev/reload.js?build=1"></script>';
  let hasRun = false;
  const server = createServer((asked, answer) => {
    hasRun ||= asked.url === "/_dev/reload";
    if (asked.url === "/_dev/reload") return void answer.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    const isScript = asked.url?.startsWith("/_dev/reload.js") === true;
    answer.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html; charset=utf-8" }).end(isScript ? script : page);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  await engine.opensAt(`http://localhost:${(server.address() as AddressInfo).port}/`);
  await engine.until("the script", () => Promise.resolve(hasRun));
  expect(await engine.shows("#needs-tls")).toBe(info.project.name === "webkit");
  await engine.opens("/");
  server.close().closeAllConnections();
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
