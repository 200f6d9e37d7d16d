// What only the package needs, from the WebAssembly core in dist/wasm:
// - beside the native binding, a core for every machine that has none: binding/index.cjs looks for
//   a file of this name where no native binding can be loaded;
// - dist/wasm.js, the library for browsers and notebooks (`crushlab/wasm`).
// `npm pack` runs this first (`prepack`), and `npm test` before its tests.

import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { setUpPage } from "./page.mjs";
import { isStale, ROOT, setUp } from "./setup.mjs";

const BINDING = join(ROOT, "crates/node/binding");
const WASM = join(ROOT, "dist/wasm");
const CORE = join(WASM, "crushlab_bg.wasm");
/** napi-rs has a name for a core in WebAssembly, and its loader knows no other. */
const FALLBACK = "crushlab.wasi.cjs";
const FALLBACK_CORE = "crushlab.wasm32-wasi.wasm";
const BROWSER = "dist/wasm.js";

/** Functions of the native binding that WebAssembly cannot have: Ceph's tools read files. */
const TOOLS = ["captureCrushtool", "captureOsdmaptool"];

/** Builds both where they are missing or older than what they are made of. */
export async function setUpPackage() {
  const own = "scripts/package.mjs";
  if (isStale(`crates/node/binding/${FALLBACK}`, ["dist/wasm", own])) {
    await buildFallback();
  }
  if (isStale(BROWSER, ["dist/wasm", "ts", own])) {
    await buildBrowser();
  }
}

async function buildFallback() {
  const contents = `
    import { readFileSync } from "node:fs";
    import { join } from "node:path";
    import { initSync } from "./crushlab.js";
    export * from "./crushlab.js";
    initSync({ module: readFileSync(join(__dirname, "${FALLBACK_CORE}")) });`;
  await build({
    stdin: { contents, resolveDir: WASM },
    bundle: true,
    format: "cjs",
    platform: "node",
    // The module could fetch its WebAssembly from beside itself; here it is handed over.
    define: { "import.meta.url": "undefined" },
    outfile: join(BINDING, FALLBACK),
    logLevel: "warning",
  });
  copyFileSync(CORE, join(BINDING, FALLBACK_CORE));
}

async function buildBrowser() {
  await build({
    entryPoints: [join(ROOT, "ts/browser/index.ts")],
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    minifyWhitespace: true,
    minifySyntax: true,
    define: { "import.meta.url": "undefined" },
    outfile: join(ROOT, BROWSER),
    plugins: [core],
    logLevel: "warning",
  });
}

/** Puts the WebAssembly in the place of the native binding, and does without files by path. */
const core = {
  name: "core",
  setup(bundle) {
    const module = join(WASM, "crushlab.js");
    bundle.onResolve({ filter: /^crushlab-wasm$/ }, () => ({ path: module }));
    bundle.onResolve({ filter: /^#native$/ }, () => ({ path: "native", namespace: "core" }));
    bundle.onResolve({ filter: /^crushlab-wasm-packed$/ }, () => ({
      path: "packed",
      namespace: "core",
    }));
    bundle.onResolve({ filter: /\/files\.ts$/ }, () => ({
      path: join(ROOT, "viz/engine/noFiles.ts"),
    }));
    bundle.onLoad({ filter: /^native$/, namespace: "core" }, () => ({
      contents: [
        'export * from "./crushlab.js";',
        ...TOOLS.map((name) => `export const ${name} = undefined;`),
      ].join("\n"),
      resolveDir: WASM,
    }));
    bundle.onLoad({ filter: /^packed$/, namespace: "core" }, () => ({
      contents: gzipSync(readFileSync(CORE), { level: 9 }),
      loader: "binary",
    }));
  },
};

if (process.argv[1] === import.meta.filename) {
  setUp();
  setUpPage();
  await setUpPackage();
}
