import { type SnakeKeys, snakeKeys } from "../../base/keys.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { GrowthReport } from "../../plan/grow.ts";
import { type ClusterHead, clusterHead, type ReportHead } from "../reportHead.ts";

/** What a report on growth is about. */
export interface GrowthFacts {
  /** The files that the cluster was read from. */
  paths: readonly string[];
  cluster: Cluster;
  /** How fast pools grow, as it was asked. */
  pools: Readonly<Record<string, string>>;
}

/** How fast a pool grows. */
export interface PoolGrowthJson {
  /** Its name or id. */
  pool: string;
  /** How fast it grows, as it was asked. */
  growth: string;
}

/**
 * When a cluster is full as its pools grow, as it is and after each change. Bytes stored count each
 * object once; ratios are from 0 to 1, and above where more is written than fits.
 *
 * @title crushlab grow --json
 */
export type GrowthJson = ReportHead &
  ClusterHead & {
    /** How pools grow. */
    growth: PoolGrowthJson[];
  } & SnakeKeys<GrowthReport>;

/** When a cluster is full, for programs: see `schema/grow.schema.json`. */
export function growthJson(
  head: ReportHead,
  report: GrowthReport,
  { paths, cluster, pools }: GrowthFacts,
): GrowthJson {
  return {
    ...head,
    ...clusterHead(paths, cluster),
    growth: Object.entries(pools).map(([pool, growth]) => ({ pool, growth })),
    ...snakeKeys(report),
  };
}
