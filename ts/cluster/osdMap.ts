import type { NativeCluster, NativeClusterInfo, NativePool } from "#native";

/** Facts about a cluster's OSDMap as a whole. */
export interface ClusterInfo {
  /** Identity of the cluster. */
  fsid: string;
  /** Number of the map; it rises with every change. */
  epoch: number;
  /** Flags of the map that are set, such as `noout`. */
  flags: string[];
  /** OSDs have ids below this. */
  maxOsd: number;
  /** Fill, from 0 to 1, from which an OSD counts as nearly full. */
  nearfullRatio: number;
  /** Fill from which an OSD takes no backfill. */
  backfillfullRatio: number;
  /** Fill from which an OSD takes no writes. */
  fullRatio: number;
  /** Oldest release that OSDs must be of: 12 luminous, 16 pacific, 19 squid. */
  requireOsdRelease: number;
  /** PGs that other OSDs serve for the time being, because those that shall lack data. */
  pgTemps: number;
}

/** A pool. */
export interface Pool {
  id: number;
  name: string;
  type: "replicated" | "erasure";
  /** Replicas, or k + m. */
  size: number;
  /** A PG with fewer OSDs takes no writes. */
  minSize: number;
  /** Id of its CRUSH rule. */
  crushRule: number;
  pgNum: number;
  pgpNum: number;
  /** What `pgNum` is on its way to. */
  pgNumTarget: number;
  /** What `pgpNum` is on its way to. */
  pgpNumTarget: number;
  /** How object names are hashed. */
  objectHash: "rjenkins" | "linux";
  /** Bits as Ceph's `pg_pool_t` has them. */
  flags: number;
  /** Name of its erasure code profile. */
  erasureCodeProfile?: string;
  /** Most bytes that may be stored; absent where there is no limit. */
  quotaMaxBytes?: number;
  /** Most objects that may be stored; absent where there is no limit. */
  quotaMaxObjects?: number;
  /** Pool that this one is a cache tier of. */
  tierOf?: number;
  /** Tier that reads go to. */
  readTier?: number;
  /** Tier that writes go to. */
  writeTier?: number;
  /** How a tier caches. */
  cacheMode: CacheMode;
  /** Objects in it, where that is known; so with the three below. */
  objects?: number;
  /** Bytes of its data, each object counted once. */
  storedBytes?: number;
  /** Bytes that it takes on all OSDs. */
  usedBytes?: number;
  /** Bytes that the cluster says can still be stored. */
  maxAvailBytes?: number;
}

/** How a cache tier caches. */
export type CacheMode = (typeof CACHE_MODES)[number];

const CACHE_MODES = [
  "none",
  "writeback",
  "forward",
  "readonly",
  "readforward",
  "readproxy",
  "proxy",
] as const;

/** An OSD. */
export interface Osd {
  id: number;
  isUp: boolean;
  /** Whether its reweight is above 0. */
  isIn: boolean;
  /** It was destroyed; its id waits for a successor. */
  isDestroyed: boolean;
  /** What `ceph osd reweight` sets, 0 to 1. */
  reweight: number;
  /** 0 to 1. */
  primaryAffinity: number;
  /** Size of the device, where that is known; so with the two below. */
  totalBytes?: number;
  usedBytes?: number;
  availableBytes?: number;
  /** Data of objects, where it is counted apart (since Nautilus); so with the two below. */
  dataBytes?: number;
  /** Entries of omaps. */
  omapBytes?: number;
  /** What else the store's database takes. */
  metadataBytes?: number;
}

/** Bits of an OSD's state, as `CEPH_OSD_*`. */
const STATE = { exists: 1, up: 2, destroyed: 128 } as const;
/** 16.16 fixed point, as the OSDMap stores reweights. */
const ONE = 0x1_0000;

/** Names of the map's flags by bit, as `ceph osd dump` prints them; unused bits have none. */
const FLAG_NAMES = [
  "nearfull",
  "full",
  "pauserd",
  "pausewr",
  "pauserec",
  "noup",
  "nodown",
  "noout",
  "noin",
  "nobackfill",
  "norecover",
  "noscrub",
  "nodeep-scrub",
  "notieragent",
  "norebalance",
  "sortbitwise",
  "require_jewel_osds",
  "require_kraken_osds",
  "require_luminous_osds",
  "recovery_deletes",
  "purged_snapdirs",
  "nosnaptrim",
  "pglog_hardlimit",
  "noautoscale",
] as const;

/** Facts about the map as a whole. */
export function readInfo({ flags, ...info }: NativeClusterInfo): ClusterInfo {
  return { ...info, flags: FLAG_NAMES.filter((_, bit) => (flags & (1 << bit)) !== 0) };
}

/** A pool as plain data. */
export function readPool(pool: NativePool): Pool {
  const { objects, storedBytes, usedBytes, maxAvailBytes } = pool;
  return {
    id: pool.id,
    name: pool.name,
    type: pool.isErasure ? "erasure" : "replicated",
    size: pool.size,
    minSize: pool.minSize,
    crushRule: pool.crushRule,
    pgNum: pool.pgNum,
    pgpNum: pool.pgpNum,
    pgNumTarget: pool.pgNumTarget,
    pgpNumTarget: pool.pgpNumTarget,
    objectHash: pool.isLinuxHash ? "linux" : "rjenkins",
    flags: pool.flags,
    ...(pool.erasureCodeProfile !== "" && { erasureCodeProfile: pool.erasureCodeProfile }),
    ...(pool.quotaMaxBytes > 0 && { quotaMaxBytes: pool.quotaMaxBytes }),
    ...(pool.quotaMaxObjects > 0 && { quotaMaxObjects: pool.quotaMaxObjects }),
    ...(pool.tierOf >= 0 && { tierOf: pool.tierOf }),
    ...(pool.readTier >= 0 && { readTier: pool.readTier }),
    ...(pool.writeTier >= 0 && { writeTier: pool.writeTier }),
    cacheMode: CACHE_MODES[pool.cacheMode] ?? "none",
    ...(objects !== undefined && { objects }),
    ...(storedBytes !== undefined && { storedBytes }),
    ...(usedBytes !== undefined && { usedBytes }),
    ...(maxAvailBytes !== undefined && { maxAvailBytes }),
  };
}

/** The OSDs that exist, by rising id. */
export function readOsds(native: NativeCluster): Osd[] {
  const { states, weights, primaryAffinities, ...sizes } = native.osds();
  return [...states].flatMap((state, id) => {
    if ((state & STATE.exists) === 0) {
      return [];
    }
    const weight = weights[id] ?? 0;
    const totalBytes = sizes.totalBytes[id] ?? Number.NaN;
    const osd: Osd = {
      id,
      isUp: (state & STATE.up) !== 0,
      isIn: weight > 0,
      isDestroyed: (state & STATE.destroyed) !== 0,
      reweight: weight / ONE,
      primaryAffinity: (primaryAffinities[id] ?? ONE) / ONE,
    };
    if (!Number.isNaN(totalBytes)) {
      osd.totalBytes = totalBytes;
      osd.usedBytes = sizes.usedBytes[id] ?? 0;
      osd.availableBytes = sizes.availableBytes[id] ?? 0;
    }
    const dataBytes = sizes.dataBytes[id] ?? Number.NaN;
    if (!Number.isNaN(dataBytes)) {
      osd.dataBytes = dataBytes;
      osd.omapBytes = sizes.omapBytes[id] ?? 0;
      osd.metadataBytes = sizes.metadataBytes[id] ?? 0;
    }
    return [osd];
  });
}
