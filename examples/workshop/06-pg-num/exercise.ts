import type { Cluster } from "crushlab";

/**
 * The smallest power of two for `pg_num` of a new pool with the rule `photos` that leaves no disk
 * with more than 1.2 times the mean of its PGs.
 */
export async function answer(cluster: Cluster): Promise<number> {
  const tried = cluster.run("ceph osd pool create trial 16 16 replicated photos");
  const pgs = await tried.pgs({ pools: ["trial"] });
  throw new Error(`${[...pgs].length} PGs are a start: count them by OSD, then try more`);
}
