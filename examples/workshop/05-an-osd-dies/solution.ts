import { type Cluster, simulate } from "crushlab";

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
  const { steps } = await simulate(cluster, [{ fail: "osd.9" }, { wait: "10m" }]);
  const [down, out] = steps.map(({ summary }) => summary.after);
  return {
    degradedWhenDown: down?.degradedObjectCopies ?? 0,
    degradedWhenOut: out?.degradedObjectCopies ?? 0,
    misplacedWhenOut: out?.misplacedObjectCopies ?? 0,
  };
}
