import { type Cluster, NONE } from "crushlab";

/**
 * How many PGs of the pool `archive` have a hole in the first k positions, those with data, after
 * host3 has failed.
 */
export async function answer(cluster: Cluster): Promise<number> {
  const pgs = await cluster.fail({ host: "host3" }).pgs({ pools: ["archive"] });
  return [...pgs].filter(({ up }) => up.slice(0, 4).includes(NONE)).length;
}
