import { type SnakeKeys, snakeKeys } from "../../base/keys.ts";
import { releaseName } from "../../base/release.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { CapacityReport } from "../../plan/capacity.ts";
import { type ClusterHead, clusterHead, type ReportHead } from "../reportHead.ts";

/** The files that a cluster was read from, and the cluster. */
export interface ClusterFacts {
  paths: readonly string[];
  cluster: Cluster;
}

/**
 * How much each pool of a cluster can store. Bytes of data count each object once, unless they are
 * used bytes. What is not known is `null`.
 *
 * @title crushlab capacity --json
 */
export type CapacityJson = ReportHead &
  ClusterHead & {
    /** Release whose MAX AVAIL is meant. */
    release: string | null;
  } & SnakeKeys<Omit<CapacityReport, "release">>;

/** The capacity of a cluster for programs: see `schema/capacity.schema.json`. */
export function capacityJson(
  head: ReportHead,
  report: CapacityReport,
  { paths, cluster }: ClusterFacts,
): CapacityJson {
  const { release, ...rest } = report;
  return {
    ...head,
    ...clusterHead(paths, cluster),
    release: releaseName(release) ?? null,
    ...snakeKeys(rest),
  };
}
