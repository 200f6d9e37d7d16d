import type { TraceEvent } from "../../map/explain.ts";
import { whole } from "../../text/format.ts";

/** The draw of one item. */
export type DrawEvent = Extract<TraceEvent, { kind: "draw" }>;

/** straw2 draws are 2^44 times a binary logarithm, divided by a 16.16 weight. */
const STRAW2_UNIT = 2 ** 28;
/** Points are 16.16 weights. */
const POINT_UNIT = 2 ** 16;

/** What a draw is called. */
const MEASURES = {
  straw2: "straw",
  straw: "straw",
  list: "point",
  tree: "point",
  permutation: "place",
} as const;

/** The winner's draw and those of the runners-up, and how many more there were. */
export function drawLines(
  draws: readonly DrawEvent[],
  winner: number,
  runnersUp: number,
  name: (item: number) => string,
): string[] {
  if (draws[0]?.draw.algorithm === "tree") {
    return draws.map(treeLine);
  }
  const ranked = [...draws].sort(
    (a, b) => Number(b.item === winner) - Number(a.item === winner) || better(a, b),
  );
  const shown = ranked.slice(0, runnersUp + 1);
  const measure = MEASURES[shown[0]?.draw.algorithm ?? "straw2"];
  const names = shown.map(({ item }) => name(item));
  const nameWidth = Math.max(0, ...names.map((text) => text.length));
  const values = shown.map(drawValue);
  const valueWidth = Math.max(0, ...values.map((text) => text.length));
  const lines = shown.map(({ hash, weight }, at) => {
    const label = (names[at] ?? "").padEnd(nameWidth);
    const value = (values[at] ?? "").padStart(valueWidth);
    return `${label}  ${measure} ${value}   hash ${hash}, weight ${weight.toFixed(3)}`;
  });
  const more = draws.length - shown.length;
  return more > 0 ? [...lines, `… and ${whole(more)} more`] : lines;
}

/** Longer straws first; the other algorithms keep the order in which they drew. */
function better(a: DrawEvent, b: DrawEvent): number {
  const isStraw = a.draw.algorithm === "straw2" || a.draw.algorithm === "straw";
  return isStraw ? (b.draw.value ?? -Infinity) - (a.draw.value ?? -Infinity) || 0 : 0;
}

function drawValue({ draw }: DrawEvent): string {
  switch (draw.algorithm) {
    case "straw2":
      return draw.value === null
        ? "none"
        : (draw.value / STRAW2_UNIT).toPrecision(4).replace("-", "−");
    case "straw":
    case "permutation":
      return whole(draw.value);
    case "list":
    case "tree":
      return (draw.value / POINT_UNIT).toFixed(3);
  }
}

function treeLine({ draw, hash }: DrawEvent): string {
  if (draw.algorithm !== "tree") {
    return "";
  }
  const point = draw.value / POINT_UNIT;
  const way = point < draw.leftWeight ? "left" : "right";
  const left = draw.leftWeight.toFixed(3);
  const where = `node ${draw.node}: point ${point.toFixed(3)}`;
  return `${where} against ${left} on the left: ${way} (hash ${hash})`;
}
