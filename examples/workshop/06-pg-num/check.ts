import type { Cluster } from "crushlab";

interface Attempt {
  answer(cluster: Cluster): Promise<number>;
}

const LIMIT = 1.2;

/** The fullest disk over the mean, for a new pool with so many PGs. */
async function fullest(cluster: Cluster, pgNum: number): Promise<number> {
  const pool = `with-${pgNum}`;
  const tried = cluster.run(`ceph osd pool create ${pool} ${pgNum} ${pgNum} replicated photos`);
  const { osds } = await tried.distribution({ pools: [pool] });
  const disks = osds.filter(({ class: kind }) => kind === "hdd");
  return Math.max(...disks.map(({ pgs }) => pgs)) / ((3 * pgNum) / disks.length);
}

/** The number has to reach the limit, and half of it must not. */
export async function check({ answer }: Attempt, cluster: Cluster): Promise<string> {
  const found = await answer(cluster);
  if (!Number.isInteger(Math.log2(found))) {
    throw new Error(`${found} is no power of two`);
  }
  const [ratio, half] = [await fullest(cluster, found), await fullest(cluster, found / 2)];
  if (ratio > LIMIT) {
    throw new Error(`with ${found} PGs the fullest disk has ${ratio.toFixed(2)} times the mean`);
  }
  if (half <= LIMIT) {
    throw new Error(
      `${found / 2} PGs are enough: the fullest has ${half.toFixed(2)} times the mean`,
    );
  }
  const [now, before] = [ratio, half].map((value) => value.toFixed(2));
  return `${found} PGs: ${now} times the mean; half as many: ${before} times.`;
}
