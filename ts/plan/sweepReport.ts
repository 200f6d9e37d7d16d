import type { Amount, Bytes, Count, OsdId, PoolId, Ratio, Share } from "../base/quantity.ts";
import type { Verdict } from "../cluster/cluster.ts";
import type { FillLevel } from "../cluster/clusterReport.ts";

/**
 * The worst that a failure does, against the cluster as it was: some PGs cannot be read any more
 * (`lost`), serve no client until they are healed (`inactive`), stay short of copies since their
 * rule finds no OSD (`undersized`), or wait for room (`too_full`); else Ceph heals it.
 */
export type SweepVerdict = "lost" | "inactive" | "undersized" | "too_full" | "healed";

/** What the failure of one or two domains comes to. What is not known is `null`. */
export interface SweepFailure {
  /** What fails: `host7`, or for pairs `host7+host9`. */
  failed: string;
  /**
   * The same as a list.
   *
   * @minItems 1
   * @maxItems 2
   */
  domains: string[];
  /** Its type: `osd`, `host`, … */
  type: string;
  /** The worst that it does. */
  verdict: SweepVerdict;
  /** OSDs that go down. */
  osdsFailed: Count;
  /** PGs that fewer OSDs serve than the pool's size, right after the failure. */
  pgsUndersized: Count;
  /** Of these, PGs that serve no client. */
  pgsBelowMinSize: Count;
  /** Of these, PGs without a copy (or k shards) on an OSD that is up. */
  pgsLost: Count;
  /** PGs that stay undersized when all data has moved that can: their rule finds no OSD. */
  pgsUndersizedHealed: Count;
  /** PGs that stay below min_size then. */
  pgsBelowMinSizeHealed: Count;
  /** Shards (or replicas) to be rebuilt, since their OSD is gone. */
  rebuildShards: Count;
  /** Bytes in these. */
  rebuildBytes: Bytes | null;
  /** Shards that OSDs receive, those to be rebuilt among them. */
  movedShards: Count;
  /** Bytes in these. */
  movedBytes: Bytes | null;
  /** The fullest OSD that is left when all data has moved that can. */
  fullestOsd: OsdId | null;
  /** Its used bytes by its size. */
  fullestRatio: Ratio | null;
  /**
   * What the fullest OSD, which may be another one, would reach were there room for all data that
   * has to move. Requirements such as `below 80%` go by this.
   */
  fullestWantedRatio: Ratio | null;
  /** The limit that the fullest OSD reaches. */
  fullestLevel: FillLevel | null;
  /** The OSD with the most PGs then. */
  mostPgsOsd: OsdId | null;
  /** How many it has. */
  mostPgs: Count;
  /** PGs that wait for ever, since an OSD that should hold them would pass backfillfull_ratio. */
  pgsBackfillToofull: Count;
  /** Their shards that cannot be copied. */
  backfillToofullShards: Count;
  /** Bytes in these. */
  backfillToofullBytes: Bytes | null;
}

/** A share, from 0 to 1. */
export interface SweepShare {
  /** Part of all. */
  share: Share;
  /** At least this with a probability of 95 %; the share itself where all was counted. */
  shareLow: Share;
  /** At most this with a probability of 95 %; the share itself where all was counted. */
  shareHigh: Share;
}

/** Failures by what they come to. */
export interface SweepTally {
  /** Failures that there are. */
  all: Count;
  /** Those that were gone through: all, or a sample. */
  evaluated: Count;
  /** Share of each verdict among all failures, the worst first. */
  verdicts: SweepVerdictShare[];
}

/** Failures that come to the same. */
export interface SweepVerdictShare extends SweepShare {
  /** What they come to. */
  verdict: SweepVerdict;
  /** How many of those that were gone through do. */
  failures: Count;
}

/** All failures of one type. */
export interface SweepType {
  /** `osd`, `host`, `rack`, … */
  type: string;
  /** How many there are that hold OSDs. */
  domains: Count;
  /**
   * Whether the monitors, with the settings of the cluster, mark the OSDs out by themselves when a
   * whole domain fails. If not, nothing heals until an operator does.
   */
  goesOutByItself: boolean;
  /** What a person needs to know. */
  sentence: string;
  /** Each domain by itself. */
  singles: SweepTally;
  /** Two domains at once, if they were asked for. */
  pairs: SweepTally | null;
  /** What a person needs to know of pairs. */
  pairsSentence: string | null;
}

/** Which OSDs share data, and how many losses of several OSDs at once lose some. */
export interface Copysets {
  /** OSDs that can be lost: those that are up and in, or hold data. */
  osds: Count;
  /** PGs that can be read. */
  pgs: Count;
  /** PGs that cannot be read as it is; they are on no set. */
  pgsUnreadable: Count;
  /** Distinct sets of OSDs that PGs are on. */
  copysets: Count;
  /** OSDs that each OSD shares data with, on average. */
  scatterWidthMean: Amount;
  /** The same by pool. */
  pools: PoolCopysets[];
  /** Losses of so many OSDs at once, by rising number. */
  losses: CopysetLoss[];
}

/** Distinct sets of OSDs that a pool's PGs are on. */
export interface PoolCopysets {
  /** Id of the pool. */
  pool: PoolId;
  /** Its name. */
  name: string;
  /** How many sets there are. */
  copysets: Count;
}

/** Losses of some OSDs at once: the share of them that loses data. */
export interface CopysetLoss extends SweepShare {
  /**
   * OSDs lost at once.
   *
   * @minimum 1
   */
  osdsLost: Count;
  /**
   * Ways in which so many OSDs can be lost.
   *
   * @minimum 1
   */
  combinations: Amount;
  /** Whether all ways were counted, or a sample drawn. */
  method: "exact" | "sampled";
}

/** Whether a requirement is met. */
export interface RequirementCheck {
  /** The requirement as it was asked. */
  text: string;
  /** By all failures that were gone through. */
  isMet: boolean;
  /** Failures that it was checked for. */
  checked: Count;
  /** Failures after which it does not hold. */
  failing: Count;
  /** The worst of these. */
  worst: string | null;
  /** Whether the failures were a sample, so that others might fail it. */
  isSample: boolean;
}

/** Every failure of some types. */
export interface SweepReport {
  /** The answer in one sentence, and how bad it is. */
  verdict: Verdict;
  /** Where bytes are from: `counted` for each PG, `estimated` from pools, or `unknown`. */
  dataBasis: "counted" | "estimated" | "unknown";
  /** Whether the fill of OSDs is known: their sizes, and the data of all pools. */
  hasFill: boolean;
  /** Seed of samples. */
  seed: Count;
  /** The cluster before anything fails. */
  start: SweepStart;
  /** What was gone through, by type. */
  types: SweepType[];
  /** The worst first. */
  failures: SweepFailure[];
  /** What was required. */
  requirements: RequirementCheck[];
  /** Which OSDs share data; `null` where that was not asked for. */
  copysets: Copysets | null;
}

/** The cluster before anything fails. */
export interface SweepStart {
  /** PGs of the cluster. */
  pgs: Count;
  /** PGs that fewer OSDs serve than the pool's size. */
  pgsUndersized: Count;
  /** Of these, PGs that serve no client. */
  pgsBelowMinSize: Count;
  /** Of these, PGs without a copy (or k shards) on an OSD that is up. */
  pgsLost: Count;
  /** PGs that are undersized when all that can move has moved. */
  pgsUndersizedHealed: Count;
  /** The fullest OSD then. */
  fullestOsd: OsdId | null;
  /** Its used bytes by its size. */
  fullestRatio: Ratio | null;
}
