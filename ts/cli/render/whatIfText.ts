import type { OsdLoad, WhatIfReport } from "../../plan/whatIf.ts";
import {
  oneDecimal,
  percent,
  plural,
  printable,
  share,
  signedPercent,
  signedWhole,
  whole,
} from "../../text/format.ts";
import { matrixText } from "./matrixText.ts";
import { table } from "./table.ts";
import type { Canvas } from "./terminal.ts";

/** Relative deviations from here on are shown in yellow, and in red. */
const DEVIATION_HIGH = 0.1;
const DEVIATION_VERY_HIGH = 0.25;

/** What the question was, in the words of whoever asked. */
export interface Asked {
  /** Where the map is from. */
  map: string;
  /** What goes out. */
  targets: readonly string[];
}

/** The report for a person: summary, fullest OSDs, from-to matrix. */
export function whatIfText(
  report: WhatIfReport,
  asked: Asked,
  canvas: Canvas & { top: number },
): string {
  return [
    heading(report, asked, canvas),
    summary(report, canvas),
    osdTable(report, canvas),
    ...(report.matrix.length > 0 ? [matrix(report, canvas)] : []),
  ].join("\n\n");
}

function matrix({ osds, ...report }: WhatIfReport, canvas: Canvas & { top: number }): string {
  const names = new Map(osds.map(({ id, name }) => [id, name]));
  return matrixText({ ...report, name: (id) => names.get(id) ?? `osd.${id}` }, canvas);
}

function heading(report: WhatIfReport, { map, targets }: Asked, { colors }: Canvas): string {
  const [last = "", ...others] = targets.toReversed();
  const list = others.length > 0 ? `${others.reverse().join(", ")} and ${last}` : last;
  const pool = report.pool === undefined ? "" : ` of pool ${report.pool}`;
  const facts = [
    printable(map),
    `rule ${printable(report.rule.name)} (${report.rule.id})`,
    `size ${report.size}`,
    `${plural(report.pgs, "PG")}${pool}`,
    `${plural(report.out.length, "OSD")} out`,
  ];
  const question = `What if ${printable(list)} ${targets.length === 1 ? "goes" : "go"} out?`;
  return `${colors.bold(question)}\n${colors.dim(facts.join(" · "))}`;
}

function summary(report: WhatIfReport, { colors }: Canvas): string {
  const { pgs, pgsMoved, shardsMoved, shardsMovedLeast, shardsPlacedBefore } = report;
  const excess =
    shardsMovedLeast > 0
      ? `what moves is ${(shardsMoved / shardsMovedLeast).toFixed(2)} times that`
      : "";
  const short = (count: number) => (count > 0 ? colors.red(whole(count)) : whole(count));
  const rows = [
    ["PGs that move", colors.bold(whole(pgsMoved)), percent(pgsMoved / pgs), ""],
    [
      "Shards that move",
      colors.bold(whole(shardsMoved)),
      percent(shardsMoved / shardsPlacedBefore),
      "",
    ],
    [
      "Least possible",
      whole(shardsMovedLeast),
      percent(shardsMovedLeast / shardsPlacedBefore),
      excess,
    ],
    [
      "PGs left short",
      short(report.pgsShortAfter),
      percent(report.pgsShortAfter / pgs),
      `before: ${whole(report.pgsShortBefore)}`,
    ],
  ];
  const missing = pgs * report.size - report.shardsPlacedAfter;
  if (missing > 0) {
    const before = pgs * report.size - shardsPlacedBefore;
    const ratio = percent(missing / (pgs * report.size));
    rows.push(["Shards without OSD", short(missing), ratio, `before: ${whole(before)}`]);
  }
  if (report.byPosition && report.pgsWithHolesAfter > 0) {
    const holes = report.pgsWithHolesAfter;
    rows.push(["PGs with holes", short(holes), percent(holes / pgs), ""]);
  }
  return table(["left", "right", "right", "left"], rows);
}

/** How much more an OSD has than the weights ask for, as a ratio of that. */
function deviation(pgs: number, asked: number): number {
  return asked > 0 ? pgs / asked - 1 : pgs > 0 ? Number.POSITIVE_INFINITY : Number.NaN;
}

