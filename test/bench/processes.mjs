// Whole processes: the drop-in against crushtool, the large cluster from end to end, the library's
// first mapping.

import { join } from "node:path";
import { ROOT } from "../../scripts/setup.mjs";
import { inTurn, runProcess, spread } from "./measure.mjs";

const CLI = join(ROOT, "dist/cli.js");
const PEAK = join(ROOT, "test/bench/peak.mjs");
const MIB = 2 ** 20;

/** `crushtool --test --show-statistics` of both, on whole processes: the same bytes, then time. */
export async function tools({ folder, rounds, shortened }) {
  const inputs = 1_000_000 / shortened;
  const results = [];
  for (const map of ["M2", "M3"]) {
    const words = ["-i", join(folder, `${map}.crush`), "--test", "--show-statistics"];
    const range = ["--rule", "0", "--num-rep", "3", "--min-x", "0", "--max-x", `${inputs - 1}`];
    const args = [...words, ...range];
    const theirs = () => runProcess("crushtool", args);
    const ours = () => runProcess(process.execPath, [CLI, "crushtool", ...args]);
    expectSameOutput(theirs(), ours(), `crushtool on ${map}`);
    const [crushtool, crushlab] = await inTurn(rounds, [
      { amount: inputs, run: theirs },
      { amount: inputs, run: ours },
    ]);
    results.push({ map, rule: "R3", inputs, crushtool, crushlab });
  }
  return results;
}

function expectSameOutput(theirs, ours, what) {
  for (const stream of ["stdout", "stderr"]) {
    if (!theirs[stream].equals(ours[stream])) {
      throw new Error(`${what}: ${stream} differs`);
    }
  }
}

/** 10,000 OSDs, 1,048,576 PGs: a binary OSDMap, one host out, the summary as JSON. */
export function largeCluster({ folder, rounds }) {
  const host = Array.from({ length: 20 }, (_, at) => 5000 + at);
  const run = `ceph osd out ${host.join(" ")}`;
  const found = clusterRun(rounds, [
    "whatif",
    join(folder, "large.osdmap"),
    "--run",
    run,
    "--summary",
    "--json",
  ]);
  const [{ summary }] = found.answer.steps;
  const { pgs_moved: moved, shards_moved: shards } = summary;
  // Each PG of three replicas on 10,000 OSDs is on one of the twenty with about 0.6 %.
  if (!(moved > 3000 && moved < 15_000 && shards >= moved)) {
    throw new Error(`one host out moves ${moved} PGs and ${shards} shards: that cannot be`);
  }
  return { ...found.measured, pgs_moved: moved };
}

/** The same cluster: each of its 500 hosts lost, one at a time. */
export function sweep({ folder, rounds }) {
  const args = ["sweep", join(folder, "large.osdmap"), "--type", "host", "--json"];
  const found = clusterRun(rounds, args);
  const { failures } = found.answer;
  if (failures.length !== 500 || failures.some(({ pgs_undersized: pgs }) => !(pgs > 0))) {
    throw new Error(`the sweep found ${failures.length} failures, not one for each of 500 hosts`);
  }
  return { ...found.measured, failures: failures.length };
}

function clusterRun(rounds, args) {
  const command = ["--import", PEAK, CLI, ...args];
  const runs = Array.from({ length: rounds }, () => runProcess(process.execPath, command));
  return {
    answer: JSON.parse(runs[0].stdout.toString()),
    measured: {
      wall_seconds: spread(runs.map(({ milliseconds }) => milliseconds / 1000)),
      processor_seconds: spread(runs.map(({ processor }) => processor / 1000)),
      peak_mib: spread(runs.map(({ extra }) => extra / MIB)),
    },
  };
}

const FIRST = `
const start = performance.now();
const { CrushMap } = await import(process.argv[1]);
const imported = performance.now();
const map = await CrushMap.load(process.argv[2]);
const osds = map.place({ rule: 0, size: 3, x: 1 });
const done = performance.now();
console.log(JSON.stringify({ osds: [...osds], imported: imported - start, done: done - start }));
`;

/** From the import of the library in a new process to its first mapping, on the map M1. */
export function firstMapping({ folder, rounds }) {
  const library = join(ROOT, "dist/index.js");
  const args = ["--input-type=module", "-e", FIRST, library, join(folder, "M1.crush")];
  const runs = Array.from({ length: rounds }, () =>
    JSON.parse(runProcess(process.execPath, args).stdout.toString()),
  );
  if (runs.some(({ osds }) => new Set(osds).size !== 3)) {
    throw new Error("the first mapping is wrong");
  }
  return {
    import_milliseconds: spread(runs.map(({ imported }) => imported)),
    first_mapping_milliseconds: spread(runs.map(({ done }) => done)),
  };
}
