// What does it cost to change a pool's failure domain from host to rack, or back? The rule is made,
// the pool is given it, and the data moves.
//
//   node 03-host-to-rack.ts POOL host|rack osdmap.bin pg-dump.json osd-df-tree.json

import { Cluster, simulate } from "crushlab";

const [poolName = "", domain = "rack", ...files] = process.argv.slice(2);
const cluster = await Cluster.load(files);
const pool = cluster.pool(poolName);
const rule = cluster.crush.index.rule(pool.crushRule);
const take = rule.steps.find((step) => step.op === "take");
const taken = take?.op === "take" ? cluster.crush.index.bucket(take.item) : undefined;
// A rule of one device class takes a shadow, `default~ssd`; the command wants them apart.
const [root = "default"] = (taken?.name ?? "default").split("~");

const { steps, total } = await simulate(cluster, [
  `ceph osd crush rule create-replicated by-${domain} ${root} ${domain} ${taken?.class ?? ""}`,
  `ceph osd pool set ${pool.name} crush_rule by-${domain}`,
]);
const { summary } = total;
const bytes = (summary.movedBytes / 2 ** 20).toFixed(0);
console.log(`${pool.name}: from ${rule.name} to by-${domain}`);
console.log(`  ${summary.pgsMoved} of ${pool.pgNum} PGs move, ${summary.shardsMoved} shards`);
console.log(`  ${bytes} MiB; the least possible: ${summary.shardsMovedLeast} shards`);
console.log(`  PGs short of a copy when all has moved: ${summary.healed.pgsUndersized}`);
console.log("  most moves between racks:");
for (const { from, to, shards } of steps.at(-1)?.movesBy("rack").slice(0, 3) ?? []) {
  const name = (id: number | null) => (id === null ? "nowhere" : cluster.crush.index.name(id));
  console.log(`    ${name(from)} -> ${name(to)}: ${shards}`);
}
