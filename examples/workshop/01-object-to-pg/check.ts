import type { Cluster } from "crushlab";

interface Attempt {
  answer(name: string, pgNum: number): number;
}

const OBJECTS = 1000;

/** Compares with what the library finds, for a power of two and for a number that is none. */
export function check({ answer }: Attempt, cluster: Cluster): string {
  const odd = cluster.run("ceph osd pool create odd 48 48 replicated photos");
  for (const pool of ["photos", "odd"]) {
    const { pgNum } = odd.pool(pool);
    for (let number = 0; number < OBJECTS; number += 1) {
      const name = `object-${number}`;
      const { seed } = odd.locate(pool, name);
      const found = answer(name, pgNum);
      if (found !== seed) {
        throw new Error(`with ${pgNum} PGs, ${name} is in PG ${seed}, not in ${found}`);
      }
    }
  }
  return `${OBJECTS} objects found their PG among 64 and among 48.`;
}
