import { type Browser, type Page, expect, test as base } from "@playwright/test";

import { tolerant } from "../engines/bidi.ts";

/** What the browser itself complains of when the server says no, which is no fault of the page. */
const REFUSED = /^Failed to load resource: the server responded with a status of (401|403|404|409|410|422|429|503)/;

/** Every test watches the console: nothing may be said there, neither by a script nor by a policy. */
export const test = base.extend<{ loud: boolean; quiet: undefined }, { browser: Browser }>({
  browser: [
    async ({ browser, browserName }, use) => {
      if (browserName === "firefox") tolerant(browser);
      await use(browser);
    },
    { scope: "worker" },
  ],
  /** Whether the test makes the browser complain. */
  loud: [false, { option: true }],
  quiet: [
    async ({ page, loud }, use) => {
      const said: string[] = [];
      watch(page, said);
      page.context().on("page", (other) => watch(other, said));
      await use(undefined);
      if (!loud) expect(said, "the console says nothing").toEqual([]);
    },
    { auto: true },
  ],
});

function watch(page: Page, said: string[]): void {
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !REFUSED.test(message.text()) && !/net::ERR_(INTERNET_DISCONNECTED|FAILED)/.test(message.text())) {
      said.push(`${page.url()}: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => said.push(`${page.url()}: ${error.message}`));
}

export { expect };
