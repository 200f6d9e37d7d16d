import type { Command } from "commander";
import { UINT32_MAX } from "../../arguments.ts";
import { outOsds } from "../../outOsds.ts";
import { collect, loadMap, MAP_ARGUMENT, requireOptions, wholeNumber } from "../options.ts";
import { terminal } from "../render/terminal.ts";
import { traceText } from "../render/traceText.ts";

const EXAMPLE = `
Example:
  crushlab explain map.bin --rule replicated_rule --size 3 --x 7`;

interface Options {
  rule: string;
  size: number;
  x: number;
  pool?: number;
  out?: string[];
  runnersUp: number;
  tries: number;
}

/** `crushlab explain MAP …`: how one input finds its OSDs. */
export function describeExplain(command: Command): void {
  command
    .description("tell how CRUSH finds the OSDs of one input: draws, collisions, retries")
    .argument("<map>", MAP_ARGUMENT)
    .option("--rule <name|id>", "the pool's rule")
    .option("--size <n>", "the pool's size, or k + m", wholeNumber(1, 4096))
    .option("--x <n>", "the input, or with --pool the PG's number", wholeNumber(0, UINT32_MAX))
    .option("--pool <id>", "hash x as this pool does", wholeNumber(0, 2 ** 53 - 1))
    .option("--out <what>", "osd.3, host=h1, rack=r2, …; may be repeated", collect)
    .option("--runners-up <n>", "items to show beside each winner", wholeNumber(0, 1_000_000), 2)
    .option("--tries <n>", "tries to tell of each position", wholeNumber(1, 1_000_000), 5)
    .addHelpText("after", EXAMPLE)
    .action(run);
}

async function run(path: string, asked: Options): Promise<void> {
  const { runnersUp, tries, out = [], ...options } = asked;
  requireOptions(options, ["rule", "size", "x"]);
  const map = await loadMap(path);
  const reweights = Object.fromEntries(outOsds(map.index, out).map((osd) => [osd, 0]));
  const trace = map.explain({ ...options, reweights });
  process.stdout.write(
    `${traceText(map.index, options, trace, { ...terminal(), runnersUp, tries })}\n`,
  );
}
