import type { Distribution, OsdSpread } from "../../cluster/distribution.ts";
import {
  oneDecimal,
  percent,
  plural,
  printable,
  share,
  signedPercent,
  whole,
} from "../../text/format.ts";
import { type Align, table } from "./table.ts";
import type { Canvas } from "./terminal.ts";

/** Spaces before a table, and between its columns. */
const INDENT = 2;
const GAP = 2;

/** A column: its head, a cell for each OSD, and one for all of them. */
interface Column {
  head: string;
  align: Align;
  cells: string[];
  sum: string;
}

/** PGs by OSD and pool with sums, against what the weights ask for. */
export function distributionText(spread: Distribution, { colors, width }: Canvas): string {
  const labels = labelColumns(spread);
  const tables = splitColumns([...poolColumns(spread), ...sumColumns(spread)], labels, width);
  const grids = tables.map((part) => {
    const columns = [...labels, ...part];
    return table(
      columns.map(({ align }) => align),
      [
        columns.map(({ head }) => colors.dim(head)),
        ...spread.osds.map((_, at) => columns.map(({ cells }) => cells[at] ?? "")),
        columns.map(({ sum }) => sum),
      ],
    );
  });
  const title = `PGs by OSD and pool (${plural(spread.osds.length, "OSD")})`;
  return [colors.bold(title), grids.join("\n\n"), "", extremes(spread)].join("\n");
}

/** Columns in as many tables as it takes, each with the labels before it. */
function splitColumns(columns: readonly Column[], labels: Column[], width: number): Column[][] {
  const widthOf = ({ head, cells, sum }: Column) =>
    Math.max(...[head, sum, ...cells].map((text) => text.length)) + GAP;
  const available =
    width - INDENT - labels.reduce((used, column) => used + widthOf(column), 0) + GAP;
  const tables: Column[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const column of columns) {
    used += widthOf(column);
    if (used > available) {
      tables.push([]);
      used = widthOf(column);
    }
    tables.at(-1)?.push(column);
  }
  return tables;
}

function labelColumns({ osds }: Distribution): Column[] {
  const left = (head: string, sum: string, cell: (osd: OsdSpread) => string): Column => ({
    head,
    align: "left",
    cells: osds.map((osd) => printable(cell(osd))),
    sum,
  });
  return [
    left("OSD", "all", ({ name }) => name),
    ...(osds.some((osd) => osd.class !== undefined)
      ? [left("class", "", (osd) => osd.class ?? "")]
      : []),
  ];
}

function countColumn(
  { osds }: Distribution,
  head: string,
  count: (osd: OsdSpread) => number,
  format = whole,
): Column {
  const counts = osds.map(count);
  const sum = counts.reduce((total, value) => total + value, 0);
  return { head, align: "right", cells: counts.map(format), sum: format(sum) };
}

function poolColumns(spread: Distribution): Column[] {
  return spread.pools.map(({ name }, at) =>
    countColumn(spread, printable(name), ({ pgsByPool }) => pgsByPool[at] ?? 0),
  );
}

function sumColumns(spread: Distribution): Column[] {
  const plain = (head: string, cell: (osd: OsdSpread) => string): Column => ({
    head,
    align: "right",
    cells: spread.osds.map(cell),
    sum: "",
  });
  const offBy = ({ deviation }: OsdSpread) => (deviation === null ? "–" : signedPercent(deviation));
  return [
    countColumn(spread, "all", ({ pgs }) => pgs),
    countColumn(spread, "primary", ({ primaries }) => primaries),
    countColumn(spread, "asked", ({ pgsAsked }) => pgsAsked, oneDecimal),
    plain("share", (osd) => share(osd.share)),
    plain("asked", (osd) => share(osd.shareAsked)),
    plain("off by", offBy),
  ];
}

function extremes({ osds, deviationStandard }: Distribution): string {
  const sorted = osds
    .filter(({ deviation }) => deviation !== null)
    .sort((a, b) => (b.deviation ?? 0) - (a.deviation ?? 0));
  const text = (osd: OsdSpread | undefined) =>
    osd ? `${printable(osd.name)}, ${signedPercent(osd.deviation ?? 0)}` : "none";
  return [
    `  Fullest: ${text(sorted[0])}. Emptiest: ${text(sorted.at(-1))}.`,
    `  Standard deviation: ${percent(deviationStandard)}.`,
  ].join("\n");
}

/** The same for programs. */
export function distributionJson(spread: Distribution): object {
  return {
    pools: spread.pools.map(({ id, name, size, pgNum }) => ({ id, name, size, pg_num: pgNum })),
    summary: {
      osds: spread.osds.length,
      shards: spread.shards,
      deviation_standard_ratio: spread.deviationStandard,
    },
    osds: spread.osds.map((osd) => ({
      osd: osd.id,
      name: osd.name,
      class: osd.class ?? null,
      pgs_by_pool: Object.fromEntries(
        spread.pools.map(({ name }, at) => [name, osd.pgsByPool[at] ?? 0]),
      ),
      pgs: osd.pgs,
      primaries: osd.primaries,
      pgs_asked: osd.pgsAsked,
      share: osd.share,
      share_asked: osd.shareAsked,
      deviation_ratio: osd.deviation,
    })),
  };
}
