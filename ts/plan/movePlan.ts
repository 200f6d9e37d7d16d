import type { Amount, Bytes, Count, OsdId, PoolId, Ratio, Share } from "../base/quantity.ts";
import type { Verdict } from "../cluster/cluster.ts";

/** A way to move safely: stages of commands, each tried on the model first. */
export interface MovePlan {
  /** The answer in one sentence, and how bad it is. */
  verdict: Verdict;
  /** What was asked for. */
  action: MoveAction;
  /** Ceph's commands of all stages, one after another as one types them. */
  commands: string[];
  /** The same in stages: one begins when the one before has ended. */
  stages: MoveStage[];
  /** Shards (or replicas) of all pools. */
  shards: Count;
  /** Shards that would move without the plan. */
  shardsMovedUnplanned: Count;
  /** Shards that move in all stages: counted in the map that the commands leave. */
  shardsMoved: Count;
  /** No plan that keeps to the rules moves fewer; `null` where that is not known. */
  shardsMovedLeast: Count | null;
  /** Pools by rising id. */
  pools: MovePool[];
  /** Groups of OSDs that are emptied, in the order in which they are. */
  emptied: EmptiedOsds[];
  /** Shards for which the plan cannot do what was asked, with the reason. */
  exceptions: MoveException[];
  /** More of them than are named. */
  exceptionsUnlisted: Count;
  /** What a person should know. */
  notes: string[];
}

/** What can be planned. */
export type MoveAction = "freeze" | "release" | "drain" | "order" | "undo" | "advise";

/** A stage of a plan. */
export interface MoveStage {
  /** What it is for. */
  title: string;
  /** Its commands. */
  commands: string[];
  /** Shards that move in it. */
  shardsMoved: Count;
  /** Bytes that move in it; `null` where they are not known, or nothing limits the stage. */
  movedBytes: Bytes | null;
  /** Misplaced copies by all when it begins. */
  misplacedRatio: Share | null;
  /** Most PGs that one OSD gives up, or takes. */
  mostBackfills: Count | null;
  /** The OSD that is fullest at its worst moment. */
  fullestOsd: OsdId | null;
  /** How full it is then: used bytes by its size. */
  fullestRatio: Ratio | null;
  /** Hours that the busiest OSD takes at the rate that was given. */
  hours: Amount | null;
}

/** OSDs that are emptied together. */
export interface EmptiedOsds {
  /** What they are called. */
  name: string;
  /** Their ids. */
  osds: OsdId[];
  /** The stage, from 1, after which they are empty; 0 where they were. */
  stage: Count;
}

/** What a plan does to a pool. */
export interface MovePool {
  /** Its id. */
  id: PoolId;
  /** Its name. */
  name: string;
  /** Its shards (or replicas). */
  shards: Count;
  /** Shards that would move without the plan. */
  shardsMovedUnplanned: Count;
  /** Shards that move. */
  shardsMoved: Count;
  /** PGs whose upmaps the plan changes. */
  pgsUpmapped: Count;
  /** Of these, PGs that need their whole list (`pg-upmap`): shards that would change places. */
  pgsUpmappedWhole: Count;
}

/** A shard for which a plan cannot do what was asked. */
export interface MoveException {
  /** Its PG as Ceph prints it, such as `3.1f`. */
  pg: string;
  /** The OSD that has it. */
  fromOsd: OsdId;
  /** The OSD that it goes to; `null` where the rule finds none. */
  toOsd: OsdId | null;
  /**
   * Its OSD is out, or not among those that the rule takes; its failure domain has as many of the
   * PG's shards as the rule puts there, or would be one too many; the monitors drop the upmap that
   * would be needed; its PG is merged; the rule is no tree; the rule finds too few OSDs;
   * the OSD that shall take it would be too full; it can only move together with others of its PG.
   */
  kind:
    | "osd_out"
    | "outside_rule"
    | "domain_taken"
    | "too_many_domains"
    | "upmap_dropped"
    | "merging"
    | "unknown_rule"
    | "too_few_osds"
    | "no_room"
    | "moves_together";
  /** The reason. */
  reason: string;
}
