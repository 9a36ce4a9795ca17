import { type UserConfig, defineConfig } from "vite";

import { entries, site } from "./build/plugin.ts";

type WatcherOptions = NonNullable<NonNullable<UserConfig["build"]>["watch"]>;

/**
 * Polls for changes: `cargo lambda watch` uses most of the inotify instances that a user may have. Vite reads this
 * option under its older name, which is missing from its types.
 */
const looking: object = { chokidar: { usePolling: true, interval: 300 } };

export default defineConfig({
  appType: "mpa",
  plugins: [site()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssMinify: "lightningcss",
    emptyOutDir: true,
    reportCompressedSize: false,
    watch: process.argv.includes("--watch") ? (looking as WatcherOptions) : null,
    rolldownOptions: {
      input: entries(),
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        // Few files for the shared code: more small files would add a fifth to the bytes.
        codeSplitting: {
          groups: [
            { name: "base", test: /src\/(api|dom|memory|pages|problems|reactions|time|press|who|resume|flow)\.ts$/ },
            { name: "form", test: /src\/(form|values|key)\.ts$/ },
          ],
        },
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
});
