import { type APIRequestContext, type Page, type Request, expect } from "@playwright/test";

import { Clerk, newOffice } from "./portal.ts";
import { test as watched } from "./screens/watched.ts";

/** Tests of a clerk at their desk, whose office nobody else uses. */
export const test = watched.extend<{ clerk: Clerk }>({
  clerk: async ({ page, request }, use) => use(new Clerk(page, request, await newOffice(request))),
});

export { expect };

/** A clerk of an office with something special about it. */
export async function clerkOf(page: Page, request: APIRequestContext, office: Record<string, unknown>): Promise<Clerk> {
  return new Clerk(page, request, await newOffice(request, office));
}

/** What a page sends to a path of the API from now on. */
export function sent(page: Page, method: string, path: string): Request[] {
  const requests: Request[] = [];
  page.on("request", (request) => {
    if (request.method() === method && new URL(request.url()).pathname === `/api/v1${path}`) requests.push(request);
  });
  return requests;
}

const api = (path: string) => (url: URL) => url.pathname === `/api/v1${path}`;

/** The next call of a kind is refused so. */
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

/** The next call of a kind is done, and its answer does not come; nor do the cookies in it that are named. */
export async function loses(page: Page, method: string, path: string, cookie?: string): Promise<void> {
  let times = 1;
  await page.route(api(path), async (route) => {
    if (route.request().method() !== method || times-- < 1) return route.fallback();
    expect((await route.fetch()).ok()).toBe(true);
    if (cookie !== undefined) await page.context().clearCookies({ name: cookie });
    await route.abort("failed");
  });
}

/** The next call of a kind is answered by something between, with what is no answer of the portal. */
export async function garbles(page: Page, method: string, path: string, status: number, body: string): Promise<void> {
  let times = 1;
  await page.route(api(path), (route) => {
    if (route.request().method() !== method || times-- < 1) return route.fallback();
    return route.fulfill({ status, contentType: "text/html", body });
  });
}

/** Every page of the portal takes so long to come, as on a slow line. */
export async function slowPages(page: Page, milliseconds: number): Promise<void> {
  await page.route(/\.html$/, async (route) => {
    await new Promise((after) => setTimeout(after, milliseconds));
    await route.fallback();
  });
}

/** The page is left for another one and come back to from the browser's memory, as back and forward do. */
export async function comesBack(page: Page): Promise<void> {
  await page.evaluate(() => {
    dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  });
}

export const NETWORK = "通信できませんでした。入力した内容は残っています。時間をおいて、もう一度お試しください。";

/** The box at the top says a sentence, has the focus, and the title says that something is wrong. */
export async function complains(page: Page, text: string | RegExp): Promise<void> {
  await expect(page.locator("#summary")).toContainText(text);
  await expect(page.locator("#summary")).toBeFocused();
  await expect(page.getByRole("group", { name: /^(入力内容を確認してください|手続きを進められませんでした)$/ })).toBeFocused();
  await expect(page).toHaveTitle(/^（エラー）/);
}

/** A field is marked, described by what is wrong and then by its hint, and linked from the box at the top. */
export async function marked(page: Page, name: string, text: string | RegExp): Promise<void> {
  const field = page.locator(`#${name}`);
  await expect(page.locator(`#${name}-wrong`)).toContainText(text);
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAttribute("aria-describedby", new RegExp(`^${name}-wrong( |$)`));
  await expect(page.locator(`#summary a[href="#${name}"]`)).toContainText(text);
}
