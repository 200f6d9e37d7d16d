import type { Bytes, Count, ItemId, OsdId, Ratio } from "../base/quantity.ts";

/** What two states of a cluster differ in, in numbers. */
export interface ClusterSummary {
  /**
   * Where objects and bytes are from: `counted` for each PG by the cluster, `estimated` from what
   * pools hold, or `unknown`: then they are 0, and PGs and shards are what counts.
   */
  dataBasis: "counted" | "estimated" | "unknown";
  /** Whether the sizes of OSDs are known; without them there is no fill. */
  hasOsdSizes: boolean;
  /** PGs before. */
  pgsBefore: Count;
  /** PGs after. */
  pgsAfter: Count;
  /** PGs that differ in anything: up, acting, a primary, state; new and gone ones. */
  pgsChanged: Count;
  /** PGs that have a shard to copy. */
  pgsMoved: Count;
  /** Shards (or replicas) that OSDs receive. */
  shardsMoved: Count;
  /** Of these, those whose former OSD is down or gone: they are rebuilt from others. */
  shardsRebuilt: Count;
  /** Fewest shards that could do, given how many each OSD ends up with. */
  shardsMovedLeast: Count;
  /** Shards moved by the fewest that could do; `null` where that is 0. */
  shardsMovedRatio: Ratio | null;
  /** Objects in the shards moved, each as often as it moves. */
  objectCopiesMoved: Count;
  /** Bytes that OSDs receive. */
  movedBytes: Bytes;
  /** Of these, bytes rebuilt. */
  rebuiltBytes: Bytes;
  /** Fewest bytes that could do. */
  movedBytesLeast: Bytes;
  /** What the PGs were before. */
  before: PgSums;
  /** What they are right after the change, with no data moved yet. */
  after: PgSums;
  /** What they are when all data that can move has moved. */
  healed: PgSums;
  /** Flags that hold data where it is. */
  heldBy: ("norebalance" | "nobackfill" | "norecover")[];
  /** PGs that have data to move, and stay since a flag holds it. */
  pgsHeld: Count;
  /** Shards that cannot be copied since an OSD that should hold them is too full. */
  backfillToofullShards: Count;
  /** Bytes in these. */
  backfillToofullBytes: Bytes;
  /** OSDs by the limit that they reach before. */
  osdsByLevelBefore: OsdsByLevel;
  /** OSDs by the limit that they reach at worst, while data moves. */
  osdsByLevelWorst: OsdsByLevel;
  /** OSDs by the limit that they reach when all has moved. */
  osdsByLevelAfter: OsdsByLevel;
}

/** OSDs by the limit that their fill has reached; limits that none has reached are left out. */
export interface OsdsByLevel {
  /** OSDs below nearfull_ratio. */
  below?: Count;
  /** OSDs from nearfull_ratio on. */
  nearfull?: Count;
  /** OSDs from backfillfull_ratio on. */
  backfillfull?: Count;
  /** OSDs from full_ratio on. */
  full?: Count;
}

/** What the PGs of a cluster are at one time. */
export interface PgSums {
  /** PGs by their whole state, such as `active+clean`. */
  pgsByState: Record<string, Count>;
  /** PGs that serve clients. */
  pgsActive: Count;
  /** PGs with nothing to do. */
  pgsClean: Count;
  /** PGs served by fewer OSDs than the pool's size, but for those that are down or incomplete. */
  pgsUndersized: Count;
  /** PGs with objects that lack copies. */
  pgsDegraded: Count;
  /** PGs served by other OSDs than those that should hold them. */
  pgsRemapped: Count;
  /** PGs with fewer OSDs than min_size. */
  pgsPeered: Count;
  /** PGs that wait for room on OSDs that are too full. */
  pgsBackfillToofull: Count;
  /** PGs that cannot be read until OSDs come back. */
  pgsDown: Count;
  /** PGs that cannot be read, with no OSD to wait for. */
  pgsIncomplete: Count;
  /** Copies of objects that there should be. */
  objectCopies: Count;
  /** Those that are missing. */
  degradedObjectCopies: Count;
  /** Those that are there, but not where they should be. */
  misplacedObjectCopies: Count;
  /** Misplaced copies by all, as `ceph -s` gives it; `null` without objects. */
  misplacedRatio: Ratio | null;
  /** Missing copies by all; `null` without objects. */
  degradedRatio: Ratio | null;
  /** PGs with more OSDs in one failure domain than one take of their rule puts there. */
  pgsSharingFailureDomain: Count;
  /** PGs with an OSD outside of what their rule takes: another root or device class. */
  pgsOutsideRule: Count;
}

/** One OSD before and after. */
export interface OsdChange {
  /** Its id. */
  osd: OsdId;
  /** PGs that it should hold, before. */
  pgsBefore: Count;
  /** PGs that it should hold, after. */
  pgsAfter: Count;
  /** PGs that it is the primary of, before. */
  primariesBefore: Count;
  /** PGs that it is the primary of, after. */
  primariesAfter: Count;
  /** Shards that it receives. */
  shardsReceived: Count;
  /** Bytes that it receives. */
  receivedBytes: Bytes;
  /** Its fill; `null` where its size or the data of PGs is not known. */
  fill: OsdFill | null;
}

/** A limit that an OSD's fill has reached. */
export type FillLevel = "below" | "nearfull" | "backfillfull" | "full";

/** One OSD's fill. Ratios are used bytes by total bytes. */
export interface OsdFill {
  /** Its size. */
  totalBytes: Bytes;
  /** Used before. */
  usedBeforeBytes: Bytes;
  /** Used at worst, while data moves: all that comes is there, nothing that goes is gone yet. */
  usedWorstBytes: Bytes;
  /** Used when all has moved. */
  usedAfterBytes: Bytes;
  /** Used bytes by total bytes, before. */
  beforeRatio: Ratio;
  /** Used bytes by total bytes at worst, while data moves. */
  worstRatio: Ratio;
  /** Used bytes by total bytes when all has moved. */
  afterRatio: Ratio;
  /** The limit that it reaches before. */
  beforeLevel: FillLevel;
  /** The limit that it reaches at worst, while data moves. */
  worstLevel: FillLevel;
  /** The limit that it reaches when all has moved. */
  afterLevel: FillLevel;
}

/** What goes from one OSD (or bucket) to another. */
export interface ClusterMove {
  /** Whose place it was; `null` where nobody's. One that is down is not read: others have it. */
  from: ItemId | null;
  /** Who receives it; `null` for OSDs in no bucket of the type that moves are added up by. */
  to: ItemId | null;
  /** Shards (or replicas). */
  shards: Count;
  /** Objects in them. */
  objectCopies: Count;
  /** Bytes in them. */
  bytes: Bytes;
}
