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
  /** The same as a list. */
  domains: string[];
  /** Its type: `osd`, `host`, … */
  type: string;
  verdict: SweepVerdict;
  /** OSDs that go down. */
  osdsFailed: number;
  /** PGs that fewer OSDs serve than the pool's size, right after the failure. */
  pgsUndersized: number;
  /** Of these, PGs that serve no client. */
  pgsBelowMinSize: number;
  /** Of these, PGs without a copy (or k shards) on an OSD that is up. */
  pgsLost: number;
  /** PGs that stay undersized when all data has moved that can: their rule finds no OSD. */
  pgsUndersizedHealed: number;
  pgsBelowMinSizeHealed: number;
  /** Shards (or replicas) to be rebuilt, since their OSD is gone. */
  rebuildShards: number;
  rebuildBytes: number | null;
  /** Shards that OSDs receive, those to be rebuilt among them. */
  movedShards: number;
  movedBytes: number | null;
  /** The fullest OSD when all has moved, were there room for all of it. */
  fullestOsd: number | null;
  /** Its used bytes by its size. */
  fullestRatio: number | null;
  /** The limit that it reaches. */
  fullestLevel: FillLevel | null;
  /** The OSD with the most PGs when all has moved. */
  mostPgsOsd: number | null;
  mostPgs: number;
  /** PGs that wait for ever, since an OSD that shall hold them passes backfillfull_ratio. */
  pgsBackfillToofull: number;
  /** Their shards that cannot be copied. */
  backfillToofullShards: number;
  backfillToofullBytes: number | null;
}

/** A share, from 0 to 1. */
export interface SweepShare {
  share: number;
  /** Between these it is with a probability of 95 %; the share itself where all was counted. */
  shareLow: number;
  shareHigh: number;
}

/** Failures by what they come to. */
export interface SweepTally {
  /** Failures that there are. */
  all: number;
  /** Those that were gone through: all, or a sample. */
  evaluated: number;
  /** The worst verdict first. */
  verdicts: (SweepShare & { verdict: SweepVerdict; failures: number })[];
}

/** All failures of one type. */
export interface SweepType {
  /** `osd`, `host`, `rack`, … */
  type: string;
  /** How many there are that hold OSDs. */
  domains: number;
  /**
   * Whether the monitors mark the OSDs out by themselves when a whole domain fails, with default
   * settings. If not, nothing heals until an operator does.
   */
  goesOutByItself: boolean;
  /** What a person needs to know. */
  sentence: string;
  /** Each domain by itself. */
  singles: SweepTally;
  /** Two domains at once, if they were asked for. */
  pairs: SweepTally | null;
  /** The same of pairs. */
  pairsSentence: string | null;
}

/** Which OSDs share data, and how many losses of several OSDs at once lose some. */
export interface Copysets {
  /** OSDs that can be lost: those that are up and in, or hold data. */
  osds: number;
  /** PGs that can be read. */
  pgs: number;
  /** PGs that cannot be read as it is; they are on no set. */
  pgsUnreadable: number;
  /** Distinct sets of OSDs that PGs are on. */
  copysets: number;
  /** OSDs that each OSD shares data with, on average. */
  scatterWidthMean: number;
  pools: { pool: number; name: string; copysets: number }[];
  /** Losses of so many OSDs at once, by rising number. */
  losses: CopysetLoss[];
}

/** Losses of some OSDs at once: the share of them that loses data. */
export interface CopysetLoss extends SweepShare {
  osdsLost: number;
  /** Ways in which so many OSDs can be lost. */
  combinations: number;
  method: "exact" | "sampled";
}

/** Whether a requirement is met. */
export interface RequirementCheck {
  text: string;
  /** By all failures that were gone through. */
  isMet: boolean;
  checked: number;
  /** Failures after which it does not hold. */
  failing: number;
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
  seed: number;
  /** The cluster before anything fails. */
  start: SweepStart;
  types: SweepType[];
  /** The worst first. */
  failures: SweepFailure[];
  requirements: RequirementCheck[];
  copysets: Copysets | null;
}

/** The cluster before anything fails. */
export interface SweepStart {
  pgs: number;
  pgsUndersized: number;
  pgsBelowMinSize: number;
  pgsLost: number;
  /** PGs that are undersized when all that can move has moved. */
  pgsUndersizedHealed: number;
  fullestOsd: number | null;
  fullestRatio: number | null;
}
