import type { Command } from "commander";
import { CrushlabError } from "../../base/errors.ts";
import { capacity } from "../../plan/capacity.ts";
import { type ObjectSize, readObjectSizes } from "../../plan/objectSizes.ts";
import {
  addChangeOptions,
  CHANGES_HELP,
  type ChangeOptions,
  loadChanged,
  type StepOptions,
} from "../clusterChanges.ts";
import { CLUSTER_ARGUMENT, readFileAs, wholeNumber } from "../options.ts";
import { json, write } from "../output.ts";
import { capacityJson } from "../render/capacityJson.ts";
import { capacityText } from "../render/capacityText.ts";
import { withHead } from "../render/headText.ts";
import { progressBar } from "../render/progress.ts";
import { terminal } from "../render/terminal.ts";
import { reportHead } from "../reportHead.ts";

const EXAMPLE = `${CHANGES_HELP}

MAX AVAIL needs sizes of OSDs (osd df tree); what is stored is in df detail or pg dump. The latter
also tells missing copies, which raise MAX AVAIL before Reef. A histogram has lines such as
64 KiB 1200: a size, and how many objects have it.

Examples:
  crushlab capacity osdmap.bin osd-df-tree.json df-detail.json
  crushlab capacity osdmap.bin osd-df-tree.json df-detail.json pg-dump.json --release pacific --json
  crushlab capacity planned.yaml --object-size '64 KiB' --min-alloc-size 4KiB
  crushlab capacity planned.yaml --object-sizes histogram.txt
  crushlab capacity planned.yaml --fail host=host1 --wait 10m --heal`;

interface Options extends StepOptions {
  release?: string;
  objectSize?: string;
  objectSizes?: string;
  minAllocSize?: string;
  json?: true;
}

/** `crushlab capacity CLUSTER…`: how much can be stored. */
export function describeCapacity(command: Command): void {
  command
    .description("show how much each pool can store: MAX AVAIL, and the room on its very PGs")
    .argument("[cluster...]", CLUSTER_ARGUMENT)
    .option("--release <name>", "release whose MAX AVAIL is meant (default: the map's)")
    .option("--object-size <size>", "what objects of this size take, padding and all")
    .option("--object-sizes <file>", "the same for a histogram of sizes")
    .option("--min-alloc-size <size>", "allocation unit of the OSDs (default: the release's)")
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--json", "print one JSON object");
  const happens = addChangeOptions(command);
  command
    .addHelpText("after", EXAMPLE)
    .action((paths: string[], options: Options) => run(paths, options, happens));
}

async function run(paths: string[], options: Options, happens: ChangeOptions): Promise<void> {
  const { release, minAllocSize, threads } = options;
  const objectSizes = await readSizes(options);
  const changed = await loadChanged(paths, happens, options);
  const { cluster } = changed;
  const bar = progressBar("placing PGs");
  const report = await capacity(cluster, {
    ...(release !== undefined && { release }),
    ...(objectSizes !== undefined && { objectSizes }),
    ...(minAllocSize !== undefined && { minAllocSize }),
    ...(threads !== undefined && { threads }),
    onProgress: bar.update,
  }).finally(bar.stop);
  const head = await reportHead(changed, report.verdict, options);
  const facts = { paths: changed.paths, cluster };
  if (options.json) {
    await write(json(capacityJson(head, report, facts)));
    return;
  }
  const canvas = terminal();
  await write([`${withHead(head, canvas.colors, capacityText(report, facts, canvas))}\n`]);
}

async function readSizes({
  objectSize,
  objectSizes: path,
}: Options): Promise<string | ObjectSize[] | undefined> {
  if (objectSize !== undefined && path !== undefined) {
    throw new CrushlabError("invalid_argument", "--object-size and --object-sizes: expected one");
  }
  return path === undefined ? objectSize : readFileAs(path, readObjectSizes);
}
