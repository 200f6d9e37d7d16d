import type { Command } from "commander";
import { CrushlabError } from "../../base/errors.ts";
import { Cluster } from "../../cluster/cluster.ts";
import {
  type ClusterPlan,
  PG_NUM_RELEASES,
  type PgNumOptions,
  recommendPgNum,
} from "../../plan/pgNum.ts";
import type { PgNumReport } from "../../plan/pgNumReport.ts";
import { type PlannedPool, pgcalcPools, readPlannedPool } from "../../plan/plannedPool.ts";
import {
  addChangeOptions,
  CHANGES_HELP,
  type ChangeOptions,
  loadChanged,
  type StepOptions,
} from "../clusterChanges.ts";
import { isLive } from "../liveCluster.ts";
import { CLUSTER_ARGUMENT, collect, wholeNumber } from "../options.ts";
import { json, write } from "../output.ts";
import { headBeside, withHead } from "../render/headText.ts";
import { pgNumJson } from "../render/pgNumJson.ts";
import { pgNumText } from "../render/pgNumText.ts";
import { progressBar } from "../render/progress.ts";
import { terminal, terminalForErrors } from "../render/terminal.ts";
import { type ReportHead, reportHead } from "../reportHead.ts";

const EXAMPLE = `${CHANGES_HELP}

A pool is NAME or NAME:SETTING,…: size=3, or k=4,m=2; percent=40 of the data; for the autoscaler
ratio=0.2, bytes=2TiB, bias=4, min=32, max=1024, bulk. A percent alone counts as its ratio, too.
For a cluster's own pools, --pool sets everything but size, k and m.

Examples:
  crushlab pgnum osdmap.bin df-detail.json osd-df-tree.json
  crushlab pgnum --osds 96 --hosts 8 --pool rbd:size=3,percent=80 --pool archive:k=4,m=2,percent=20
  crushlab pgnum --osds 100 --preset openstack --target 200 --commands
  crushlab pgnum osdmap.bin --config mon_max_pg_per_osd=500 --pool rbd:percent=60
  crushlab pgnum osdmap.bin --run 'ceph osd pool create more 32'`;

interface Options extends StepOptions {
  osds?: number;
  hosts?: number;
  osdSize?: string;
  pool?: string[];
  preset?: string;
  target?: number;
  release?: string;
  commands?: true;
  json?: true;
}

const TARGET_HELP = "PGs per OSD to aim at: 100, 200, 300, … (default: the release's)";

/** Most OSDs of a plan, as many as a map may have. */
const OSDS_MAX = 262_143;

/** `crushlab pgnum CLUSTER…|--osds N`: numbers of PGs for each pool. */
export function describePgnum(command: Command): void {
  command
    .description("recommend a number of PGs for each pool, measured, beside what each method says")
    .argument("[cluster...]", CLUSTER_ARGUMENT)
    .option("--osds <n>", "plan a cluster of so many OSDs", wholeNumber(1, OSDS_MAX))
    .option(
      "--hosts <n>",
      "hosts of the plan (default: one for each OSD)",
      wholeNumber(1, OSDS_MAX),
    )
    .option("--osd-size <size>", "size of the plan's OSDs, such as 8TB")
    .option("--pool <pool>", "a pool of the plan, or settings of a pool; may be repeated", collect)
    .option(
      "--preset <name>",
      "pools of a PGCalc use case: all-in-one, openstack, openstack-rgw, …",
    )
    .option("--target <n>", TARGET_HELP, wholeNumber(1, 1_000_000))
    .option("--release <name>", `whose limits hold: ${PG_NUM_RELEASES.join(", ")}`)
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--commands", "print the commands that make the cluster so, and nothing else")
    .option("--json", "print one JSON object");
  const happens = addChangeOptions(command);
  command
    .addHelpText("after", EXAMPLE)
    .action((paths: string[], options: Options) => run(paths, options, happens));
}

async function run(paths: string[], options: Options, happens: ChangeOptions): Promise<void> {
  const pools = plannedPools(options);
  checkSources(paths, options, { pools, changes: happens.changes });
  const { target, release, threads } = options;
  const bar = progressBar("placing PGs");
  const request: PgNumOptions = {
    ...(target !== undefined && { target }),
    ...(release !== undefined && { release: release as NonNullable<PgNumOptions["release"]> }),
    ...(threads !== undefined && { threads }),
    onProgress: bar.update,
  };
  const { osds } = options;
  const changed = osds === undefined ? await loadChanged(paths, happens, options) : undefined;
  const subject = changed?.cluster ?? plan(osds ?? 0, options, happens, pools);
  const report = await recommendPgNum(
    subject,
    subject instanceof Cluster ? { ...request, pools } : request,
  ).finally(bar.stop);
  const head = changed
    ? await reportHead(changed, report.verdict, options)
    : { verdict: report.verdict, warnings: [] };
  await writeReport(head, report, options);
}

async function writeReport(
  head: ReportHead,
  report: PgNumReport,
  { json: asJson, commands }: Options,
): Promise<void> {
  if (asJson) {
    await write(json(pgNumJson(head, report)));
  } else if (commands) {
    process.stderr.write(headBeside(head, terminalForErrors()));
    await write(report.commands.map((line) => `${line}\n`));
  } else {
    const canvas = terminal();
    await write([`${withHead(head, canvas.colors, pgNumText(report, canvas))}\n`]);
  }
}

/** The pools that options name, a preset's first. */
function plannedPools({ preset, pool = [] }: Options): PlannedPool[] {
  const given = pool.map((text) => readPlannedPool(text) as PlannedPool);
  const all = preset === undefined ? [] : pgcalcPools(preset);
  // A pool of the preset may be given other settings.
  const changed = all.map((one) => ({ ...one, ...given.find(({ name }) => name === one.name) }));
  return [...changed, ...given.filter(({ name }) => !all.some((one) => one.name === name))];
}

function checkSources(
  paths: readonly string[],
  options: Options,
  { pools, changes }: { pools: readonly object[]; changes: readonly unknown[] },
): void {
  const refuse = (message: string, hint = "--help shows examples"): never => {
    throw new CrushlabError("invalid_argument", message, { hint });
  };
  const { osds, preset, hosts, osdSize } = options;
  if (osds === undefined) {
    if (paths.length === 0 && !isLive(options)) {
      refuse("found neither files of a cluster nor --osds nor --live: expected one of them");
    }
    const planOnly = { "--hosts": hosts, "--osd-size": osdSize, "--preset": preset };
    const [misplaced] = Object.entries(planOnly).find(([, value]) => value !== undefined) ?? [];
    if (misplaced !== undefined) {
      refuse(`found ${misplaced} with a cluster: expected it with --osds`);
    }
    return;
  }
  if (paths.length > 0 || isLive(options) || changes.length > 0) {
    refuse("found --osds with a cluster or changes of one (--run, --fail, …): expected it alone");
  }
  if (pools.length === 0) {
    refuse("found --osds without pools: expected --pool or --preset");
  }
}

/** The plan of a cluster that options describe. */
function plan(
  osds: number,
  { hosts, osdSize }: Options,
  { config }: ChangeOptions,
  pools: PlannedPool[],
): ClusterPlan {
  return {
    osds,
    pools,
    config,
    ...(hosts !== undefined && { hosts }),
    ...(osdSize !== undefined && { osdSize }),
  };
}
