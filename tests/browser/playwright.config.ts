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

export default defineConfig({
  testDir: "screens",
  outputDir: "../../target/browser",
  snapshotPathTemplate: "{testDir}/{arg}{ext}",
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
    launchOptions: { executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args },
  },
});
