import type { Pool } from "../../ts/cluster/osdMap.ts";
import type { OsdFacts, Snapshot } from "../engine/contract.ts";

/** What is counted. */
export type Measure = "pgs" | "bytes";

/** What one OSD holds of one pool or of all, and what its weights ask it to hold. */
export interface Load {
  osd: OsdFacts;
  /** PGs, or bytes. */
  value: number;
  asked: number;
  /** `value` beyond `asked`, as a part of that; `null` where nothing is asked. */
  deviation: number | null;
}

/** How unevenly loads are spread, as parts of what is asked. */
export interface Imbalance {
  /** Standard deviation over all OSDs that are asked for anything. */
  standard: number;
  /** The OSD with the most beyond what is asked, and the one with the least. */
  most?: Load;
  least?: Load;
}

/** Bytes of one PG on one OSD, on average; nothing where the pool's data is not known. */
export function shardBytes({ usedBytes, pgNum, size }: Pool): number | undefined {
  return usedBytes === undefined ? undefined : usedBytes / (pgNum * size);
}

/** The loads of all OSDs, by one pool (its place in the list) or all. */
export function loadsOf(
  { osds, pools }: Pick<Snapshot, "osds" | "pools">,
  measure: Measure,
  pool: number | null,
): Load[] {
  const factors = pools.map((one, at) =>
    pool !== null && pool !== at ? 0 : measure === "pgs" ? 1 : (shardBytes(one) ?? 0),
  );
  const sum = (counts: readonly number[]) =>
    counts.reduce((total, count, at) => total + count * (factors[at] ?? 0), 0);
  return osds.map((osd) => {
    const value = sum(osd.pgsByPool);
    const asked = sum(osd.askedByPool);
    return { osd, value, asked, deviation: asked > 0 ? value / asked - 1 : null };
  });
}

/** How uneven loads are. */
export function imbalanceOf(loads: readonly Load[]): Imbalance {
  const asked = loads.filter(({ deviation }) => deviation !== null);
  const deviations = asked.map(({ deviation }) => deviation ?? 0);
  const squares = deviations.reduce((total, deviation) => total + deviation * deviation, 0);
  const ordered = asked.toSorted((a, b) => (a.deviation ?? 0) - (b.deviation ?? 0));
  const [least] = ordered;
  const most = ordered.at(-1);
  return {
    standard: Math.sqrt(squares / Math.max(1, asked.length)),
    ...(most && { most }),
    ...(least && { least }),
  };
}
