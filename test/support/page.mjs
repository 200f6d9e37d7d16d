// Builds the page where it is missing or older than its sources.

import { fail, isStale, run } from "./setup.mjs";
import { HOW_TO_GET_WASM, setUpWasm } from "./wasm.mjs";

const SOURCES = ["viz", "ts", "dist/wasm", "package.json", "package-lock.json"];

/** Builds it. Ends the process with a clear line where there is no compiler for WebAssembly. */
export function setUpPage() {
  if (!setUpWasm()) {
    fail(`the page needs a compiler for WebAssembly: ${HOW_TO_GET_WASM}`);
  }
  buildPage();
}

/** Builds it from a WebAssembly core that is there. */
export function buildPage() {
  if (isStale("dist/viz.html", SOURCES) && run("npm", ["run", "--silent", "build:viz"]) !== 0) {
    fail("the page could not be built: see above");
  }
}
