import { WHOLE_FOREST } from "./focus.ts";
import type { Forest } from "./forest.ts";
import { type Sector, sectorsOf } from "./sunburst.ts";

/** The tree as rings around a free middle: OSDs inside, roots outside. */
export interface Ring {
  sectors: readonly Sector[];
  /** Radius of the free middle. */
  innerRadius: number;
  /** Angle of the middle of each OSD, by its id. */
  angleOf: ReadonlyMap<number, number>;
}

/** Sizes as parts of the radius. */
const MIDDLE = 0.66;
const DEVICES_END = 0.82;

/** Rings of a forest; a single root is left out, for it would only be a circle around all. */
export function ring(forest: Forest, radius: number): Ring {
  const top = forest.roots.length > 1 ? 0 : 1;
  const rows = Math.max(1, forest.depthMax - top);
  const height = (radius * (1 - DEVICES_END)) / rows;
  const inner = radius * MIDDLE;
  const sectors = sectorsOf(forest, WHOLE_FOREST, ({ depth, isLeaf }) => {
    if (isLeaf) {
      return [inner, radius * DEVICES_END];
    }
    const outer = radius - (depth - top) * height;
    return depth < top ? [0, 0] : [outer - height, outer];
  });
  const angles = forest.spans.flatMap(({ index, x0, x1 }): [number, number][] => {
    const id = forest.tree[index]?.id ?? -1;
    return id >= 0 ? [[id, (x0 + x1) * Math.PI]] : [];
  });
  return { sectors, innerRadius: inner, angleOf: new Map(angles.reverse()) };
}
