import type { Simulation, SimulationStep } from "../../change/simulate.ts";
import { bytesText } from "../../text/bytes.ts";
import { plural, printable, whole } from "../../text/format.ts";
import type { ReportHead } from "../reportHead.ts";
import { type ComparisonCanvas, comparisonSummary, comparisonText } from "./comparisonText.ts";
import { headLines, verdictText } from "./headText.ts";
import { table } from "./table.ts";

/** From this many steps on each has a line of a table, not a summary of its own. */
const STEPS_IN_A_TABLE = 5;
/** Characters of that table beside the commands. */
const COUNTS_WIDTH = 54;

/** What a simulation is about. */
export interface SimulationHeading {
  head: ReportHead;
  question: string;
  /** A line about the cluster. */
  facts: string;
}

/** What several changes do, for a person: all together first, then each step. */
export function simulationText(
  { steps, total }: Simulation,
  heading: SimulationHeading,
  canvas: ComparisonCanvas,
): string {
  const { colors } = canvas;
  const notes = steps.flatMap((step) => step.notes.map((note) => `  ${printable(note)}`));
  const [only, ...more] = steps;
  const texts = headingTexts(heading, canvas);
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

function headingTexts(
  { head, question, facts }: SimulationHeading,
  { colors }: ComparisonCanvas,
): string[] {
  const { changes = [], healed = false } = head;
  const asked = [colors.bold(printable(question)), colors.dim(printable(facts))];
  const happened = betweenText(changes.length, healed);
  return [
    headLines({ ...head, changes: [] }, colors).join("\n"),
    [...asked, ...(happened === undefined ? [] : [colors.dim(happened)])].join("\n"),
  ];
}

/** What data does between the changes; nothing where two states are compared. */
function betweenText(changes: number, healed: boolean): string | undefined {
  if (changes === 0) {
    return undefined;
  }
  if (changes === 1) {
    return "1 change: right after it, and when all data has moved that can";
  }
  return healed
    ? `${plural(changes, "change")}, with healing before the next`
    : `${plural(changes, "change")}, data not moved between them; --heal lets it move`;
}

function limited(lines: readonly string[], top: number): string {
  const more = lines.length - top;
  return (more > 0 ? [...lines.slice(0, top), `  … and ${whole(more)} more`] : lines).join("\n");
}

function stepText(step: SimulationStep, at: number, canvas: ComparisonCanvas): string {
  const notes = step.notes.map((note) => `  ${printable(note)}`);
  return [
    canvas.colors.bold(`Step ${at + 1}: ${printable(step.command)}`),
    `  ${verdictText(step.verdict, canvas.colors)}`,
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
