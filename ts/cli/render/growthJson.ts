import { snakeKeys } from "../../base/keys.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { GrowthReport } from "../../plan/grow.ts";

/** What a report on growth is about. */
export interface GrowthFacts {
  /** The files that the cluster was read from. */
  paths: readonly string[];
  cluster: Cluster;
  /** How fast pools grow, as it was asked. */
  pools: Readonly<Record<string, string>>;
}

/** When a cluster is full, for programs. */
export function growthJson(report: GrowthReport, { paths, cluster, pools }: GrowthFacts): object {
  return {
    cluster: paths,
    epoch: cluster.info.epoch,
    missing: cluster.missing.map(({ what }) => what),
    growth: Object.entries(pools).map(([pool, growth]) => ({ pool, growth })),
    ...(snakeKeys(report) as object),
  };
}
