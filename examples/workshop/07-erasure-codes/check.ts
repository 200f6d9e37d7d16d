import type { Cluster } from "crushlab";

interface Attempt {
  answer(cluster: Cluster): Promise<number>;
}

/** Counts where the host's OSDs were before it failed: nothing else may have changed. */
export async function check({ answer }: Attempt, cluster: Cluster): Promise<string> {
  const { index } = cluster.crush;
  const lost = new Set(index.devicesBelow(index.named("host3")?.id ?? 0));
  let [data, coding] = [0, 0];
  for (const { up } of await cluster.pgs({ pools: ["archive"] })) {
    const position = up.findIndex((osd) => lost.has(osd));
    data += position >= 0 && position < 4 ? 1 : 0;
    coding += position >= 4 ? 1 : 0;
  }
  const found = await answer(cluster);
  if (found !== data) {
    throw new Error(`${found} PGs is not what the OSDs of host3 held`);
  }
  return `${data} PGs have to work out a data shard; ${coding} lost only a coding shard.`;
}
