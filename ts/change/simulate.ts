import { compareSteps, endOfSteps } from "#native";
import { checkList, checkObject, checkText } from "../base/arguments.ts";
import { CrushlabError } from "../base/errors.ts";
import { checkJob, type JobOptions, runJob } from "../base/job.ts";
import { type Cluster, clusterOf, nativeClusterOf } from "../cluster/cluster.ts";
import { type FailureTarget, targetText } from "../cluster/failureTarget.ts";
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

/** A state that a change leads to. */
interface State {
  command: string;
  isStage: boolean;
  cluster: Cluster;
}

/** Most steps of one change of `pg_num`. */
const STAGES_MAX = 10_000;

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
  const request = compareRequest(options, options.heal === true);
  const states = statesAfter(start, changes, options.staged ?? true);
  const [only, ...more] = states;
  if (!only) {
    return { steps: [], total: await compare(start, start, options) };
  }
  if (more.length === 0) {
    // What one step differs in is what all of them together do: no need to compare twice.
    const comparison = await compare(start, only.cluster, options);
    return {
      steps: [{ ...only, notes: [...only.cluster.notes], ...comparison }],
      total: comparison,
    };
  }
  const pgs = states.reduce((sum, { cluster }) => sum + pgCount(cluster), pgCount(start));
  const found = await runJob(options, pgs, (progress) =>
    compareSteps(
      nativeClusterOf(start),
      states.map(({ command }) => command),
      states.map(({ cluster }) => nativeClusterOf(cluster)),
      request,
      progress,
    ),
  );
  const total = found.pop();
  if (!total) {
    throw new CrushlabError("internal", "a bug in crushlab: no comparison came back");
  }
  const clusters = [start, ...states.map(({ cluster }) => cluster)];
  const steps = states.flatMap(({ cluster, ...state }, at) => {
    const [before, native] = [clusters[at], found[at]];
    if (!before || !native) {
      return [];
    }
    const comparison = readComparison(before, cluster, native);
    return [{ ...state, notes: [...cluster.notes], cluster, ...comparison }];
  });
  return { steps, total: readComparison(start, clusters.at(-1) ?? start, total) };
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
  const request = compareRequest({ ...options, pgs: false }, options.heal === true);
  const states = statesAfter(start, changes, options.staged ?? true);
  if (states.length === 0) {
    return start;
  }
  const pgs = states.reduce((sum, { cluster }) => sum + pgCount(cluster), 0);
  const native = await runJob(options, pgs, (progress) =>
    endOfSteps(
      nativeClusterOf(start),
      states.map(({ command }) => command),
      states.map(({ cluster }) => nativeClusterOf(cluster)),
      request,
      progress,
    ),
  );
  return clusterOf(native);
}

function statesAfter(start: Cluster, changes: readonly Change[], staged: boolean): State[] {
  const states: State[] = [];
  let current = start;
  for (const change of changes) {
    const next = apply(current, change);
    states.push(next);
    if (staged && targets(next.cluster) !== targets(current)) {
      states.push(...stages(next.cluster));
    }
    current = states.at(-1)?.cluster ?? start;
  }
  return states;
}

function apply(cluster: Cluster, change: Change): State {
  const command = changeText(change);
  try {
    return { command, isStage: false, cluster: changed(cluster, change) };
  } catch (error) {
    const from = typeof change === "object" && "run" in change ? change.from : undefined;
    if (!(error instanceof CrushlabError) || (error.code !== "command_refused" && !from)) {
      throw error;
    }
    const { code, hint } = error;
    const message = code === "command_refused" ? `${command}: ${error.message}` : error.message;
    const place = { ...from, ...(hint !== undefined && { hint }) };
    throw new CrushlabError(code, message, { ...place, cause: error });
  }
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

function changed(cluster: Cluster, change: Change): Cluster {
  if (typeof change === "string") {
    return cluster.run(change);
  }
  if ("run" in change) {
    const { path } = change.from ?? {};
    // A script names files from where it is itself; one on standard input is nowhere.
    return cluster.run(change.run, path && path !== "-" ? { folder: folderOf(path) } : {});
  }
  if ("fail" in change) {
    return cluster.fail(change.fail);
  }
  return "recover" in change ? cluster.recover(change.recover) : cluster.wait(change.wait);
}

/** The folder of a file's path; empty for that of the process. */
function folderOf(path: string): string {
  return /^(.*[\\/])[^\\/]*$/.exec(path)?.[1] ?? "";
}

/** What pools are on their way to. */
function targets({ pools }: Cluster): string {
  return pools
    .map(({ id, pgNum, pgNumTarget, pgpNumTarget }) =>
      [id, pgNumTarget || pgNum, pgpNumTarget].join(" "),
    )
    .join();
}

/** The steps in which the managers bring `pg_num` to its target. */
function stages(cluster: Cluster): State[] {
  const states: State[] = [];
  let next = cluster.nextPgNumStep();
  while (next && states.length < STAGES_MAX) {
    states.push({ command: next.notes.join("; "), isStage: true, cluster: next });
    next = next.nextPgNumStep();
  }
  return states;
}
