import type { Command } from "commander";
import type { Cluster, Verdict } from "../../cluster/cluster.ts";
import type { PgCheck } from "../../cluster/pgCheck.ts";
import type { PgTable } from "../../cluster/pgTable.ts";
import { plural, whole } from "../../text/format.ts";
import {
  addChangeOptions,
  CHANGES_HELP,
  type ChangeOptions,
  loadChanged,
  type StepOptions,
} from "../clusterChanges.ts";
import { CLUSTER_ARGUMENT, collect, wholeNumber } from "../options.ts";
import { jsonLines, jsonWithList, write } from "../output.ts";
import { withHead } from "../render/headText.ts";
import { type PgWithRecord, pgCheckJson, pgCheckText, pgJson, pgsText } from "../render/pgsText.ts";
import { progressBar } from "../render/progress.ts";
import { terminal } from "../render/terminal.ts";
import { type ReportHead, reportHead } from "../reportHead.ts";

const EXAMPLE = `${CHANGES_HELP}

STATE is what the map makes of a PG once its OSDs have agreed, such as active+undersized+degraded:
from its up and acting sets, the pool's size and min_size, and k of its erasure code. Where a pg
dump is given, RECORDED STATE is what the cluster said itself, scrubs and recovery included.

With --check only PGs that the cluster has elsewhere are shown; the exit code is 1 if there are any.

Examples:
  crushlab pgs osdmap.bin --pool rbd
  crushlab pgs osd-dump.json crush-dump.json pg-dump.json --check
  crushlab pgs osdmap.bin --fail host=h1 --wait 10m --heal`;

interface Options extends StepOptions {
  pool?: string[];
  check?: true;
  json?: true;
  jsonLines?: true;
}

/** Exit code for PGs that differ from what the cluster recorded. */
const EXIT_DIFFERENT = 1;

/** `crushlab pgs CLUSTER…`: the OSDs of every PG. */
export function describePgs(command: Command): void {
  command
    .description("list every PG with its OSDs, or compare with what the cluster recorded")
    .argument("[cluster...]", CLUSTER_ARGUMENT)
    .option("--pool <name|id>", "only the PGs of this pool; may be repeated", collect)
    .option("--check", "compare with what ceph pg dump has recorded")
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--json", "print one JSON object")
    .option("--json-lines", "print one JSON object a line for each PG");
  const happens = addChangeOptions(command);
  command
    .addHelpText("after", EXAMPLE)
    .action((paths: string[], options: Options) => run(paths, options, happens));
}

async function run(paths: string[], options: Options, happens: ChangeOptions): Promise<void> {
  const changed = await loadChanged(paths, happens, options);
  const { cluster } = changed;
  const { pool: pools, threads } = options;
  const bar = progressBar("placing PGs");
  const request = {
    ...(pools && { pools }),
    ...(threads !== undefined && { threads }),
    onProgress: bar.update,
  };
  if (options.check) {
    const check = await cluster.checkPgs(request).finally(bar.stop);
    process.exitCode = check.differences.length > 0 ? EXIT_DIFFERENT : 0;
    const head = await reportHead(changed, checkVerdict(check), options);
    await write(checkOutput(head, check, options));
    return;
  }
  const table = await cluster.pgs(request).finally(bar.stop);
  const pgs = withRecords(cluster, table);
  if (options.jsonLines) {
    await write(jsonLines(each(pgs, pgJson)));
    return;
  }
  const head = await reportHead(changed, undefined, options);
  const { epoch } = cluster.info;
  await write(
    options.json
      ? jsonWithList({ ...head, epoch }, "pgs", each(pgs, pgJson))
      : headAndPgs(head, pgs),
  );
}

function checkOutput(
  head: ReportHead,
  check: PgCheck,
  { jsonLines: byLine, json }: Options,
): Iterable<string> {
  const { summary, pgs } = pgCheckJson(check);
  if (byLine) {
    return jsonLines(pgs);
  }
  return json
    ? jsonWithList({ ...head, summary }, "pgs", pgs)
    : [`${withHead(head, terminal().colors, pgCheckText(check))}\n`];
}

/** Whether PGs are where the cluster recorded them. */
function checkVerdict({ compared, notRecorded, differences }: PgCheck): Verdict {
  if (differences.length > 0) {
    const count = `${whole(differences.length)} of ${plural(compared, "PG")}`;
    return { severity: "warning", text: `${count} are not where the cluster recorded them.` };
  }
  if (notRecorded > 0) {
    const text = `Nothing is recorded of ${plural(notRecorded, "PG")}; no other PG differs.`;
    return { severity: "notice", text };
  }
  return { severity: "ok", text: "All PGs are where the cluster recorded them." };
}

function* headAndPgs(head: ReportHead, pgs: Iterable<PgWithRecord>): Generator<string> {
  yield withHead(head, terminal().colors, "");
  yield* pgsText(pgs);
}

/** PGs, with the states that the cluster recorded, where it did. */
function* withRecords(cluster: Cluster, table: PgTable): Generator<PgWithRecord> {
  for (const { pool, upPrimaries } of table.pools) {
    const states = new Map<number, string>();
    for (const { seed, state } of cluster.recordedPgs({ pools: [pool] })) {
      states.set(seed, state);
    }
    for (const seed of upPrimaries.keys()) {
      const pg = table.get(pool, seed);
      if (pg) {
        yield { ...pg, recordedState: states.get(seed) ?? null };
      }
    }
  }
}

function* each<In, Out>(values: Iterable<In>, change: (value: In) => Out): Generator<Out> {
  for (const value of values) {
    yield change(value);
  }
}
