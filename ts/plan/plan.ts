import { type NativePlanRequest, planMoves } from "#native";
import { checkThreads } from "../base/arguments.ts";
import { type JobOptions, runJob } from "../base/job.ts";
import { camelKeys } from "../base/keys.ts";
import { afterChanges, type Change, changeText } from "../change/simulate.ts";
import { type Cluster, nativeClusterOf } from "../cluster/cluster.ts";
import type { MovePlan } from "./movePlan.ts";

/** How a plan is made. */
export interface PlanOptions extends JobOptions {
  /**
   * Whether a change of `pg_num` is followed by the steps in which the managers carry it out.
   * Default: true.
   */
  staged?: boolean;
}

/**
 * Plans to move safely. Nothing is sent to a cluster: a plan is data, and its `commands` are what
 * `simulate` takes.
 */
export const plan = {
  /**
   * The upmaps with which nothing moves after changes, or as little as the rules let: pairs, or the
   * whole list where erasure-coded shards would change places. Only what the monitors keep counts;
   * each shard that cannot stay is named with its reason. Without changes, the data that is on its
   * way stays where it is.
   *
   * @throws {CrushlabError} `invalid_command`, `command_refused`, `unknown_item`,
   * `invalid_argument`, `aborted`, or `invalid_map` where clients may be too old for upmaps.
   */
  async freeze(
    cluster: Cluster,
    changes: readonly Change[] = [],
    options: PlanOptions = {},
  ): Promise<MovePlan> {
    const after = await afterChanges(cluster, changes, options);
    return ask(after, { action: "freeze", changes: commandsOf(changes) }, options);
  },
};

/** The changes that are commands: what fails or passes has happened already. */
function commandsOf(changes: readonly Change[]): string[] {
  const commands = changes.filter((change) => typeof change === "string" || "run" in change);
  return commands.map(changeText);
}

async function ask(
  cluster: Cluster,
  asked: Omit<NativePlanRequest, "threads">,
  options: PlanOptions,
): Promise<MovePlan> {
  const request = { ...asked, threads: checkThreads(options.threads) };
  const pgs = cluster.pools.reduce((sum, { pgNum }) => sum + pgNum, 0);
  const { report } = await runJob(options, pgs, (progress) =>
    planMoves(nativeClusterOf(cluster), request, progress),
  );
  return camelKeys(report);
}
