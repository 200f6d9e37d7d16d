import {
  balanceCluster,
  balanceClusterReads,
  checkClusterUpmaps,
  type NativeBalanceOptions,
} from "#native";
import { checkThreads, describe } from "../base/arguments.ts";
import { CrushlabError } from "../base/errors.ts";
import { checkJob, type JobOptions, runJob } from "../base/job.ts";
import { camelKeys } from "../base/keys.ts";
import type { Amount, Bytes, Count, OsdId, PoolId, Ratio, Share } from "../base/quantity.ts";
import { type Cluster, nativeClusterOf, type Verdict } from "../cluster/cluster.ts";
import type { FailureTarget } from "../cluster/failureTarget.ts";
import { targetOsds } from "../cluster/targetOsds.ts";

/** What to even out, and how far. */
export interface BalanceOptions extends PoolsOptions {
  /**
   * OSDs shall be nearer to their targets than by this many PGs, or as near as possible where that
   * is not: 1 is what the next whole numbers come to, 0 is as near as possible. Default: 1.
   */
  maxDeviation?: number;
  /**
   * What is evened out. `pgs`: the PGs of each pool by the weights of OSDs. `bytes`: the data of
   * all pools by the sizes of OSDs, so that the fullest is as little full as can be; sizes and data
   * have to be known, and there is no `maxDeviation`. Default: `pgs`.
   */
  by?: "pgs" | "bytes";
  /** Shards stay among these OSDs, and no others move: a device class, a root, one bucket. */
  within?: Targets;
  /** Shards leave only these OSDs. */
  from?: Targets;
  /** Shards go only to these OSDs. */
  to?: Targets;
  /** Nothing leaves these OSDs, or comes to them. */
  leave?: Targets;
}

/** OSDs, buckets or classes, each as `Cluster.fail` takes it: `class=ssd`, `rack=r2`, `osd.3`. */
export type Targets = FailureTarget | readonly FailureTarget[];

/** The most even placement that rules allow, and the way to it. */
export interface BalanceReport {
  /** The answer in one sentence, and how bad it is. */
  verdict: Verdict;
  /** What was evened out. */
  by: "pgs" | "bytes";
  /** What was asked for; of no meaning where bytes are evened out. */
  maxDeviation: Amount;
  /** Ceph's commands, one after another as one types them; none where nothing has to move. */
  commands: string[];
  /** Pools by rising id. */
  pools: PoolBalance[];
  /** The OSDs that these pools may use, by rising id. */
  osds: OsdBalance[];
  /** Largest distance of an OSD's PGs over all these pools from its target. */
  beforeMaxDeviation: Amount;
  /** The same afterwards. */
  afterMaxDeviation: Amount;
  /** Shards that move. */
  moves: Count;
  /** No placement as even needs fewer; `null` where bytes are evened out. */
  leastMoves: Count | null;
  /**
   * The score that Ceph's balancer gives these pools (`ceph balancer eval`), 0 for perfect; `null`
   * where the data of PGs is not known.
   */
  beforeScore: Share | null;
  /** The same afterwards. */
  afterScore: Share | null;
  /** Bytes that move; `null` where sizes or data are not known, as the next three. */
  movedBytes: Bytes | null;
  /**
   * Fill of the fullest OSD that these pools may use, once all data has arrived where the map has
   * it.
   */
  beforeFullestRatio: Ratio | null;
  /** The same afterwards. */
  afterFullestRatio: Ratio | null;
  /** No placement of these pools by their rules has less. */
  bestFullestRatio: Ratio | null;
  /** Why it gets no better. */
  reason: string;
}

/**
 * What could be done for a pool. Deviations are in PGs, the largest of any OSD; `null` where the
 * pool cannot be balanced, and `reason` says why.
 */
