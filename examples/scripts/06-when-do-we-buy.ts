// When do we buy? The day on which the cluster could no longer lose a host without an OSD getting
// nearly full, and how much later that is with another host.
//
//   node 06-when-do-we-buy.ts POOL GROWTH HOST osdmap.bin pg-dump.json osd-df-tree.json
//   node 06-when-do-we-buy.ts rbd +2TiB/month 12x16TB@rack1 osdmap.bin df-detail.json …

import { Cluster, grow } from "crushlab";

const [pool = "", growth = "", host = "", ...files] = process.argv.slice(2);
const cluster = await Cluster.load(files);
const { plans } = await grow(cluster, {
  pools: { [pool]: growth },
  months: 60,
  changes: [{ addHost: host }],
  from: new Date("2027-01-01"),
});

console.log(`${pool} grows by ${growth}, from 2027-01-01 on`);
for (const { change, commands, movedBytes, limitsAfterLoss, limits } of plans) {
  const nearfull = (limitsAfterLoss ?? limits).nearfull;
  console.log(`${change ?? "as it is"}:`);
  if (change) {
    console.log(`  ${commands.length} commands, ${(movedBytes / 2 ** 20).toFixed(0)} MiB move`);
  }
  if (nearfull === null) {
    console.log("  any host may be lost for five years, and no OSD gets nearly full");
  } else {
    const lost = nearfull.lost ? `if ${nearfull.lost} were lost, ` : "";
    console.log(`  ${nearfull.date}: ${lost}osd.${nearfull.osd} would be nearly full`);
  }
}
