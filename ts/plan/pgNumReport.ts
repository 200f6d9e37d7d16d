import type { Verdict } from "../cluster/cluster.ts";

/** PGs of some OSDs. */
export interface PgsPerOsd {
  min: number;
  mean: number;
  max: number;
  standardDeviation: number;
}

/** The OSD that has most of a pool, for its weight. */
export interface FullestOsd {
  osd: number;
  /** PGs of the pool that it has. */
  pgs: number;
  /** PGs that its weight asks it to have. */
  pgsAsked: number;
  /** `pgs` by `pgsAsked`. */
  ratio: number;
}

/** What moves. */
export interface Moved {
  shards: number;
  /** 0 where the data of pools is not known. */
  bytes: number;
}

/** What moves when the managers carry out a change of `pg_num` in their steps. */
export interface StagedMove {
  steps: number;
  /** In all steps; a PG may move more than once. */
  moved: Moved;
  /** Largest part of the pool's object copies that is misplaced at a time, where it is known. */
  misplacedRatioMax: number | null;
}

/** One number of PGs, measured by placing them on the map. */
export interface PgNumCandidate {
  pgNum: number;
  /** The pool's PGs on each of its OSDs. */
  pgsPerOsd: PgsPerOsd;
  fullestOsd: FullestOsd | null;
  /** Part of the pool's space that the fullest OSD keeps from being used. */
  spaceLostRatio: number;
  /** The same if upmaps left no OSD more than one PG above what its weight asks for. */
  spaceLostUpmapRatio: number;
  /** The same with upmap_max_deviation, 5 PGs, where the balancer stops. */
  spaceLostBalancerRatio: number;
  /** PGs that get fewer OSDs than the pool's size. */
  pgsShort: number;
  /** PGs of all pools on these OSDs, the others being as recommended. */
  pgsPerOsdAllPools: PgsPerOsd;
  /** The same on the OSDs that stay when `hostLost` is lost. */
  pgsPerOsdAllPoolsHostLost: PgsPerOsd;
  /** Whether no OSD has more than mon_max_pg_per_osd. */
  isWithinMax: boolean;
  /** Whether none has when the host is lost. */
  isWithinMaxHostLost: boolean;
  /** Data in each PG, of what the pool stores or is expected to; `null` where that is not known. */
  bytesPerPg: number | null;
  /** What a change from today's number moves in the end; `null` for a new pool. */
  moved: Moved | null;
}

/** What the manager's pg_autoscaler says about a pool, under its own names. */
export interface AutoscalerAdvice {
  /** Bucket that the pool's rule takes first. */
  crushRootId: number;
  /** Size of the OSDs below it. */
  subtreeCapacityBytes: number;
  /** Bytes on OSDs for each byte stored. */
  rawUsedRate: number;
  /** What the pool uses on OSDs, or is expected to by its target_size_bytes. */
  rawUsedBytes: number;
  /** Part of the capacity: what is used, is expected, or the effective target ratio. */
  capacityRatio: number;
  /** target_size_ratio, scaled to the other pools' targets. */
  effectiveTargetRatio: number;
  /** pg_autoscale_bias. */
  bias: number;
  /** Whether the pool has the flag bulk. */
  isBulk: boolean;
  /** PGs before they are rounded. */
  pgNumIdeal: number;
  /** PGs that it recommends. */
  pgNumFinal: number;
  /** Whether it would change the pool by itself. */
  wouldAdjust: boolean;
}

/** What an autoscaler says, or why it does not. */
export interface AutoscalerView {
  advice: AutoscalerAdvice | null;
  skipped: "overlapping_roots" | "no_capacity" | "no_root" | null;
}

/** What a monitor reckons when a number of PGs is set, and its answer. */
export interface PgNumCheck {
  /** Whether it takes the number. */
  isAllowed: boolean;
  /** PGs with their replicas that there would be, of the pools that count. */
  pgReplicas: number;
  /** OSDs that they are spread over; 3 at least. */
  osds: number;
  /** mon_max_pg_per_osd times the OSDs. */
  pgReplicasMax: number;
  /** Whole PGs per OSD. */
  pgsPerOsd: number;
}

