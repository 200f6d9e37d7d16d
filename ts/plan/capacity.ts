import { capacityReport } from "#native";
import { checkThreads } from "../base/arguments.ts";
import { type JobOptions, runJob } from "../base/job.ts";
import { camelKeys } from "../base/keys.ts";
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
  totalBytes: number | null;
  usedBytes: number | null;
  nearfullRatio: number;
  backfillfullRatio: number;
  fullRatio: number;
  /** What can be written if all pools grow in their present proportions. */
  room: CapacityRoom | null;
  /** Every pool, by rising id. */
  pools: PoolCapacity[];
}

/** What can be written until the first OSD reaches each limit; `null` where that is not known. */
export interface CapacityRoom {
  nearfull: LevelRoom | null;
  backfillfull: LevelRoom | null;
  full: LevelRoom | null;
}

/** What can be written until the first OSD reaches one limit. */
export interface LevelRoom {
  /** Bytes that can be stored. */
  storedBytes: number;
  /** The OSD that reaches it. */
  osd: number;
}

/** The capacity of one pool. What is not known is `null`. */
export interface PoolCapacity {
  id: number;
  name: string;
  /** Replicas, or k + m. */
  size: number;
  /** Bytes on OSDs for each byte stored, without padding. */
  rawUsedRate: number;
  objects: number | null;
  storedBytes: number | null;
  /** Bytes that they take on all OSDs. */
  usedBytes: number | null;
  /** Of these, omap entries, as far as scrubs counted them; none in erasure-coded pools. */
  omapBytes: number | null;
  /** Copies that are there by all that there should be. */
  intactRatio: number | null;
  /** MAX AVAIL as `ceph df` of the release has it. */
  maxAvailBytes: number | null;
  /** MAX AVAIL as it was until 2024: it rises with the copies that are lost. */
  maxAvailPacificBytes: number | null;
  /** MAX AVAIL as it is since. */
  maxAvailLatestBytes: number | null;
  /** MAX AVAIL as the cluster itself said. */
  maxAvailReportedBytes: number | null;
  /** The OSD that limits MAX AVAIL. */
  limitingOsd: number | null;
  /** Its fill. */
  limitingOsdUsedRatio: number | null;
  /** MAX AVAIL if that OSD did not limit it. */
  maxAvailWithoutLimitingOsdBytes: number | null;
  /** MAX AVAIL if all OSDs became full at the same time. */
  maxAvailBalancedBytes: number | null;
  /** What can be written into this pool alone, on its PGs as they are. */
  room: CapacityRoom | null;
  /** PGs with fewer OSDs than the pool's size. */
  pgsShort: number;
  usable: UsableSpace | null;
  /** What objects of the given sizes take; `null` where none were given. */
  overhead: ObjectOverhead | null;
}

/** What a pool could store if the OSDs were empty and there were no other pool. */
export interface UsableSpace {
  /** Type of the failure domains, such as `host`. */
  failureDomain: string;
  /** What no placement can exceed. */
  boundBytes: number;
  /** Id of the largest failure domain. */
  largestDomain: number | null;
  /** The bound when that one is lost; 0 where too few are left to hold a PG. */
  boundWithoutLargestBytes: number;
  /** What CRUSH makes of it with very many PGs, and the OSD that is full first. */
  crushBytes: number | null;
  crushOsd: number | null;
  /** How many PGs were placed to find out. */
  crushPgs: number;
  /** What it makes of it with the pool's own PGs, and the OSD that is full first. */
  pgsBytes: number | null;
  pgsOsd: number | null;
}

/** What objects take of the devices. */
export interface ObjectOverhead {
  storedBytes: number;
  usedBytes: number;
  /** `usedBytes` by `storedBytes`; `null` where the objects are empty. */
  ratio: number | null;
  /** What it would be without padding. */
  nominalRatio: number;
  minAllocSizeBytes: number;
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
  return camelKeys(report) as CapacityReport;
}
