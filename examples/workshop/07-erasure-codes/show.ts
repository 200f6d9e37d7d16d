// A PG of the pool archive, before and after one of its OSDs has failed.

import { Cluster, NONE } from "crushlab";

const cluster = await Cluster.load("examples/workshop/cluster.yaml");
const failed = cluster.fail("osd.10");
const first = async (state: Cluster) => [...(await state.pgs({ pools: ["archive"] }))][0];
for (const [when, state] of Object.entries({ before: cluster, after: failed })) {
  const pg = await first(state);
  const shards = pg?.up.map((osd) => (osd === NONE ? "NONE" : String(osd)).padStart(6));
  console.log(`${when.padEnd(8)}PG ${pg?.pgid}${shards?.join("")}`);
}
