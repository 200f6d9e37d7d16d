import type { Amount, Bytes, Count, ItemId, OsdId, PoolId, Ratio } from "../base/quantity.ts";
import type { Verdict } from "../cluster/cluster.ts";

/** PGs of some OSDs. */
export interface PgsPerOsd {
  /** Fewest. */
  min: Count;
  /** Mean. */
  mean: Amount;
  /** Most. */
  max: Count;
  /** Standard deviation, of all these OSDs. */
  standardDeviation: Amount;
}

/** The OSD that has most of a pool, for its weight. */
export interface FullestOsd {
  /** Its id. */
  osd: OsdId;
  /** PGs of the pool that it has. */
  pgs: Count;
  /** PGs that its weight asks it to have. */
  pgsAsked: Amount;
  /** PGs by PGs asked. */
  ratio: Ratio;
}

/** What moves. */
export interface Moved {
  /** Shards (or replicas) of PGs. */
  shards: Count;
  /** Bytes in these; 0 where the data of pools is not known. */
  bytes: Bytes;
}

/** What moves when the managers carry out a change of `pg_num` in their steps. */
export interface StagedMove {
  /** Steps of the managers. */
  steps: Count;
  /** In all steps; a PG may move more than once. */
  moved: Moved;
  /** Largest part of the pool's object copies that is misplaced at a time, where it is known. */
  misplacedRatioMax: Ratio | null;
}

/** One number of PGs, measured by placing them on the map. */
export interface PgNumCandidate {
  /** The number. */
  pgNum: Count;
  /** The pool's PGs on each of its OSDs. */
  pgsPerOsd: PgsPerOsd;
  /** The OSD that has most of the pool, for its weight. */
  fullestOsd: FullestOsd | null;
  /** Part of the pool's space that the fullest OSD keeps from being used. */
  spaceLostRatio: Ratio;
  /** The same if upmaps left no OSD more than one PG above what its weight asks for. */
  spaceLostUpmapRatio: Ratio;
  /** The same with upmap_max_deviation, 5 PGs, where the balancer stops. */
  spaceLostBalancerRatio: Ratio;
  /** PGs that get fewer OSDs than the pool's size. */
  pgsShort: Count;
  /** PGs of all pools on these OSDs, the others being as recommended. */
  pgsPerOsdAllPools: PgsPerOsd;
  /** The same on the OSDs that stay when the pool's heaviest host is lost. */
  pgsPerOsdAllPoolsHostLost: PgsPerOsd;
  /** Whether no OSD has more than mon_max_pg_per_osd. */
  isWithinMax: boolean;
  /** Whether none has when the host is lost. */
  isWithinMaxHostLost: boolean;
  /** Data in each PG, of what the pool stores or is expected to; `null` where that is not known. */
  bytesPerPg: Amount | null;
  /** What a change from today's number moves in the end; `null` for a new pool. */
  moved: Moved | null;
}

/** What the manager's pg_autoscaler says about a pool, under its own names. */
export interface AutoscalerAdvice {
  /** Bucket that the pool's rule takes first. */
  crushRootId: ItemId;
  /** Size of the OSDs below it. */
  subtreeCapacityBytes: Bytes;
  /** Bytes on OSDs for each byte stored. */
  rawUsedRate: Ratio;
  /** What the pool uses on OSDs, or is expected to by its target_size_bytes. */
  rawUsedBytes: Amount;
  /** Part of the capacity: what is used, is expected, or the effective target ratio. */
  capacityRatio: Ratio;
  /** target_size_ratio, scaled to the other pools' targets. */
  effectiveTargetRatio: Ratio;
  /** pg_autoscale_bias. */
  bias: Amount;
  /** Whether the pool has the flag bulk. */
  isBulk: boolean;
  /**
   * PGs before they are rounded.
   *
   * @asType integer
   */
  pgNumIdeal: number;
  /** PGs that it recommends. */
  pgNumFinal: Count;
  /** Whether it would change the pool by itself. */
  wouldAdjust: boolean;
}

/** What an autoscaler says, or why it does not. */
export interface AutoscalerView {
  /** What it says. */
  advice: AutoscalerAdvice | null;
  /** Why it says nothing. */
  skipped: "overlapping_roots" | "no_capacity" | "no_root" | null;
}

