import { type NativeRecoveryOptions, recoverCluster } from "#native";
import { checkInteger, checkList, checkText, checkThreads, describe } from "../base/arguments.ts";
import { CrushlabError } from "../base/errors.ts";
import { checkJob, type JobOptions, runJob } from "../base/job.ts";
import { camelKeys } from "../base/keys.ts";
import { type Change, named, nativeChange } from "../change/simulate.ts";
import { type Cluster, nativeClusterOf } from "../cluster/cluster.ts";
import { nativeRates, type RecoveryRates } from "./recoveryRates.ts";
import type { RecoveryReport } from "./recoveryReport.ts";

/** What happens while data moves, and what it is reckoned with. */
export interface RecoveryOptions extends JobOptions {
  /**
   * What happens, one after another; `{ wait: "2h" }` lets the others happen later. OSDs that fail
   * are marked down and out in time. Default: nothing but what goes on already.
   */
  changes?: readonly Change[];
  /** What devices, networks and clients do. Default: see `RecoveryRates`. */
  rates?: RecoveryRates;
  /** Orders of PGs to simulate, each with rates of its own. Default: 15. */
  orders?: number;
  /** Seed of the first: the same seed gives the same answer. Default: 0. */
  seed?: number;
  /** PGs to be copied before all others, such as `2.1f` (`ceph pg force-recovery`). */
  forced?: readonly string[];
  /** Whether to try what other settings would give. Default: true. */
  whatIf?: boolean;
}

const ORDERS_DEFAULT = 15;
const ORDERS_MAX = 10_000;

/**
 * How long it takes until a cluster is whole again, and who holds it up: PGs peer in a random
 * order, wait for slots by Ceph's priorities, and copy at the pace that devices, networks and
 * settings leave them; as often as there are orders. Settings of the cluster count
 * (`Cluster.withConfig`), such as `osd_max_backfills`.
 *
 * @throws {CrushlabError} `missing_data` where what pools hold is not known, `invalid_argument`,
 * `invalid_command`, `command_refused`, `unknown_item` or `aborted`.
 */
export async function recovery(
  cluster: Cluster,
  options: RecoveryOptions = {},
): Promise<RecoveryReport> {
  nativeClusterOf(cluster);
  checkJob(options);
  const { changes = [], rates = {}, forced = [], whatIf = true } = options;
  const orders = checkInteger("orders", options.orders ?? ORDERS_DEFAULT, 1, ORDERS_MAX);
  const request: NativeRecoveryOptions = {
    changes: checkList("changes", changes).map(nativeChange),
    rates: nativeRates(rates),
    orders,
    seed: checkInteger("seed", options.seed ?? 0, 0, Number.MAX_SAFE_INTEGER),
    forced: checkList("forced", forced).flatMap((pg) => pgNumbers(cluster, pg)),
    whatIf,
    threads: checkThreads(options.threads),
  };
  const { report } = await runJob(options, orders, async (progress) => {
    try {
      return await recoverCluster(nativeClusterOf(cluster), request, progress);
    } catch (error) {
      throw named(error, changes);
    }
  });
  return camelKeys(report);
}

/** Pool and number of a PG that is written as Ceph writes it. */
function pgNumbers(cluster: Cluster, pg: string): [pool: number, seed: number] {
  const [, pool, seed] = /^(\d+)\.([0-9a-f]{1,8})$/.exec(checkText("forced", pg)) ?? [];
  const found = cluster.pools.find(({ id }) => id === Number(pool));
  const number = Number.parseInt(seed ?? "", 16);
  if (!found || !(number < found.pgNum)) {
    const expected = "expected a PG of this cluster, such as 2.1f";
    throw new CrushlabError("invalid_argument", `${describe(pg)} is no PG: ${expected}`);
  }
  return [found.id, number];
}
