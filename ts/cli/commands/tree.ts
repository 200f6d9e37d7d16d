import type { Command } from "commander";
import { osdUsage } from "../../cluster/osdUsage.ts";
import { CLUSTER_ARGUMENT, loadCluster } from "../options.ts";
import { json, write } from "../output.ts";
import { osdDfText } from "../render/osdDfText.ts";
import { osdTreeJson } from "../render/osdTreeJson.ts";
import { osdTreeText } from "../render/osdTreeText.ts";
import { progressBar } from "../render/progress.ts";

const EXAMPLE = `
Examples:
  crushlab tree osdmap.bin
  crushlab tree osdmap.bin osd-df-tree.json`;

interface Options {
  df?: boolean;
  json?: true;
}

/** `crushlab tree CLUSTER…`: OSDs below their buckets. */
export function describeTree(command: Command): void {
  command
    .description("show the tree of OSDs as ceph osd tree does; with sizes and PGs as osd df tree")
    .argument("<cluster...>", CLUSTER_ARGUMENT)
    .option("--df", "show sizes and PG counts (default: where sizes are known)")
    .option("--no-df", "show states and primary affinities")
    .option("--json", "print one JSON object, with all of these")
    .addHelpText("after", EXAMPLE)
    .action(run);
}

async function run(paths: string[], options: Options): Promise<void> {
  const cluster = await loadCluster(paths);
  const bar = progressBar("placing PGs");
  const pgs = await cluster.pgs({ onProgress: bar.update }).finally(bar.stop);
  const tree = osdUsage(cluster, pgs);
  if (options.json) {
    await write(json(osdTreeJson(tree)));
    return;
  }
  const hasSizes = options.df ?? tree.total !== undefined;
  await write([`${hasSizes ? osdDfText(tree) : osdTreeText(tree)}\n`]);
}
