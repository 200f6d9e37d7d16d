import type { ClusterSummary, PgSums } from "../../../ts/cluster/clusterReport.ts";
import { bytesText } from "../../../ts/text/bytes.ts";
import { percent, UNKNOWN, whole } from "../../../ts/text/format.ts";
import type { Facts } from "../../ui/dom.ts";

/** What a step moves, as the what-if report gives it. */
export function movementFacts(summary: ClusterSummary): Facts {
  const isKnown = summary.dataBasis !== "unknown";
  const bytes = (value: number) => (isKnown ? bytesText(value) : UNKNOWN);
  const ratio = summary.shardsMovedRatio;
  return [
    ["PGs that change", whole(summary.pgsChanged)],
    ["PGs with data to move", whole(summary.pgsMoved)],
    ["Shards moved", whole(summary.shardsMoved)],
    ["Shards rebuilt", whole(summary.shardsRebuilt)],
    ["Least possible", whole(summary.shardsMovedLeast)],
    ["Moved by least", ratio === null ? UNKNOWN : `${ratio.toFixed(2)} times`],
    [summary.dataBasis === "estimated" ? "Bytes, estimated" : "Bytes", bytes(summary.movedBytes)],
    ["Bytes rebuilt", bytes(summary.rebuiltBytes)],
    ...(summary.pgsHeld > 0
      ? [[`PGs held by ${summary.heldBy.join(", ")}`, whole(summary.pgsHeld)] as const]
      : []),
  ];
}

/** States of PGs at the three times of a step: before, right after, and when all has moved. */
export const PG_COUNTS: readonly (readonly [label: string, count: (sums: PgSums) => string])[] = [
  ["clean", ({ pgsClean }) => whole(pgsClean)],
  ["undersized", ({ pgsUndersized }) => whole(pgsUndersized)],
  ["degraded", ({ pgsDegraded }) => whole(pgsDegraded)],
  ["remapped", ({ pgsRemapped }) => whole(pgsRemapped)],
  ["below min_size", ({ pgsPeered }) => whole(pgsPeered)],
  ["without room", ({ pgsBackfillToofull }) => whole(pgsBackfillToofull)],
  ["down", ({ pgsDown }) => whole(pgsDown)],
  ["incomplete", ({ pgsIncomplete }) => whole(pgsIncomplete)],
  ["misplaced", ({ misplacedRatio }) => part(misplacedRatio)],
  ["degraded copies", ({ degradedRatio }) => part(degradedRatio)],
];

/** OSDs by the limit of fill that they reach. */
export const FILL_LEVELS = ["nearfull", "backfillfull", "full"] as const;

function part(ratio: number | null): string {
  return ratio === null ? UNKNOWN : percent(ratio);
}
