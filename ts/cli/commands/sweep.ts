import { type Command, InvalidArgumentError } from "commander";
import { type SweepOptions, sweep } from "../../plan/sweep.ts";
import {
  addChangeOptions,
  CHANGES_HELP,
  type ChangeOptions,
  loadChanged,
  type StepOptions,
} from "../clusterChanges.ts";
import { CLUSTER_ARGUMENT, collect, wholeNumber } from "../options.ts";
import { write } from "../output.ts";
import { withHead } from "../render/headText.ts";
import { progressBar } from "../render/progress.ts";
import { sweepJson } from "../render/sweepJson.ts";
import { sweepText } from "../render/sweepText.ts";
import { terminal } from "../render/terminal.ts";
import { clusterHead, reportHead } from "../reportHead.ts";

const EXAMPLE = `${CHANGES_HELP}

Each failure: the OSDs go down, then out, and all data moves that can. Worst first: lost data, IO
that stops, PGs that stay short since their rule finds no OSD, PGs that find no room.

--require makes the exit code 1 when it is not met. It has a type (or "host pairs"), a colon, and
conditions: readable, active, healed, below nearfull, below backfillfull, below full, below 80%.

Examples:
  crushlab sweep osdmap.bin pg-dump.json osd-df-tree.json
  crushlab sweep osdmap.bin pg-dump.json osd-df-tree.json --type rack --type osd --pairs 500
  crushlab sweep planned.yaml --require 'host: healed, below backfillfull' --json
  crushlab sweep planned.yaml --type rack --config mon_osd_down_out_subtree_limit=row
  crushlab sweep planned.yaml --fail host=host1 --wait 10m --heal`;

/** Exit code where a requirement is not met. */
const EXIT_NOT_MET = 1;

interface Options extends StepOptions {
  type?: string[];
  pairs?: true | "all" | number;
  seed?: number;
  require?: string[];
  losses?: number[];
  samples?: number;
  copysets: boolean;
  top: number;
  json?: true;
}

/** `crushlab sweep CLUSTER…`: every OSD, host or rack fails in turn. */
export function describeSweep(command: Command): void {
  command
    .description(
      "let every host, rack or OSD fail in turn: is data lost, does it heal, is there room",
    )
    .argument("[cluster...]", CLUSTER_ARGUMENT)
    .option("--type <type>", "osd, host, rack, …; may be repeated (default: host)", collect)
    .option("--pairs [n]", "two at once, too: all, or as many drawn by --seed", pairs)
    .option("--seed <n>", "seed of what is drawn (default: 0)", wholeNumber(0, 2 ** 53 - 1))
    .option("--require <text>", "'host: healed, below backfillfull'; may be repeated", collect)
    .option("--losses <n>", "OSDs lost at once, for copysets; may be repeated", losses)
    .option("--samples <n>", "losses to draw for copysets", wholeNumber(1, 100_000_000))
    .option("--no-copysets", "leave copysets out")
    .option("--top <n>", "failures to show", wholeNumber(1, 5_000_000), 10)
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--json", "print one JSON object");
  const happens = addChangeOptions(command);
  command
    .addHelpText("after", EXAMPLE)
    .action((paths: string[], options: Options) => run(paths, options, happens));
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

async function run(paths: string[], options: Options, happens: ChangeOptions): Promise<void> {
  const changed = await loadChanged(paths, happens, options);
  const { cluster } = changed;
  const bar = progressBar("letting OSDs fail");
  const report = await sweep(cluster, {
    ...sweepOptions(options),
    onProgress: bar.update,
  }).finally(bar.stop);
  const head = await reportHead(changed, report.verdict, options);
  const facts = clusterHead(changed.paths, cluster);
  if (options.json) {
    await write(sweepJson({ ...head, ...facts }, report));
  } else {
    const canvas = { ...terminal(), top: options.top };
    await write([`${withHead(head, canvas.colors, sweepText(facts, report, canvas))}\n`]);
  }
  if (report.requirements.some(({ isMet }) => !isMet)) {
    process.exitCode = EXIT_NOT_MET;
  }
}

function sweepOptions(options: Options): SweepOptions {
  const { type: types, require: requirements, ...rest } = options;
  const { pairs: inPairs, seed, losses: lost, samples, copysets, threads } = rest;
  return {
    copysets,
    ...(types && { types }),
    ...(requirements && { requirements }),
    ...(inPairs !== undefined && { pairs: inPairs }),
    ...(seed !== undefined && { seed }),
    ...(lost && { losses: lost }),
    ...(samples !== undefined && { samples }),
    ...(threads !== undefined && { threads }),
  };
}
