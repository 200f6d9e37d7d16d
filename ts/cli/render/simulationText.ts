import type { Simulation, SimulationStep } from "../../change/simulate.ts";
import { bytesText } from "../../text/bytes.ts";
import { printable, whole } from "../../text/format.ts";
import { type ComparisonCanvas, comparisonSummary, comparisonText } from "./comparisonText.ts";
import { table } from "./table.ts";

/** From this many steps on each has a line of a table, not a summary of its own. */
const STEPS_IN_A_TABLE = 5;
/** Characters of that table beside the commands. */
const COUNTS_WIDTH = 54;

/** What several changes do, for a person: all together first, then each step. */
export function simulationText(
  { steps, total }: Simulation,
  question: string,
  facts: string,
  canvas: ComparisonCanvas,
): string {
  const { colors } = canvas;
  const heading = `${colors.bold(printable(question))}\n${colors.dim(printable(facts))}`;
  const notes = steps.flatMap((step) => step.notes.map((note) => `  ${printable(note)}`));
  const [only, ...more] = steps;
  const texts = [heading];
  if (only && more.length === 0) {
    texts.push(...(notes.length > 0 ? [limited(notes, canvas.top)] : []));
    return [...texts, comparisonText(only, canvas)].join("\n\n");
  }
  texts.push(colors.bold("All steps together"), comparisonText(total, canvas));
  if (steps.length < STEPS_IN_A_TABLE) {
    texts.push(...steps.map((step, at) => stepText(step, at, canvas)));
  }
  return [...texts, stepTable(steps, canvas)].join("\n\n");
}

function limited(lines: readonly string[], top: number): string {
  const more = lines.length - top;
  return (more > 0 ? [...lines.slice(0, top), `  … and ${whole(more)} more`] : lines).join("\n");
}

function stepText(step: SimulationStep, at: number, canvas: ComparisonCanvas): string {
  const notes = step.notes.map((note) => `  ${printable(note)}`);
  return [
    canvas.colors.bold(`Step ${at + 1}: ${printable(step.command)}`),
    ...(notes.length > 0 ? [limited(notes, canvas.top)] : []),
    comparisonSummary(step, canvas),
  ].join("\n");
}

function stepTable(steps: readonly SimulationStep[], { colors, width }: ComparisonCanvas): string {
  const available = Math.max(20, width - COUNTS_WIDTH);
  const cut = (text: string) =>
    text.length > available ? `${text.slice(0, available - 1)}…` : text;
  const head = ["", "step", "PGs", "shards", "bytes", "degraded", "misplaced"];
  const rows = steps.map(({ command, summary }, at) => [
    String(at + 1),
    cut(printable(command)),
    whole(summary.pgsMoved),
    whole(summary.shardsMoved),
    summary.dataBasis === "unknown" ? "–" : bytesText(summary.movedBytes),
    whole(summary.after.degradedObjectCopies),
    whole(summary.after.misplacedObjectCopies),
  ]);
  const grid = table(
    ["right", "left", "right", "right", "right", "right", "right"],
    [head.map((one) => colors.dim(one)), ...rows],
  );
  return `${colors.bold("What each step moves, and object copies right after it")}\n${grid}`;
}
