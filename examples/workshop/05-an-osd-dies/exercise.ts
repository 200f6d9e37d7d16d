import type { Cluster } from "crushlab";

/**
 * What happens when osd.9 stops: copies of objects that are missing right then, and copies that
 * are missing or misplaced right after the monitors have marked it out.
 */
export interface Counts {
  degradedWhenDown: number;
  degradedWhenOut: number;
  misplacedWhenOut: number;
}

/** `simulate(cluster, changes)` lets changes happen; each of its `steps` has a `summary`. */
export async function answer(cluster: Cluster): Promise<Counts> {
  throw new Error(`osd.9 of ${cluster.osds.length} OSDs: let it fail, then let 10 minutes pass`);
}
