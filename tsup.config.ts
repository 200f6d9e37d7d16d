import { existsSync, readdirSync, rmSync } from "node:fs";
import { defineConfig, type Options } from "tsup";

const shared: Options = { target: "node20", outDir: "dist", external: ["#native"] };

// The generator of declarations sets an option that TypeScript 6 warns of.
const dts = { compilerOptions: { ignoreDeprecations: "6.0" } };

// Chunks have hashes in their names: those of earlier builds would be packed, too.
for (const name of existsSync("dist") ? readdirSync("dist") : []) {
  if (/\.(c?js|d\.c?ts)$/.test(name) && name !== "wasm.js") {
    rmSync(`dist/${name}`);
  }
}

// ES modules get the same file as CommonJS: see scripts/entries.mjs.
export default defineConfig([
  { ...shared, entry: { index: "ts/index.ts" }, format: ["cjs"], dts },
  {
    ...shared,
    entry: { cli: "ts/cli/main.ts" },
    format: ["esm"],
    banner: { js: "#!/usr/bin/env node" },
  },
]);
