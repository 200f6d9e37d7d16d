import { defineConfig, type Options } from "tsup";

const shared: Options = { target: "node20", outDir: "dist", external: ["#native"] };

export default defineConfig([
  { ...shared, entry: { index: "ts/index.ts" }, format: ["esm", "cjs"], dts: true },
  {
    ...shared,
    entry: { cli: "ts/cli/main.ts" },
    format: ["esm"],
    banner: { js: "#!/usr/bin/env node" },
  },
]);
