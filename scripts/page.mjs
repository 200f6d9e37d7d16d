// `npm run build:viz`: the page from its sources, in dist/viz.html and dist/viz. Installs npm's
// packages and builds the WebAssembly core first where they are missing or old.

import { statSync } from "node:fs";
import { join } from "node:path";
import { fail, isStale, ROOT, run, setUpPackages } from "./setup.mjs";
import { HOW_TO_GET_WASM, setUpWasm } from "./wasm.mjs";

const FILE = "dist/viz.html";
const SOURCES = ["viz", "ts", "dist/wasm", "package.json", "package-lock.json"];

/** Builds it where it is missing or older than its sources. */
export function setUpPage() {
  setUpCore();
  buildPage();
}

/** Builds it where it has to, from a WebAssembly core that is there. */
export function buildPage() {
  if (isStale(FILE, SOURCES)) {
    build();
  }
}

/** Ends the process with a clear line where there is no compiler for WebAssembly. */
function setUpCore() {
  if (!setUpWasm()) {
    fail(`no compiler for WebAssembly is here, which the page needs; ${HOW_TO_GET_WASM}`);
  }
}

function build() {
  process.stderr.write("crushlab: building the page \u2026\n");
  if (run(process.execPath, ["viz/build.mjs"]) !== 0) {
    fail("the page could not be built: see above");
  }
}

if (process.argv[1] === import.meta.filename) {
  setUpPackages();
  setUpCore();
  build();
  const megabytes = (statSync(join(ROOT, FILE)).size / 1e6).toFixed(1);
  process.stdout.write(`${FILE} (${megabytes} MB, one file); dist/viz (for any static host)\n`);
}
