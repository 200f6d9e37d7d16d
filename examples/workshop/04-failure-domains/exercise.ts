import type { CrushMap } from "crushlab";

/**
 * How many of the inputs 0 to 4095 get two of their three OSDs on the same host by the rule
 * `ssd_primary`.
 */
export function answer(map: CrushMap): number {
  const osds = [...map.place({ rule: "ssd_primary", size: 3, x: 7 })];
  throw new Error(`x 7 is on ${osds.join(", ")}: now find their hosts, and count over all inputs`);
}
