// Can the cluster lose a rack? Each rack fails, and is given up: what cannot be written meanwhile,
// what has to be rebuilt, and how full the other OSDs get.
//
//   node 01-lose-a-rack.ts osdmap.bin pg-dump.json osd-df-tree.json

import { Cluster, simulate } from "crushlab";

const cluster = await Cluster.load(process.argv.slice(2));
const racks = cluster.crush.buckets.filter(
  ({ type, shadowOf }) => type === "rack" && shadowOf === undefined,
);
const percent = (ratio: number) => `${(ratio * 100).toFixed(1)} %`;
const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

for (const { name } of racks) {
  const osds = cluster.crush.index
    .devicesBelow(cluster.crush.index.named(name)?.id ?? 0)
    .map((osd) => `osd.${osd}`);
  const { steps } = await simulate(
    cluster,
    // Monitors do not give up a whole rack by themselves; an operator has to.
    [{ fail: { rack: name } }, `ceph osd out ${osds.join(" ")}`],
    { pgs: false },
  );
  const [failed, out] = steps;
  if (failed && out) {
    const { after } = failed.summary;
    const { healed, rebuiltBytes } = out.summary;
    const fullest = Math.max(0, ...out.osds.map(({ fill }) => fill?.worstRatio ?? 0));
    console.log(`${name} fails:`);
    console.log(`  PGs that take no writes: ${after.pgsPeered + after.pgsDown}`);
    console.log(`  to be rebuilt: ${mebibytes(rebuiltBytes)}; fullest OSD: ${percent(fullest)}`);
    console.log(`  PGs that stay short of a copy: ${healed.pgsUndersized}`);
  }
}
