import type { Cluster } from "crushlab";

/**
 * The smallest power of two for `pg_num` of a new pool with the rule `photos` that leaves no disk
 * with more than 1.2 times the mean of its PGs.
 */
export async function answer(cluster: Cluster): Promise<number> {
  for (let pgNum = 1; pgNum <= 65536; pgNum *= 2) {
    const tried = cluster.run(`ceph osd pool create trial ${pgNum} ${pgNum} replicated photos`);
    const counts = new Map<number, number>();
    for (const { up } of await tried.pgs({ pools: ["trial"] })) {
      for (const osd of up) {
        counts.set(osd, (counts.get(osd) ?? 0) + 1);
      }
    }
    // The rule keeps to the 18 disks.
    if (Math.max(...counts.values()) <= (1.2 * 3 * pgNum) / 18) {
      return pgNum;
    }
  }
  throw new Error("no pg_num is large enough");
}
