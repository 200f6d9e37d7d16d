import { type Command, InvalidArgumentError, Option } from "commander";
import { CrushlabError } from "../../base/errors.ts";
import {
  type BalanceReport,
  balance,
  balanceReads,
  checkUpmaps,
  type PoolsOptions,
  type ReadReport,
  type UpmapReport,
} from "../../plan/balance.ts";
import {
  addChangeOptions,
  CHANGES_HELP,
  type ChangeOptions,
  loadChanged,
  type StepOptions,
} from "../clusterChanges.ts";
import { CLUSTER_ARGUMENT, collect, wholeNumber } from "../options.ts";
import { json, write } from "../output.ts";
import { balanceJson } from "../render/balanceJson.ts";
import { balanceText } from "../render/balanceText.ts";
import type { ClusterFacts } from "../render/capacityJson.ts";
import { headBeside, withHead } from "../render/headText.ts";
import { progressBar } from "../render/progress.ts";
import { type Canvas, terminal } from "../render/terminal.ts";
import { readText, upmapText } from "../render/upmapText.ts";
import { reportHead } from "../reportHead.ts";

const EXAMPLE = `${CHANGES_HELP}

PGs count as being where CRUSH and upmaps put them, whether or not their data has arrived. The
managers' balancer goes on by itself: switch it off first (ceph balancer off), or it may undo this.

Examples:
  crushlab balance osdmap.bin
  crushlab balance osdmap.bin --pool rbd --max-deviation 0
  crushlab balance osdmap.bin --commands > balance.sh
  crushlab balance osdmap.bin pg-dump.json osd-df-tree.json --by bytes
  crushlab balance osdmap.bin --within class=ssd --leave osd.7
  crushlab balance osdmap.bin --from rack=r2 --to host=h9
  crushlab balance osdmap.bin --check
  crushlab balance osdmap.bin --read --pool rbd
  crushlab balance osdmap.bin --run 'ceph osd crush reweight osd.3 8' --json`;

interface Options extends StepOptions {
  pool?: string[];
  maxDeviation?: number;
  by?: "pgs" | "bytes";
  within?: string[];
  from?: string[];
  to?: string[];
  leave?: string[];
  check?: true;
  read?: true;
  commands?: true;
  json?: true;
}

/** `crushlab balance CLUSTER…`: the most even placement, with the fewest moves. */
export function describeBalance(command: Command): void {
  command
    .description("even out PGs as far as the rules allow, with the fewest moves, by upmaps")
    .argument("[cluster...]", CLUSTER_ARGUMENT)
    .option("--pool <name|id>", "only this pool; may be repeated", collect)
    .option(
      "--max-deviation <pgs>",
      "bring OSDs nearer than this to their targets; 0: as near as possible (default: 1)",
      deviation,
    )
    .addOption(
      new Option(
        "--by <what>",
        "PGs by weights, or bytes: the fill of the fullest OSD (default: pgs)",
      ).choices(["pgs", "bytes"]),
    )
    .option("--within <what>", "only among these: class=ssd, root=default, host=h1, …", collect)
    .option("--from <what>", "shards leave only these: osd.3, rack=r2, …; may be repeated", collect)
    .option("--to <what>", "shards go only to these; may be repeated", collect)
    .option("--leave <what>", "leave these as they are; may be repeated", collect)
    .option("--check", "look for upmaps that break the rule, that Ceph drops, or without effect")
    .option("--read", "deal out primaries evenly instead, so that reads are; no data moves")
    .option("--commands", "print the commands alone, one a line")
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--json", "print one JSON object");
  const happens = addChangeOptions(command);
  command
    .addHelpText("after", EXAMPLE)
    .action((paths: string[], options: Options) => run(paths, options, happens));
}

function deviation(text: string): number {
  const pgs = Number(text);
  if (text.trim() === "" || !(pgs >= 0 && pgs <= 1e6)) {
    throw new InvalidArgumentError("Expected a number of PGs from 0 to 1000000.");
  }
  return pgs;
}

async function run(paths: string[], options: Options, happens: ChangeOptions): Promise<void> {
  const { check, read, maxDeviation, by } = options;
  const scope = (["within", "from", "to", "leave"] as const).find((name) => options[name]);
  const chosen = [
    check && "--check",
    read && "--read",
    by === "bytes" && "--by bytes",
    maxDeviation !== undefined && "--max-deviation",
    (check || read) && scope !== undefined && `--${scope}`,
  ];
  const names = chosen.filter((name) => typeof name === "string");
  if (names.length > 1) {
    throw new CrushlabError("invalid_argument", `${names.join(" and ")}: expected one of them`);
  }
  const changed = await loadChanged(paths, happens, options);
  const facts = { paths: changed.paths, cluster: changed.cluster };
  const canvas = terminal();
  const { report, text } = await answer(facts, options, canvas);
  const head = await reportHead(changed, report.verdict, options);
  if (options.json) {
    await write(json(balanceJson(head, report, facts)));
  } else if (options.commands) {
    process.stderr.write(headBeside(head, canvas.colors));
    await write(report.commands.map((line) => `${line}\n`));
  } else {
    await write([`${withHead(head, canvas.colors, text)}\n`]);
  }
}

/** What was found, and how a person is told. */
interface Found {
  report: BalanceReport | UpmapReport | ReadReport;
  text: string;
}

async function answer(facts: ClusterFacts, options: Options, canvas: Canvas): Promise<Found> {
  const { cluster } = facts;
  const { pool: pools, maxDeviation, threads } = options;
  const bar = progressBar("balancing PGs");
  const asked: PoolsOptions = {
    ...(pools && { pools }),
    ...(threads !== undefined && { threads }),
    onProgress: bar.update,
  };
  try {
    if (options.check) {
      const report = await checkUpmaps(cluster, asked);
      return { report, text: upmapText(report, facts) };
    }
    if (options.read) {
      const report = await balanceReads(cluster, asked);
      return { report, text: readText(report, facts, canvas) };
    }
    const report = await balance(cluster, {
      ...asked,
      ...(options.by && { by: options.by }),
      ...(options.within && { within: options.within }),
      ...(options.from && { from: options.from }),
      ...(options.to && { to: options.to }),
      ...(options.leave && { leave: options.leave }),
      ...(maxDeviation !== undefined && { maxDeviation }),
    });
    return { report, text: balanceText(report, facts, canvas) };
  } finally {
    bar.stop();
  }
}
