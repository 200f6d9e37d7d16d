import type { PgChange } from "../../ts/change/pgChanges.ts";
import type { Scenario } from "../../ts/change/scenario.ts";
import type { Change } from "../../ts/change/simulate.ts";
import type { Config } from "../../ts/cluster/cluster.ts";
import type { ClusterSummary, OsdChange } from "../../ts/cluster/clusterReport.ts";
import type { ObjectLocation } from "../../ts/cluster/locate.ts";
import type { ClusterInfo, Pool } from "../../ts/cluster/osdMap.ts";
import type { Trace } from "../../ts/map/explain.ts";
import type { Bucket, ItemType, Rule, Tunables } from "../../ts/map/mapData.ts";
import type { CompareSchemesOptions, SchemeReport } from "../../ts/plan/schemes.ts";

// Everything here is plain data: it crosses from the thread that computes to the one that draws.

/** A file as it was dropped, chosen or embedded; gzip or not. */
export interface SourceFile {
  name: string;
  bytes: Uint8Array;
}

/** A place in the CRUSH tree. An item that hangs in several places has several nodes. */
export interface TreeNode {
  /** A device's id (0 or above) or a bucket's (below 0). */
  id: number;
  name: string;
  /** Name of its type; that of devices is `osd` by convention. */
  type: string;
  typeId: number;
  /** CRUSH weight where it hangs, by convention in TiB; a root's own. */
  weight: number;
  /** 0 for roots. */
  depth: number;
  /** Index of the node above; -1 for roots. */
  parent: number;
  /** Device class of an OSD, or of what a shadow bucket is the shadow for. */
  class?: string;
  /** Whether it belongs to the shadow tree of a device class. */
  isShadow: boolean;
}

/** What is known of one OSD in one state. */
export interface OsdFacts {
  id: number;
  name: string;
  class?: string;
  isUp: boolean;
  isIn: boolean;
  /** What `ceph osd reweight` sets, 0 to 1. */
  reweight: number;
  /** Sum of its CRUSH weights in the true trees. */
  crushWeight: number;
  primaryAffinity: number;
  /** Size of the device, where that is known; so with the next. */
  totalBytes?: number;
  /** Used bytes when all data that can move has moved. */
  usedBytes?: number;
  /** PGs of each pool whose up set it is in, in the order of `Snapshot.pools`. */
  pgsByPool: number[];
  /** PGs of each pool that its weights ask it to hold. */
  askedByPool: number[];
  pgs: number;
  primaries: number;
  /** PGs that its weights ask it to hold. */
  pgsAsked: number;
  /** PGs beyond what the weights ask for, as a part of that; `null` where they ask for none. */
  deviation: number | null;
}

/** One state of a cluster, ready to be drawn. */
export interface Snapshot {
  /** What the engine knows the cluster as. */
  handle: number;
  info: ClusterInfo;
  pools: readonly Pool[];
  rules: readonly Rule[];
  types: readonly ItemType[];
  tunables: Tunables;
  /**
   * Each node before its children; shadow trees after the true ones. A state with the tree of the
   * one before it has the very same list.
   */
  tree: readonly TreeNode[];
  /** Whether the tree has more nodes than are drawn. */
  isTreeCut: boolean;
  /** OSDs that exist, by rising id. */
  osds: readonly OsdFacts[];
}

/** A cluster that was read. */
export interface Opened {
  snapshot: Snapshot;
  /** What each file turned out to be, in the order in which they were given. */
  forms: readonly string[];
  /** What the files did not tell, in words. */
  missing: readonly string[];
  /** What was made up to draw a CRUSH map alone; empty for a cluster. */
  madeUp: string;
}

/** Shards that go from OSD to OSD, as columns. `NO_OSD` stands for a place without an OSD. */
export interface Moves {
  from: Int32Array;
  to: Int32Array;
  shards: Float64Array;
  bytes: Float64Array;
}

/** In place of an OSD where there is none. */
export const NO_OSD = 0x7fff_ffff;

/** One change, what it does, and the state right after it. */
export interface StepData {
  change: Change;
  /** The command, or the event in words. */
  command: string;
  /** Whether managers take it to carry out a `pg_num`, so that nobody asked for it. */
  isStage: boolean;
  notes: readonly string[];
  snapshot: Snapshot;
  summary: ClusterSummary;
  /** OSDs whose PGs or bytes change. */
  osdChanges: readonly OsdChange[];
  moves: Moves;
  /** The first PGs that differ, at most `PG_ROWS_MAX`. */
  pgs: readonly PgChange[];
}

/** PGs of a step that are listed. */
export const PG_ROWS_MAX = 2000;

/** How one PG finds its OSDs. */
export interface PgTrace {
  pgid: string;
  rule: Rule;
  trace: Trace;
  /** Buckets that the trace names, by id. */
  buckets: readonly Bucket[];
}

/** How changes are gone through. */
export interface ReplayOptions {
  /** Whether all data that can move has moved before the next change comes. */
  heal: boolean;
  /** Whether a change of `pg_num` is followed by the steps in which managers carry it out. */
  staged: boolean;
  /** Settings of monitors and managers; those that are not named are what they were. */
  config: Config;
}

/** What the thread that computes can be asked for. Every call may fail with a `CrushlabError`. */
export interface Engine {
  /** Reads a cluster from files of any kind. */
  open(files: readonly SourceFile[]): Promise<Opened>;
  /**
   * Lets changes happen to a state, one after another. A `pg_num` gives several steps. The first
   * steps may be known: states that they lead to are given in `known`, and they are left out.
   */
  simulate(
    handle: number,
    changes: readonly Change[],
    how: ReplayOptions,
    known?: readonly number[],
  ): Promise<StepData[]>;
  /** What a state differs in from a later one, which is read from files of its own. */
  compareWith(handle: number, later: readonly SourceFile[]): Promise<StepData>;
  /** What a file says that shall happen: a scenario, or a script with `ceph` lines. */
  readSteps(file: SourceFile): Promise<Scenario>;
  /** Where an object of a pool is. */
  locate(handle: number, pool: number, object: string): Promise<ObjectLocation>;
  /** One PG and its OSDs. */
  locatePg(handle: number, pool: number, seed: number): Promise<ObjectLocation>;
  /** Every draw of a PG. */
  explain(handle: number, pool: number, seed: number): Promise<PgTrace>;
  /** CRUSH beside other ways to place keys on nodes. */
  compareSchemes(options: CompareSchemesOptions): Promise<SchemeReport[]>;
  /** Forgets states that are no longer needed. */
  release(handles: readonly number[]): Promise<void>;
}
