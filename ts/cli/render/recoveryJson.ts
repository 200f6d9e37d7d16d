import { type SnakeKeys, snakeKeys } from "../../base/keys.ts";
import type { RecoveryReport } from "../../plan/recoveryReport.ts";
import { type ClusterHead, clusterHead, type ReportHead } from "../reportHead.ts";
import type { ClusterFacts } from "./capacityJson.ts";

/**
 * Recovery in time: how long until a cluster is whole again, and who holds it up.
 *
 * @title crushlab recovery --json
 */
export type RecoveryJson = ReportHead & ClusterHead & SnakeKeys<Omit<RecoveryReport, "warnings">>;

/** Recovery in time for programs: see `schema/recovery.schema.json`. */
export function recoveryJson(
  head: ReportHead,
  { warnings: _, ...report }: RecoveryReport,
  { paths, cluster }: ClusterFacts,
): RecoveryJson {
  return { ...head, ...clusterHead(paths, cluster), ...snakeKeys(report), ...head };
}
