// The tests of the project `wasm` run on the WebAssembly core in place of the native one: there
// `#native` is dist/wasm/crushlab.js, and this loads the WebAssembly into it.

import { readFileSync } from "node:fs";

const url = new URL("../../dist/wasm/crushlab_bg.wasm", import.meta.url);
const core = (await import("#native")) as unknown as {
  initSync: (options: { module: Uint8Array }) => void;
};
core.initSync({ module: readFileSync(url) });
