import type { CrushMap } from "crushlab";

/**
 * How many of the inputs 0 to 4095 get two of their three OSDs on the same host by the rule
 * `ssd_primary`.
 */
export function answer(map: CrushMap): number {
  const hosts = new Map<number, string>();
  for (const { name, type, items, shadowOf } of map.buckets) {
    for (const { id } of type === "host" && shadowOf === undefined ? items : []) {
      hosts.set(id, name);
    }
  }
  let sharing = 0;
  for (let x = 0; x < 4096; x += 1) {
    const used = [...map.place({ rule: "ssd_primary", size: 3, x })].map((osd) => hosts.get(osd));
    sharing += new Set(used).size < used.length ? 1 : 0;
  }
  return sharing;
}