/** What each known method says, by its name as it is known; `null` where it says nothing. */
export interface PgNumMethods {
  /** OSDs x 100 / size, next power of two. It knows of no other pools. */
  classic: number;
  /** The same, the lower power being kept when it is at most 25 % below. */
  classic_keep_lower: number;
  /** The old table by number of OSDs; nothing above 50. */
  table: number | null;
  /** PGCalc with 100 PGs per OSD. */
  pgcalc_100: number;
  pgcalc_200: number;
  pgcalc_300: number;
  /** The autoscaler of Pacific, mon_target_pg_per_osd 100. */
  pg_autoscaler_pacific: number | null;
  /** That of the newest release, mon_target_pg_per_osd 200. */
  pg_autoscaler_latest: number | null;
}

/** Which limit decided a recommendation. */
export type PgNumDecision =
  | "target_pgs_per_osd"
  | "balance"
  | "pg_num_min"
  | "pg_num_max"
  | "mon_max_pg_per_osd"
  | "host_lost"
  | "today";

/** What is said about one pool. */
export interface PoolPgNum {
  id: number;
  name: string;
  /** Replicas, or k + m. */
  size: number;
  /** k of an erasure-coded pool. */
  dataShards: number | null;
  /** OSDs that its rule can use and that are in. */
  osds: number;
  /** Percent of the data on these OSDs that it has, or is expected to have. */
  percent: number;
  /** PGs that it has or is on its way to; `null` for a pool that does not exist yet. */
  pgNum: number | null;
  /** PGs that it should have. */
  recommendedPgNum: number;
  /** PGs that the target comes to, before rounding. */
  idealPgNum: number;
  /** Which limit decided. */
  decidedBy: PgNumDecision;
  /** The same in a sentence. */
  reason: string;
  methods: PgNumMethods;
  autoscalerPacific: AutoscalerView;
  autoscalerLatest: AutoscalerView;
  /** The check of monitors up to Pacific; pools before this one in the list are changed already. */
  checkPacific: PgNumCheck;
  /** The same of monitors from Quincy on. */
  checkQuincy: PgNumCheck;
  /** The host whose loss was measured: the one with most of the pool. */
  hostLost: string | null;
  /** Numbers that were measured, by rising number. */
  candidates: PgNumCandidate[];
  /** The change from today's number; `null` where nothing changes. */
  staged: StagedMove | null;
}

/** Defaults of a release. */
export interface ReleaseLimits {
  release: string;
  /** PGs per OSD to aim at. */
  monTargetPgPerOsd: number;
  /** PGs per OSD from which monitors refuse. */
  monMaxPgPerOsd: number;
  /** PGs from which an OSD takes no new ones. */
  pgsPerOsdHardMax: number;
}

/** What PGCalc prints below its table. */
export interface PgcalcOutput {
  /** PGs per OSD that were aimed at. */
  targetPgsPerOsd: number;
  /** Sum of the pools' percents. */
  percentTotal: number;
  /** Whether that is a multiple of 100, to two decimals. */
  isPercentTotalWhole: boolean;
  /** Sum of the pools' PG counts, without replicas. */
  pgNumTotal: number;
  /** Lines of a shell script that creates the pools. */
  commands: string[];
}

/** Recommended numbers of PGs. */
export interface PgNumReport {
  /** The answer in one sentence, and how bad it is. */
  verdict: Verdict;
  limits: ReleaseLimits;
  /** PGs per OSD that were aimed at. */
  targetPgsPerOsd: number;
  /** Pools by rising id. */
  pools: PoolPgNum[];
  /** PGs of all pools on each OSD that pools use, today; `null` for new pools. */
  pgsPerOsdToday: PgsPerOsd | null;
  /** The same as recommended. */
  pgsPerOsdRecommended: PgsPerOsd;
  /** Commands that make the cluster so. */
  commands: string[];
  pgcalc: PgcalcOutput;
}
