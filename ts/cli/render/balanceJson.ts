import { snakeKeys } from "../../base/keys.ts";
import type { BalanceReport } from "../../plan/balance.ts";
import type { ClusterFacts } from "./capacityJson.ts";

/** A balanced placement for programs: see `schema/balance.schema.json`. */
export function balanceJson(report: BalanceReport, { paths, cluster }: ClusterFacts): object {
  const { commands, pools, osds, ...rest } = report;
  return {
    cluster: paths,
    epoch: cluster.info.epoch,
    missing: cluster.missing.map(({ what }) => what),
    ...(snakeKeys(rest) as object),
    ...(snakeKeys({ commands, pools, osds }) as object),
  };
}
