import { mkdirSync, writeFileSync } from "node:fs";

import { type Page, chromium } from "@playwright/test";

import { NETWORK, complains, expect, garbles, refuses, sent, test } from "../desk.ts";
import { args } from "../playwright.config.ts";
import { Clerk, RESET_PASSWORD } from "../portal.ts";

/** Features that older browsers lack (Safari before 15.4). */
async function older(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const gone: [object, string[]][] = [
      [Crypto.prototype, ["randomUUID"]],
      [globalThis, ["reportError", "structuredClone", "HTMLDialogElement"]],
      [AbortSignal, ["timeout", "any"]],
      [Array.prototype, ["at", "findLast", "toSorted", "toSpliced"]],
      [String.prototype, ["at"]],
      [Object, ["hasOwn", "groupBy"]],
      [HTMLElement.prototype, ["checkVisibility"]],
      [HTMLDialogElement.prototype, ["showModal", "show", "close"]],
    ];
    for (const [of, names] of gone) for (const name of names) Reflect.deleteProperty(of, name);
  });
}

test("a browser of a few years ago registers and logs in", async ({ page, clerk }) => {
  await older(page);
  await clerk.registers();
  await clerk.logsInFirst();
  await expect(page.locator("#who")).toContainText(clerk.me.name);
});

const HANAKO = { name: "見本 花子", nameKana: "ミホン ハナコ", phone: "0312345678" };

/** A colleague is typed, up to the confirmation. */
async function typesColleague(page: Page, clerk: Clerk): Promise<void> {
  await page.goto(clerk.url("member-new"));
  await clerk.at("member-new");
  for (const [name, value] of Object.entries({ ...HANAKO, email: `hanako.${clerk.office.officeNumber}@example.jp` })) await page.locator(`#${name}`).fill(value);
  await clerk.submits();
  await clerk.at("member-confirm");
}

test("a browser of a few years ago adds a colleague, stops and removes them, and resets the password", async ({ page, clerk }) => {
  await older(page);
  await clerk.isAt("my-page");
  await typesColleague(page, clerk);
  await page.getByRole("button", { name: "登録する" }).click();
  await clerk.at("members");
  for (const [button, told] of [["停止する", "利用を停止しました。"], ["削除する", "削除しました。"]] as const) {
    await page.locator("#members > li").nth(1).getByRole("link", { name: "変更・削除" }).click();
    await clerk.at("member");
    await page.getByRole("button", { name: button }).click();
    await page.getByRole("button", { name: "実行する" }).click();
    await clerk.at("members");
    await expect(page.locator("#status")).toContainText(told);
  }
  const seen = await clerk.asksForReset();
  await clerk.entersLoginCode(seen);
  await clerk.at("password-reset-password");
  await clerk.choosesAnother(RESET_PASSWORD);
  await clerk.at("password-reset-done");
});

test.describe("a page that fails", () => {
  test.use({ loud: true });

  test("is shown as a fault of the page, with the number of the last request, and not as one of the network", async ({ page, clerk }) => {
    await clerk.isAt("registration-confirm");
    await page.evaluate(() => {
      Crypto.prototype.getRandomValues = () => {
        throw new Error("no randomness");
      };
    });
    await clerk.submits();
    await complains(page, "画面のプログラムに問題が起きました。");
    await expect(page.locator("#summary")).toContainText(/（お問い合わせ番号：[^）]+）/);
    await expect(page.locator("#summary")).not.toContainText("通信できませんでした");
    await expect(page.locator("form button[type=submit]")).not.toHaveAttribute("aria-disabled");
  });

  test("before anything was asked has no number to tell", async ({ page }) => {
    await page.goto("/registration.html");
    await page.evaluate(() => {
      window.AbortController = class {
        constructor() {
          throw new Error("broken");
        }
      } as never;
    });
    await page.locator("#userId").fill("KJ1");
    await page.locator("#password").fill("x");
    await page.locator("form button[type=submit]").click();
    await complains(page, "画面のプログラムに問題が起きました。");
    await expect(page.locator("#summary")).not.toContainText("お問い合わせ番号");
  });
});

