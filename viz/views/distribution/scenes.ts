import { max, scaleLinear } from "d3";
import type { Pool } from "../../../ts/cluster/osdMap.ts";
import { bytesText } from "../../../ts/text/bytes.ts";
import { signedPercent, whole } from "../../../ts/text/format.ts";
import { type Area, areaAt } from "../../layout/area.ts";
import { type Column, columns } from "../../layout/columns.ts";
import { type Bar, histogram } from "../../layout/histogram.ts";
import type { Load, Measure } from "../../layout/loads.ts";
import { deviationColour, type Theme } from "../../scene/scale.ts";
import { fitText, type Scene, type Shape, textWidth } from "../../scene/scene.ts";

/** What the charts are drawn from. */
export interface ChartInk {
  measure: Measure;
  theme: Theme;
  width: number;
  height: number;
  title: string;
}

/** A chart, and where its parts are. */
export interface Chart {
  scene: Scene;
  /** Loads at a place, and a box around them. */
  at: (x: number, y: number) => Hit | undefined;
  /** All that can be pointed at, in order. */
  hits: readonly Hit[];
}

/** A part of a chart. */
export interface Hit extends Area {
  loads: readonly Load[];
  /** What it is called where it is no single OSD. */
  label: string;
}

const MARGIN = { left: 64, right: 26, top: 28, bottom: 44 } as const;
const TEXT = 12;
/** Names of columns: their size, the room between two, and from where on they are whole. */
const NAME_SIZE = 11;
const NAME_GAP = 12;
const NAME_WIDTH = 40;
/** Deviation whose colour is so strong that text on it has to change. */
const STRONG = 0.2;

/** One column for each OSD: what it holds, and a mark where the weights ask it to be. */
export function barChart(ink: ChartInk, loads: readonly Load[]): Chart {
  const { theme, measure } = ink;
  const { wide, tall } = plotSize(ink);
  const top = max(loads, ({ value, asked }) => Math.max(value, asked)) ?? 1;
  const y = scaleLinear([0, Math.max(1, top)], [tall, 0]).nice(5);
  const list = columns(loads, wide);
  const text = measure === "pgs" ? whole : bytesText;
  const shapes: Shape[] = y.ticks(5).flatMap((tick) => gridLine(ink, y(tick), text(tick), tick));
  const hits: Hit[] = [];
  for (const [at, column] of list.entries()) {
    const load = extreme(column.items);
    if (!load) {
      continue;
    }
    const x = MARGIN.left + column.x;
    const gap = column.width > 5 ? 1.5 : 0;
    const box = { x: x + gap, width: Math.max(0.7, column.width - 2 * gap) };
    const fill = deviationColour(load.deviation, theme);
    const high = MARGIN.top + y(load.value);
    shapes.push(
      { kind: "rect", key: `bar ${at}`, ...box, y: high, height: tall + MARGIN.top - high, fill },
      {
        kind: "line",
        key: `asked ${at}`,
        x1: x,
        x2: x + column.width,
        y1: MARGIN.top + y(load.asked),
        y2: MARGIN.top + y(load.asked),
        stroke: theme.ink,
        strokeWidth: column.width > 5 ? 2 : 1,
      },
    );
    hits.push({ ...labelled(column.items), x, y: MARGIN.top, width: column.width, height: tall });
  }
  const axes = axisTitles(ink, measure === "pgs" ? "PGs" : "bytes", "OSDs, by number");
  return chart(ink, [...axes, ...shapes, ...columnNames(ink, list, MARGIN.left)], hits);
}

