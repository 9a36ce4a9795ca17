import { type APIRequestContext, type Page, type Request, expect } from "@playwright/test";

import { Clerk, newOffice } from "./portal.ts";
import { test as watched } from "./screens/watched.ts";

/** Tests of a clerk with an exclusive office. */
export const test = watched.extend<{ clerk: Clerk }>({
  clerk: async ({ page, request }, use) => use(new Clerk(page, request, await newOffice(request))),
});

export { expect };

/** A clerk of an office with special properties. */
export async function clerkOf(page: Page, request: APIRequestContext, office: Record<string, unknown>): Promise<Clerk> {
  return new Clerk(page, request, await newOffice(request, office));
}

/** The requests that a page sends to a path of the API from now on. */
export function sent(page: Page, method: string, path: string): Request[] {
  const requests: Request[] = [];
  page.on("request", (request) => {
    if (request.method() === method && new URL(request.url()).pathname === `/api/v1${path}`) requests.push(request);
  });
  return requests;
}

const api = (path: string) => (url: URL) => url.pathname === `/api/v1${path}`;

/** Refuses the next call of a kind with this answer. */
export async function refuses(page: Page, method: string, path: string, status: number, problem: { code: string } & Record<string, unknown>): Promise<void> {
  let times = 1;
  await page.route(api(path), (route) => {
    if (route.request().method() !== method || times-- < 1) return route.fallback();
    return route.fulfill({
      status,
      contentType: "application/problem+json",
      headers: { "X-Request-Id": "b7c1-09" },
      body: JSON.stringify({ type: `https://example.jp/${problem.code}`, title: "題", status, instance: "urn:request:1", ...problem }),
    });
  });
}

/** Executes the next call of a kind, but drops its answer, and the named cookies in it. */
export async function loses(page: Page, method: string, path: string, cookie?: string): Promise<void> {
  let times = 1;
  await page.route(api(path), async (route) => {
    if (route.request().method() !== method || times-- < 1) return route.fallback();
    expect((await route.fetch()).ok()).toBe(true);
    if (cookie !== undefined) await page.context().clearCookies({ name: cookie });
    await route.abort("failed");
  });
}

/** Answers the next call of a kind like a proxy, not like the portal. */
export async function garbles(page: Page, method: string, path: string, status: number, body: string): Promise<void> {
  let times = 1;
  await page.route(api(path), (route) => {
    if (route.request().method() !== method || times-- < 1) return route.fallback();
    return route.fulfill({ status, contentType: "text/html", body });
  });
}

/** Delays every page of the portal, as on a slow line. */
export async function slowPages(page: Page, milliseconds: number): Promise<void> {
  await page.route(/\.html$/, async (route) => {
    await new Promise((after) => setTimeout(after, milliseconds));
    await route.fallback();
  });
}

/** Leaves the page and returns to it from the back-forward cache. */
export async function comesBack(page: Page): Promise<void> {
  await page.evaluate(() => {
    dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  });
}

export const NETWORK = "通信できませんでした。入力した内容は残っています。時間をおいて、もう一度お試しください。";

/** As `comesBack`, and the browser empties the fields without autocompletion meanwhile, as WebKit does. Answers all values. */
export async function comesBackEmptied(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    for (const field of document.querySelectorAll<HTMLInputElement>("input[autocomplete=off]")) field.value = "";
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    return [...document.querySelectorAll("input")].map((field) => field.value);
  });
}

/** Expects a sentence in the error summary, which has the focus, and an error mark in the title. */
export async function complains(page: Page, text: string | RegExp): Promise<void> {
  await expect(page.locator("#summary")).toContainText(text);
  await expect(page.locator("#summary")).toBeFocused();
  await expect(page.getByRole("group", { name: /^(入力内容を確認してください|手続きを進められませんでした)$/ })).toBeFocused();
  await expect(page).toHaveTitle(/^（エラー）/);
}

/** Expects that a field is marked, described by its problem and then its hint, and linked from the error summary. */
export async function marked(page: Page, name: string, text: string | RegExp): Promise<void> {
  const field = page.locator(`#${name}`);
  await expect(page.locator(`#${name}-wrong`)).toContainText(text);
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAttribute("aria-describedby", new RegExp(`^${name}-wrong( |$)`));
  await expect(page.locator(`#summary a[href="#${name}"]`)).toContainText(text);
}
