import { defineConfig } from "@playwright/test";

/** Options that Chromium needs in a container, and that restrict its requests to the portal. */
export const args = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const chromium = { executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args };

export default defineConfig({
  outputDir: "../../target/browser",
  snapshotPathTemplate: "screens/{arg}{ext}",
  workers: Number(process.env["BROWSER_WORKERS"] ?? 2),
  fullyParallel: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: process.env["CI"] !== undefined,
  retries: 0,
  reporter: [["list"]],
  use: {
    baseURL: process.env["PORTAL_URL"] ?? "http://localhost:8080",
    locale: "ja-JP",
    timezoneId: "Asia/Tokyo",
    // A trace of every test would double the work of the browser; `BROWSER_TRACE=1` keeps those of failures.
    trace: process.env["BROWSER_TRACE"] === undefined ? "off" : "retain-on-failure",
    launchOptions: chromium,
  },
  projects: [
    { name: "screens", testDir: "screens" },
    // Playwright disables Chromium's back-forward cache by default.
    { name: "memory", testDir: "memory", use: { launchOptions: { ...chromium, ignoreDefaultArgs: ["--disable-back-forward-cache"] } } },
  ],
});
