import { type Command, InvalidArgumentError } from "commander";
import { readSeconds } from "../../base/duration.ts";
import { CrushlabError } from "../../base/errors.ts";
import { changeText } from "../../change/simulate.ts";
import { type RecoveryOptions, recovery } from "../../plan/recovery.ts";
import { type RecoveryRates, readRates } from "../../plan/recoveryRates.ts";
import {
  addChangeOptions,
  type ChangeOptions,
  loadWithChanges,
  namesOfFiles,
  type StepOptions,
} from "../clusterChanges.ts";
import { dataOf } from "../dataFacts.ts";
import { CLUSTER_ARGUMENT, collect, readFileAs, wholeNumber } from "../options.ts";
import { json, write } from "../output.ts";
import { withHead } from "../render/headText.ts";
import { progressBar } from "../render/progress.ts";
import { recoveryJson } from "../render/recoveryJson.ts";
import { recoveryText } from "../render/recoveryText.ts";
import { terminal } from "../render/terminal.ts";
import { warningsOf } from "../reportHead.ts";

const EXAMPLE = `
What happens comes in the order in which it is given; --wait lets time pass between, and --at waits
until a time since the start. OSDs that fail are marked down after osd_heartbeat_grace and out after
mon_osd_down_out_interval. Data moves all the while.

PGs peer in a random order and wait for slots by priority; the answer is a range over orders
and rates. Settings of OSDs count by Ceph's own names (--config osd_max_backfills=3). Rates come
from a file in YAML, each with a default that the report names:

  devices: { hdd: { bandwidth: 150 MiB, iops: 315 }, ssd: { bandwidth: 500 MiB, iops: 20000 } }
  network: { host: 1.1 GB }               # per second and host, each way
  client_load: { share: 0.3, writes: 200 } # of the devices' time; objects per second
  uncertainty: 0.2                        # by how much all rates may be off

Examples:
  crushlab recovery osdmap.bin pg-dump.json osd-df-tree.json --fail host=h1
  crushlab recovery osdmap.bin pg-dump.json osd-df-tree.json --run 'ceph osd out 3' --orders 50
  crushlab recovery planned.yaml --fail osd.3 --at 2h --fail osd.7 --config osd_max_backfills=3
  crushlab recovery --live --rates rates.yaml --json`;

interface Options extends StepOptions {
  orders?: number;
  seed?: number;
  rates?: string;
  force?: string[];
  whatIf: boolean;
  json?: true;
}

/** `crushlab recovery CLUSTER…`: how long until it is whole again, and who holds it up. */
export function describeRecovery(command: Command): void {
  command
    .description("recovery in time: how long until all is clean, in which order, who holds it up")
    .argument("[cluster...]", CLUSTER_ARGUMENT)
    .option("--orders <n>", "orders of PGs to simulate (default: 15)", wholeNumber(1, 10_000))
    .option("--seed <n>", "seed of the first (default: 0)", wholeNumber(0, 2 ** 53 - 1))
    .option("--rates <file>", "what devices, networks and clients do, in YAML")
    .option("--force <pg>", "copy this PG before all others; may be repeated", collect)
    .option("--no-what-if", "do not try what other settings would give")
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--json", "print one JSON object");
  const happens = addChangeOptions(command);
  addTimeOption(command, happens);
  command
    .addHelpText("after", EXAMPLE)
    .action((paths: string[], options: Options) => run(paths, options, happens));
}

/** Adds `--at`: as much time passes as is left until then. */
function addTimeOption(command: Command, { changes }: ChangeOptions): void {
  const waits = changes as { wait: number | string }[];
  command.option("--at <time>", "what follows happens at this time since the start: 2h", (text) => {
    if (changes.some((change) => typeof change === "object" && "script" in change)) {
      throw new InvalidArgumentError("Expected it before any --script, which may wait itself.");
    }
    const passed = changes.map((change) =>
      typeof change === "object" && "wait" in change ? readSeconds(change.wait) : 0,
    );
    const left = readSeconds(text) - passed.reduce((sum, seconds) => sum + seconds, 0);
    if (left < 0) {
      throw new InvalidArgumentError("Expected a time that has not passed yet.");
    }
    if (left > 0) {
      waits.push({ wait: left });
    }
    return waits;
  });
}

async function run(paths: string[], options: Options, happens: ChangeOptions): Promise<void> {
  if (options.heal) {
    const expected = "expected --wait or --at: data moves in time here";
    throw new CrushlabError("invalid_argument", `--heal: ${expected}`);
  }
  const { start, files, changes, skipped } = await loadWithChanges(paths, happens, options);
  const rates = options.rates === undefined ? {} : await readFileAs(options.rates, readRates);
  const bar = progressBar("letting data move");
  const report = await recovery(start, {
    ...recoveryOptions(options, rates),
    changes,
    onProgress: bar.update,
  }).finally(bar.stop);
  const data = dataOf(start);
  const head = {
    verdict: report.verdict,
    warnings: [...skipped, ...report.warnings, ...warningsOf(start)],
    ...(data && { data }),
  };
  const facts = { paths: namesOfFiles(files), cluster: start };
  if (options.json) {
    const happened = changes.length > 0 ? { changes: changes.map(changeText) } : {};
    await write(json(recoveryJson({ ...head, ...happened }, report, facts)));
  } else {
    const canvas = terminal();
    await write([`${withHead(head, canvas.colors, recoveryText(report, facts, canvas))}\n`]);
  }
}

function recoveryOptions(
  { orders, seed, force, whatIf, threads }: Options,
  rates: RecoveryRates,
): RecoveryOptions {
  return {
    rates,
    whatIf,
    ...(orders !== undefined && { orders }),
    ...(seed !== undefined && { seed }),
    ...(force && { forced: force }),
    ...(threads !== undefined && { threads }),
  };
}
