import { type NativePlannedPool, planCluster, recommendPgNum as recommendNative } from "#native";
import {
  checkInteger,
  checkObject,
  checkThreads,
  describe,
  UINT32_MAX,
} from "../base/arguments.ts";
import { CrushlabError, callNative } from "../base/errors.ts";
import { checkJob, type JobOptions, runJob } from "../base/job.ts";
import { camelKeys } from "../base/keys.ts";
import { readSize, type Size } from "../base/size.ts";
import { suggestionHint } from "../base/suggest.ts";
import { Cluster, type Config, clusterOf, nativeClusterOf } from "../cluster/cluster.ts";
import type { PgNumReport } from "./pgNumReport.ts";
import { type PlannedPool, readPlannedPool } from "./plannedPool.ts";

/** Releases of Ceph whose limits are known; `latest` is the one after Tentacle. */
export const PG_NUM_RELEASES = [
  "pacific",
  "quincy",
  "reef",
  "squid",
  "tentacle",
  "latest",
] as const;

/** A release of Ceph whose limits are known. */
export type PgNumRelease = (typeof PG_NUM_RELEASES)[number];

/** What numbers of PGs are asked for. */
export interface PgNumOptions extends JobOptions {
  /** Whose defaults and checks hold. Default: the cluster's own release, for a plan `squid`. */
  release?: PgNumRelease;
  /** PGs per OSD to aim at. Default: mon_target_pg_per_osd of the release, 100 or 200. */
  target?: number;
  /** Settings and parts of the data of existing pools, in place of what the cluster has. */
  pools?: readonly (PlannedPool | string)[];
}

/** A cluster that does not exist yet. */
export interface ClusterPlan {
  /** Number of OSDs, all of one size. */
  osds: number;
  /** Hosts that they are spread over. Default: each OSD is a host of its own. */
  hosts?: number;
  /** Size of an OSD, in bytes or as `8 TB`. Needed where a pool's bytes are given. */
  osdSize?: Size;
  /** Settings of its monitors and managers, as for `Cluster.withConfig`. */
  config?: Config;
  /** Its pools. Those of one name are refused. */
  pools: readonly (PlannedPool | string)[];
}

/** What the binding counts as done in all. */
const PROGRESS_UNITS = 1000;

/**
 * Recommends a number of PGs for each pool of a cluster, or of a plan of one. Numbers are measured:
 * PGs are placed on the map for powers of two around what the target comes to. What each known
 * method says stands beside them.
 *
 * @throws {CrushlabError} `invalid_argument`, `invalid_plan`, `unknown_pool` or `aborted`.
 */
export async function recommendPgNum(
  clusterOrPlan: Cluster | ClusterPlan,
  options: PgNumOptions = {},
): Promise<PgNumReport> {
  checkJob(options);
  const threads = checkThreads(options.threads);
  const release = checkRelease(options.release);
  const { target } = options;
  if (target !== undefined) {
    checkInteger("target", target, 1, UINT32_MAX);
  }
  const isNew = !(clusterOrPlan instanceof Cluster);
  const [cluster, pools] = isNew
    ? planned(clusterOrPlan, release ?? "squid")
    : changed(clusterOrPlan, options.pools ?? []);
  const given = pools.filter(({ percent }) => percent !== undefined);
  const { report } = await runJob(options, PROGRESS_UNITS, (progress) =>
    recommendNative(
      nativeClusterOf(cluster),
      {
        ...(release !== undefined && { release }),
        ...(isNew && release === undefined && { release: "squid" }),
        ...(target !== undefined && { targetPgsPerOsd: target }),
        percentPools: given.map(({ name }) => cluster.pool(name).id),
        percents: given.map(({ percent }) => percent ?? 0),
        hasOsdSizes: isNew && clusterOrPlan.osdSize !== undefined,
        isNew,
        threads,
      },
      progress,
    ),
  );
  return camelKeys<PgNumReport>(report);
}

function checkRelease(release: unknown): PgNumRelease | undefined {
  const known = PG_NUM_RELEASES.find((name) => name === release);
  if (release !== undefined && known === undefined) {
    throw new CrushlabError(
      "invalid_argument",
      `release is ${describe(release)}: expected one of ${PG_NUM_RELEASES.join(", ")}`,
      suggestionHint(String(release), PG_NUM_RELEASES),
    );
  }
  return known;
}

/** The cluster of a plan. */
function planned(plan: ClusterPlan, release: string): [Cluster, NativePlannedPool[]] {
  const osds = checkInteger("osds", checkObject("a plan", plan).osds, 1, UINT32_MAX);
  const hosts = plan.hosts;
  if (hosts !== undefined) {
    checkInteger("hosts", hosts, 1, UINT32_MAX);
  }
  if (!Array.isArray(plan.pools)) {
    throw new CrushlabError("invalid_argument", "pools is not a list of pools");
  }
  const pools = plan.pools.map(readPlannedPool);
  const native = callNative(() =>
    planCluster({
      osds,
      release,
      pools,
      ...(hosts !== undefined && { hosts }),
      ...(plan.osdSize !== undefined && { osdBytes: readSize("osdSize", plan.osdSize, 1) }),
    }),
  );
  return [clusterOf(native).withConfig(plan.config ?? {}), pools];
}

/** The cluster with pools that have other settings. */
function changed(
  cluster: Cluster,
  given: readonly (PlannedPool | string)[],
): [Cluster, NativePlannedPool[]] {
  const pools = given.map(readPlannedPool).map((pool) => {
    const { id, name } = cluster.pool(pool.name);
    if (pool.size !== undefined || pool.k !== undefined) {
      throw new CrushlabError(
        "invalid_argument",
        `pool ${name} (${id}) exists: expected no size, k or m, which the cluster says`,
      );
    }
    return { ...pool, name };
  });
  if (pools.length === 0) {
    return [cluster, pools];
  }
  const native = callNative(() => nativeClusterOf(cluster).withPoolSettings(pools));
  return [clusterOf(native), pools];
}
