// Ten nodes of one weight get an eleventh, and then lose one: what each scheme moves.

import { compareSchemes, type SchemeChange } from "crushlab";

const nodes = Array.from({ length: 10 }, (_, id) => ({ id, weight: 1 }));
const percent = (share: number) => `${(share * 100).toFixed(1).padStart(5)} %`;
const changes: SchemeChange[] = [{ add: { id: 10, weight: 1 } }, { fail: 3 }];
const [added = [], failed = []] = await Promise.all(
  changes.map((change) => compareSchemes({ nodes, change })),
);
console.log(`            a node more  a node fails   fullest  hashes   table`);
console.log(
  `least       ${percent(added[0]?.leastShare ?? 0).padStart(11)}` +
    `${percent(failed[0]?.leastShare ?? 0).padStart(14)}`,
);
for (const [at, report] of added.entries()) {
  const fields = [
    report.scheme.padEnd(12),
    percent(report.movedShare).padStart(11),
    percent(failed[at]?.movedShare ?? 0).padStart(14),
    `×${report.fullestBefore.toFixed(2)}`.padStart(10),
    report.hashesPerLookup.toFixed(1).padStart(8),
    `${report.tableBytes} B`.padStart(10),
  ];
  console.log(fields.join(""));
}
