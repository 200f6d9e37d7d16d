import type { NativePoolSpread } from "#native";
import type { CrushMap } from "../map/crushMap.ts";
import type { Pool } from "./osdMap.ts";

/** How PGs are spread over OSDs, against what the weights ask for. */
export interface Distribution {
  /** The pools that were counted, by rising id. */
  pools: Pick<Pool, "id" | "name" | "size" | "pgNum">[];
  /** Every OSD that holds or should hold a PG, by rising id. */
  osds: OsdSpread[];
  /** PGs times OSDs that hold them. */
  shards: number;
  /**
   * Standard deviation of the PGs of an OSD from what the weights ask for, as a part of that; over
   * all OSDs that are asked for any.
   */
  deviationStandard: number;
}

/** PGs of one OSD. A share is a part of all PGs that OSDs hold, from 0 to 1. */
export interface OsdSpread {
  id: number;
  name: string;
  /** Its device class. */
  class?: string;
  /** PGs of each pool whose up set it is in, in the order of `pools`. */
  pgsByPool: number[];
  /** PGs of all pools. */
  pgs: number;
  /** PGs whose up primary it is. */
  primaries: number;
  /** PGs that its weights (CRUSH weight and reweight) ask it to hold. */
  pgsAsked: number;
  share: number;
  shareAsked: number;
  /** PGs beyond what the weights ask for, as a part of that; `null` where they ask for none. */
  deviation: number | null;
}

/** Puts the counts of pools together. */
export function readDistribution(
  crush: CrushMap,
  pools: readonly Pool[],
  spreads: readonly NativePoolSpread[],
): Distribution {
  const ids = Array.from(spreads[0]?.pgs ?? [], (_, id) => id);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const counted = ids.map((id) => ({
    id,
    pgsByPool: spreads.map(({ pgs }) => pgs[id] ?? 0),
    pgs: sum(spreads.map(({ pgs }) => pgs[id] ?? 0)),
    primaries: sum(spreads.map(({ primaries }) => primaries[id] ?? 0)),
    pgsAsked: sum(spreads.map(({ pgsAsked }) => pgsAsked[id] ?? 0)),
  }));
  const shards = sum(counted.map(({ pgs }) => pgs));
  const asked = sum(counted.map(({ pgsAsked }) => pgsAsked));
  const osds = counted
    .filter(({ pgs, pgsAsked }) => pgs > 0 || pgsAsked > 0)
    .map(({ id, ...counts }): OsdSpread => {
      const deviceClass = crush.index.item(id)?.class;
      return {
        id,
        name: crush.index.name(id),
        ...(deviceClass !== undefined && { class: deviceClass }),
        ...counts,
        share: shards > 0 ? counts.pgs / shards : 0,
        shareAsked: asked > 0 ? counts.pgsAsked / asked : 0,
        deviation: counts.pgsAsked > 0 ? counts.pgs / counts.pgsAsked - 1 : null,
      };
    });
  const deviations = osds.flatMap(({ deviation }) => deviation ?? []);
  const squares = sum(deviations.map((deviation) => deviation * deviation));
  return {
    pools: pools.map(({ id, name, size, pgNum }) => ({ id, name, size, pgNum })),
    osds,
    shards,
    deviationStandard: Math.sqrt(squares / Math.max(1, deviations.length)),
  };
}
