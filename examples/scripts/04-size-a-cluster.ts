// How many PGs does each pool of a new cluster get, and what would fewer or more of them do? The
// plan is measured for several numbers of PGs per OSD; the commands at the end create the pools.
//
//   node 04-size-a-cluster.ts OSDS HOSTS POOL…      such as: 60 6 vms:size=3,percent=80 \
//                                                   archive:k=4,m=2,percent=20,bulk

import { recommendPgNum } from "crushlab";

const [osds = "60", hosts = "6", ...pools] = process.argv.slice(2);
const plan = { osds: Number(osds), hosts: Number(hosts), pools };
const percent = (ratio: number) => `${(ratio * 100).toFixed(1)} %`;

for (const target of [50, 100, 200]) {
  const report = await recommendPgNum(plan, { target });
  const { min, max, mean } = report.pgsPerOsdRecommended;
  console.log(`${target} PGs per OSD aimed at: ${min} to ${max}, mean ${mean.toFixed(1)}`);
  for (const pool of report.pools) {
    const chosen = pool.candidates.find(({ pgNum }) => pgNum === pool.recommendedPgNum);
    if (chosen) {
      const { spaceLostRatio, spaceLostUpmapRatio, pgsPerOsdAllPoolsHostLost } = chosen;
      const balanced = `balanced ${percent(spaceLostUpmapRatio)}`;
      console.log(`  ${pool.name}: ${pool.recommendedPgNum} PGs (${pool.decidedBy})`);
      console.log(`    space lost: ${percent(spaceLostRatio)}, ${balanced}`);
      console.log(`    PGs on an OSD, ${pool.hostLost} lost: ${pgsPerOsdAllPoolsHostLost.max}`);
    }
  }
}

const { commands } = await recommendPgNum(plan);
console.log(["", "# 100 PGs per OSD:", ...commands].join("\n"));