const HOW = /Cookie がブロックされています/;

test("with cookies blocked, it is said so, and how to allow them; nothing is started", async ({ request, clerk }) => {
  // A browser whose settings block cookies.
  const profile = test.info().outputPath("profile");
  mkdirSync(`${profile}/Default`, { recursive: true });
  writeFileSync(`${profile}/Default/Preferences`, JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args,
    baseURL: test.info().project.use.baseURL ?? "",
    locale: "ja-JP",
  });
  const [page = await context.newPage()] = context.pages();
  const starts = ["/registration", "/login", "/password-reset"].map((path) => sent(page, "POST", path));
  const blocked = new Clerk(page, request, clerk.office);
  await page.goto("/registration.html");
  await page.locator("#userId").fill(clerk.office.userId);
  await page.locator("#password").fill(clerk.office.password);
  await blocked.submits();
  await page.waitForURL(/cookies\.html$/);
  await expect(page.getByText(HOW)).toBeVisible();
  await expect(page.locator("#admin")).toContainText(new URL(page.url()).host);
  await page.getByRole("link", { name: "ログイン画面へ" }).click();
  await page.locator("#email").fill("taro@example.jp");
  await page.locator("#password").fill("x");
  await blocked.submits();
  await page.waitForURL(/cookies\.html$/);
  await page.goto("/password-reset.html");
  await page.locator("#email").fill("taro@example.jp");
  await blocked.submits();
  await page.waitForURL(/cookies\.html$/);
  expect(starts.map((requests) => requests.length)).toEqual([0, 0, 0]);
  await context.close();
});

for (const flow of ["registration", "login", "password-reset"] as const) {
  test(`cookies that do not arrive after a start of ${flow} lead to the page about cookies`, async ({ page, context, clerk }) => {
    if (flow === "login") await clerk.isAt("registration-completed");
    const initial = flow === "login" ? await clerk.initialPassword() : "";
    await context.clearCookies();
    await page.route(`**/api/v1/${flow}`, async (route) => {
      if (route.request().method() !== "POST") return route.fallback();
      const response = await route.fetch();
      await context.clearCookies();
      const { "set-cookie": _, ...headers } = response.headers();
      await route.fulfill({ response, headers });
    });
    await page.goto(`/${flow}.html`);
    await page.locator("#userId, #email").first().fill(flow === "registration" ? clerk.office.userId : clerk.me.email);
    if (flow !== "password-reset") await page.locator("#password").fill(flow === "login" ? initial : clerk.office.password);
    await clerk.submits();
    await page.waitForURL(/cookies\.html$/);
    await expect(page.getByText(HOW)).toBeVisible();
  });
}

