import type { Command } from "commander";
import { writeWhole } from "../../base/files.ts";
import { changeText } from "../../change/simulate.ts";
import type { MovePlan } from "../../plan/movePlan.ts";
import { type PlanOptions, plan } from "../../plan/plan.ts";
import {
  addChangeOptions,
  type ChangeOptions,
  loadWithChanges,
  namesOfFiles,
  type StepOptions,
} from "../clusterChanges.ts";
import { dataOf } from "../dataFacts.ts";
import { CLUSTER_ARGUMENT, wholeNumber } from "../options.ts";
import { json, write } from "../output.ts";
import type { ClusterFacts } from "../render/capacityJson.ts";
import { headBeside, withHead } from "../render/headText.ts";
import { planJson } from "../render/planJson.ts";
import { planScript } from "../render/planScript.ts";
import { planText } from "../render/planText.ts";
import { progressBar } from "../render/progress.ts";
import { terminal } from "../render/terminal.ts";
import { type ReportHead, reportHead } from "../reportHead.ts";

const FREEZE_HELP = `
The changes (--run, --script, …) are what the plan makes; upmaps then keep data where it is, as far as the
rules let. Without changes, data that is on its way stays where it is. Only upmaps that the monitors keep are
proposed. Nothing is sent to a cluster.

Examples:
  crushlab plan freeze osdmap.bin --run 'ceph osd pool set rbd crush_rule byrack'
  crushlab plan freeze osdmap.bin --run 'ceph osd crush move h1 rack=rack2' --commands > freeze.sh
  crushlab plan freeze --live --script-out freeze.sh`;

interface Options extends StepOptions {
  commands?: true;
  scriptOut?: string;
  json?: true;
}

/** `crushlab plan …`: moving safely, in stages of commands. */
export function describePlan(command: Command): void {
  command
    .description("move safely: commands in stages, each tried on the model first")
    .addHelpText("after", FREEZE_HELP);
  const freeze = planCommand(command, "freeze", "keep data where it is after a change, by upmaps");
  const happens = addChangeOptions(freeze);
  freeze
    .addHelpText("after", FREEZE_HELP)
    .action((paths: string[], options: Options) => run(paths, options, happens));
}

/** A kind of plan, with what all of them take. */
function planCommand(command: Command, name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .argument("[cluster...]", CLUSTER_ARGUMENT)
    .option("--commands", "print the commands alone, one a line")
    .option("--script-out <file>", "write a shell script that asks before each stage, too")
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--json", "print one JSON object");
}

async function run(paths: string[], options: Options, happens: ChangeOptions): Promise<void> {
  const { start, files, changes, skipped } = await loadWithChanges(paths, happens, options);
  const facts = { paths: namesOfFiles(files), cluster: start };
  const bar = progressBar("planning moves");
  const { staged, threads } = options;
  const asked: PlanOptions = {
    ...(staged !== undefined && { staged }),
    ...(threads !== undefined && { threads }),
    onProgress: bar.update,
  };
  const report = await plan.freeze(start, changes, asked).finally(bar.stop);
  const data = dataOf(start);
  const happened = { changes: changes.map(changeText), healed: false, skipped };
  const changed = { cluster: start, ...happened, ...(data && { data }) };
  const head = await reportHead(changed, report.verdict, options);
  await print(report, head, facts, options);
}

async function print(
  report: MovePlan,
  head: ReportHead,
  facts: ClusterFacts,
  options: Options,
): Promise<void> {
  const canvas = terminal();
  if (options.scriptOut !== undefined) {
    await writeWhole(options.scriptOut, planScript(report));
  }
  if (options.json) {
    await write(json(planJson(head, report, facts)));
  } else if (options.commands) {
    process.stderr.write(headBeside(head, canvas.colors));
    await write(report.commands.map((line) => `${line}\n`));
  } else {
    await write([`${withHead(head, canvas.colors, planText(report, facts, canvas))}\n`]);
  }
}
