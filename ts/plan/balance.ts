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
import type { Amount, Count, OsdId, PoolId, Ratio } from "../base/quantity.ts";
import { type Cluster, nativeClusterOf, type Verdict } from "../cluster/cluster.ts";

/** What to even out, and how far. */
export interface BalanceOptions extends PoolsOptions {
  /**
   * OSDs shall be nearer to their targets than by this many PGs, or as near as possible where that
   * is not: 1 is what the next whole numbers come to, 0 is as near as possible. Default: 1.
   */
  maxDeviation?: number;
}

/** The most even placement that rules allow, and the way to it. */
export interface BalanceReport {
  /** The answer in one sentence, and how bad it is. */
  verdict: Verdict;
  /** What was asked for. */
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
  /** No placement as even needs fewer. */
  leastMoves: Count;
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
  /** No placement within the same deviation needs fewer. */
  leastMoves: Count;
  /** PGs that break the rule because of upmaps, and no longer do afterwards. */
  repairedPgs: Count;
  /** PGs that cannot be moved by upmaps. */
  fixedPgs: Count;
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
 * whether or not their data has arrived, and OSDs that are down keep their places.
 *
 * @throws {CrushlabError} `invalid_argument`, `unknown_pool`, `aborted`, or `invalid_map` where
 * clients may be too old for upmaps.
 */
export async function balance(
  cluster: Cluster,
  options: BalanceOptions = {},
): Promise<BalanceReport> {
  checkJob(options);
  const { maxDeviation = 1 } = options;
  const isDeviation = typeof maxDeviation === "number" && maxDeviation >= 0;
  if (!isDeviation || maxDeviation > DEVIATION_MAX) {
    const expected = `expected a number of PGs from 0 to ${DEVIATION_MAX}`;
    throw new CrushlabError(
      "invalid_argument",
      `maxDeviation is ${describe(maxDeviation)}: ${expected}`,
    );
  }
  return camelKeys(await ask(cluster, balanceCluster, options, maxDeviation));
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
  return camelKeys(await ask(cluster, checkClusterUpmaps, options, 1));
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
  return camelKeys(await ask(cluster, balanceClusterReads, options, 1));
}

/** Asks the binding about some pools. */
async function ask(
  cluster: Cluster,
  question: typeof balanceCluster,
  options: PoolsOptions,
  maxDeviation: number,
): Promise<object> {
  nativeClusterOf(cluster);
  checkJob(options);
  const { pools = [] } = options;
  const names = typeof pools === "string" || typeof pools === "number" ? [pools] : [...pools];
  const asked = names.map((name) => cluster.pool(name));
  const request: NativeBalanceOptions = {
    pools: [...new Set(asked.map(({ id }) => id))],
    maxDeviation,
    threads: checkThreads(options.threads),
  };
  const counted = asked.length > 0 ? asked : cluster.pools;
  const pgs = counted.reduce((sum, { pgNum }) => sum + pgNum, 0);
  const { report } = await runJob(options, pgs, (progress) =>
    question(nativeClusterOf(cluster), request, progress),
  );
  return report;
}
