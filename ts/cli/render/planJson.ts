import { type SnakeKeys, snakeKeys } from "../../base/keys.ts";
import type { MovePlan } from "../../plan/movePlan.ts";
import { type ClusterHead, clusterHead, type ReportHead } from "../reportHead.ts";
import type { ClusterFacts } from "./capacityJson.ts";

/**
 * A way to move safely: stages of commands, what they move, and what they cannot do.
 *
 * @title crushlab plan --json
 */
export type PlanJson = ReportHead & ClusterHead & SnakeKeys<MovePlan>;

/** A plan for programs: see `schema/plan.schema.json`. */
export function planJson(
  head: ReportHead,
  report: MovePlan,
  { paths, cluster }: ClusterFacts,
): PlanJson {
  return { ...head, ...clusterHead(paths, cluster), ...snakeKeys(report), ...head };
}
