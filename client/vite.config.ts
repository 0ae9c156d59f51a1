import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { pictures } from "./pictures/vite-plugin.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Every file of `pages/` is an entry; the server finds what was built for it in the manifest. */
const entries = readdirSync(here("pages"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => here(`pages/${name}`));

export default defineConfig({
  root: here("."),
  base: "/static/",
  plugins: [pictures()],
  build: {
    outDir: here("dist"),
    emptyOutDir: true,
    manifest: "manifest.json",
    // Inlined assets would be data: addresses, which the content security policy refuses.
    assetsInlineLimit: 0,
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: { input: entries, checks: { pluginTimings: false } },
  },
  css: {
    preprocessorOptions: {
      scss: { loadPaths: [here("../node_modules"), here("styles")], quietDeps: true },
    },
  },
  test: {
    root: here(".."),
    include: ["tests/client/**/*.test.ts", "tests/bench/**/*.test.ts"],
    environment: "jsdom",
    setupFiles: [here("../tests/client/set_up.ts")],
    restoreMocks: true,
  },
});
