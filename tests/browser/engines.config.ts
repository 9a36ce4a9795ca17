import { defineConfig } from "@playwright/test";

import base from "./playwright.config.ts";

/** The journey, the way back, the console and the narrow screen in Debian's WebKitGTK and Firefox, over plain WebDriver: Playwright runs the tests, but no browser. */
export default defineConfig({
  ...base,
  outputDir: "../../target/browser-engines",
  workers: 2,
  fullyParallel: false,
  timeout: 120_000,
  projects: ["webkit", "firefox"].map((name) => ({ name, testDir: "engines" })),
  use: { baseURL: base.use?.baseURL ?? "", trace: "off" },
});
