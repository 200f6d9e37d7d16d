import { type Command, InvalidArgumentError } from "commander";
import type { Config } from "../../cluster/cluster.ts";
import { type SweepOptions, sweep } from "../../plan/sweep.ts";
import {
  addConfigOption,
  CLUSTER_ARGUMENT,
  collect,
  loadCluster,
  wholeNumber,
} from "../options.ts";
import { write } from "../output.ts";
import { progressBar } from "../render/progress.ts";
import { sweepJson } from "../render/sweepJson.ts";
import { sweepText } from "../render/sweepText.ts";
import { terminal } from "../render/terminal.ts";

const EXAMPLE = `
Each failure: the OSDs go down, then out, and all data moves that can. Worst first: lost data, IO
that stops, PGs that stay short since their rule finds no OSD, PGs that find no room.

--require makes the exit code 1 when it is not met. It has a type (or "host pairs"), a colon, and
conditions: readable, active, healed, below nearfull, below backfillfull, below full, below 80%.

Examples:
  crushlab sweep osdmap.bin pg-dump.json osd-df-tree.json
  crushlab sweep osdmap.bin pg-dump.json osd-df-tree.json --type rack --type osd --pairs 500
  crushlab sweep planned.yaml --require 'host: healed, below backfillfull' --json
  crushlab sweep planned.yaml --type rack --config mon_osd_down_out_subtree_limit=row`;

/** Exit code where a requirement is not met. */
const EXIT_NOT_MET = 1;

interface Options {
  type?: string[];
  pairs?: true | "all" | number;
  seed?: number;
  require?: string[];
  losses?: number[];
  samples?: number;
  copysets: boolean;
  top: number;
  threads?: number;
  json?: true;
  config?: Config;
}

/** `crushlab sweep CLUSTER…`: every OSD, host or rack fails in turn. */
export function describeSweep(command: Command): void {
  command
    .description(
      "let every host, rack or OSD fail in turn: is data lost, does it heal, is there room",
    )
    .argument("<cluster...>", CLUSTER_ARGUMENT)
    .option("--type <type>", "osd, host, rack, …; may be repeated (default: host)", collect)
    .option("--pairs [n]", "two at once, too: all, or as many drawn by --seed", pairs)
    .option("--seed <n>", "seed of what is drawn (default: 0)", wholeNumber(0, 2 ** 53 - 1))
    .option("--require <text>", "'host: healed, below backfillfull'; may be repeated", collect)
    .option("--losses <n>", "OSDs lost at once, for copysets; may be repeated", losses)
    .option("--samples <n>", "losses to draw for copysets", wholeNumber(1, 100_000_000))
    .option("--no-copysets", "leave copysets out")
    .option("--top <n>", "failures to show", wholeNumber(1, 5_000_000), 10);
  const config = addConfigOption(command);
  command
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--json", "print one JSON object")
    .addHelpText("after", EXAMPLE)
    .action((paths: string[], options: Options) => run(paths, options, config));
}

function pairs(text: string): "all" | number {
  if (text === "all") {
    return "all";
  }
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    throw new InvalidArgumentError("Expected a whole number from 1 on, or all.");
  }
  return Number(text);
}

const lossNumber = wholeNumber(1, 8);

function losses(text: string, previous: readonly number[] = []): number[] {
  return [...previous, lossNumber(text)];
}

async function run(paths: string[], options: Options, config: Config): Promise<void> {
  const cluster = await loadCluster(paths, config);
  const bar = progressBar("letting OSDs fail");
  const report = await sweep(cluster, {
    ...sweepOptions(options),
    onProgress: bar.update,
  }).finally(bar.stop);
  const missing = cluster.missing.map(({ what }) => what);
  const head = { cluster: paths, epoch: cluster.info.epoch, missing };
  const text = () => `${sweepText(head, report, { ...terminal(), top: options.top })}\n`;
  await write(options.json ? sweepJson(head, report) : [text()]);
  if (report.requirements.some(({ isMet }) => !isMet)) {
    process.exitCode = EXIT_NOT_MET;
  }
}

function sweepOptions(options: Options): SweepOptions {
  const { type: types, require: requirements, top: _, json: __, config: ___, ...rest } = options;
  return { ...rest, ...(types && { types }), ...(requirements && { requirements }) };
}
