import { defineConfig } from "@playwright/test";

import base from "./playwright.config.ts";

/**
 * The journey, the way back, the console and the narrow screen in Debian's Firefox, over WebDriver BiDi.
 *
 * What looks at every pixel and name of every screen stays with Chromium: over BiDi there are no forced colours, no paper,
 * and no bodies of requests.
 */
export default defineConfig({
  ...base,
  outputDir: "../../target/browser-firefox",
  timeout: 90_000,
  projects: [{ name: "firefox", testDir: ".", testMatch: ["screens/journey.spec.ts", "screens/history.spec.ts", "engines/*.spec.ts"] }],
  use: {
    ...base.use,
    browserName: "firefox",
    channel: "moz-firefox",
    colorScheme: null,
    trace: "off",
    launchOptions: { executablePath: process.env["FIREFOX"] ?? "/usr/bin/firefox-esr" },
  },
});
