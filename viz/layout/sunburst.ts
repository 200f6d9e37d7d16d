import { arc } from "d3";
import { type Focus, within } from "./focus.ts";
import type { Forest, Span } from "./forest.ts";

/** A part of a ring: angles in radians, clockwise from the top; radii in pixels. */
export interface Sector extends Span {
  startAngle: number;
  endAngle: number;
  innerRadius: number;
  outerRadius: number;
}

/** Where the sectors of a sunburst are; its middle is at `radius`, `radius`. */
export interface Sunburst {
  sectors: readonly Sector[];
  /** Of the whole picture. */
  radius: number;
}

/** Sizes as parts of the radius. */
const HOLE = 0.16;
/** Rings of buckets end here; devices reach the rim. */
const BUCKETS_END = 0.7;
/** Sectors that are shorter than this, in pixels at the rim, are left out. */
const LENGTH_LEAST = 0.15;

/** Rings around the middle: roots inside, devices outside, each as long as it weighs. */
export function sunburst(forest: Forest, focus: Focus, radius: number): Sunburst {
  const rings = Math.max(1, forest.depthMax - focus.depth);
  const ring = (radius * (BUCKETS_END - HOLE)) / rings;
  const radiusAt = (depth: number) => radius * HOLE + (depth - focus.depth) * ring;
  const turn = (x: number) => Math.min(1, Math.max(0, within(focus, x))) * 2 * Math.PI;
  const sectors: Sector[] = [];
  for (const span of forest.spans) {
    const [startAngle, endAngle] = [turn(span.x0), turn(span.x1)];
    const innerRadius = Math.max(0, radiusAt(span.depth));
    const outerRadius = span.isLeaf ? radius : radiusAt(span.depth + 1);
    const isSeen = (endAngle - startAngle) * radius >= LENGTH_LEAST && outerRadius > innerRadius;
    if (isSeen && radiusAt(span.depth) >= 0) {
      sectors.push({ ...span, startAngle, endAngle, innerRadius, outerRadius });
    }
  }
  return { sectors, radius };
}

/** Outline of a sector around the point 0, 0, as the `d` of an SVG path. */
export function sectorPath(sector: Sector): string {
  return arc<Sector>().digits(2)(sector) ?? "";
}

/** Index of the node whose sector is at a place, measured from the middle. */
export function sunburstAt({ sectors }: Sunburst, x: number, y: number): number | undefined {
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