export interface PoolBalance {
  /** Its id. */
  id: PoolId;
  /** Its name. */
  name: string;
  /** Distance from the targets as it is. */
  beforeMaxDeviation: Amount | null;
  /** Distance from the targets afterwards. */
  afterMaxDeviation: Amount | null;
  /** Smallest that any placement by the rule has; `null` where that is not known. */
  bestMaxDeviation: Amount | null;
  /** Shards that move. */
  moves: Count;
  /** No placement within the same deviation needs fewer; `null` where bytes are evened out. */
  leastMoves: Count | null;
  /** PGs that break the rule because of upmaps, and no longer do afterwards. */
  repairedPgs: Count;
  /** PGs that cannot be moved by upmaps. */
  fixedPgs: Count;
  /** The score that Ceph's balancer gives it alone. */
  beforeScore: Share | null;
  /** The same afterwards. */
  afterScore: Share | null;
  /** MAX AVAIL once data that moves now has arrived; `null` where sizes of OSDs are not known. */
  beforeMaxAvailBytes: Bytes | null;
  /** MAX AVAIL once all this has moved, too. */
  afterMaxAvailBytes: Bytes | null;
  /** Why it gets no better. */
  reason: string;
}

/** What an OSD holds of the pools that were asked about. */
export interface OsdBalance {
  /** Its id. */
  osd: OsdId;
  /** PGs that it has. */
  beforePgs: Count;
  /** PGs that it has afterwards. */
  afterPgs: Count;
  /** What it should have: what weights ask for, as far as the rules let it have that. */
  targetPgs: Amount;
  /** What the weights alone ask for. */
  askedPgs: Amount;
  /** Its fill, once all data has arrived; `null` where its size is not known. */
  beforeUsedRatio: Ratio | null;
  /** Its fill afterwards. */
  afterUsedRatio: Ratio | null;
}

/** What upmaps or primaries are asked about. */
export interface PoolsOptions extends JobOptions {
  /** Pools by name or id. Default: all. */
  pools?: string | number | readonly (string | number)[];
}

/** What is wrong with upmaps that are there. */
export interface UpmapReport {
  /** The answer in one sentence, and how bad it is. */
  verdict: Verdict;
  /** PGs with an upmap. */
  upmappedPgs: Count;
  /** Ceph's commands that repair all that is found. */
  commands: string[];
  /** What is found, by PG. */
  findings: UpmapFinding[];
}

/** What is wrong with a PG's upmap. */
export interface UpmapFinding {
  /** The PG as Ceph prints it, such as `3.1f`. */
  pg: string;
  /**
   * It breaks the rule, counted per bucket, though Ceph keeps it; Ceph drops it, or some of its
   * pairs, with the next map; or the PG is where it would be without it.
   */
  kind: "breaks_rule" | "is_dropped" | "loses_pairs" | "has_no_effect";
  /** Its OSDs. */
  osds: OsdId[];
  /** Why. */
  reason: string;
  /** Ceph's commands that put it right. */
  commands: string[];
}

/** Who serves reads, and who could. */
export interface ReadReport {
  /** The answer in one sentence, and how bad it is. */
  verdict: Verdict;
  /** Ceph's commands; no data moves by them. */
  commands: string[];
  /** Pools by rising id. */
  pools: ReadPool[];
}

/**
 * Who serves a pool's reads; scores are `null` where nothing can be done, and `reason` says why.
 */
export interface ReadPool {
  /** Its id. */
  id: PoolId;
  /** Its name. */
  name: string;
  /** Ceph's `read_balance_score`: 1 is even, 2 means that an OSD leads twice its share. */
  beforeScore: Ratio | null;
  /** The same afterwards. */
  afterScore: Ratio | null;
  /** The score of the best choice among the PGs' OSDs. */
  bestScore: Ratio | null;
  /** Most PGs that one OSD leads. */
  beforeMaxPrimaries: Count;
  /** The same afterwards. */
  afterMaxPrimaries: Count;
  /** No choice among the PGs' OSDs has less. */
  bestMaxPrimaries: Count;
  /** PGs that get another primary. */
  changes: Count;
  /** Why it gets no better, or why nothing is done. */
  reason: string;
}

/** Largest deviation that can be asked for. */
const DEVIATION_MAX = 1_000_000;

/**
 * Evens out the PGs of a cluster: the smallest largest deviation that the rules allow, and then the
 * fewest moves, as Ceph's upmap commands. PGs count as being where CRUSH and upmaps put them,
 * whether or not their data has arrived, and OSDs that are down keep their places. By bytes it is
 * the fill of the fullest OSD: a search, with a bound that tells what could be left.
 *
 * @throws {CrushlabError} `invalid_argument`, `unknown_pool`, `unknown_item`, `aborted`, or
 * `invalid_map` where clients may be too old for upmaps, or bytes are asked for and sizes or data
 * are not known.
 */
