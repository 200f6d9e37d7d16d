// Instructions that a few mappings take with each kernel, counted by valgrind: unlike times they
// are the same on every machine. `node test/bench/instructions.mjs` counts them again and writes
// instructions.json, which test/unit/instructions.test.ts compares with.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, ROOT, run } from "../../scripts/setup.mjs";

const FILE = join(ROOT, "test/bench/instructions.json");
const BENCH = join(ROOT, "target/release/crushlab-bench");

/** Kernels that valgrind can run; it knows no AVX-512. */
export const COUNTED_KERNELS = ["scalar", "baseline", "avx2"];

/** What was counted before: the compiler that was used, and instructions by kernel. */
export const RECORDED = JSON.parse(readFileSync(FILE, "utf8"));

/** Why nothing can be counted here; empty where it can. */
export function missingForCounting() {
  if (process.arch !== "x64") {
    return "the counts are those of x86-64";
  }
  const isThere = spawnSync("valgrind", ["--version"]).status === 0;
  return isThere ? "" : "valgrind is not installed (Debian: apt-get install valgrind)";
}

/** Builds what is counted, as it is shipped. */
export function buildCounted() {
  if (run("cargo", ["build", "--release", "--quiet", "--package=crushlab-bench"]) !== 0) {
    fail("crushlab-bench could not be built");
  }
}

/** The compiler's version. */
export function compiler() {
  const { stdout } = spawnSync("rustc", ["--version"], { cwd: ROOT, encoding: "utf8" });
  return /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? "unknown";
}

/** Instructions of `crushlab-bench count KERNEL`, but those that read the map. */
export function countInstructions(kernel) {
  const counter = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
  const only = "--toggle-collect=crushlab_bench::count::counted*";
  const args = [...counter, only, BENCH, "count", kernel];
  const { stderr } = spawnSync("valgrind", args, { encoding: "utf8", timeout: 300_000 });
  const count = Number(/Collected : (\d+)/.exec(stderr)?.[1]);
  if (!(count > 0)) {
    throw new Error(`valgrind counted nothing: ${stderr?.slice(-500)}`);
  }
  return count;
}

if (process.argv[1] === import.meta.filename) {
  const missing = missingForCounting();
  if (missing) {
    fail(`instructions cannot be counted: ${missing}`);
  }
  buildCounted();
  const counts = COUNTED_KERNELS.map((kernel) => [kernel, countInstructions(kernel)]);
  const recorded = { rustc: compiler(), instructions: Object.fromEntries(counts) };
  writeFileSync(FILE, `${JSON.stringify(recorded, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(recorded)}\n`);
}
