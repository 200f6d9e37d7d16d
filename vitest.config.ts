import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The WebAssembly core: `npm run build:wasm` makes it. */
const WASM = path("dist/wasm/crushlab.js");

/** Tests of the library, which run on either core. */
const OF_THE_LIBRARY = [
  "cluster",
  "crushMap",
  "explain",
  "golden",
  "mapEdits",
  "objectHash",
  "placeMany",
  "simulate",
  "whatIf",
].map((name) => `test/unit/${name}.test.ts`);

/** What compares the two cores. */
const COMPARISON = "test/unit/wasm.test.ts";

const native = {
  test: {
    name: "native",
    include: ["test/{unit,property,cli,e2e,package}/**/*.test.ts"],
    exclude: [COMPARISON],
  },
};

const wasm = {
  resolve: { alias: [{ find: /^#native$/, replacement: WASM }] },
  test: {
    name: "wasm",
    include: [COMPARISON, ...OF_THE_LIBRARY, "test/property/*.test.ts"],
    setupFiles: ["test/support/wasmSetup.ts"],
  },
};

export default defineConfig({
  test: {
    // Tests that start processes share two cores with each other.
    testTimeout: 60_000,
    projects: [native, ...(existsSync(WASM) ? [wasm] : [])].map((project) => ({
      extends: true as const,
      ...project,
    })),
  },
});
