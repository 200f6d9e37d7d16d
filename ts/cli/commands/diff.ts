import type { Command } from "commander";
import { compare, originOf } from "../../change/compare.ts";
import { Cluster } from "../../cluster/cluster.ts";
import { namesOfFiles } from "../clusterChanges.ts";
import { addLiveOptions, type LiveOptions, readCluster } from "../liveCluster.ts";
import { collect, wholeNumber } from "../options.ts";
import { progressBar } from "../render/progress.ts";
import { checkBy, writeSimulation } from "../whatIfCluster.ts";

const EXAMPLE = `
Where a state is in several files, --with and --with-after name the others.

"Right after" is who serves the PGs while data moves. Where the later map has a pg_temp, it tells
that. Where it has none, because it was edited or because the data has moved since, what would hold
right after the change is predicted: all data is still on the OSDs that had it.

Example:
  crushlab diff yesterday.osdmap today.osdmap --with pg-dump.json --with osd-df-tree.json
  crushlab diff yesterday.json --live`;

/** Said where the later state does not tell who serves PGs while data moves. */
const PREDICTED =
  'the later map has no pg_temp: "right after" is predicted, with data where it was before';

interface Options extends LiveOptions {
  with?: string[];
  withAfter?: string[];
  top: number;
  by?: string;
  threads?: number;
  json?: true;
  jsonLines?: true;
  html?: string;
}

/** `crushlab diff BEFORE AFTER`: what moves from one state of a cluster to another. */
export function describeDiff(command: Command): void {
  command
    .description("show what moves from one state of a cluster to another")
    .argument("<before>", "OSDMap, ceph report, … of the state before")
    .argument("[after]", "the same of the state after; left out with --live")
    .option("--with <file>", "another file of the state before; may be repeated", collect)
    .option("--with-after <file>", "another file of the state after; may be repeated", collect)
    .option("--by <type>", "bucket type that the matrix adds up by: host, rack, …")
    .option("--top <n>", "OSDs, and rows of the matrix, to show", wholeNumber(1, 1_000_000), 10)
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--json", "print one JSON object")
    .option("--json-lines", "print one JSON object on one line")
    .option("--html <file>", "write one page to this file, too")
    .addHelpText("after", EXAMPLE)
    .action(run);
  addLiveOptions(command);
}

async function run(
  beforePath: string,
  afterPath: string | undefined,
  options: Options,
): Promise<void> {
  const paths = [beforePath, ...(options.with ?? [])];
  const afterPaths = afterPath === undefined ? [] : [afterPath];
  const files = await readCluster(paths);
  const later = await readCluster([...afterPaths, ...(options.withAfter ?? [])], options);
  const [afterName = ""] = namesOfFiles(later);
  const before = await Cluster.read(files);
  const after = await Cluster.read(later);
  const { by, json, jsonLines, threads } = options;
  const bar = progressBar("placing PGs");
  const origin = originOf(after);
  const total = await compare(before, after, {
    after: origin,
    pgs: Boolean(json || jsonLines),
    ...(threads !== undefined && { threads }),
    onProgress: bar.update,
  }).finally(bar.stop);
  checkBy(total, by);
  const command = `diff ${beforePath} ${afterName}`;
  const notes = origin === "predicted" ? [PREDICTED] : [];
  const step = { command, notes, isStage: false, cluster: after, ...total };
  const question = `From ${beforePath} to ${afterName}`;
  const page = { files, later, changes: [], heal: false, staged: true, view: "remap" };
  const states = { before, after, changes: [], healed: false, skipped: [] };
  const subject = { paths, ...states, question, page };
  await writeSimulation({ steps: [step], total }, subject, options);
}
