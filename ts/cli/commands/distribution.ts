import type { Command } from "commander";
import { CLUSTER_ARGUMENT, collect, loadCluster, wholeNumber } from "../options.ts";
import { json, write } from "../output.ts";
import { distributionJson, distributionText } from "../render/distributionText.ts";
import { progressBar } from "../render/progress.ts";
import { terminal } from "../render/terminal.ts";

const EXAMPLE = `
Example:
  crushlab distribution osdmap.bin --pool rbd`;

interface Options {
  pool?: string[];
  json?: true;
  threads?: number;
}

/** `crushlab distribution CLUSTER…`: PGs by OSD and pool. */
export function describeDistribution(command: Command): void {
  command
    .description("show the PGs of each OSD and pool against what the weights ask for")
    .argument("<cluster...>", CLUSTER_ARGUMENT)
    .option("--pool <name|id>", "only this pool; may be repeated", collect)
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--json", "print one JSON object")
    .addHelpText("after", EXAMPLE)
    .action(run);
}

async function run(
  paths: string[],
  { pool: pools, json: asJson, threads }: Options,
): Promise<void> {
  const cluster = await loadCluster(paths);
  const bar = progressBar("placing PGs");
  const spread = await cluster
    .distribution({
      ...(pools && { pools }),
      ...(threads !== undefined && { threads }),
      onProgress: bar.update,
    })
    .finally(bar.stop);
  const text = `${distributionText(spread, terminal())}\n`;
  await write(asJson ? json(distributionJson(spread)) : [text]);
}