export async function balance(
  cluster: Cluster,
  options: BalanceOptions = {},
): Promise<BalanceReport> {
  checkJob(options);
  const { maxDeviation = 1, by = "pgs" } = options;
  if (by !== "pgs" && by !== "bytes") {
    throw new CrushlabError("invalid_argument", `by is ${describe(by)}: expected pgs or bytes`);
  }
  if (by === "bytes" && options.maxDeviation !== undefined) {
    throw new CrushlabError("invalid_argument", "maxDeviation is in PGs: expected by pgs with it");
  }
  const isDeviation = typeof maxDeviation === "number" && maxDeviation >= 0;
  if (!isDeviation || maxDeviation > DEVIATION_MAX) {
    const expected = `expected a number of PGs from 0 to ${DEVIATION_MAX}`;
    throw new CrushlabError(
      "invalid_argument",
      `maxDeviation is ${describe(maxDeviation)}: ${expected}`,
    );
  }
  const goal = { maxDeviation, byBytes: by === "bytes", scope: scopeOf(cluster, options) };
  return camelKeys(await ask(cluster, balanceCluster, options, goal));
}

/**
 * What is wrong with a cluster's upmaps: those that break the rule, counted per bucket, though Ceph
 * keeps them; those that Ceph drops with the next map; those that do nothing.
 *
 * @throws {CrushlabError} `invalid_argument`, `unknown_pool` or `aborted`.
 */
export async function checkUpmaps(
  cluster: Cluster,
  options: PoolsOptions = {},
): Promise<UpmapReport> {
  return camelKeys(await ask(cluster, checkClusterUpmaps, options, NO_GOAL));
}

/**
 * Deals out the primaries of replicated pools so that the OSD that leads most PGs leads as few as
 * can be, with `ceph osd pg-upmap-primary`, which Reef and later have; before that, primary
 * affinities are looked for that come near to it.
 *
 * @throws {CrushlabError} `invalid_argument`, `unknown_pool`, `aborted`, or `invalid_map` where
 * clients may be older than Reef.
 */
export async function balanceReads(
  cluster: Cluster,
  options: PoolsOptions = {},
): Promise<ReadReport> {
  return camelKeys(await ask(cluster, balanceClusterReads, options, NO_GOAL));
}

/** What is to be evened out, and how far. */
type Goal = Pick<NativeBalanceOptions, "maxDeviation" | "byBytes" | "scope">;

/** For questions that even out nothing. */
const NO_GOAL: Goal = { maxDeviation: 1, byBytes: false, scope: {} };

/** What may move, by ids of OSDs. */
function scopeOf(cluster: Cluster, options: BalanceOptions): Goal["scope"] {
  const osds = (targets: Targets) => {
    const all = Array.isArray(targets) ? targets : [targets as FailureTarget];
    return targetOsds(cluster, ...all);
  };
  const { within, from, to, leave } = options;
  return {
    ...(within !== undefined && { within: osds(within) }),
    ...(from !== undefined && { from: osds(from) }),
    ...(to !== undefined && { to: osds(to) }),
    ...(leave !== undefined && { leave: osds(leave) }),
  };
}

/** Asks the binding about some pools. */
async function ask(
  cluster: Cluster,
  question: typeof balanceCluster,
  options: PoolsOptions,
  goal: Goal,
): Promise<object> {
  nativeClusterOf(cluster);
  checkJob(options);
  const { pools = [] } = options;
  const names = typeof pools === "string" || typeof pools === "number" ? [pools] : [...pools];
  const asked = names.map((name) => cluster.pool(name));
  const request: NativeBalanceOptions = {
    pools: [...new Set(asked.map(({ id }) => id))],
    ...goal,
    threads: checkThreads(options.threads),
  };
  const counted = asked.length > 0 ? asked : cluster.pools;
  const pgs = counted.reduce((sum, { pgNum }) => sum + pgNum, 0);
  const { report } = await runJob(options, pgs, (progress) =>
    question(nativeClusterOf(cluster), request, progress),
  );
  return report;
}
