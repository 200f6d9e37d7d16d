import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { CrushlabError } from "../../base/errors.ts";
import { writeWhole } from "../../base/files.ts";
import { afterChanges, changeText } from "../../change/simulate.ts";
import { Cluster } from "../../cluster/cluster.ts";
import type { MoveAction, MovePlan } from "../../plan/movePlan.ts";
import { type MoveLimits, plan } from "../../plan/plan.ts";
import {
  addChangeOptions,
  type ChangeOptions,
  loadWithChanges,
  namesOfFiles,
  type StepOptions,
} from "../clusterChanges.ts";
import { dataOf } from "../dataFacts.ts";
import { readCluster } from "../liveCluster.ts";
import { CLUSTER_ARGUMENT, collect, loadMap, wholeNumber } from "../options.ts";
import { json, write } from "../output.ts";
import type { ClusterFacts } from "../render/capacityJson.ts";
import { headBeside, withHead } from "../render/headText.ts";
import { planJson } from "../render/planJson.ts";
import { planScript } from "../render/planScript.ts";
import { planText } from "../render/planText.ts";
import { progressBar } from "../render/progress.ts";
import { terminal } from "../render/terminal.ts";
import { type ReportHead, reportHead } from "../reportHead.ts";

/** What is said of every plan. */
const COMMON_HELP = `
Every command is tried on the model of the cluster; nothing is sent to a real one. Switch off the
managers' balancer before a plan is run (ceph balancer off): it would take its upmaps away again.`;

/** A kind of plan, as its help describes it. */
interface Kind {
  description: string;
  help: string;
  hasLimits: boolean;
}

const KINDS: Readonly<Record<MoveAction, Kind>> = {
  freeze: {
    description: "make a change, and keep data where it is by upmaps",
    hasLimits: false,
    help: `
--run, --script and the others are the change. Upmaps keep data where it is as far as the rules
let, and each shard that cannot stay is named. Without a change, data that is on its way stays
where it is.

Examples:
  crushlab plan freeze osdmap.bin --run 'ceph osd pool set rbd crush_rule byrack'
  crushlab plan freeze osdmap.bin --run 'ceph osd crush move h1 rack=rack2' --commands > freeze.sh
  crushlab plan freeze --live --script-out freeze.sh`,
  },
  release: {
    description: "make a change, hold data, and let it go in stages under limits",
    hasLimits: true,
    help: `
With a change (--run, …) data is held first and then goes where the change wants it. Without one,
all upmaps are taken away in stages. A stage begins when the one before has ended.

Examples:
  crushlab plan release osdmap.bin pg-dump.json osd-df.json --max-misplaced 2% --max-fill 85%
  crushlab plan release osdmap.bin --run 'ceph osd crush move h1 rack=r2' --max-backfills 2`,
  },
  drain: {
    description: "empty OSDs, hosts, racks or a class in stages, and take their weights away",
    hasLimits: true,
    help: `
Weights stay until the OSDs are empty. Each shard moves once, to where it belongs without them, or
to the emptiest OSD that the rule allows where there is no room.

Examples:
  crushlab plan drain osdmap.bin pg-dump.json osd-df.json --osds host=h1 --max-fill 85% --rate 100MB
  crushlab plan drain cluster.yaml --osds osd.3 --osds osd.4 --script-out drain.sh`,
  },
  order: {
    description: "empty several hosts one after another, and say when each is empty",
    hasLimits: true,
    help: `
The one with the fewest shards goes first, and no shard goes to one that is emptied later.

Example:
  crushlab plan order cluster.yaml --osds host=h1 --osds host=h2 --osds host=h3 --max-misplaced 5%`,
  },
  undo: {
    description: "go back from a plan half-way to the first map",
    hasLimits: true,
    help: `
CLUSTER is as it is now, --first as it was.

Example:
  crushlab plan undo now.bin --first before.bin --max-misplaced 5%`,
  },
  advise: {
    description: "make of a cluster what another map or a CRUSH map says",
    hasLimits: true,
    help: `
--crush is an edited CRUSH map (ceph osd getcrushmap, in bytes or text), --to a whole cluster.
Where single commands do not lead to the same CRUSH map, it is set as a whole.

Examples:
  crushlab plan advise osdmap.bin --crush edited.txt
  crushlab plan advise now.bin --to wanted.bin --commands`,
  },
};

interface Options extends StepOptions, Omit<MoveLimits, keyof StepOptions> {
  osds?: string[];
  first?: string[];
  to?: string[];
  crush?: string;
  commands?: true;
  scriptOut?: string;
  json?: true;
}

/** `crushlab plan …`: moving safely, in stages of commands. */
export function describePlan(command: Command): void {
  command
    .description("move safely: commands in stages, each tried on the model first")
    .helpCommand(false)
    .addHelpText("after", `${COMMON_HELP}\n${KINDS.freeze.help}`);
  for (const action of Object.keys(KINDS) as MoveAction[]) {
    describeKind(command, action, KINDS[action]);
  }
}