test("a procedure that has run out later is not taken for blocked cookies", async ({ page, context, clerk }) => {
  await clerk.provesOffice();
  await expect(page).toHaveURL(/registration-otp\.html$/);
  await context.clearCookies();
  await page.reload();
  await page.waitForURL(/expired\.html#registration$/);
});

const BETWEEN = (status: number | string, request = "POST http://.*/api/v1/registration") =>
  new RegExp(`間にある機器やソフト.*通信を止めました（応答 ${status}）。.*「${request} への応答が ${status} になる」とお伝えください。`);

test.describe("a network of its own mind", () => {
  test.use({ loud: true });

  test("an answer of a proxy is shown as such, with a text for the network's administrator; the input stays", async ({ page, clerk }) => {
    await page.goto("/registration.html");
    await page.locator("#userId").fill(clerk.office.userId);
    await page.locator("#password").fill(clerk.office.password);
    for (const [status, body] of [
      [200, "<!DOCTYPE html><title>Wi-Fi</title><p>sign in"],
      [200, ""],
      [200, "[]"],
      [200, '"ok"'],
      [204, ""],
      [403, '{"message":"Forbidden"}'],
      [403, "<p>blocked by policy</p>"],
      [405, ""],
      [407, ""],
      [429, "slow down"],
      [500, "null"],
      [503, "<html><body>maintenance</body></html>"],
    ] as const) {
      await garbles(page, "POST", "/registration", status, body);
      await clerk.submits();
      await complains(page, BETWEEN(status));
      await expect(page.locator("#userId")).toHaveValue(clerk.office.userId);
      await expect(page.locator("#password")).toHaveValue(clerk.office.password);
    }
    await clerk.submits();
    await clerk.at("registration-otp");
  });
});

test.describe("a network that stops what マイページ and a reset send", () => {
  test.use({ loud: true });

  test("is named for each, and what was typed stays", async ({ page, clerk }) => {
    await page.goto("/password-reset.html");
    await page.locator("#email").fill(clerk.me.email);
    await garbles(page, "POST", "/password-reset", 403, "<p>blocked by policy</p>");
    await clerk.submits();
    await complains(page, BETWEEN(403, "POST http://.*/api/v1/password-reset"));
    await expect(page.locator("#email")).toHaveValue(clerk.me.email);
    await clerk.isAt("my-page");
    await typesColleague(page, clerk);
    await garbles(page, "POST", "/members", 405, "");
    await page.getByRole("button", { name: "登録する" }).click();
    await complains(page, BETWEEN(405, "POST http://.*/api/v1/members"));
    await expect(page.locator("#content")).toContainText(HANAKO.name);
    // The same wish once more: one colleague.
    await page.getByRole("button", { name: "登録する" }).click();
    await clerk.at("members");
    const row = page.locator("#members > li").nth(1);
    await row.getByRole("link", { name: "変更・削除" }).click();
    await clerk.at("member");
    const id = new URL(page.url()).hash.slice(1);
    for (const [button, method] of [["停止する", "PATCH"], ["削除する", "DELETE"]] as const) {
      await page.getByRole("button", { name: button }).click();
      await garbles(page, method, `/members/${id}`, 429, "slow down");
      await page.getByRole("button", { name: "実行する" }).click();
      await complains(page, BETWEEN(429, `${method} http://.*/api/v1/members/${id}`));
      await page.getByRole("button", { name: "やめる" }).click();
    }
  });
});

test("a network that redirects to its own page is shown as such", async ({ page, clerk }) => {
  await page.goto("/registration.html");
  await page.locator("#userId").fill(clerk.office.userId);
  await page.locator("#password").fill(clerk.office.password);
  await page.route("**/api/v1/registration", (route) => route.fulfill({ status: 302, headers: { Location: "http://wifi.example/login" } }), { times: 1 });
  await clerk.submits();
  await complains(page, BETWEEN("3xx"));
});

test("an answer of the portal's gateway itself is shown with its number", async ({ page, clerk }) => {
  await page.goto("/registration.html");
  await page.locator("#userId").fill(clerk.office.userId);
  await page.locator("#password").fill(clerk.office.password);
  for (const status of [429, 503]) {
    await page.route("**/api/v1/registration", (route) => route.fulfill({ status, headers: { "Apigw-Requestid": "Xyz12=" }, contentType: "application/json", body: '{"message":"Service Unavailable"}' }), { times: 1 });
    await clerk.submits();
    await complains(page, "お問い合わせ番号（Xyz12=）を添えて");
  }
});

test("a screen that something between kept from its answer says so, and can be loaded again", async ({ page, clerk }) => {
  await clerk.isAt("registration-otp");
  await garbles(page, "GET", "/registration", 200, "<p>sign in to the network</p>");
  await page.reload();
  await complains(page, /通信を止めました（応答 200）/);
  await page.getByRole("button", { name: "もう一度読み込む" }).click();
  await clerk.at("registration-otp");
  await page.route("**/api/v1/registration", (route) => route.abort(), { times: 1 });
  await page.reload();
  await complains(page, NETWORK);
  await refuses(page, "GET", "/registration", 503, { code: "temporarily-unavailable" });
  await page.getByRole("button", { name: "もう一度読み込む" }).click();
  await complains(page, "お問い合わせ番号（b7c1-09）");
});
