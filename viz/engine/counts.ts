import type { PgChanges, PgView } from "../../ts/change/pgChanges.ts";
import type { Cluster } from "../../ts/cluster/cluster.ts";
import { NO_OSD } from "./contract.ts";

/** PGs of one OSD; the lists are by pool, in the order of the cluster's pools. */
export interface Counts {
  pgsByPool: number[];
  /** PGs that the OSD's weights ask it to hold. */
  askedByPool: number[];
  primaries: number;
}

/** Counts by the OSD's id; OSDs that hold nothing and are asked for nothing may be missing. */
export type AllCounts = ReadonlyMap<number, Counts>;

/** Counts the PGs of a cluster by placing all of them. */
export async function countPgs(cluster: Cluster): Promise<AllCounts> {
  const { pools } = cluster;
  const found = new Map<number, Counts>();
  for (const [at, { id: pool }] of pools.entries()) {
    const { osds } = await cluster.distribution({ pools: [pool] });
    for (const { id, pgs, pgsAsked, primaries } of osds) {
      const counts = found.get(id) ?? noCounts(pools.length);
      counts.pgsByPool[at] = pgs;
      counts.askedByPool[at] = pgsAsked;
      counts.primaries += primaries;
      found.set(id, counts);
    }
  }
  return found;
}

/**
 * The counts after a change that leaves the list of pools alone: only the PGs that differ are
 * looked at. What is asked of OSDs is what it was before.
 */
export function countsAfter(before: AllCounts, { pools }: Cluster, changes: PgChanges): AllCounts {
  const after = new Map(before);
  const places = new Map(pools.map(({ id }, at) => [id, at]));
  const own = (osd: number): Counts => {
    const counts = after.get(osd) ?? noCounts(pools.length);
    if (counts !== before.get(osd)) {
      after.set(osd, counts);
      return counts;
    }
    const copy = { ...counts, pgsByPool: [...counts.pgsByPool] };
    after.set(osd, copy);
    return copy;
  };
  const add = (view: PgView | null, place: number, sign: 1 | -1) => {
    for (const osd of view?.up.filter((one) => one >= 0 && one !== NO_OSD) ?? []) {
      const counts = own(osd);
      counts.pgsByPool[place] = (counts.pgsByPool[place] ?? 0) + sign;
    }
    if (view && view.upPrimary >= 0) {
      own(view.upPrimary).primaries += sign;
    }
  };
  for (const { pool, before: was, after: is } of changes) {
    const place = places.get(pool);
    if (place !== undefined) {
      add(was, place, -1);
      add(is, place, 1);
    }
  }
  return after;
}

/** The counts with what the weights of a cluster ask of each OSD. */
export function countsAsked(counts: AllCounts, cluster: Cluster): AllCounts {
  const pools = cluster.pools.map(({ id }) => cluster.pgsAsked(id));
  const found = new Map(counts);
  for (const { id } of cluster.osds) {
    const askedByPool = pools.map((asked) => asked[id] ?? 0);
    found.set(id, { ...(counts.get(id) ?? noCounts(pools.length)), askedByPool });
  }
  return found;
}

/** Whether a change leaves the list of pools alone. */
export function hasSamePools(before: Cluster, after: Cluster): boolean {
  const ids = ({ pools }: Cluster) => pools.map(({ id }) => id).join();
  return ids(before) === ids(after);
}

/** Whether a change leaves alone what the weights ask for: pools, rules and reweights. */
export function isSameAsked(before: Cluster, after: Cluster): boolean {
  const key = ({ id, pgNum, pgpNum, size, crushRule }: Cluster["pools"][number]) =>
    [id, pgNum, pgpNum, size, crushRule].join(" ");
  return (
    before.pools.map(key).join() === after.pools.map(key).join() &&
    before.osds.length === after.osds.length &&
    before.osds.every(({ id, reweight }, at) => {
      const other = after.osds[at];
      return id === other?.id && reweight === other.reweight;
    })
  );
}

function noCounts(pools: number): Counts {
  const zeros = Array.from({ length: pools }, () => 0);
  return { pgsByPool: zeros, askedByPool: [...zeros], primaries: 0 };
}
