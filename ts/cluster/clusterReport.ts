/** What two states of a cluster differ in, in numbers. */
export interface ClusterSummary {
  /**
   * Where objects and bytes are from: `counted` for each PG by the cluster, `estimated` from what
   * pools hold, or `unknown`: then they are 0, and PGs and shards are what counts.
   */
  dataBasis: "counted" | "estimated" | "unknown";
  /** Whether the sizes of OSDs are known; without them there is no fill. */
  hasOsdSizes: boolean;
  pgsBefore: number;
  pgsAfter: number;
  /** PGs that differ in anything: up, acting, a primary, state; new and gone ones. */
  pgsChanged: number;
  /** PGs that have a shard to copy. */
  pgsMoved: number;
  /** Shards (or replicas) that OSDs receive. */
  shardsMoved: number;
  /** Of these, those whose former OSD is down or gone: they are rebuilt from others. */
  shardsRebuilt: number;
  /** Fewest shards that could do, given how many each OSD ends up with. */
  shardsMovedLeast: number;
  /** `shardsMoved` by `shardsMovedLeast`; `null` where that is 0. */
  shardsMovedRatio: number | null;
  /** Objects in the shards moved, each as often as it moves. */
  objectCopiesMoved: number;
  /** Bytes that OSDs receive. */
  movedBytes: number;
  /** Of these, bytes rebuilt. */
  rebuiltBytes: number;
  movedBytesLeast: number;
  /** What the PGs were before. */
  before: PgSums;
  /** What they are right after the change, with no data moved yet. */
  after: PgSums;
  /** What they are when all data that can move has moved. */
  healed: PgSums;
  /** Flags that hold data where it is: `norebalance`, `nobackfill`, `norecover`. */
  heldBy: string[];
  /** PGs that have data to move, and stay since a flag holds it. */
  pgsHeld: number;
  /** Shards that cannot be copied since an OSD that shall hold them is too full. */
  backfillToofullShards: number;
  /** Bytes in these. */
  backfillToofullBytes: number;
  /** OSDs by the limit that they reach: `below`, `nearfull`, `backfillfull`, `full`. */
  osdsByLevelBefore: Record<string, number>;
  /** At worst, while data moves. */
  osdsByLevelWorst: Record<string, number>;
  /** When all has moved. */
  osdsByLevelAfter: Record<string, number>;
}

/** What the PGs of a cluster are at one time. */
export interface PgSums {
  /** PGs by their whole state, such as `active+clean`. */
  pgsByState: Record<string, number>;
  /** PGs that serve clients. */
  pgsActive: number;
  /** PGs with nothing to do. */
  pgsClean: number;
  /** PGs served by fewer OSDs than the pool's size. */
  pgsUndersized: number;
  /** PGs with objects that lack copies. */
  pgsDegraded: number;
  /** PGs served by others than those that shall hold them. */
  pgsRemapped: number;
  /** PGs with fewer OSDs than `minSize`. */
  pgsPeered: number;
  /** PGs that wait for room on OSDs that are too full. */
  pgsBackfillToofull: number;
  /** PGs that cannot be read until OSDs come back. */
  pgsDown: number;
  /** PGs that cannot be read, with no OSD to wait for. */
  pgsIncomplete: number;
  /** Copies of objects that there should be. */
  objectCopies: number;
  /** Those that are missing. */
  degradedObjectCopies: number;
  /** Those that are there, but not where they should be. */
  misplacedObjectCopies: number;
  /** Misplaced copies by all, as `ceph -s` gives it; `null` without objects. */
  misplacedRatio: number | null;
  degradedRatio: number | null;
  /** PGs with more OSDs in one failure domain than their rule lets. */
  pgsSharingFailureDomain: number;
  /** PGs with an OSD outside of what their rule takes: another root or device class. */
  pgsOutsideRule: number;
}

/** One OSD before and after. */
export interface OsdChange {
  osd: number;
  /** PGs that it shall hold. */
  pgsBefore: number;
  pgsAfter: number;
  /** PGs that it is the primary of. */
  primariesBefore: number;
  primariesAfter: number;
  /** Shards that it receives. */
  shardsReceived: number;
  /** Bytes that it receives. */
  receivedBytes: number;
  /** Its fill; `null` where its size or the data of PGs is not known. */
  fill: OsdFill | null;
}

/** A limit that an OSD's fill has reached. */
export type FillLevel = "below" | "nearfull" | "backfillfull" | "full";

/** One OSD's fill. Ratios are used bytes by total bytes. */
export interface OsdFill {
  totalBytes: number;
  usedBeforeBytes: number;
  /** At worst, while data moves: all that comes is there, nothing that goes is gone yet. */
  usedWorstBytes: number;
  /** When all has moved. */
  usedAfterBytes: number;
  beforeRatio: number;
  worstRatio: number;
  afterRatio: number;
  beforeLevel: FillLevel;
  worstLevel: FillLevel;
  afterLevel: FillLevel;
}

/** What goes from one OSD (or bucket) to another. */
export interface ClusterMove {
  /** Whose place it was; `null` where nobody's. One that is down is not read: others have it. */
  from: number | null;
  /** Who receives it. */
  to: number | null;
  shards: number;
  /** Objects in them. */
  objectCopies: number;
  /** Bytes in them. */
  bytes: number;
}