function describeKind(parent: Command, action: MoveAction, kind: Kind): void {
  const command = parent
    .command(action)
    .description(kind.description)
    .argument("[cluster...]", CLUSTER_ARGUMENT);
  if (action === "drain" || action === "order") {
    command.option("--osds <what>", "osd.3, host=h1, class=ssd, …; may be repeated", collect);
  }
  if (action === "undo") {
    command.option("--first <file>", "the cluster as it was; may be repeated", collect);
  }
  if (action === "advise") {
    command.option("--to <file>", "the cluster as it shall be; may be repeated", collect);
    command.option("--crush <file>", "the CRUSH map as it shall be");
  }
  if (kind.hasLimits) {
    addLimits(command);
  }
  command
    .option("--commands", "print the commands alone, one a line")
    .option("--script-out <file>", "write a shell script that asks before each stage, too")
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--json", "print one JSON object");
  const happens = addChangeOptions(command);
  command
    .addHelpText("after", `${COMMON_HELP}\n${kind.help}`)
    .action((paths: string[], options: Options) => run(action, paths, options, happens));
}

function addLimits(command: Command): void {
  const count = wholeNumber(1, 1_000_000);
  command
    .option("--max-misplaced <ratio>", "misplaced copies by all, such as 5% (default)", ratio)
    .option("--max-backfills <n>", "PGs that an OSD gives up, and takes, in a stage", count)
    .option("--max-fill <ratio>", "how full an OSD may get (default: backfillfull)", ratio)
    .option("--max-shards-per-pg <n>", "shards of a PG in motion at once (default: 1)", count)
    .option("--rate <size>", "bytes a second of an OSD, such as 100MB, for hours");
}

function ratio(text: string): number {
  const percent = /^(.*)%$/.exec(text.trim())?.[1];
  const value = percent === undefined ? Number(text) : Number(percent) / 100;
  if (text.trim() === "" || !(value > 0 && value <= 1)) {
    throw new InvalidArgumentError("Expected a ratio such as 0.05 or 5%.");
  }
  return value;
}

async function run(
  action: MoveAction,
  paths: string[],
  options: Options,
  happens: ChangeOptions,
): Promise<void> {
  const read = await loadWithChanges(paths, happens, options);
  const facts = { paths: namesOfFiles(read.files), cluster: read.start };
  const bar = progressBar("planning moves");
  const report = await answer(action, read, { ...options, onProgress: bar.update }).finally(
    bar.stop,
  );
  const data = dataOf(read.start);
  const changes = read.changes.map(changeText);
  const happened = { changes, healed: options.heal === true, skipped: read.skipped };
  const changed = { cluster: read.start, ...happened, ...(data && { data }) };
  const head = await reportHead(changed, report.verdict, options);
  await print(report, head, facts, options);
}

type Read = Awaited<ReturnType<typeof loadWithChanges>>;

async function answer(
  action: MoveAction,
  { start, changes }: Read,
  options: Options & Pick<MoveLimits, "onProgress">,
): Promise<MovePlan> {
  if (action === "freeze" || action === "release") {
    return plan[action](start, changes, options);
  }
  const cluster = await afterChanges(start, changes, options);
  if (action === "drain" || action === "order") {
    return plan[action](cluster, required(options.osds, "--osds"), options);
  }
  if (action === "undo") {
    return plan.undo(cluster, await loaded(required(options.first, "--first")), options);
  }
  if ((options.to === undefined) === (options.crush === undefined)) {
    throw new CrushlabError("invalid_argument", "expected either --to or --crush");
  }
  const wanted =
    options.crush === undefined
      ? await loaded(required(options.to, "--to"))
      : await withCrush(cluster, options.crush);
  return plan.advise(cluster, wanted, options);
}

function required(values: string[] | undefined, name: string): string[] {
  if (values === undefined) {
    throw new CrushlabError("invalid_argument", `${name} is missing (see --help)`);
  }
  return values;
}

async function loaded(paths: string[]): Promise<Cluster> {
  return Cluster.read(await readCluster(paths, {}));
}

/** The cluster with the CRUSH map of a file, in any form: the command takes bytes. */
async function withCrush(cluster: Cluster, path: string): Promise<Cluster> {
  const map = await loadMap(path);
  const folder = await mkdtemp(join(tmpdir(), "crushlab-"));
  try {
    await writeFile(join(folder, "wanted.crush"), map.toBinary());
    return cluster.run("ceph osd setcrushmap -i wanted.crush", { folder });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function print(
  report: MovePlan,
  head: ReportHead,
  facts: ClusterFacts,
  options: Options,
): Promise<void> {
  const canvas = terminal();
  if (options.scriptOut !== undefined) {
    await writeWhole(options.scriptOut, planScript(report));
  }
  if (options.json) {
    await write(json(planJson(head, report, facts)));
  } else if (options.commands) {
    process.stderr.write(headBeside(head, canvas.colors));
    await write(report.commands.map((line) => `${line}\n`));
  } else {
    await write([`${withHead(head, canvas.colors, planText(report, facts, canvas))}\n`]);
  }
}
