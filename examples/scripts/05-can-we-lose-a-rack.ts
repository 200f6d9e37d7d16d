// Can we lose a rack, or any host, or two? Every one of them fails in turn; the script says so in a
// sentence each, names the racks that must not fail, and exits with 1 where a host may not.
//
//   node 05-can-we-lose-a-rack.ts osdmap.bin pg-dump.json osd-df-tree.json

import { Cluster, sweep } from "crushlab";

const cluster = await Cluster.load(process.argv.slice(2));
const report = await sweep(cluster, {
  types: ["rack", "host"],
  pairs: 100,
  seed: 1,
  requirements: ["host: healed, below backfillfull"],
});

for (const { type, sentence, pairsSentence } of report.types) {
  console.log(`${type}: ${sentence}`);
  console.log(`two at once: ${pairsSentence}`);
}
for (const { type, domains, verdict, pgsBelowMinSize, rebuildBytes } of report.failures) {
  if (type === "rack" && domains.length === 1 && verdict !== "healed") {
    const gibibytes = ((rebuildBytes ?? 0) / 2 ** 30).toFixed(2);
    console.log(
      `${domains[0]}: ${verdict}, ${pgsBelowMinSize} PGs stop, ${gibibytes} GiB to rebuild`,
    );
  }
}
for (const { osdsLost, share } of report.copysets?.losses ?? []) {
  console.log(`${osdsLost} OSDs lost at once: ${(100 * share).toFixed(2)} % of the ways lose data`);
}
process.exitCode = report.requirements.every(({ isMet }) => isMet) ? 0 : 1;
