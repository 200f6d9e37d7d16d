import type { Cluster } from "crushlab";

/**
 * How many PGs of the pool `archive` have a hole in the first k positions, those with data, after
 * host3 has failed.
 */
export async function answer(cluster: Cluster): Promise<number> {
  const { size } = cluster.pool("archive");
  throw new Error(`let host3 fail, and look for NONE in the first 4 of ${size} positions of up`);
}
