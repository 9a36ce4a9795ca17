import { defineConfig } from "@playwright/test";

import base from "./playwright.config.ts";

/**
 * The journey, the back button, the console and the narrow screen in Debian's Firefox, over WebDriver BiDi.
 *
 * The tests of layout and names of every screen run in Chromium only: over BiDi there are no forced colours, no printing,
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
