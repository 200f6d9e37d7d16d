import { type Cluster, compare } from "crushlab";

interface Counts {
  degradedWhenDown: number;
  degradedWhenOut: number;
  misplacedWhenOut: number;
}

interface Attempt {
  answer(cluster: Cluster): Promise<Counts>;
}

/** Works the numbers out from two comparisons of states. */
export async function check({ answer }: Attempt, cluster: Cluster): Promise<string> {
  const down = cluster.fail("osd.9");
  const first = (await compare(cluster, down)).summary.after;
  const second = (await compare(down, down.wait("10m"))).summary.after;
  const expected: Counts = {
    degradedWhenDown: first.degradedObjectCopies,
    degradedWhenOut: second.degradedObjectCopies,
    misplacedWhenOut: second.misplacedObjectCopies,
  };
  const found = await answer(cluster);
  for (const key of Object.keys(expected) as (keyof Counts)[]) {
    if (found[key] !== expected[key]) {
      throw new Error(`${key} is not ${found[key]}`);
    }
  }
  const { degradedWhenDown, misplacedWhenOut } = expected;
  return `${degradedWhenDown} copies are degraded; ${misplacedWhenOut} more are misplaced.`;
}
