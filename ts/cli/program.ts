import { Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { limitMemory } from "../base/memory.ts";
import { describeBalance } from "./commands/balance.ts";
import { describeCapacity } from "./commands/capacity.ts";
import { describeCrushtool } from "./commands/crushtool.ts";
import { describeDiff } from "./commands/diff.ts";
import { describeDistribution } from "./commands/distribution.ts";
import { describeExplain } from "./commands/explain.ts";
import { describeGrow } from "./commands/grow.ts";
import { describeMap } from "./commands/map.ts";
import { describeOsdmaptool } from "./commands/osdmaptool.ts";
import { describePgnum } from "./commands/pgnum.ts";
import { describePgs } from "./commands/pgs.ts";
import { describePlan } from "./commands/plan.ts";
import { describeRecovery } from "./commands/recovery.ts";
import { describeSnapshot } from "./commands/snapshot.ts";
import { describeSweep } from "./commands/sweep.ts";
import { describeTree } from "./commands/tree.ts";
import { describeViz } from "./commands/viz.ts";
import { describeWhatIf } from "./commands/whatif.ts";
import { addCompletion } from "./completion.ts";
import { oneLine } from "./errorLine.ts";
import { terminalWidth } from "./render/terminal.ts";

/** The command line: its commands, its help, its way to complain. */
export function createProgram(): Command {
  const program = new Command("crushlab")
    .description("Ceph CRUSH placement, bit for bit: what moves when OSDs fail, and why.")
    .version(
      packageJson.version,
      "-V, --version",
      "print the version; with --verbose, the kernels of this machine too",
    )
    .option("--memory <size>", "memory to use at most (default: 1 GiB)", limitMemory)
    .helpOption("-h, --help", "print help; after a command, that command's")
    .helpCommand("help [command]", "print help, or that of a command")
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, helpWidth: Math.min(100, terminalWidth()) })
    .configureOutput({
      outputError: (text, write) => write(`crushlab: ${oneLine(parseErrorText(text))}\n`),
    })
    .addHelpText("after", HELP_EXAMPLE);
  describeSnapshot(program.command("snapshot"));
  describeWhatIf(program.command("whatif"));
  describeExplain(program.command("explain"));
  describeDiff(program.command("diff"));
  describeSweep(program.command("sweep"));
  describeRecovery(program.command("recovery"));
  describePgs(program.command("pgs"));
  describeMap(program.command("map"));
  describeTree(program.command("tree"));
  describeDistribution(program.command("distribution"));
  describeCapacity(program.command("capacity"));
  describeBalance(program.command("balance"));
  describePlan(program.command("plan"));
  describeGrow(program.command("grow"));
  describeViz(program.command("viz"));
  describePgnum(program.command("pgnum"));
  describeCrushtool(program.command("crushtool"));
  describeOsdmaptool(program.command("osdmaptool"));
  addCompletion(program);
  describeCompletion(program);
  return program;
}

/** What is wrong with the arguments in one line; where there is no better advice, the help is. */
function parseErrorText(text: string): string {
  const line = text
    .replace(/^error: /, "")
    .trim()
    .replaceAll("\n", " ");
  const needsAdvice = /^(missing|unknown|too many)/.test(line) && !line.includes("(Did you mean");
  return needsAdvice ? `${line} (see --help)` : line;
}

const HELP_EXAMPLE = `
Example:
  crushlab snapshot -o today.json
  crushlab whatif today.json --run 'ceph osd out 3'`;

const COMPLETION_EXAMPLE = `
Example:
  crushlab completion bash > ~/.local/share/bash-completion/completions/crushlab`;

function describeCompletion(program: Command): void {
  const completion = program.commands.find((command) => command.name() === "completion");
  completion
    ?.description("print a script that lets a shell complete crushlab's commands and options")
    .addHelpText("after", COMPLETION_EXAMPLE);
}