/** What a monitor reckons when a number of PGs is set, and its answer. */
export interface PgNumCheck {
  /** Whether it takes the number. */
  isAllowed: boolean;
  /** PGs with their replicas that there would be, of the pools that count. */
  pgReplicas: Count;
  /** OSDs that they are spread over; 3 at least. */
  osds: Count;
  /** mon_max_pg_per_osd times the OSDs. */
  pgReplicasMax: Count;
  /** Whole PGs per OSD. */
  pgsPerOsd: Count;
}

/** What each known method says, by its name as it is known; `null` where it says nothing. */
export interface PgNumMethods {
  /** OSDs x 100 / size, next power of two. It knows of no other pools. */
  classic: Count;
  /** The same, the lower power being kept when it is at most 25 % below. */
  classic_keep_lower: Count;
  /** The old table by number of OSDs; nothing above 50. */
  table: Count | null;
  /** PGCalc with 100 PGs per OSD. */
  pgcalc_100: Count;
  /** PGCalc with 200 PGs per OSD. */
  pgcalc_200: Count;
  /** PGCalc with 300 PGs per OSD. */
  pgcalc_300: Count;
  /** The autoscaler of Pacific, mon_target_pg_per_osd 100; `null` where it skips the pool. */
  pg_autoscaler_pacific: Count | null;
  /** That of the newest release, mon_target_pg_per_osd 200; `null` where it skips the pool. */
  pg_autoscaler_latest: Count | null;
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
  /** Id of the pool. */
  id: PoolId;
  /** Its name. */
  name: string;
  /** Replicas, or k + m. */
  size: Count;
  /** k of an erasure-coded pool. */
  dataShards: Count | null;
  /** OSDs that its rule can use and that are in. */
  osds: Count;
  /** Percent of the data on these OSDs that it has, or is expected to have. */
  percent: Amount;
  /** PGs that it has or is on its way to; `null` for a pool that does not exist yet. */
  pgNum: Count | null;
  /** PGs that it should have. */
  recommendedPgNum: Count;
  /** PGs that the target comes to, before rounding. */
  idealPgNum: Amount;
  /** Which limit decided. */
  decidedBy: PgNumDecision;
  /** The same in a sentence. */
  reason: string;
  /** What each known method says. */
  methods: PgNumMethods;
  /** What the autoscaler of Pacific says. */
  autoscalerPacific: AutoscalerView;
  /** What the autoscaler of the newest release says. */
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
  /** Its name. */
  release: string;
  /** PGs per OSD to aim at. */
  monTargetPgPerOsd: Count;
  /** PGs per OSD from which monitors refuse. */
  monMaxPgPerOsd: Count;
  /** PGs from which an OSD takes no new ones. */
  pgsPerOsdHardMax: Count;
}

/** What PGCalc prints below its table. */
export interface PgcalcOutput {
  /** PGs per OSD that were aimed at. */
  targetPgsPerOsd: Count;
  /** Sum of the pools' percents. */
  percentTotal: Amount;
  /** Whether that is a multiple of 100, to two decimals. */
  isPercentTotalWhole: boolean;
  /** Sum of the pools' PG counts, without replicas. */
  pgNumTotal: Count;
  /** Lines of a shell script that creates the pools. */
  commands: string[];
}

/** Recommended numbers of PGs. */
export interface PgNumReport {
  /** The answer in one sentence, and how bad it is. */
  verdict: Verdict;
  /** Defaults of the release that were reckoned with. */
  limits: ReleaseLimits;
  /** PGs per OSD that were aimed at. */
  targetPgsPerOsd: Count;
  /** Pools by rising id. */
  pools: PoolPgNum[];
  /** PGs of all pools on each OSD that pools use, today; `null` for new pools. */
  pgsPerOsdToday: PgsPerOsd | null;
  /** The same as recommended. */
  pgsPerOsdRecommended: PgsPerOsd;
  /** Commands that make the cluster so. */
  commands: string[];
  /** What PGCalc prints below its table. */
  pgcalc: PgcalcOutput;
}
