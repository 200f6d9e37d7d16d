import { type Focus, within } from "./focus.ts";
import type { Forest, Span } from "./forest.ts";

/** A node as a point. */
export interface NodePoint extends Span {
  x: number;
  y: number;
  /** Room to the next node of its depth, in pixels. */
  height: number;
}

/** A plain tree: points, and lines from parents to children. */
export interface NodeTree {
  points: readonly NodePoint[];
  /** Each as the `d` of an SVG path. */
  links: readonly { index: number; d: string }[];
  /** Distance of two depths. */
  columnWidth: number;
}

/** Room in pixels: left of the roots, and right of the devices for their names. */
const MARGIN = { left: 90, right: 120, top: 10 } as const;
/** Distance in pixels from which a pointer finds a node. */
const POINTER_DISTANCE_MAX = 14;

/** The tree from left to right; every device has as much room as it weighs. */
export function nodeTree(forest: Forest, focus: Focus, width: number, height: number): NodeTree {
  const columns = Math.max(1, forest.depthMax - focus.depth);
  const left = Math.min(MARGIN.left, width * 0.2);
  const columnWidth = (width - left - Math.min(MARGIN.right, width * 0.25)) / columns;
  const seen = forest.spans.filter(
    ({ x0, x1, depth }) => x1 > focus.x0 + 1e-9 && x0 < focus.x1 - 1e-9 && depth >= focus.depth,
  );
  const tall = height - 2 * MARGIN.top;
  const points = seen.map((span): NodePoint => {
    const x = left + (span.isLeaf ? columns : span.depth - focus.depth) * columnWidth;
    const y = MARGIN.top + within(focus, (span.x0 + span.x1) / 2) * tall;
    return { ...span, x, y, height: within(focus, span.x1) * tall - within(focus, span.x0) * tall };
  });
  const placeOf = new Map(points.map((point) => [point.index, point]));
  const links = points.flatMap((point) => {
    const parent = placeOf.get(forest.tree[point.index]?.parent ?? -1);
    return parent ? [{ index: point.index, d: linkPath(parent, point) }] : [];
  });
  return { points, links, columnWidth };
}

function linkPath(from: NodePoint, to: NodePoint): string {
  const middle = (from.x + to.x) / 2;
  const [x0, y0, x1, y1, xm] = [from.x, from.y, to.x, to.y, middle].map((n) => n.toFixed(2));
  return `M${x0},${y0}C${xm},${y0},${xm},${y1},${x1},${y1}`;
}

/** Index of the node nearest to a place, within reach. */
export function nodeTreeAt({ points }: NodeTree, x: number, y: number): number | undefined {
  let nearest: number | undefined;
  let least = POINTER_DISTANCE_MAX;
  for (const point of points) {
    const distance = Math.hypot((point.x - x) / 3, point.y - y);
    if (distance < least) {
      least = distance;
      nearest = point.index;
    }
  }
  return nearest;
}
