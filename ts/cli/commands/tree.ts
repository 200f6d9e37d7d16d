import type { Command } from "commander";
import { osdUsage } from "../../cluster/osdUsage.ts";
import {
  addChangeOptions,
  CHANGES_HELP,
  type ChangeOptions,
  loadChanged,
  type StepOptions,
} from "../clusterChanges.ts";
import { CLUSTER_ARGUMENT } from "../options.ts";
import { json, write } from "../output.ts";
import { headBeside } from "../render/headText.ts";
import { osdDfText } from "../render/osdDfText.ts";
import { osdTreeJson } from "../render/osdTreeJson.ts";
import { osdTreeText } from "../render/osdTreeText.ts";
import { progressBar } from "../render/progress.ts";
import { terminalForErrors } from "../render/terminal.ts";
import { reportHead } from "../reportHead.ts";

const EXAMPLE = `${CHANGES_HELP}

Examples:
  crushlab tree osdmap.bin
  crushlab tree osdmap.bin osd-df-tree.json
  crushlab tree osdmap.bin --fail rack=rack2 --json`;

interface Options extends StepOptions {
  df?: boolean;
  json?: true;
}

/** `crushlab tree CLUSTER…`: OSDs below their buckets. */
export function describeTree(command: Command): void {
  command
    .description("show the tree of OSDs as ceph osd tree does; with sizes and PGs as osd df tree")
    .argument("[cluster...]", CLUSTER_ARGUMENT)
    .option("--df", "show sizes and PG counts (default: where sizes are known)")
    .option("--no-df", "show states and primary affinities")
    .option("--json", "print one JSON object, with all of these");
  const happens = addChangeOptions(command);
  command
    .addHelpText("after", EXAMPLE)
    .action((paths: string[], options: Options) => run(paths, options, happens));
}

async function run(paths: string[], options: Options, happens: ChangeOptions): Promise<void> {
  const changed = await loadChanged(paths, happens, options);
  const { cluster } = changed;
  const bar = progressBar("placing PGs");
  const pgs = await cluster.pgs({ onProgress: bar.update }).finally(bar.stop);
  const tree = osdUsage(cluster, pgs);
  const head = await reportHead(changed);
  if (options.json) {
    await write(json({ ...head, ...osdTreeJson(tree) }));
    return;
  }
  process.stderr.write(headBeside(head, terminalForErrors()));
  const hasSizes = options.df ?? tree.total !== undefined;
  await write([`${hasSizes ? osdDfText(tree) : osdTreeText(tree)}\n`]);
}
