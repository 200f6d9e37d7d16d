import { type Focus, within } from "./focus.ts";
import type { Forest, Span } from "./forest.ts";

/** Where a part of a ring is: angles in radians, clockwise from the top; radii in pixels. */
export interface Bounds {
  startAngle: number;
  endAngle: number;
  innerRadius: number;
  outerRadius: number;
}

/** A node of the tree as a part of a ring. */
export interface Sector extends Span, Bounds {
  /** Leaves that are too narrow for a sector each share one; the first of them is `index`. */
  members?: number[];
}

/** From where to where a node reaches, in pixels from the middle. */
export type RadiiOf = (span: Span) => readonly [inner: number, outer: number];

/** Sizes as parts of the radius. */
const HOLE_RADIUS = 0.16;
/** Rings of buckets end here; devices reach the rim. */
const BUCKETS_END = 0.7;
/** Shortest sector of a leaf, in pixels at its outer end. */
const LEAF_LENGTH_MIN = 0.8;
/** Buckets that are shorter than this, in pixels at their outer end, are left out. */
const BUCKET_LENGTH_MIN = 0.3;

/** Rings around the middle: roots inside, devices outside, each as long as it weighs. */
export function sunburst(forest: Forest, focus: Focus, radius: number): Sector[] {
  const rings = Math.max(1, forest.depthMax - focus.depth);
  const ring = (radius * (BUCKETS_END - HOLE_RADIUS)) / rings;
  const radiusAt = (depth: number) => radius * HOLE_RADIUS + (depth - focus.depth) * ring;
  return sectorsOf(forest, focus, ({ depth, isLeaf }) => [
    radiusAt(depth),
    isLeaf ? radius : radiusAt(depth + 1),
  ]);
}

/** The sectors of the nodes in focus that are long and high enough to be seen. */
export function sectorsOf(forest: Forest, focus: Focus, radiiOf: RadiiOf): Sector[] {
  const turn = (x: number) => Math.min(1, Math.max(0, within(focus, x))) * 2 * Math.PI;
  const sectors: Sector[] = [];
  for (const span of forest.spans) {
    const [startAngle, endAngle] = [turn(span.x0), turn(span.x1)];
    const [innerRadius, outerRadius] = radiiOf(span);
    const length = (endAngle - startAngle) * outerRadius;
    const isSeen = innerRadius >= 0 && outerRadius > innerRadius && length > 0;
    const sector = { ...span, startAngle, endAngle, innerRadius, outerRadius };
    if (isSeen && span.isLeaf && length < LEAF_LENGTH_MIN) {
      addShared(sectors, sector);
    } else if (isSeen && length >= BUCKET_LENGTH_MIN) {
      sectors.push(sector);
    }
  }
  return sectors;
}

/** Adds a narrow leaf to the sector before it while that is narrow, too. */
function addShared(sectors: Sector[], leaf: Sector): void {
  const last = sectors.at(-1);
  const length = last ? (last.endAngle - last.startAngle) * leaf.outerRadius : 0;
  const isNext = last && Math.abs(last.endAngle - leaf.startAngle) < 1e-9;
  if (last?.members && isNext && last.depth === leaf.depth && length < LEAF_LENGTH_MIN) {
    last.members.push(leaf.index);
    last.endAngle = leaf.endAngle;
  } else {
    sectors.push({ ...leaf, members: [leaf.index] });
  }
}

/** The bounds of a sector, without the rest. */
export function boundsOf({ startAngle, endAngle, innerRadius, outerRadius }: Bounds): Bounds {
  return { startAngle, endAngle, innerRadius, outerRadius };
}

/** Index of the node whose sector is at a place, measured from the middle. */
export function sectorAt(sectors: readonly Sector[], x: number, y: number): number | undefined {
  const r = Math.hypot(x, y);
  const angle = (Math.atan2(x, -y) + 2 * Math.PI) % (2 * Math.PI);
  return sectors.find(
    (sector) =>
      r >= sector.innerRadius &&
      r < sector.outerRadius &&
      angle >= sector.startAngle &&
      angle < sector.endAngle,
  )?.index;
}
