import type { Command } from "commander";
import {
  addChangeOptions,
  CHANGES_HELP,
  type ChangeOptions,
  loadChanged,
  type StepOptions,
} from "../clusterChanges.ts";
import { CLUSTER_ARGUMENT, collect, wholeNumber } from "../options.ts";
import { json, write } from "../output.ts";
import { distributionJson, distributionText } from "../render/distributionText.ts";
import { withHead } from "../render/headText.ts";
import { progressBar } from "../render/progress.ts";
import { terminal } from "../render/terminal.ts";
import { reportHead } from "../reportHead.ts";

const EXAMPLE = `${CHANGES_HELP}

Examples:
  crushlab distribution osdmap.bin --pool rbd
  crushlab distribution osdmap.bin --run 'ceph osd reweight 3 0.8'`;

interface Options extends StepOptions {
  pool?: string[];
  json?: true;
}

/** `crushlab distribution CLUSTER…`: PGs by OSD and pool. */
export function describeDistribution(command: Command): void {
  command
    .description("show the PGs of each OSD and pool against what the weights ask for")
    .argument("[cluster...]", CLUSTER_ARGUMENT)
    .option("--pool <name|id>", "only this pool; may be repeated", collect)
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--json", "print one JSON object");
  const happens = addChangeOptions(command);
  command
    .addHelpText("after", EXAMPLE)
    .action((paths: string[], options: Options) => run(paths, options, happens));
}

async function run(paths: string[], options: Options, happens: ChangeOptions): Promise<void> {
  const { pool: pools, json: asJson, threads } = options;
  const changed = await loadChanged(paths, happens, options);
  const bar = progressBar("placing PGs");
  const spread = await changed.cluster
    .distribution({
      ...(pools && { pools }),
      ...(threads !== undefined && { threads }),
      onProgress: bar.update,
    })
    .finally(bar.stop);
  const head = await reportHead(changed, undefined, options);
  if (asJson) {
    await write(json({ ...head, ...distributionJson(spread) }));
    return;
  }
  const canvas = terminal();
  await write([`${withHead(head, canvas.colors, distributionText(spread, canvas))}\n`]);
}
