// `npm run bench [-- --quick] [-- --only PART,…] [-- --record]`: how fast crushlab is, against the
// installed crushtool and against itself. Every answer is checked before it is timed. Prints tables
// and then all as JSON; --record keeps that in record/, named by processor and date.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fail, ROOT, run, setUp } from "../../scripts/setup.mjs";
import { HOW_TO_GET_WASM, setUpWasm } from "../../scripts/wasm.mjs";
import { runProcess } from "./measure.mjs";
import { firstMapping, largeCluster, sweep, tools } from "./processes.mjs";
import { verdicts } from "./targets.mjs";
import { webAssembly } from "./webassembly.mjs";

const RECORD = join(ROOT, "test/bench/record");
const BENCH = join(ROOT, "target/release/crushlab-bench");

/** What can be measured, in this order. */
const PARTS = {
  kernels: ({ quick }) => inProcess("kernels", quick),
  tools,
  webassembly: webAssembly,
  incremental: ({ quick }) => inProcess("incremental", quick),
  cluster: largeCluster,
  sweep,
  first_mapping: firstMapping,
};

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
    only: { type: "string", default: Object.keys(PARTS).join() },
  },
});
const parts = options.only.split(",");
const unknown = parts.find((part) => !(part in PARTS));
if (unknown !== undefined) {
  fail(`there is no part ${unknown} of the benchmarks: ${Object.keys(PARTS).join(", ")}`);
}
await bench(options.quick);

async function bench(quick) {
  setUp();
  if (parts.includes("webassembly") && !setUpWasm()) {
    fail(`no Rust for WebAssembly is here: ${HOW_TO_GET_WASM}; or leave webassembly out (--only)`);
  }
  if (run("cargo", ["build", "--release", "--quiet", "--package=crushlab-bench"]) !== 0) {
    fail("crushlab-bench could not be built");
  }
  const folder = mkdtempSync(join(tmpdir(), "crushlab-bench-"));
  const results = { machine: machine(), quick, parts: {} };
  try {
    runProcess(BENCH, ["maps", folder]);
    const extent = { folder, quick, rounds: quick ? 3 : 5, shortened: quick ? 10 : 1 };
    for (const part of parts) {
      process.stderr.write(`crushlab: measuring ${part} …\n`);
      await measurePart(part, extent, results);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  results.targets = verdicts(results.parts);
  // It needs a package, and packages may have been installed only now.
  const { tables } = await import("./tables.mjs");
  process.stdout.write(`${tables(results)}\n`);
  const text = `${JSON.stringify(results, null, 2)}\n`;
  if (options.record) {
    const file = join(RECORD, `${recordName(results.machine)}.json`);
    mkdirSync(RECORD, { recursive: true });
    writeFileSync(file, text);
    process.stdout.write(`kept in ${file}\n`);
  } else {
    process.stdout.write(text);
  }
}

/** Measures a part. One that fails, or whose answer is wrong, does not keep others from theirs. */
async function measurePart(part, extent, results) {
  try {
    results.parts[part] = await PARTS[part](extent);
  } catch (error) {
    process.stderr.write(`crushlab: ${part}: ${error.message}\n`);
    process.exitCode = 1;
  }
}

/** What the part in Rust measures: a line of JSON for each case. */
function inProcess(part, quick) {
  const longest = { timeout: 3_600_000, stdio: ["ignore", "pipe", "inherit"] };
  const { stdout } = runProcess(BENCH, [part, ...(quick ? ["--quick"] : [])], longest);
  return stdout
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function machine() {
  const information = readFileSync("/proc/cpuinfo", "utf8");
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(information)?.[1]?.split(" ") ?? [];
  // Crushtool itself does not tell: Debian does.
  const status = spawnSync("dpkg-query", ["--status", "ceph-base"], { encoding: "utf8" });
  const version = /^Version: (.*)$/m.exec(status.stdout ?? "")?.[1] ?? "";
  return {
    processor: cpus()[0]?.model.trim() || "unknown",
    threads: availableParallelism(),
    vectors: ["sse2", "avx2", "avx512f", "asimd"].filter((flag) => flags.includes(flag)),
    node: process.versions.node,
    crushtool: /\d+\.\d+\.\d+/.exec(version)?.[0] ?? "unknown",
    date: new Date().toISOString().slice(0, 10),
  };
}

function recordName({ processor, vectors, date }) {
  return `${processor} ${vectors.at(-1) ?? ""} ${date}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
}
