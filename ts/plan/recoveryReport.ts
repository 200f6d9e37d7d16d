import type { Amount, Bytes, Count, OsdId, Ratio } from "../base/quantity.ts";
import type { ClusterWarning, Verdict } from "../cluster/cluster.ts";

/** The least, the middle and the most of several simulations. */
export interface AmountRange {
  /** Least. */
  low: Amount;
  /** The one in the middle. */
  median: Amount;
  /** Most. */
  high: Amount;
}

/** Recovery in time: ranges over orders of PGs and over rates, never one number. */
export interface RecoveryReport {
  /** The answer in one sentence, and how bad it is. */
  verdict: Verdict;
  /** What happened meanwhile, in order. */
  moments: RecoveryMoment[];
  /** Simulations: orders of PGs, each with rates of its own. */
  orders: Count;
  /** Seed of the first. */
  seed: Count;
  /** PGs that something is done for. */
  pgs: Count;
  /** Until every PG serves clients; `null` where some never do. */
  activeSeconds: AmountRange | null;
  /** Until no PG is one loss away from losing data; `null` where that is never so. */
  secondCopySeconds: AmountRange | null;
  /** Until no PG lacks a copy; `null` where that is never so. */
  undegradedSeconds: AmountRange | null;
  /** Until every PG is clean; `null` where some never are. */
  cleanSeconds: AmountRange | null;
  /** Until nothing moves any more. */
  settledSeconds: AmountRange;
  /** PGs that copy at once, at most. */
  mostMovingPgs: AmountRange;
  /** PGs that copy at once, on average. */
  meanMovingPgs: AmountRange;
  /** Seconds that PGs wait for slots, all together. */
  waitingSeconds: AmountRange;
  /** Bytes that are copied. */
  movedBytes: AmountRange;
  /** Slots that more urgent PGs have taken away. */
  preemptions: AmountRange;
  /** PGs that are not clean in the end, at most. */
  uncleanPgs: Count;
  /** PGs that were refused for want of room at least once, at most. */
  refusedPgs: Count;
  /** PGs that wait for room in the end, at most. */
  toofullPgs: Count;
  /** Which these are, those first that wait in most simulations. */
  toofull: TooFullPg[];
  /** The course of the median simulation. */
  curves: RecoveryPoint[];
  /**
   * What the time of the median simulation went to: the way from the PG that ended last back to the
   * start, over whom it waited for. The seconds of all parts are the whole time.
   */
  bottlenecks: Bottleneck[];
  /** What kept the PGs on this way from copying faster. */
  paces: Bottleneck[];
  /** How full OSDs become, the fullest first; those alone that get or lose something. */
  osds: RecoveryOsd[];
  /** What other settings or a faster network would give, the most first. */
  gains: RecoveryGain[];
  /** What makes the answer less certain than it looks. */
  warnings: ClusterWarning[];
  /** What it was reckoned with, each with its source. */
  assumptions: RecoveryAssumption[];
  /** How well the data of PGs is known. */
  dataBasis: "counted" | "estimated" | "unknown";
  /** Whether sizes of OSDs are known; else nothing is refused for want of room. */
  hasOsdSizes: boolean;
}

/** Something that happened on the way. */
export interface RecoveryMoment {
  /** When, in seconds since the start. */
  atSeconds: Count;
  /** What. */
  text: string;
}

/** A PG that finds no room. */
export interface TooFullPg {
  /** The PG as Ceph prints it, such as `3.1f`. */
  pg: string;
  /** In how many of the simulations it waits in the end. */
  simulations: Count;
}

/** How PGs are at one time. */
export interface RecoveryPoint {
  /** Seconds since the start. */
  atSeconds: Amount;
  /** PGs that lack copies. */
  degraded: Count;
  /** PGs with copies in the wrong place. */
  misplaced: Count;
  /** PGs that copy. */
  moving: Count;
  /** PGs that wait for slots. */
  waiting: Count;
  /** PGs that wait for room. */
  toofull: Count;
  /** PGs that serve no clients. */
  inactive: Count;
  /** PGs that one more loss would lose. */
  lastCopy: Count;
}

/** Where time is lost. */
export interface Bottleneck {
  /**
   * Slots of an OSD (`osd_max_backfills`) as a primary or as a target, the last PG's own copying,
   * what came before copying, or the wait after a refusal; of paces: the pause before each object,
   * objects on their way, the device, its scheduler, the network of a host.
   */
  kind:
    | "local_slot"
    | "remote_slot"
    | "last_pg"
    | "start"
    | "retry"
    | "recovery_sleep"
    | "recovery_max_active"
    | "device"
    | "scheduler_recovery"
    | "scheduler_best_effort"
    | "network_out"
    | "network_in";
  /** Of which OSD; `null` where it is of none. */
  osd: OsdId | null;
  /** Of which host; `null` where it is of none. */
  host: string | null;
  /** Seconds of the whole time. */
  seconds: Amount;
  /** The same, of the whole. */
  ratio: Ratio;
}

/** How full an OSD becomes; `null` where its size is not known. */
export interface RecoveryOsd {
  /** Its id. */
  osd: OsdId;
  /** Its size. */
  totalBytes: Bytes | null;
  /** Used at the start. */
  startBytes: Bytes | null;
  /** Used at most in any of the simulations. */
  peakBytes: Bytes | null;
  /** When that is, in the simulation in which it is most. */
  peakAtSeconds: Amount | null;
  /** Used in the end of the median simulation. */
  endBytes: Bytes | null;
  /** Used at most, of its size. */
  peakRatio: Ratio | null;
  /** The limit that it is above then. */
  peakLevel: "below" | "nearfull" | "backfillfull" | "full" | null;
  /** Bytes that it gets in the median simulation. */
  receivedBytes: Bytes;
}

/** What something else would give. */
export interface RecoveryGain {
  /** What would be different, such as `osd_max_backfills=2`. */
  what: string;
  /** Until nothing moves any more, with it. */
  settledSeconds: AmountRange;
  /** How many times as fast it is, by the medians; below 1 for slower. */
  factor: Ratio;
  /** Why it is slower; `null` where it is not. */
  reason: string | null;
}

/** A number that the answer hangs on. */
export interface RecoveryAssumption {
  /** Ceph's name of a setting, or what of the rates it is. */
  name: string;
  /** Its value, with its unit. */
  value: string;
  /** Where it is from: a default, a setting, given or assumed. */
  source: string;
}
