import type { Command } from "commander";
import { whatIf } from "../../whatIf.ts";
import { collect, loadMap, MAP_ARGUMENT, requireOptions, wholeNumber } from "../options.ts";
import { progressBar } from "../render/progress.ts";
import { terminal } from "../render/terminal.ts";
import { whatIfJson } from "../render/whatIfJson.ts";
import { whatIfText } from "../render/whatIfText.ts";

const EXAMPLE = `
Examples:
  crushlab whatif map.bin --rule replicated_rule --size 3 --out osd.3
  crushlab whatif map.txt --rule ec42 --size 6 --pool 7 --pgs 256 --out rack=r2 --json`;

interface Options {
  rule: string;
  size: number;
  pgs?: number;
  pool?: number;
  out: string[];
  top: number;
  threads?: number;
  json?: true;
}

/** `crushlab whatif MAP …`: what moves when OSDs go out. */
export function describeWhatIf(command: Command): void {
  command
    .description("show what moves when OSDs, hosts or racks go out")
    .argument("<map>", MAP_ARGUMENT)
    .option("--rule <name|id>", "the pool's rule")
    .option("--size <n>", "the pool's size, or k + m", wholeNumber(1, 4096))
    .option("--out <what>", "osd.3, host=h1, rack=r2, …; may be repeated", collect)
    .option("--pgs <n>", "PGs to look at (default: about 100 per OSD)", wholeNumber(1, 2 ** 31 - 1))
    .option(
      "--pool <id>",
      "hash the PGs as this pool does (default: x = 0, 1, …)",
      wholeNumber(0, 2 ** 53 - 1),
    )
    .option("--top <n>", "OSDs, and rows of the matrix, to show", wholeNumber(1, 1_000_000), 10)
    .option("--threads <n>", "threads to use (default: all the machine has)", wholeNumber(1, 1024))
    .option("--json", "print one JSON object")
    .addHelpText("after", EXAMPLE)
    .action(run);
}

async function run(path: string, { json, top, ...options }: Options): Promise<void> {
  requireOptions(options, ["rule", "size", "out"]);
  const map = await loadMap(path);
  const bar = progressBar("placing PGs");
  const report = await whatIf(map, { ...options, onProgress: bar.update }).finally(bar.stop);
  const text = json
    ? JSON.stringify(whatIfJson(path, report), null, 2)
    : whatIfText(report, { map: path, targets: options.out }, { ...terminal(), top });
  process.stdout.write(`${text}\n`);
}
