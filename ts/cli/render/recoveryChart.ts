import type { RecoveryPoint } from "../../plan/recoveryReport.ts";
import { durationText } from "../../text/duration.ts";
import { whole } from "../../text/format.ts";

/** Columns of a curve. */
const WIDTH = 56;
/** Heights from nothing to all. */
const BARS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** Curves that are drawn, with what they count; those that stay at 0 are left out. */
const CURVES: readonly [name: string, count: (point: RecoveryPoint) => number][] = [
  ["inactive", ({ inactive }) => inactive],
  ["one copy", ({ lastCopy }) => lastCopy],
  ["degraded", ({ degraded }) => degraded],
  ["misplaced", ({ misplaced }) => misplaced],
  ["waiting", ({ waiting }) => waiting],
  ["moving", ({ moving }) => moving],
  ["toofull", ({ toofull }) => toofull],
];

/** PGs over time, a line of bars for each of what they are; no wider than 80 columns. */
export function recoveryChart(points: readonly RecoveryPoint[]): string[] {
  const end = points.at(-1)?.atSeconds ?? 0;
  const lines = CURVES.flatMap(([name, count]) => {
    const most = points.reduce((sum, point) => Math.max(sum, count(point)), 0);
    if (most === 0 || end === 0) {
      return [];
    }
    const bars = Array.from({ length: WIDTH }, (_, column) => {
      const [from, to] = [column, column + 1].map((edge) => (end * edge) / WIDTH);
      return bar(largest(points, count, from ?? 0, to ?? 0), most);
    });
    return [`  ${name.padEnd(10)}${bars.join("")} ${whole(most)}`];
  });
  const axis = `  ${" ".repeat(10)}0${durationText(end).padStart(WIDTH - 1)}`;
  return lines.length === 0 ? [] : ["PGs over time, and the most there are", ...lines, axis];
}

/** The most that a curve comes to within a span of time: each point lasts until the next. */
function largest(
  points: readonly RecoveryPoint[],
  count: (point: RecoveryPoint) => number,
  from: number,
  to: number,
): number {
  const within = points.filter(({ atSeconds }) => atSeconds >= from && atSeconds < to);
  const before = points.findLast(({ atSeconds }) => atSeconds <= from);
  const all = before ? [before, ...within] : within;
  return all.reduce((most, point) => Math.max(most, count(point)), 0);
}

/** A bar that is never empty where there is something. */
function bar(value: number, most: number): string {
  const height = Math.ceil((value / most) * (BARS.length - 1));
  return BARS[Math.min(height, BARS.length - 1)] ?? " ";
}
