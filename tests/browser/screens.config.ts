import { defineConfig } from "@playwright/test";

import base from "./playwright.config.ts";

/** Pictures of every screen, for review by people: `SCREENS=folder npm run screens`. */
export default defineConfig({
  ...base,
  projects: [{ name: "pictures", testDir: "pictures" }],
  timeout: 600_000,
  use: { ...base.use, trace: "off" },
});
