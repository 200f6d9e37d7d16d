// How much moves when a host is added, all at once or in steps? New OSDs start with a small CRUSH
// weight and grow; the data moves between two steps.
//
//   node 02-add-a-host.ts osdmap.bin pg-dump.json osd-df-tree.json

import { Cluster, simulate } from "crushlab";

const cluster = await Cluster.load(process.argv.slice(2));
const HOST = "new-host";
const OSDS = 2;
const WEIGHT = 1;
const STEPS = 4;

const [root] = cluster.crush.buckets.filter(
  ({ type, shadowOf }) => type === "root" && shadowOf === undefined,
);
const rack = cluster.crush.buckets.find(({ type }) => type === "rack");
const place = `root=${root?.name ?? "default"}${rack ? ` rack=${rack.name}` : ""} host=${HOST}`;
const first = cluster.info.maxOsd;
const ids = Array.from({ length: OSDS }, (_, at) => first + at);

/** OSDs that exist and are up, in a host of weight 0: nothing moves yet. */
let prepared = cluster;
for (const id of ids) {
  const uuid = `00000000-0000-4000-8000-${String(id).padStart(12, "0")}`;
  prepared = prepared
    .run(`ceph osd new ${uuid}`)
    .run(`ceph osd crush add osd.${id} 0 ${place}`)
    .run(`ceph osd crush set-device-class hdd osd.${id}`)
    .recover(id);
}

async function grow(label: string, weights: readonly number[]) {
  const changes = weights.flatMap((weight) =>
    ids.map((id) => `ceph osd crush reweight osd.${id} ${weight}`),
  );
  const { steps } = await simulate(prepared, changes, { heal: true, pgs: false });
  const moved = steps.reduce((sum, { summary }) => sum + summary.shardsMoved, 0);
  const misplaced = steps.map(({ summary }) => summary.after.misplacedRatio ?? 0);
  const worst = (Math.max(...misplaced) * 100).toFixed(1);
  console.log(`${label}: ${moved} shards move, at worst ${worst} % of the objects are misplaced`);
}

await grow("at once", [WEIGHT]);
await grow(
  `in ${STEPS} steps`,
  Array.from({ length: STEPS }, (_, at) => (WEIGHT * (at + 1)) / STEPS),
);
