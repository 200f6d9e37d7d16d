import type { Command } from "commander";
import { CrushlabError } from "../../base/errors.ts";
import type { Verdict } from "../../cluster/cluster.ts";
import { type WhatIfReport, whatIf } from "../../plan/whatIf.ts";
import { plural, whole } from "../../text/format.ts";
import { addChangeOptions, type ChangeOptions } from "../clusterChanges.ts";
import { CLUSTER_ARGUMENT, collect, loadMap, requireOptions, wholeNumber } from "../options.ts";
import { jsonText } from "../output.ts";
import { withHead } from "../render/headText.ts";
import { progressBar } from "../render/progress.ts";
import { terminal } from "../render/terminal.ts";
import { whatIfJson } from "../render/whatIfJson.ts";
import { whatIfText } from "../render/whatIfText.ts";
import { type WhatIfClusterOptions, whatIfCluster } from "../whatIfCluster.ts";

const EXAMPLE = `
With a whole cluster, changes happen in the order in which they are given: --run, --fail, --recover,
--wait and --script may be mixed and repeated. Data stays where it is until all of them have
happened; with --heal all data moves that can before the next one comes. With a CRUSH map alone,
--rule, --size and --out say what to place and what goes out.

Examples:
  crushlab whatif osdmap.bin pg-dump.json --run 'ceph osd out 3'
  crushlab whatif osdmap.bin --fail host=h1 --wait 10m --json
  crushlab whatif osdmap.bin --script maintenance.sh --by host
  crushlab whatif osdmap.bin --fail host=h1 --wait 10m --config mon_osd_down_out_interval=300
  crushlab whatif map.bin --rule replicated_rule --size 3 --out osd.3
  crushlab whatif map.txt --rule ec42 --size 6 --pool 7 --pgs 256 --out rack=r2 --json`;

interface Options extends WhatIfClusterOptions {
  rule: string;
  size: number;
  pgs?: number;
  pool?: number;
  out: string[];
}

/** `crushlab whatif CLUSTER… | MAP …`: what a change makes move. */
export function describeWhatIf(command: Command): void {
  command
    .description("show what moves when OSDs, hosts or racks fail, or Ceph's commands are run")
    .argument("[cluster...]", `${CLUSTER_ARGUMENT}; or one CRUSH map`);
  const changes = addChangeOptions(command);
  command
    .option("--by <type>", "bucket type that the matrix adds up by: host, rack, …")
    .option("--rule <name|id>", "with a CRUSH map: the pool's rule")
    .option("--size <n>", "with a CRUSH map: the pool's size, or k + m", wholeNumber(1, 4096))
    .option("--out <what>", "with a CRUSH map: osd.3, host=h1, …; may be repeated", collect)
    .option("--pgs <n>", "PGs to look at (default: about 100 per OSD)", wholeNumber(1, 2 ** 31 - 1))
    .option(
      "--pool <id>",
      "hash the PGs as this pool does (default: x = 0, 1, …)",
      wholeNumber(0, 2 ** 53 - 1),
    )
    .option("--top <n>", "OSDs, and rows of the matrix, to show", wholeNumber(1, 1_000_000), 10)
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--json", "print one JSON object")
    .option("--json-lines", "with a cluster: print one JSON object a line for each step")
    .option("--summary", "with --json or --json-lines: leave out OSDs, moves and PGs")
    .option("--html <file>", "with a cluster: write one page to this file, too")
    .addHelpText("after", EXAMPLE)
    .action((paths: string[], options: Options) => run(paths, options, changes));
}

/** Options that only one of the two forms has. */
const FOR_MAPS = ["rule", "size", "out", "pgs", "pool"] as const;
const FOR_CLUSTERS = ["by", "heal", "jsonLines", "summary", "html", "live", "ceph"] as const;

async function run(paths: string[], options: Options, changes: ChangeOptions): Promise<void> {
  if (options.json && options.jsonLines) {
    const message = "--json and --json-lines are two forms of one report: expected one of them";
    throw new CrushlabError("invalid_argument", message);
  }
  if (changes.changes.length > 0) {
    if (options.summary && !(options.json || options.jsonLines)) {
      throw new CrushlabError("invalid_argument", "--summary is for --json and --json-lines");
    }
    refuse(options, FOR_MAPS, "a CRUSH map alone, not with changes of a cluster");
    await whatIfCluster(paths, changes, options);
    return;
  }
  const withChanges = "a cluster and what happens to it (--run, --fail, …)";
  refuse(options, FOR_CLUSTERS, withChanges);
  if (Object.keys(changes.config).length > 0) {
    throw new CrushlabError("invalid_argument", `--config is for ${withChanges}`);
  }
  const [path = "", ...more] = paths;
  if (more.length > 0 || !("rule" in options || "size" in options || "out" in options)) {
    throw new CrushlabError(
      "invalid_argument",
      "nothing happens: --run, --fail or --script missing",
      {
        hint: "--help shows an example",
      },
    );
  }
  if (!("rule" in options || "size" in options)) {
    const message = "--out is for a CRUSH map alone, with --rule and --size";
    const hint = "of a cluster: --run 'ceph osd out 3', or --fail osd.3 for an OSD that fails";
    throw new CrushlabError("invalid_argument", message, { hint });
  }
  await whatIfMap(path, options);
}

function refuse(options: Options, names: readonly (keyof Options)[], use: string): void {
  const found = names.find((name) => options[name] !== undefined);
  if (found !== undefined) {
    const flag = found.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new CrushlabError("invalid_argument", `--${flag} is for ${use}`);
  }
}

/** What the report on a CRUSH map alone comes to. No data is known, so that it is never `ok`. */
function whatIfVerdict({ pgs, pgsMoved, pgsShortBefore, pgsShortAfter }: WhatIfReport): Verdict {
  if (pgsShortAfter > 0) {
    const before = pgsShortBefore > 0 ? `; ${whole(pgsShortBefore)} were before` : "";
    const count = plural(pgsShortAfter, "PG is", "PGs are");
    return { severity: "warning", text: `${count} short of OSDs${before}.` };
  }
  const count = `${whole(pgsMoved)} of ${plural(pgs, "PG")}`;
  return { severity: "notice", text: `${count} move, and all find their OSDs; data is not known.` };
}

async function whatIfMap(path: string, { json, top, ...options }: Options): Promise<void> {
  requireOptions(options, ["rule", "size", "out"]);
  const map = await loadMap(path);
  const bar = progressBar("placing PGs");
  const report = await whatIf(map, { ...options, onProgress: bar.update }).finally(bar.stop);
  const head = { verdict: whatIfVerdict(report), warnings: [] };
  const canvas = { ...terminal(), top };
  const text = json
    ? jsonText({ ...head, ...whatIfJson(path, report) }, 2)
    : withHead(
        head,
        canvas.colors,
        whatIfText(report, { map: path, targets: options.out }, canvas),
      );
  process.stdout.write(`${text}\n`);
}
