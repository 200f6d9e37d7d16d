import { type SnakeKeys, snakeKeys } from "../../base/keys.ts";
import type { BalanceReport, ReadReport, UpmapReport } from "../../plan/balance.ts";
import { type ClusterHead, clusterHead, type ReportHead } from "../reportHead.ts";
import type { ClusterFacts } from "./capacityJson.ts";

/**
 * The most even placement of PGs that the rules allow, with the fewest moves, as commands.
 *
 * @title crushlab balance --json
 */
export type BalanceJson = ReportHead & ClusterHead & SnakeKeys<BalanceReport>;

/**
 * What is wrong with upmaps that are there.
 *
 * @title crushlab balance --check --json
 */
export type UpmapCheckJson = ReportHead & ClusterHead & SnakeKeys<UpmapReport>;

/**
 * Primaries dealt out as evenly as can be. No data moves.
 *
 * @title crushlab balance --read --json
 */
export type ReadBalanceJson = ReportHead & ClusterHead & SnakeKeys<ReadReport>;

/**
 * A balanced placement, a check of upmaps or balanced reads for programs: see
 * `schema/balance.schema.json`, `upmapcheck.schema.json` and `readbalance.schema.json`.
 */
export function balanceJson<Report extends BalanceReport | UpmapReport | ReadReport>(
  head: ReportHead,
  report: Report,
  { paths, cluster }: ClusterFacts,
): ReportHead & ClusterHead & SnakeKeys<Report> {
  return { ...head, ...clusterHead(paths, cluster), ...snakeKeys(report), ...head };
}
