import { defineConfig, type Options } from "tsup";

const shared: Options = { target: "node20", outDir: "dist", external: ["#native"] };

// The generator of declarations sets an option that TypeScript 6 warns of.
const dts = { compilerOptions: { ignoreDeprecations: "6.0" } };

export default defineConfig([
  { ...shared, entry: { index: "ts/index.ts" }, format: ["esm", "cjs"], dts },
  {
    ...shared,
    entry: { cli: "ts/cli/main.ts" },
    format: ["esm"],
    banner: { js: "#!/usr/bin/env node" },
  },
]);
