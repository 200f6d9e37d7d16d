import { printable, whole } from "../../text/format.ts";
import { table } from "./table.ts";
import type { Canvas } from "./terminal.ts";

/** Spaces around a table and between its columns. */
const INDENT = 2;
const GAP = 2;

/** Shards that go from one OSD or bucket to another; `null` for nobody. */
interface Move {
  from: number | null;
  to: number | null;
  shards: number;
}

/** What a matrix is drawn of. */
export interface Matrix {
  matrix: readonly Move[];
  shardsMoved: number;
  /** Name of an OSD or bucket. */
  name: (id: number) => string;
}

/** Sums of a matrix's rows or columns, the largest first. */
type Sums = { osd: number | null; shards: number }[];

/** Shards by source (rows) and target (columns); what has no room is summed up in the last ones. */
export function matrixText(
  { matrix, shardsMoved, name: nameOf }: Matrix,
  { colors, top, width }: Canvas & { top: number },
): string {
  const name = (id: number | null) => (id === null ? "nowhere" : printable(nameOf(id)));
  const sources = sums(matrix, ({ from }) => from);
  const targets = sums(matrix, ({ to }) => to);
  const cells = new Map(matrix.map(({ from, to, shards }) => [`${from} ${to}`, shards]));

  const rows = sources.slice(0, top);
  const labelWidth = Math.max("others".length, ...rows.map(({ osd }) => name(osd).length));
  const sumWidth = Math.max("others".length, whole(shardsMoved).length) + GAP;
  const available = width - INDENT - labelWidth - GAP - 2 * sumWidth;
  const columns = fitColumns(targets, available, ({ osd, shards }) =>
    Math.max(name(osd).length, whole(shards).length),
  );
  const hasMoreColumns = columns.length < targets.length;

  const line = (label: string, cell: (osd: number | null) => number, total: number) => {
    const shown = columns.map(({ osd }) => cell(osd));
    const rest = total - shown.reduce((sum, shards) => sum + shards, 0);
    return [label, ...[...shown, ...(hasMoreColumns ? [rest] : []), total].map(count)];
  };
  const count = (shards: number) => (shards > 0 ? whole(shards) : colors.dim("·"));
  const head = [
    "from",
    ...columns.map(({ osd }) => name(osd)),
    ...(hasMoreColumns ? ["others"] : []),
    "all",
  ];
  const body = rows.map(({ osd, shards }) =>
    line(name(osd), (to) => cells.get(`${osd} ${to}`) ?? 0, shards),
  );
  const columnSums = new Map(targets.map(({ osd, shards }) => [osd, shards]));
  if (rows.length < sources.length) {
    body.push(othersRow(rows, columnSums, cells, line, shardsMoved));
  }
  const all = line("all", (to) => columnSums.get(to) ?? 0, shardsMoved);
  const aligns = head.map((_, at) => (at === 0 ? "left" : "right"));
  const ofSources = `${rows.length} of ${whole(sources.length)}`;
  const ofTargets = `${columns.length} of ${whole(targets.length)}`;
  const title = `Where shards go: from (${ofSources}) to (${ofTargets})`;
  const grid = [head.map((text) => colors.dim(text)), ...body, all];
  return `${colors.bold(title)}\n${table(aligns, grid)}`;
}

function othersRow(
  rows: Sums,
  columnSums: Map<number | null, number>,
  cells: Map<string, number>,
  line: (label: string, cell: (osd: number | null) => number, total: number) => string[],
  total: number,
): string[] {
  const shownInColumn = (to: number | null) =>
    rows.reduce((sum, { osd }) => sum + (cells.get(`${osd} ${to}`) ?? 0), 0);
  const shownInRows = rows.reduce((sum, { shards }) => sum + shards, 0);
  return line("others", (to) => (columnSums.get(to) ?? 0) - shownInColumn(to), total - shownInRows);
}

function sums(matrix: readonly Move[], key: (move: Move) => number | null): Sums {
  const totals = new Map<number | null, number>();
  for (const move of matrix) {
    totals.set(key(move), (totals.get(key(move)) ?? 0) + move.shards);
  }
  return [...totals]
    .map(([osd, shards]) => ({ osd, shards }))
    .sort((a, b) => b.shards - a.shards || (a.osd ?? -1) - (b.osd ?? -1));
}

function fitColumns(
  targets: Sums,
  available: number,
  widthOf: (target: Sums[number]) => number,
): Sums {
  let used = 0;
  const fitting = targets.findIndex((target) => {
    used += widthOf(target) + GAP;
    return used > available;
  });
  return targets.slice(0, fitting === -1 ? targets.length : Math.max(1, fitting));
}
