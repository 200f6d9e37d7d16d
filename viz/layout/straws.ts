import type { Draw } from "../../ts/map/explain.ts";
import type { DrawEvent } from "./story.ts";

/** straw2 draws are 2^44 times a binary logarithm, divided by a 16.16 weight. */
const STRAW2_UNIT = 2 ** 28;
/** Points are 16.16 weights. */
const POINT_UNIT = 2 ** 16;

/** One item's straw. */
export interface Straw {
  item: number;
  draw: DrawEvent;
  /** Length as a part of the longest that could be drawn, from 0 to 1. */
  length: number;
  /** Where the mark is that it is compared with; list and tree only. */
  mark?: number;
  /** What it drew, in its own unit. */
  value: string;
}

/** All straws of a bucket. */
export interface Straws {
  straws: Straw[];
  /** What the lengths are, and who wins. */
  explanation: string;
  /** Values at the left and the right end. */
  ends: readonly [string, string];
}

/** The straws of a bucket's draw, in the order of its items. */
export function strawsOf(draws: readonly DrawEvent[]): Straws {
  switch (draws[0]?.draw.algorithm) {
    case "straw2":
      return straw2(draws);
    case "straw":
      return linear(draws, "the longest straw wins", (value) => String(value));
    case "permutation":
      return linear(
        draws,
        "places in the bucket's permutation; the try's number picks from it",
        (value) => String(value),
      );
    case "tree":
    case "list":
      return points(draws);
    default:
      return { straws: [], explanation: "nothing was drawn", ends: ["", ""] };
  }
}

/** A straw ends where its draw is; the right end is 0, which none can pass. */
function straw2(draws: readonly DrawEvent[]): Straws {
  const values = draws.map(({ draw }) => (draw.value === null ? null : draw.value / STRAW2_UNIT));
  const least = Math.min(0, ...values.flatMap((value) => value ?? []));
  const straws = draws.map((draw, at): Straw => {
    const value = values[at] ?? null;
    const length = value === null ? 0 : least === 0 ? 1 : 1 - value / least;
    return { item: draw.item, draw, length, value: value === null ? "none" : signed(value) };
  });
  const explanation =
    "each straw ends at log2((hash + 1) / 65,536) / weight; the one that comes closest to 0 wins";
  return { straws, explanation, ends: [signed(least), "0"] };
}

function linear(
  draws: readonly DrawEvent[],
  explanation: string,
  text: (value: number) => string,
): Straws {
  const most = Math.max(1, ...draws.map(({ draw }) => draw.value ?? 0));
  const straws = draws.map((draw): Straw => {
    const value = draw.draw.value ?? 0;
    return { item: draw.item, draw, length: value / most, value: text(value) };
  });
  return { straws, explanation, ends: ["0", text(most)] };
}

function points(draws: readonly DrawEvent[]): Straws {
  const marks = draws.map(({ draw, weight }) => markOf(draw, weight));
  const values = draws.map(({ draw }) => (draw.value ?? 0) / POINT_UNIT);
  const most = Math.max(Number.MIN_VALUE, ...marks, ...values);
  const straws = draws.map(
    (draw, at): Straw => ({
      item: draw.item,
      draw,
      length: (values[at] ?? 0) / most,
      mark: (marks[at] ?? 0) / most,
      value: `${(values[at] ?? 0).toFixed(3)} against ${(marks[at] ?? 0).toFixed(3)}`,
    }),
  );
  const isTree = draws[0]?.draw.algorithm === "tree";
  const explanation = isTree
    ? "the walk goes left where the point is below the weight there (the mark), else right"
    : "from the last item on, the first whose point is below its weight (the mark) wins";
  return { straws, explanation, ends: ["0", most.toFixed(3)] };
}

function markOf(draw: Draw, weight: number): number {
  return draw.algorithm === "tree" ? draw.leftWeight : weight;
}

function signed(value: number): string {
  return value.toPrecision(4).replace("-", "\u2212");
}
