import { defineConfig } from "@playwright/test";

import base from "./playwright.config.ts";

/** Tests that move the time of the whole stack forwards: one after another, and after all others. */
export default defineConfig({
  ...base,
  projects: [{ name: "clock", testDir: "clock" }],
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
});
