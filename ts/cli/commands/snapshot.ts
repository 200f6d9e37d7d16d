import type { Command } from "commander";
import { CrushlabError } from "../../base/errors.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { plural, printable, whole } from "../../text/format.ts";
import { dataOf } from "../dataFacts.ts";
import { wholeNumber } from "../options.ts";
import { write } from "../output.ts";
import { dataText, noteLines } from "../render/headText.ts";
import { progressBar } from "../render/progress.ts";
import { questionList } from "../snapshot/questions.ts";
import { snapshotPath, writeSnapshot } from "../snapshot/writeSnapshot.ts";

const EXAMPLE = `
Ceph is asked this and nothing else, and nothing is changed (EPOCH is the map's number):

${questionList().replaceAll(/^/gm, "  ").trimEnd()}

COMMAND is split into words as a shell does, with nothing evaluated, and no shell runs it. The
file is what every crushlab command takes for CLUSTER; only its owner may read it. With --anonymize
hosts, buckets, pools, rules and profiles are numbered, and addresses, identities and messages of
Ceph are left out: each PG stays where it is.

Examples:
  crushlab snapshot
  crushlab snapshot --ceph 'kubectl -n rook-ceph exec deploy/rook-ceph-tools -- ceph' -o today.json
  crushlab snapshot --ceph 'cephadm shell -- ceph' --anonymize -o for-the-list.json.gz
  crushlab whatif today.json --fail host=h1 --wait 10m`;

const SECONDS_MAX = 86_400;

interface Options {
  ceph: string;
  output: string;
  anonymize?: true;
  list?: true;
  timeout: number;
}

/** `crushlab snapshot`: all that crushlab reads of a running cluster, in one file. */
export function describeSnapshot(command: Command): void {
  command
    .description("save all that is needed of a running cluster in one file; nothing is changed")
    .option("--ceph <command>", "how Ceph is reached: 'sudo ceph', 'kubectl … -- ceph', …", "ceph")
    .option("-o, --output <file|dir>", "where to: a file, a folder, - for standard output", ".")
    .option("--anonymize", "replace names, addresses and ids of hosts, pools and the cluster")
    .option("--list", "print what Ceph is asked, and ask nothing")
    .option("--timeout <seconds>", "how long one command may take", wholeNumber(1, SECONDS_MAX), 60)
    .addHelpText("after", EXAMPLE)
    .action(run);
}

async function run({ ceph, output, anonymize, list, timeout }: Options): Promise<void> {
  if (list) {
    await write([questionList()]);
    return;
  }
  const isForOutput = output === "-";
  if (isForOutput && process.stdout.isTTY) {
    const hint = "-o FILE, or a pipe behind it";
    throw new CrushlabError("invalid_argument", "-o - is a terminal", { hint });
  }
  const { readCephCommand } = await import("../snapshot/askCeph.ts");
  const { QUESTION_COUNT, takeSnapshot } = await import("../snapshot/takeSnapshot.ts");
  const command = readCephCommand(ceph);
  if (!isForOutput) {
    // Before the cluster is asked, which takes a while.
    await snapshotPath(output);
  }
  const bar = progressBar("asking Ceph");
  const cluster = await takeSnapshot({
    command,
    timeoutSeconds: timeout,
    ...(anonymize && { anonymize }),
    onQuestion: (_, done) => bar.update(done, QUESTION_COUNT),
  }).finally(bar.stop);
  const notes = noteLines(cluster.warnings).map((line) => `crushlab: ${line}\n`);
  process.stderr.write(notes.join(""));
  if (isForOutput) {
    process.stdout.write(await cluster.toState());
    return;
  }
  const path = await snapshotPath(output, cluster);
  await writeSnapshot(path, cluster);
  await write([`${printable(path)}: ${factsOf(cluster)}\n`]);
}

function factsOf(cluster: Cluster): string {
  const { osds, pools } = cluster;
  const pgs = pools.reduce((sum, { pgNum }) => sum + pgNum, 0);
  const data = dataOf(cluster);
  return [
    ...(data ? [dataText(data)] : []),
    plural(osds.length, "OSD"),
    plural(pools.length, "pool"),
    `${whole(pgs)} ${pgs === 1 ? "PG" : "PGs"}`,
  ].join(" · ");
}
