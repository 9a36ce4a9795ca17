import { defineConfig } from "@playwright/test";

import base from "./playwright.config.ts";

/** The journey, the back button, the console and the narrow screen in Debian's WebKitGTK, over plain WebDriver: Playwright runs the tests, but no browser. */
export default defineConfig({
  ...base,
  outputDir: "../../target/browser-webkit",
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  projects: [{ name: "webkit", testDir: "webkit" }],
  use: { baseURL: base.use?.baseURL ?? "", trace: "off" },
});
