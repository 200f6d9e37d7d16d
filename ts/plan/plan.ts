import { type NativePlanRequest, planMoves } from "#native";
import { checkInteger, checkThreads, describe } from "../base/arguments.ts";
import { CrushlabError } from "../base/errors.ts";
import { type JobOptions, runJob } from "../base/job.ts";
import { camelKeys } from "../base/keys.ts";
import { readSize, type Size } from "../base/size.ts";
import { afterChanges, type Change, changeText } from "../change/simulate.ts";
import { type Cluster, nativeClusterOf } from "../cluster/cluster.ts";
import { type FailureTarget, targetText } from "../cluster/failureTarget.ts";
import { targetOsds } from "../cluster/targetOsds.ts";
import type { MoveAction, MovePlan } from "./movePlan.ts";

/** How a plan is made. */
export interface PlanOptions extends JobOptions {
  /**
   * Whether a change of `pg_num` is followed by the steps in which the managers carry it out.
   * Default: true.
   */
  staged?: boolean;
}

/** What data may do while it moves. */
export interface MoveLimits extends PlanOptions {
  /** Misplaced copies by all that a stage may begin with, 1 for all. Default: 0.05, as Ceph's. */
  maxMisplaced?: number;
  /** PGs that one OSD may give up, and take, in one stage. Default: any number. */
  maxBackfills?: number;
  /** How full an OSD may be at any time, 1 for all. Default: backfillfull_ratio. */
  maxFill?: number;
  /** Shards of one PG that may be in motion together. Default: 1. */
  maxShardsPerPg?: number;
  /** Bytes that an OSD reads or writes in a second, such as `100 MB`. Without it no hours. */
  rate?: Size;
}

/** Ceph's own `target_max_misplaced_ratio`. */
const MISPLACED_RATIO = 0.05;

/** Most PGs and shards that a limit may have. */
const COUNT_MAX = 1_000_000;

/**
 * Plans to move safely. Nothing is sent to a cluster: a plan is data, and its `commands` are what
 * `simulate` takes. All throw a `CrushlabError`: `invalid_argument` also where a limit cannot be
 * kept, with what is possible; `unknown_item`, `invalid_command`, `command_refused`, `aborted`; and
 * `invalid_map` where clients may be too old for upmaps.
 */
export const plan = {
  /**
   * The upmaps with which nothing moves after changes, or as little as the rules let: pairs, or the
   * whole list where erasure-coded shards would change places. Only what the monitors keep counts;
   * each shard that cannot stay is named with its reason. Without changes, the data that is on its
   * way stays where it is.
   */
  async freeze(
    cluster: Cluster,
    changes: readonly Change[] = [],
    options: PlanOptions = {},
  ): Promise<MovePlan> {
    const after = await afterChanges(cluster, changes, options);
    return ask("freeze", after, options, { changes: commandsOf(changes) });
  },

  /**
   * Changes with data held where it is, and then the way to the new placement in stages that keep
   * to limits. Without changes, PGs go where CRUSH puts them: all upmaps are taken away.
   */
  async release(
    cluster: Cluster,
    changes: readonly Change[] = [],
    options: MoveLimits = {},
  ): Promise<MovePlan> {
    const after = await afterChanges(cluster, changes, options);
    return ask("release", after, options, { changes: commandsOf(changes) });
  },

  /**
   * Empties OSDs, hosts, racks or a device class in stages, and then gives them a CRUSH weight of
   * 0. Each shard moves once, to where it belongs without them.
   */
  async drain(
    cluster: Cluster,
    targets: FailureTarget | readonly FailureTarget[],
    options: MoveLimits = {},
  ): Promise<MovePlan> {
    return ask("drain", cluster, options, { groups: groupsOf(cluster, targets) });
  },

  /**
   * The same for several hosts that go one after another, those with the fewest shards first:
   * `emptied` says after which stage each is empty. No shard goes to one that is emptied later.
   */
  async order(
    cluster: Cluster,
    targets: readonly FailureTarget[],
    options: MoveLimits = {},
  ): Promise<MovePlan> {
    return ask("order", cluster, options, { groups: groupsOf(cluster, targets) });
  },

  /** From a plan half-way back to the first map: its CRUSH map, rules, reweights and upmaps. */
  async undo(cluster: Cluster, first: Cluster, options: MoveLimits = {}): Promise<MovePlan> {
    return ask("undo", cluster, options, {}, first);
  },

  /**
   * The commands that make of a cluster what another one is: moves, weights, classes, rules of
   * pools, with data held where it is, then upmaps in stages.
   */
  async advise(cluster: Cluster, wanted: Cluster, options: MoveLimits = {}): Promise<MovePlan> {
    return ask("advise", cluster, options, {}, wanted);
  },
};

/** The changes that are commands: what fails or passes has happened already. */
function commandsOf(changes: readonly Change[]): string[] {
  const commands = changes.filter((change) => typeof change === "string" || "run" in change);
  return commands.map(changeText);
}

function groupsOf(
  cluster: Cluster,
  targets: FailureTarget | readonly FailureTarget[],
): NativePlanRequest["groups"] {
  const list: readonly FailureTarget[] = isList(targets) ? targets : [targets];
  if (list.length === 0) {
    throw new CrushlabError("invalid_argument", "no OSDs are given: expected some to be emptied");
  }
  return list.map((target) => ({ name: targetText(target), osds: targetOsds(cluster, target) }));
}

function isList(
  targets: FailureTarget | readonly FailureTarget[],
): targets is readonly FailureTarget[] {
  return Array.isArray(targets);
}

/** A ratio of more than 0 and at most 1. */
function checkRatio(name: string, value: number): number {
  if (typeof value !== "number" || !(value > 0 && value <= 1)) {
    const expected = "expected a ratio of more than 0 and at most 1";
    throw new CrushlabError("invalid_argument", `${name} is ${describe(value)}: ${expected}`);
  }
  return value;
}

async function ask(
  action: MoveAction,
  cluster: Cluster,
  options: MoveLimits,
  asked: Partial<Pick<NativePlanRequest, "changes" | "groups">>,
  other?: Cluster,
): Promise<MovePlan> {
  const { maxMisplaced = MISPLACED_RATIO, maxBackfills, maxFill, maxShardsPerPg = 1 } = options;
  const request: NativePlanRequest = {
    action,
    changes: asked.changes ?? [],
    groups: asked.groups ?? [],
    maxMisplacedRatio: checkRatio("maxMisplaced", maxMisplaced),
    maxShardsPerPg: checkInteger("maxShardsPerPg", maxShardsPerPg, 1, COUNT_MAX),
    threads: checkThreads(options.threads),
    ...(maxBackfills !== undefined && {
      maxBackfills: checkInteger("maxBackfills", maxBackfills, 1, COUNT_MAX),
    }),
    ...(maxFill !== undefined && { maxFillRatio: checkRatio("maxFill", maxFill) }),
    ...(options.rate !== undefined && { rateBytes: readSize("rate", options.rate, 1) }),
  };
  const pgs = cluster.pools.reduce((sum, { pgNum }) => sum + pgNum, 0);
  const { report } = await runJob(options, pgs, (progress) =>
    planMoves(nativeClusterOf(cluster), other ? [nativeClusterOf(other)] : [], request, progress),
  );
  return camelKeys(report);
}
