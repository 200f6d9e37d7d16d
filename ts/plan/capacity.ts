import { capacityReport } from "#native";
import { checkThreads } from "../base/arguments.ts";
import { checkJob, type JobOptions, runJob } from "../base/job.ts";
import { camelKeys } from "../base/keys.ts";
import type { Bytes, Count, ItemId, OsdId, PoolId, Ratio } from "../base/quantity.ts";
import { releaseNumber } from "../base/release.ts";
import { readSize, type Size } from "../base/size.ts";
import { type Cluster, nativeClusterOf, type Verdict } from "../cluster/cluster.ts";
import { nativeObjectSizes, type ObjectSize } from "./objectSizes.ts";

/** What to ask of a cluster's capacity. */
export interface CapacityOptions extends JobOptions {
  /**
   * Release whose MAX AVAIL and default allocation unit are meant, such as `pacific`. Default: the
   * one that the map requires.
   */
  release?: string;
  /** Size of the objects, or how many have which size: then `overhead` says what they take. */
  objectSizes?: Size | readonly ObjectSize[];
  /** `bluestore_min_alloc_size` of the OSDs, 1 or above. Default: what the release makes. */
  minAllocSize?: Size;
}

/** The capacity of a cluster. Bytes of data count each object once, unless they are used bytes. */
export interface CapacityReport {
  /** The answer in one sentence, and how bad it is. */
  verdict: Verdict;
  /** Number of the release that was meant: 16 for pacific. */
  release: number;
  /** Size of all OSDs that are in; `null` where sizes are not known. */
  totalBytes: Bytes | null;
  /** What is used of them. */
  usedBytes: Bytes | null;
  /** Fill from which an OSD counts as nearly full. */
  nearfullRatio: Ratio;
  /** Fill from which an OSD takes no backfill. */
  backfillfullRatio: Ratio;
  /** Fill from which an OSD takes no writes. */
  fullRatio: Ratio;
  /** What can be written if all pools grow in their present proportions. */
  room: CapacityRoom | null;
  /** Every pool, by rising id. */
  pools: PoolCapacity[];
}

/** What can be written until the first OSD reaches each limit; `null` where that is not known. */
export interface CapacityRoom {
  /** What can be written until the first OSD reaches nearfull_ratio. */
  nearfull: LevelRoom | null;
  /** What can be written until the first OSD reaches backfillfull_ratio. */
  backfillfull: LevelRoom | null;
  /** What can be written until the first OSD reaches full_ratio. */
  full: LevelRoom | null;
}

/** What can be written until the first OSD reaches one limit. */
export interface LevelRoom {
  /** Bytes that can be stored. */
  storedBytes: Bytes;
  /** The OSD that reaches it. */
  osd: OsdId;
}

/** The capacity of one pool. What is not known is `null`. */
export interface PoolCapacity {
  /** Its id. */
  id: PoolId;
  /** Its name. */
  name: string;
  /** Replicas, or k + m. */
  size: Count;
  /** Bytes on OSDs for each byte stored, without padding. */
  rawUsedRate: Ratio;
  /** Objects in the pool. */
  objects: Count | null;
  /** Bytes stored. */
  storedBytes: Bytes | null;
  /** Bytes that they take on all OSDs. */
  usedBytes: Bytes | null;
  /** Of these, omap entries, as far as scrubs counted them; none in erasure-coded pools. */
  omapBytes: Bytes | null;
  /** Copies that are there by all that there should be. */
  intactRatio: Ratio | null;
  /** MAX AVAIL as `ceph df` of the release has it. */
  maxAvailBytes: Bytes | null;
  /** MAX AVAIL as it was until 2024: it rises with the copies that are lost. */
  maxAvailPacificBytes: Bytes | null;
  /** MAX AVAIL as it is since. */
  maxAvailLatestBytes: Bytes | null;
  /** MAX AVAIL as the cluster itself said. */
  maxAvailReportedBytes: Bytes | null;
  /** The OSD that limits MAX AVAIL. */
  limitingOsd: OsdId | null;
  /** Its fill. */
  limitingOsdUsedRatio: Ratio | null;
  /** MAX AVAIL if that OSD did not limit it. */
  maxAvailWithoutLimitingOsdBytes: Bytes | null;
  /** MAX AVAIL if all OSDs became full at the same time. */
  maxAvailBalancedBytes: Bytes | null;
  /** What can be written into this pool alone, on its PGs as they are. */
  room: CapacityRoom | null;
  /** PGs with fewer OSDs than the pool's size. */
  pgsShort: Count;
  /** What it could store by itself on empty OSDs. */
  usable: UsableSpace | null;
  /** What objects of the given sizes take; `null` where none were given. */
  overhead: ObjectOverhead | null;
}

/** What a pool could store if the OSDs were empty and there were no other pool. */
export interface UsableSpace {
  /** Type of the failure domains, such as `host`. */
  failureDomain: string;
  /** What no placement can exceed. */
  boundBytes: Bytes;
  /** Id of the largest failure domain. */
  largestDomain: ItemId | null;
  /** The bound when that one is lost; 0 where too few are left to hold a PG. */
  boundWithoutLargestBytes: Bytes;
  /** What CRUSH makes of it with very many PGs. */
  crushBytes: Bytes | null;
  /** The OSD that is full first then. */
  crushOsd: OsdId | null;
  /** How many PGs were placed to find out. */
  crushPgs: Count;
  /** What it makes of it with the pool's own PGs. */
  pgsBytes: Bytes | null;
  /** The OSD that is full first with these. */
  pgsOsd: OsdId | null;
}

/** What objects take of the devices. */
export interface ObjectOverhead {
  /** Bytes that the objects hold. */
  storedBytes: Bytes;
  /** Bytes of the devices that they take. */
  usedBytes: Bytes;
  /** Used bytes by stored bytes; `null` where the objects are empty. */
  ratio: Ratio | null;
  /** What it would be without padding. */
  nominalRatio: Ratio;
  /** Allocation unit of the devices. */
  minAllocSizeBytes: Bytes;
}

/**
 * How much can be stored in each pool: as Ceph says it, and on the PGs as they are.
 *
 * @throws {CrushlabError} `invalid_argument`, `aborted`, or `invalid_plan` where a pool of a
 * described cluster asks for more failure domains than there are.
 */
export async function capacity(
  cluster: Cluster,
  options: CapacityOptions = {},
): Promise<CapacityReport> {
  nativeClusterOf(cluster);
  checkJob(options);
  const { release, objectSizes, minAllocSize } = options;
  const request = {
    release: release === undefined ? 0 : releaseNumber(release),
    ...nativeObjectSizes(objectSizes),
    ...(minAllocSize !== undefined && {
      minAllocSizeBytes: readSize("minAllocSize", minAllocSize, 1),
    }),
    threads: checkThreads(options.threads),
  };
  const pgs = cluster.pools.reduce((sum, { pgNum }) => sum + pgNum, 0);
  const { report } = await runJob(options, pgs, (progress) =>
    capacityReport(nativeClusterOf(cluster), request, progress),
  );
  return camelKeys<CapacityReport>(report);
}
