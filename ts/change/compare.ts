import {
  compareClusters,
  foldMovesByType,
  type NativeCompareOptions,
  type NativeComparison,
  type NativeMoves,
} from "#native";
import { checkThreads } from "../base/arguments.ts";
import { CrushlabError, callNative } from "../base/errors.ts";
import { checkJob, type JobOptions, runJob } from "../base/job.ts";
import { camelKeys } from "../base/keys.ts";
import { suggestionHint } from "../base/suggest.ts";
import { type Cluster, nativeClusterOf, type Verdict } from "../cluster/cluster.ts";
import type { ClusterMove, ClusterSummary, OsdChange } from "../cluster/clusterReport.ts";
import { NONE } from "../map/place.ts";
import { PgChanges } from "./pgChanges.ts";

/** How to compare two states. */
export interface CompareOptions extends JobOptions {
  /**
   * Where the state after is from: worked out (`predicted`: acting sets are what the OSDs of the
   * PGs will choose), or read from a cluster (`recorded`: its pg_temp tells them). Default:
   * `predicted`.
   */
  after?: "predicted" | "recorded";
  /** Whether to list the PGs that differ. Default: true. */
  pgs?: boolean;
}

/** What two states of a cluster differ in. */
export interface Comparison {
  /** The change in one sentence, and how bad it is. */
  verdict: Verdict;
  summary: ClusterSummary;
  /** Every OSD of either state, by rising id. */
  osds: OsdChange[];
  /** What goes from where to where, the most shards first. */
  moves: ClusterMove[];
  /** The PGs that differ, unless they were not asked for. */
  pgs: PgChanges;
  /**
   * The moves by buckets of a type, such as `host`, in place of OSDs. `null` stands for nobody and
   * for OSDs in no such bucket. Moves within a bucket are in it.
   *
   * @throws {CrushlabError} `unknown_item`.
   */
  movesBy(type: string): ClusterMove[];
}

/**
 * What moves when a cluster goes from one state to another.
 *
 * @throws {CrushlabError} `invalid_argument` or `aborted`.
 */
export async function compare(
  before: Cluster,
  after: Cluster,
  options: CompareOptions = {},
): Promise<Comparison> {
  nativeClusterOf(before);
  nativeClusterOf(after);
  checkJob(options);
  const native = compareRequest(options, false);
  const total = Math.max(pgCount(before), pgCount(after));
  const found = await runJob(options, total, (progress) =>
    compareClusters(nativeClusterOf(before), nativeClusterOf(after), native, progress),
  );
  return readComparison(before, after, found);
}

/**
 * Where the later of two given states is from. One with a pg_temp is a cluster's own while data
 * moves. Without, it is a map that was edited, or data has moved since: what holds right after the
 * change can only be predicted.
 */
export function originOf({ info }: Cluster): "predicted" | "recorded" {
  return info.pgTemps > 0 ? "recorded" : "predicted";
}

/** Number of PGs of all pools. */
export function pgCount(cluster: Cluster): number {
  return cluster.pools.reduce((sum, { pgNum }) => sum + pgNum, 0);
}

/** Checks the options, and puts them the way the binding takes them. */
export function compareRequest(options: CompareOptions, heals: boolean): NativeCompareOptions {
  const { after = "predicted", pgs = true } = options;
  if (after !== "predicted" && after !== "recorded") {
    throw new CrushlabError(
      "invalid_argument",
      `after is ${after}: expected "predicted" or "recorded"`,
    );
  }
  const threads = checkThreads(options.threads);
  return { threads, isRecorded: after === "recorded", heals, listsPgs: pgs };
}

/** A comparison as plain data. */
export function readComparison(
  before: Cluster,
  after: Cluster,
  { verdict, summary, osds, moves, pgs }: NativeComparison,
): Comparison {
  return {
    verdict: verdict as Verdict,
    summary: camelKeys(summary),
    osds: camelKeys(osds),
    moves: readMoves(moves),
    pgs: new PgChanges(pgs),
    movesBy: (type) => {
      const { types } = after.crush;
      const typeId = types.find(({ name }) => name === type)?.id;
      if (typeId === undefined || typeId === 0) {
        const names = types.filter(({ id }) => id > 0).map(({ name }) => name);
        throw new CrushlabError(
          "unknown_item",
          `the map has no bucket type ${type}: it has ${names.join(", ")}`,
          suggestionHint(type, names),
        );
      }
      const natives = [nativeClusterOf(before), nativeClusterOf(after)] as const;
      return readMoves(callNative(() => foldMovesByType(...natives, moves, typeId)));
    },
  };
}

function readMoves({ from, to, shards, objectCopies, bytes }: NativeMoves): ClusterMove[] {
  const id = (value: number | undefined) => (value === undefined || value === NONE ? null : value);
  return Array.from(from, (source, at) => ({
    from: id(source),
    to: id(to[at]),
    shards: shards[at] ?? 0,
    objectCopies: objectCopies[at] ?? 0,
    bytes: bytes[at] ?? 0,
  }));
}