/** How many OSDs are how far off. */
export function histogramChart(ink: ChartInk, loads: readonly Load[]): Chart {
  const { theme } = ink;
  const { wide, tall } = plotSize(ink);
  const asked = loads.filter(({ deviation }) => deviation !== null);
  const bars = histogram(asked, ({ deviation }) => deviation ?? 0);
  const [first, last] = [bars[0], bars.at(-1)];
  const x = scaleLinear([first?.from ?? -1, last?.to ?? 1], [0, wide]);
  const y = scaleLinear([0, max(bars, ({ items }) => items.length) ?? 1], [tall, 0]).nice(5);
  const shapes: Shape[] = y
    .ticks(5)
    .filter((tick) => Number.isInteger(tick))
    .flatMap((tick) => gridLine(ink, y(tick), whole(tick), tick));
  const hits: Hit[] = [];
  for (const [at, bar] of bars.entries()) {
    const left = MARGIN.left + x(bar.from);
    const width = x(bar.to) - x(bar.from);
    const high = MARGIN.top + y(bar.items.length);
    const fill = deviationColour((bar.from + bar.to) / 2, theme);
    shapes.push({
      kind: "rect",
      key: `bar ${at}`,
      x: left + 1,
      y: high,
      width: width - 2,
      height: tall + MARGIN.top - high,
      fill,
      radius: 2,
    });
    hits.push({
      loads: bar.items,
      label: barLabel(bar),
      x: left,
      y: MARGIN.top,
      width,
      height: tall,
    });
  }
  for (const tick of x.ticks(8)) {
    shapes.push({
      kind: "text",
      key: `tick ${tick}`,
      text: signedPercent(tick).replace(".0 %", " %"),
      x: MARGIN.left + x(tick),
      y: ink.height - MARGIN.bottom + 14,
      size: TEXT,
      anchor: "middle",
      fill: theme.muted,
    });
  }
  const zero = MARGIN.left + x(0);
  shapes.push({
    kind: "line",
    key: "zero",
    x1: zero,
    x2: zero,
    y1: MARGIN.top,
    y2: MARGIN.top + tall,
    stroke: theme.ink,
    dash: "3 3",
  });
  const axes = axisTitles(ink, "OSDs", "beyond what the weights ask for");
  return chart(ink, [...axes, ...shapes], hits);
}

/** A row of the matrix. */
export interface MatrixRow {
  pool: Pool;
  loads: readonly Load[];
}

/** Room for the names of pools, in pixels. */
const MATRIX_LEFT = 120;
const MATRIX_ROW_MAX = 64;

/** One row for each pool, one column for each OSD; the colour tells how far off. */
export function matrixChart(ink: ChartInk, rows: readonly MatrixRow[]): Chart {
  const { theme, measure } = ink;
  const tall = ink.height - MARGIN.top - MARGIN.bottom;
  const height = Math.min(MATRIX_ROW_MAX, tall / Math.max(1, rows.length));
  const shapes: Shape[] = [];
  const hits: Hit[] = [];
  for (const [row, { pool, loads }] of rows.entries()) {
    const y = MARGIN.top + row * height;
    const size = Math.min(TEXT, height);
    shapes.push({
      kind: "text",
      key: `pool ${row}`,
      text: fitText(pool.name, MATRIX_LEFT - 12, size),
      x: MATRIX_LEFT - 8,
      y: y + height / 2,
      size,
      anchor: "end",
      fill: theme.ink,
    });
    const list = columns(loads, ink.width - MATRIX_LEFT - MARGIN.right);
    for (const [at, { x, width, items }] of list.entries()) {
      const { label, loads: found } = labelled(items);
      const box = { x: MATRIX_LEFT + x, y, width, height };
      shapes.push(...matrixCell(ink, box, items, `${row} ${at}`));
      hits.push({ ...box, loads: found, label: `${pool.name}: ${label}` });
    }
  }
  // Right below the rows, which need not reach down to the bottom.
  const bottom = MARGIN.top + rows.length * height + MARGIN.bottom;
  const counted = measure === "pgs" ? "PGs" : "bytes";
  const axes = axisTitles({ ...ink, height: bottom }, "pools", `OSDs; ${counted} of each`);
  const list = columns(rows[0]?.loads ?? [], ink.width - MATRIX_LEFT - MARGIN.right);
  const names = columnNames({ ...ink, height: bottom }, list, MATRIX_LEFT);
  return chart(ink, [...axes, ...shapes, ...names], hits);
}

