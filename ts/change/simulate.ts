import { type NativeClusterChange, type NativeSimulation, simulateChanges } from "#native";
import { checkList, checkObject, checkText } from "../base/arguments.ts";
import { readSeconds } from "../base/duration.ts";
import { CrushlabError, fromNative } from "../base/errors.ts";
import { checkJob, type JobOptions, runJob } from "../base/job.ts";
import { type Cluster, clusterOf, nativeClusterOf } from "../cluster/cluster.ts";
import { type FailureTarget, targetNames, targetText } from "../cluster/failureTarget.ts";
import {
  type CompareOptions,
  type Comparison,
  compare,
  compareRequest,
  pgCount,
  readComparison,
} from "./compare.ts";

/**
 * Something that happens to a cluster: one of Ceph's commands, an OSD, host, rack or class that
 * fails or comes back, or time that passes (seconds, or `10m`).
 */
export type Change =
  | string
  | { run: string; from?: ChangeSource }
  | { fail: FailureTarget }
  | { recover: FailureTarget }
  | { wait: number | string };

/** Where a command stands, for the message of an error. */
export interface ChangeSource {
  /** The file, where it is one. */
  path?: string;
  /** The line in it, from 1. */
  line: number;
}

/** How to go through several changes. */
export interface SimulateOptions extends Omit<CompareOptions, "after"> {
  /** Whether all data that can move has moved before the next change comes. Default: false. */
  heal?: boolean;
  /**
   * Whether a change of `pg_num` is followed by the steps in which the managers carry it out.
   * Default: true.
   */
  staged?: boolean;
}

/** One change, and what it does. */
export interface SimulationStep extends Comparison {
  /** The command, or the event in words. */
  command: string;
  /** What the cluster says to it, and what a person should know. */
  notes: string[];
  /** Whether the managers take it to carry out a `pg_num`, so that nobody asked for it. */
  isStage: boolean;
  /** The cluster right after it. */
  cluster: Cluster;
}

/** What several changes do, one after another. */
export interface Simulation {
  steps: SimulationStep[];
  /** What all of them together differ in from the start. */
  total: Comparison;
}

/**
 * Lets changes happen to a cluster, one after another, and compares each state with the one before.
 *
 * @throws {CrushlabError} `invalid_command`, `command_refused`, `unknown_item`, `invalid_argument`
 * or `aborted`.
 */
export async function simulate(
  start: Cluster,
  changes: readonly Change[],
  options: SimulateOptions = {},
): Promise<Simulation> {
  nativeClusterOf(start);
  checkList("changes", changes);
  checkJob(options);
  if (changes.length === 0) {
    return { steps: [], total: await compare(start, start, options) };
  }
  const found = await simulated(start, changes, true, options);
  let before = start;
  const steps = found.commands().map((command, at) => {
    const cluster = clusterOf(found.cluster(at));
    const comparison = readComparison(before, cluster, known(found.comparison(at)));
    before = cluster;
    return {
      command,
      notes: [...cluster.notes],
      isStage: found.isStage(at),
      cluster,
      ...comparison,
    };
  });
  // What one step differs in is what all of them together do: it is not compared twice.
  const total = found.total();
  return { steps, total: total ? readComparison(start, before, total) : known(steps[0]) };
}

/**
 * The cluster after several changes, for a question about it. With `heal` all data has moved that
 * can, after each of them; else it is where it was, and only the map is another.
 *
 * @throws {CrushlabError} as `simulate`.
 */
export async function afterChanges(
  start: Cluster,
  changes: readonly Change[],
  options: Pick<SimulateOptions, "heal" | "staged" | keyof JobOptions> = {},
): Promise<Cluster> {
  nativeClusterOf(start);
  checkList("changes", changes);
  checkJob(options);
  if (changes.length === 0) {
    return start;
  }
  const found = await simulated(start, changes, false, { ...options, pgs: false });
  return clusterOf(found.end());
}

async function simulated(
  start: Cluster,
  changes: readonly Change[],
  comparesSteps: boolean,
  options: SimulateOptions,
): Promise<NativeSimulation> {
  const request = compareRequest(options, options.heal === true);
  const natives = changes.map(nativeChange);
  // All of them together are compared, too, where there are several.
  const comparisons = changes.length + (comparesSteps && changes.length > 1 ? 1 : 0);
  return runJob(options, pgCount(start) * comparisons, async (progress) => {
    const native = nativeClusterOf(start);
    const staged = options.staged ?? true;
    try {
      return await simulateChanges(native, natives, staged, comparesSteps, request, progress);
    } catch (error) {
      throw named(error, changes);
    }
  });
}

/** What is there, since nothing before it failed. */
function known<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) {
    throw new CrushlabError("internal", "a bug in crushlab: no comparison came back");
  }
  return value;
}

/** An error of the binding, with the change that it is about. */
export function named(error: unknown, changes: readonly Change[]): CrushlabError {
  const failure = fromNative(error);
  const { change: at } = error as { change?: unknown };
  const change = typeof at === "number" ? changes[at] : undefined;
  const from = typeof change === "object" && "run" in change ? change.from : undefined;
  if (change === undefined || (failure.code !== "command_refused" && !from)) {
    return failure;
  }
  const { code, hint } = failure;
  const message =
    code === "command_refused" ? `${changeText(change)}: ${failure.message}` : failure.message;
  return new CrushlabError(code, message, {
    ...from,
    ...(hint !== undefined && { hint }),
    cause: failure,
  });
}

/** A change as it is written on the command line. */
export function changeText(change: Change): string {
  if (typeof change === "string") {
    return change;
  }
  checkObject("a change", change);
  if ("run" in change) {
    return checkText("run", change.run);
  }
  if ("fail" in change) {
    return `fail ${targetText(change.fail)}`;
  }
  if ("recover" in change) {
    return `recover ${targetText(change.recover)}`;
  }
  if ("wait" in change) {
    return `wait ${change.wait}`;
  }
  const keys = Object.keys(change).join(", ");
  throw new CrushlabError(
    "invalid_argument",
    `a change has the keys ${keys}: expected run, fail, recover or wait`,
  );
}

/** A change as the binding takes it. */
export function nativeChange(change: Change): NativeClusterChange {
  const text = changeText(change);
  const none = { text, names: [], seconds: 0, folder: "" };
  if (typeof change === "string") {
    return { ...none, kind: "run" };
  }
  if ("run" in change) {
    const { path } = change.from ?? {};
    // A script names files from where it is itself; one on standard input is nowhere.
    return { ...none, kind: "run", folder: path && path !== "-" ? folderOf(path) : "" };
  }
  if ("wait" in change) {
    return { ...none, kind: "wait", text: `${change.wait}`, seconds: readSeconds(change.wait) };
  }
  return "fail" in change
    ? { ...none, kind: "fail", names: targetNames(change.fail) }
    : { ...none, kind: "recover", names: targetNames(change.recover) };
}

/** The folder of a file's path; empty for that of the process. */
function folderOf(path: string): string {
  return /^(.*[\\/])[^\\/]*$/.exec(path)?.[1] ?? "";
}
