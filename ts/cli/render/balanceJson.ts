import { snakeKeys } from "../../base/keys.ts";
import type { ClusterFacts } from "./capacityJson.ts";

/**
 * A balanced placement, a check of upmaps or balanced reads for programs: see
 * `schema/balance.schema.json`, `upmapcheck.schema.json` and `readbalance.schema.json`.
 */
export function balanceJson(report: object, { paths, cluster }: ClusterFacts): object {
  return {
    cluster: paths,
    epoch: cluster.info.epoch,
    missing: cluster.missing.map(({ what }) => what),
    ...(snakeKeys(report) as object),
  };
}