function matrixCell(
  { theme, measure }: ChartInk,
  { x, y, width, height }: Pick<Hit, "x" | "y" | "width" | "height">,
  items: readonly Load[],
  key: string,
): Shape[] {
  const load = extreme(items);
  const gap = width > 4 ? 1 : 0;
  const fill = deviationColour(load?.deviation ?? null, theme);
  const inner = { x: x + gap / 2, y: y + 0.5, width: width - gap, height: height - 1 };
  const cell: Shape = { kind: "rect", key: `cell ${key}`, ...inner, fill };
  const isCounted = load !== undefined && measure === "pgs" && load.asked + load.value > 0;
  const text = isCounted ? whole(load.value) : "";
  const isFitting = items.length === 1 && width > 6.2 * text.length && height > 14;
  if (text === "" || !isFitting) {
    return [cell];
  }
  const isStrong = Math.abs(load?.deviation ?? 0) > STRONG;
  return [
    cell,
    {
      kind: "text",
      key: `count ${key}`,
      text,
      x: x + width / 2,
      y: y + height / 2,
      size: 10.5,
      anchor: "middle",
      fill: isStrong ? theme.onAccent : theme.ink,
    },
  ];
}

function plotSize({ width, height }: ChartInk): { wide: number; tall: number } {
  return {
    wide: Math.max(1, width - MARGIN.left - MARGIN.right),
    tall: Math.max(1, height - MARGIN.top - MARGIN.bottom),
  };
}

/** What is counted along the two axes, and in what. */
function axisTitles({ width, height, theme }: ChartInk, up: string, along: string): Shape[] {
  const style = { size: TEXT, fill: theme.muted };
  const middle = (MARGIN.left + width - MARGIN.right) / 2;
  return [
    { kind: "text", key: "up", text: up, x: MARGIN.left - 8, y: 10, anchor: "end", ...style },
    {
      kind: "text",
      key: "along",
      text: along,
      x: middle,
      y: height - 9,
      anchor: "middle",
      ...style,
    },
  ];
}

function gridLine({ width, theme }: ChartInk, y: number, text: string, tick: number): Shape[] {
  const at = MARGIN.top + y;
  return [
    {
      kind: "line",
      key: `grid ${tick}`,
      x1: MARGIN.left,
      x2: width - MARGIN.right,
      y1: at,
      y2: at,
      stroke: theme.line,
    },
    {
      kind: "text",
      key: `level ${tick}`,
      text,
      x: MARGIN.left - 8,
      y: at,
      size: TEXT,
      anchor: "end",
      fill: theme.muted,
    },
  ];
}

/** Names below columns: of all of them where there is room, else of every so many-th. */
function columnNames(
  { theme, height }: ChartInk,
  list: readonly Column<Load>[],
  left: number,
): Shape[] {
  const y = height - MARGIN.bottom + 12;
  const [{ width } = { width: 1 }] = list;
  const texts = list.map(({ items: [first] }) =>
    width > NAME_WIDTH ? (first?.osd.name ?? "") : String(first?.osd.id ?? ""),
  );
  const widest = texts.reduce((most, text) => Math.max(most, textWidth(text, NAME_SIZE)), 0);
  const every = Math.max(1, Math.ceil((widest + NAME_GAP) / width));
  return list.flatMap(({ x }, at): Shape[] => {
    const text = at % every === 0 ? (texts[at] ?? "") : "";
    const middle = left + x + width / 2;
    const style = { size: NAME_SIZE, anchor: "middle" as const, fill: theme.muted };
    return text === "" ? [] : [{ kind: "text", key: `name ${at}`, text, x: middle, y, ...style }];
  });
}

/** Of loads in one column the one that is furthest off. */
function extreme(loads: readonly Load[]): Load | undefined {
  const off = ({ deviation }: Load) => Math.abs(deviation ?? 0);
  return loads.reduce<Load | undefined>(
    (worst, load) => (worst && off(worst) >= off(load) ? worst : load),
    undefined,
  );
}

function labelled(loads: readonly Load[]): Pick<Hit, "loads" | "label"> {
  const [only, ...more] = loads;
  const label = more.length === 0 ? (only?.osd.name ?? "") : `${whole(loads.length)} OSDs`;
  return { loads, label };
}

function barLabel({ from, to, items }: Bar<Load>): string {
  return `${whole(items.length)} OSDs from ${signedPercent(from)} to ${signedPercent(to)}`;
}

function chart({ width, height, theme, title }: ChartInk, shapes: Shape[], hits: Hit[]): Chart {
  return {
    scene: { width, height, title, background: theme.paper, shapes },
    at: (x, y) => areaAt(hits, x, y),
    hits,
  };
}
