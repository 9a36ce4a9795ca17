import { defineConfig } from "vite";

import { entries, site } from "./build/plugin.ts";

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
    rolldownOptions: {
      input: entries(),
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
});
