import { type Page, expect, test as base } from "@playwright/test";

/** Console messages of the browser about refused requests, which are no fault of the page. */
const REFUSED = /^Failed to load resource: the server responded with a status of (401|403|404|409|410|422|429|503)/;

/** Every test checks the console: it must stay empty of messages from scripts or policies. */
export const test = base.extend<{ loud: boolean; quiet: undefined }>({
  /** Whether the test provokes such messages. */
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
