import { snakeKeys } from "../../base/keys.ts";
import { releaseName } from "../../base/release.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { CapacityReport } from "../../plan/capacity.ts";

/** The files that a cluster was read from, and the cluster. */
export interface ClusterFacts {
  paths: readonly string[];
  cluster: Cluster;
}

/** The capacity of a cluster for programs. */
export function capacityJson(report: CapacityReport, { paths, cluster }: ClusterFacts): object {
  const { release, ...rest } = report;
  return {
    cluster: paths,
    epoch: cluster.info.epoch,
    missing: cluster.missing.map(({ what }) => what),
    release: releaseName(release) ?? null,
    ...(snakeKeys(rest) as object),
  };
}
