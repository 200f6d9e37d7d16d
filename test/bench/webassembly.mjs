// The WebAssembly core in Node, against crushtool's wall time.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../../scripts/setup.mjs";
import { inTurn, runProcess, timed } from "./measure.mjs";

const FULL = { osds: new Int32Array(), reweights: new Uint32Array() };
const CHECKED = 20_000;

/** The rules of each map, and how many inputs crushtool is asked for. */
const CASES = [
  { map: "M1", rule: "R3", id: 0, size: 3, inputs: 400_000 },
  { map: "M2", rule: "R3", id: 0, size: 3, inputs: 300_000 },
  { map: "M3", rule: "R3", id: 0, size: 3, inputs: 300_000 },
  { map: "M2", rule: "R11", id: 1, size: 11, inputs: 80_000 },
  { map: "M3", rule: "R11", id: 1, size: 11, inputs: 80_000 },
];

/** Mappings per second. */
export async function webAssembly({ folder, rounds, shortened }) {
  const wasm = await import(pathToFileURL(join(ROOT, "dist/wasm/crushlab.js")).href);
  wasm.initSync({ module: readFileSync(join(ROOT, "dist/wasm/crushlab_bg.wasm")) });
  const native = createRequire(import.meta.url)(join(ROOT, "crates/node/binding/index.cjs"));
  const results = [];
  for (const { map, rule, id, size, inputs: all } of CASES) {
    const path = join(folder, `${map}.crush`);
    const inputs = Math.ceil(all / shortened);
    const bytes = readFileSync(path);
    const placer = (core) => {
      const own = core.NativeCrushMap.fromBinary(bytes);
      const request = { rule: id, size, reweights: FULL };
      return (count) => core.placeRange(own, request, 0, count, 1, new core.NativeProgress());
    };
    const place = placer(wasm);
    expectSame(await place(CHECKED), await placer(native)(CHECKED), `${map} ${rule}`);
    const range = ["--rule", `${id}`, "--num-rep", `${size}`, "--min-x", "0"];
    const args = ["-i", path, "--test", "--show-statistics", ...range, "--max-x", `${inputs - 1}`];
    const [crushtool, core] = await inTurn(rounds, [
      { amount: inputs, run: () => runProcess("crushtool", args) },
      { amount: inputs, run: () => timed(() => place(inputs)) },
    ]);
    results.push({ map, rule, inputs, crushtool, wasm: core });
  }
  return results;
}

function expectSame(wasm, native, what) {
  for (const part of ["osds", "lengths"]) {
    if (Buffer.compare(bytesOf(wasm[part]), bytesOf(native[part])) !== 0) {
      throw new Error(`${what}: the WebAssembly core and the native one differ`);
    }
  }
}

function bytesOf({ buffer, byteOffset, byteLength }) {
  return Buffer.from(buffer, byteOffset, byteLength);
}
