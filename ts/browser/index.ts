// The library for browsers, notebooks and whatever else runs ES modules: the same functions on the
// WebAssembly core, in one file that fetches nothing. scripts/package.mjs bundles it.

import { initSync } from "crushlab-wasm";
import packed from "crushlab-wasm-packed";

export * from "../index.ts";

let ready: Promise<void> | undefined;

/**
 * Makes the WebAssembly core ready; to be awaited once before anything else is called. Further
 * calls give the same promise. Work runs on the thread that asks for it: in a page, call this from
 * a worker where clusters are large.
 *
 * @throws {Error} where WebAssembly is missing or not allowed, such as by a page's policy without
 *   `'wasm-unsafe-eval'`.
 */
export default function init(): Promise<void> {
  ready ??= unpack().then((module) => initSync({ module }));
  return ready;
}

function unpack(): Promise<ArrayBuffer> {
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(unpacked).arrayBuffer();
}
