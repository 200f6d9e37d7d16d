import { group, ribbonArrow } from "d3";
import type { Flow } from "./flows.ts";

/** Where a node is on the circle, in radians clockwise from the top. */
export interface Arc {
  startAngle: number;
  endAngle: number;
}

/** A flow as a band across the circle. */
export interface Ribbon {
  flow: Flow;
  source: Arc;
  target: Arc;
}

/** Part of a node's arc that its ribbons may take. */
const FILLED = 0.9;
/** Radians; less could not be seen. */
const WIDTH_MIN = 0.002;

/**
 * Bands between the arcs of nodes. They are as wide as they are heavy, by one scale for all, and
 * ordered by where they lead to, so that few of them cross.
 */
export function ribbons(
  flows: readonly Flow[],
  arcOf: (node: number) => Arc | undefined,
  heft: (flow: Flow) => number,
): Ribbon[] {
  const drawn = flows.filter(
    (flow) => heft(flow) > 0 && arcOf(flow.from) !== undefined && arcOf(flow.to) !== undefined,
  );
  const ends = drawn.flatMap((flow) => [
    { flow, node: flow.from, other: flow.to, isSource: true },
    { flow, node: flow.to, other: flow.from, isSource: false },
  ]);
  const byNode = group(ends, ({ node }) => node);
  const scale = Math.min(
    ...[...byNode].map(([node, list]) => {
      const { startAngle = 0, endAngle = 0 } = arcOf(node) ?? {};
      const heavy = list.reduce((sum, { flow }) => sum + heft(flow), 0);
      return ((endAngle - startAngle) * FILLED) / heavy;
    }),
  );
  const placed = new Map<Flow, { source?: Arc; target?: Arc }>();
  for (const [node, list] of byNode) {
    const arc = arcOf(node) ?? { startAngle: 0, endAngle: 0 };
    const middle = (arc.startAngle + arc.endAngle) / 2;
    const width = (flow: Flow) => Math.max(WIDTH_MIN, heft(flow) * scale);
    // What leads a little way clockwise is at the clockwise end: seen from here the far end.
    const angleTo = (other: number) =>
      (middleOf(arcOf(other)) - middle + 4 * Math.PI) % (2 * Math.PI);
    const ordered = list.toSorted((a, b) => angleTo(b.other) - angleTo(a.other));
    const total = list.reduce((sum, { flow }) => sum + width(flow), 0);
    let startAngle = middle - total / 2;
    for (const { flow, isSource } of ordered) {
      const end = { startAngle, endAngle: startAngle + width(flow) };
      placed.set(flow, { ...placed.get(flow), [isSource ? "source" : "target"]: end });
      startAngle = end.endAngle;
    }
  }
  return drawn.flatMap((flow) => {
    const { source, target } = placed.get(flow) ?? {};
    return source && target ? [{ flow, source, target }] : [];
  });
}

function middleOf(arc: Arc | undefined): number {
  return arc ? (arc.startAngle + arc.endAngle) / 2 : 0;
}

/** Outline of a band around the point 0, 0, pointed at its target, as the `d` of an SVG path. */
export function ribbonPath({ source, target }: Ribbon, radius: number): string {
  const make = ribbonArrow<unknown, Ribbon, Arc>()
    .source((ribbon) => ribbon.source)
    .target((ribbon) => ribbon.target)
    .radius(radius)
    .headRadius(Math.min(12, radius * 0.08));
  const path = make({ source, target } as Ribbon) as unknown as string;
  return path.replaceAll(/-?\d+\.\d+/g, (digits) => Number(digits).toFixed(2));
}
