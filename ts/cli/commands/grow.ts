import type { Command } from "commander";
import { CrushlabError } from "../../base/errors.ts";
import { writeWhole } from "../../base/files.ts";
import { type GrowOptions, grow } from "../../plan/grow.ts";
import type { GrowthChange } from "../../plan/growthChange.ts";
import {
  addChangeOptions,
  CHANGES_HELP,
  type ChangeOptions,
  loadChanged,
  type StepOptions,
} from "../clusterChanges.ts";
import { CLUSTER_ARGUMENT, collect, wholeNumber } from "../options.ts";
import { json, write } from "../output.ts";
import { growthHtml } from "../render/growthHtml.ts";
import { growthJson } from "../render/growthJson.ts";
import { growthText } from "../render/growthText.ts";
import { withHead } from "../render/headText.ts";
import { progressBar } from "../render/progress.ts";
import { terminal } from "../render/terminal.ts";
import { reportHead } from "../reportHead.ts";

const EXAMPLE = `${CHANGES_HELP}

Each plan (--add-host, --replace, --move-to-ec) is made on top of those before it, all of them at
the start. Growth is what is stored, each object counted once: by bytes (+2TiB/month, 500 GB/week)
or in percent (5%/year). A host to add is NAME=OSDSxSIZE:CLASS@BUCKET, with more kinds of OSDs
behind a +; NAME, CLASS and BUCKET may be left out. A pool moves to erasure code as
POOL=K+M:PG_NUM@FAILURE_DOMAIN.

Examples:
  crushlab grow osdmap.bin osd-df-tree.json df-detail.json --pool rbd=+2TiB/month
  crushlab grow planned.yaml --pool rbd=+2TiB/month --pool logs=5%/month --months 60 --json
  crushlab grow planned.yaml --pool rbd=+2TiB/month --add-host new1=12x16TB:hdd@rack2
  crushlab grow planned.yaml --pool rbd=+2TiB/month --replace host=host1=20TB --html grow.html
  crushlab grow planned.yaml --pool rbd=+2TiB/month --move-to-ec rbd=4+2
  crushlab grow planned.yaml --pool rbd=+2TiB/month --fail host=host1 --wait 10m --heal`;

/** Options of the command beside the changes. */
interface Options extends StepOptions {
  pool?: string[];
  months?: number;
  failureDomain?: string;
  from?: Date;
  json?: true;
  html?: string;
}

/** `crushlab grow CLUSTER…`: when a cluster is full, and what a purchase does about it. */
export function describeGrow(command: Command): void {
  const changes: GrowthChange[] = [];
  const option = (flags: string, help: string, change: (text: string) => GrowthChange) =>
    command.option(flags, help, (text: string) => {
      changes.push(change(text));
      return changes;
    });
  command
    .description("show when OSDs get too full as pools grow, and what a purchase does about it")
    .argument("[cluster...]", CLUSTER_ARGUMENT)
    .option("--pool <name=growth>", "rbd=+2TiB/month, logs=5%/year; may be repeated", collect)
    .option("--months <n>", "months to look ahead (default: 36)", wholeNumber(1, 1200));
  option("--add-host <host>", "a host comes: new1=12x16TB:hdd@rack1", (addHost) => ({ addHost }));
  option("--replace <osds=size>", "OSDs are replaced: osd.3=20TB, host=h1=20TB", (replace) => ({
    replace,
  }));
  option("--move-to-ec <pool=k+m>", "a pool moves to erasure code: rbd=4+2", (moveToErasure) => ({
    moveToErasure,
  }));
  command
    .option("--failure-domain <type>", "what may be lost (default: host)")
    .option("--from <day>", "the day of the start, 2027-01-31 (default: today)", day)
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--json", "print one JSON object")
    .option("--html <file>", "write one page with a chart to this file, too");
  const happens = addChangeOptions(command);
  command
    .addHelpText("after", EXAMPLE)
    .action((paths: string[], options: Options) => run(paths, options, { changes, happens }));
}

async function run(
  paths: string[],
  options: Options,
  { changes, happens }: { changes: readonly GrowthChange[]; happens: ChangeOptions },
): Promise<void> {
  const pools = readPools(options.pool ?? []);
  const { months, failureDomain, from = new Date(), threads } = options;
  const changed = await loadChanged(paths, happens, options);
  const { cluster } = changed;
  const bar = progressBar("placing PGs");
  const report = await grow(cluster, {
    pools,
    changes,
    from,
    ...(months !== undefined && { months }),
    ...(failureDomain !== undefined && { failureDomain }),
    ...(threads !== undefined && { threads }),
    onProgress: bar.update,
  }).finally(bar.stop);
  const facts = { paths: changed.paths, cluster, pools };
  const head = await reportHead(changed, report.verdict, options);
  if (options.html !== undefined) {
    await writeWhole(options.html, growthHtml(report, facts, head));
  }
  if (options.json) {
    await write(json(growthJson(head, report, facts)));
    return;
  }
  const canvas = terminal();
  await write([`${withHead(head, canvas.colors, growthText(report, facts, canvas))}\n`]);
}

/** Growths by pool: the last `=` stands between the two. */
function readPools(texts: readonly string[]): Record<string, string> {
  if (texts.length === 0) {
    throw new CrushlabError("invalid_argument", "nothing grows: --pool missing", {
      hint: "--help shows an example",
    });
  }
  const pools: GrowOptions["pools"] = Object.fromEntries(
    texts.map((text) => {
      const at = text.lastIndexOf("=");
      if (at < 1) {
        throw new CrushlabError(
          "invalid_argument",
          `--pool is ${JSON.stringify(text)}: expected such as rbd=+2TiB/month`,
        );
      }
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
  if (Object.keys(pools).length < texts.length) {
    throw new CrushlabError("invalid_argument", "--pool names a pool twice: expected it once");
  }
  return pools as Record<string, string>;
}

/** A day such as 2027-01-31, at its beginning in UTC. */
function day(text: string): Date {
  const date = new Date(`${text}T00:00:00Z`);
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime());
  if (!isDay || date.toISOString().slice(0, 10) !== text) {
    throw new CrushlabError(
      "invalid_argument",
      `--from is ${JSON.stringify(text)}: expected a day such as 2027-01-31`,
    );
  }
  return date;
}
