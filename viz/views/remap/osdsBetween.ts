import { interpolateNumber } from "d3";
import type { OsdFacts, Snapshot } from "../../engine/contract.ts";

/**
 * The OSDs at a moment of a step: states are those after it, for they change at once; PGs and bytes
 * are on their way. `progress` goes from 0 to 1.
 */
export function osdsBetween(
  before: Snapshot,
  after: Snapshot,
  progress: number,
): readonly OsdFacts[] {
  if (before === after || progress >= 1) {
    return after.osds;
  }
  const earlier = new Map(before.osds.map((osd) => [osd.id, osd]));
  const between = (from: number, to: number) => interpolateNumber(from, to)(progress);
  return after.osds.map((osd) => {
    const was = earlier.get(osd.id);
    // Of many OSDs a step changes few: the others stay the very same objects.
    if (!was || (was.pgs === osd.pgs && was.usedBytes === osd.usedBytes)) {
      return osd;
    }
    const used =
      was.usedBytes === undefined || osd.usedBytes === undefined
        ? {}
        : { usedBytes: between(was.usedBytes, osd.usedBytes) };
    return { ...osd, ...used, pgs: Math.round(between(was.pgs, osd.pgs)) };
  });
}
