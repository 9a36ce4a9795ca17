import { defineConfig } from "@playwright/test";

/** What Chromium needs in a container, and what keeps it from asking anybody but the portal. */
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
    trace: "retain-on-failure",
    launchOptions: chromium,
  },
  projects: [
    { name: "screens", testDir: "screens" },
    // Playwright keeps Chromium from keeping pages in its memory, unless it is told not to.
    { name: "memory", testDir: "engines", testMatch: "memory.spec.ts", use: { launchOptions: { ...chromium, ignoreDefaultArgs: ["--disable-back-forward-cache"] } } },
  ],
});
