import { type UserConfig, defineConfig } from "vite";

import { entries, site } from "./build/plugin.ts";

type WatcherOptions = NonNullable<NonNullable<UserConfig["build"]>["watch"]>;

/**
 * Changes are looked for, not waited for: `cargo lambda watch` next door takes most of the inotify instances that a user
 * is allowed. Vite reads this under the older name, which its types have left out.
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
        // Two files for all that screens share: small files of their own come to a fifth more bytes.
        codeSplitting: {
          groups: [
            { name: "base", test: /src\/(api|dom|memory|pages|problems|reactions|time|press|who|resume|flow)\.ts$/ },
            { name: "form", test: /src\/(form|values)\.ts$/ },
          ],
        },
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
});