function osdTable(report: WhatIfReport, canvas: Canvas & { top: number }): string {
  const { colors, top } = canvas;
  const after = ({ pgsAfter, pgsAskedAfter }: OsdLoad) => deviation(pgsAfter, pgsAskedAfter);
  const holding = report.osds.filter((load) => !Number.isNaN(after(load)));
  if (holding.length === 0) {
    return "No OSD is left that could hold a PG.";
  }
  const fullest = holding.toSorted((a, b) => compare(after(b), after(a)) || a.id - b.id);
  const shown = fullest.slice(0, top);
  const columns = osdColumns(shown, canvas);
  const count = `${shown.length} of ${whole(holding.length)}`;
  const title = `Fullest OSDs against what their weights ask for (${count})`;
  const body = table(
    columns.map(({ align }) => align),
    [
      columns.map(({ group = "" }) => colors.dim(group)),
      columns.map(({ head }) => colors.dim(head)),
      ...shown.map((load) => columns.map(({ cell }) => cell(load))),
    ],
  );
  return [colors.bold(title), body, "", spread(report, fullest)].join("\n");
}

/** Infinities are equal to one another. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** A column of the table of OSDs. */
interface Column {
  /** Stands above the heads of the columns that start with this one. */
  group?: string;
  head: string;
  align: "left" | "right";
  cell: (load: OsdLoad) => string;
}

/** Bars need this much room beside the numbers. */
const WIDTH_WITH_BARS = 100;

function osdColumns(shown: readonly OsdLoad[], { colors, width }: Canvas): Column[] {
  const ratio = ({ pgsAfter, pgsAskedAfter }: OsdLoad) => deviation(pgsAfter, pgsAskedAfter);
  const paint = (load: OsdLoad) => deviationColor(ratio(load), colors);
  const right = (head: string, cell: Column["cell"]): Column => ({ head, align: "right", cell });
  const left = (head: string, cell: Column["cell"]): Column => ({ head, align: "left", cell });
  const hasClasses = shown.some((load) => load.class !== undefined);
  return [
    left("OSD", (load) => printable(load.name)),
    ...(hasClasses ? [left("class", (load) => printable(load.class ?? ""))] : []),
    { ...right("before", (load) => whole(load.pgsBefore)), group: "PGs" },
    right("after", (load) => whole(load.pgsAfter)),
    right("change", (load) => signedWhole(load.pgsAfter - load.pgsBefore)),
    right("asked", (load) => oneDecimal(load.pgsAskedAfter)),
    { ...right("before", (load) => share(load.shareBefore)), group: "share" },
    right("after", (load) => share(load.shareAfter)),
    right("asked", (load) => share(load.shareAskedAfter)),
    right("off by", (load) => paint(load)(signedPercent(ratio(load)))),
    ...(width >= WIDTH_WITH_BARS ? [left("", (load) => paint(load)(bar(ratio(load))))] : []),
  ];
}

function deviationColor(ratio: number, colors: Canvas["colors"]): (text: string) => string {
  if (ratio >= DEVIATION_VERY_HIGH) {
    return colors.red;
  }
  return ratio >= DEVIATION_HIGH ? colors.yellow : (text) => text;
}

/** A bar of one block for each 5 %, at most 12. */
function bar(ratio: number): string {
  return "█".repeat(Math.max(0, Math.min(12, Math.round(ratio * 20))));
}

function spread(report: WhatIfReport, fullest: readonly OsdLoad[]): string {
  const emptiest = fullest.at(-1);
  const before = report.osds.map((load) => deviation(load.pgsBefore, load.pgsAskedBefore));
  const after = report.osds.map((load) => deviation(load.pgsAfter, load.pgsAskedAfter));
  const low = emptiest && deviation(emptiest.pgsAfter, emptiest.pgsAskedAfter);
  return [
    `  Emptiest: ${printable(emptiest?.name ?? "none")}, ${signedPercent(low ?? Number.NaN)}.`,
    `Standard deviation: ${percent(standardDeviation(before))} before,`,
    `${percent(standardDeviation(after))} after.`,
  ].join(" ");
}

function standardDeviation(deviations: readonly number[]): number {
  const finite = deviations.filter(Number.isFinite);
  const sum = finite.reduce((total, value) => total + value * value, 0);
  return Math.sqrt(sum / finite.length);
}
