import { growthReport } from "#native";
import { checkDate, checkInteger, checkThreads, describe } from "../base/arguments.ts";
import { CrushlabError } from "../base/errors.ts";
import { checkJob, type JobOptions, runJob } from "../base/job.ts";
import { camelKeys } from "../base/keys.ts";
import type { Amount, Bytes, Count, OsdId, Ratio } from "../base/quantity.ts";
import { type Cluster, nativeClusterOf, type Verdict } from "../cluster/cluster.ts";
import { type GrowthChange, nativeChanges } from "./growthChange.ts";
import { type GrowthRate, readGrowth } from "./growthRate.ts";

/** What to ask about growth. */
export interface GrowOptions extends JobOptions {
  /** How fast pools grow, by name or id; those that are not named do not grow. */
  pools: Readonly<Record<string, GrowthRate>>;
  /** Months to look ahead, 1 to 1200. Default: 36. */
  months?: number;
  /** Changes, each made on top of those before it, all of them at the start. */
  changes?: readonly GrowthChange[];
  /** Type of the bucket that may be lost. Default: `host`. */
  failureDomain?: string;
  /** The day that is the start. Default: none, and no dates in the answer. */
  from?: Date;
}

/** When a cluster is full, as it is and after each change. */
export interface GrowthReport {
  /** The answer in one sentence, and how bad it is. */
  verdict: Verdict;
  /** Type of the bucket that may be lost. */
  failureDomain: string;
  /** The cluster as it is first, then after each change on top of those before it. */
  plans: GrowthPlan[];
}

/** When a cluster is full by one plan. */
export interface GrowthPlan {
  /** The change that makes this plan of the one before; `null` for the cluster as it is. */
  change: string | null;
  /** Ceph's commands for it. */
  commands: string[];
  /** Bytes that OSDs receive by the change. */
  movedBytes: Bytes;
  /** The OSD that is fullest meanwhile; `null` for the cluster as it is. */
  worst: FilledOsd | null;
  /** Size of all OSDs that are up and in. */
  totalBytes: Bytes;
  /** What is used of them when all data has moved that can; after a change, all data. */
  usedBytes: Bytes;
  /** PGs with fewer OSDs than their pools' sizes. */
  pgsShort: Count;
  /** How evenly OSDs are filled at the start. */
  balance: GrowthBalance;
  /** When the first OSD reaches each limit. */
  limits: GrowthLimits;
  /** When it does after the worst loss of a failure domain; `null` where there is one only. */
  limitsAfterLoss: GrowthLimits | null;
  /** The start, and the end of each month. */
  months: GrowthMonth[];
}

/** When limits are reached; `null` where that is later than was looked ahead. */
export interface GrowthLimits {
  /** When nearfull_ratio is reached. */
  nearfull: GrowthLimit | null;
  /** When backfillfull_ratio is reached. */
  backfillfull: GrowthLimit | null;
  /** When full_ratio is reached. */
  full: GrowthLimit | null;
}

/** When a limit is reached. */
export interface GrowthLimit {
  /** Months from the start; 0 where it is reached already. */
  months: Amount;
  /** The day, `2027-03-14`; `null` where no start was given. */
  date: string | null;
  /** The first OSD that reaches it. */
  osd: OsdId;
  /** The failure domain that this OSD is in. */
  domain: string | null;
  /** The failure domain that was lost. */
  lost: string | null;
}

/** An OSD and its fill. */
export interface FilledOsd {
  /** The OSD. */
  osd: OsdId;
  /** Used bytes by its size. */
  usedRatio: Ratio;
}

/** How evenly OSDs are filled. */
export interface GrowthBalance {
  /** Used bytes of all OSDs by their sizes. */
  usedRatio: Ratio;
  /** Standard deviation of the OSDs' fills. */
  usedRatioDeviation: Ratio;
  /** Fill of the fullest OSD by that of all. */
  fullestByMean: Ratio;
  /** OSDs by their sizes, smallest first. */
  sizes: OsdsOfSize[];
}

/** The OSDs of one size. */
export interface OsdsOfSize {
  /** Their size. */
  totalBytes: Bytes;
  /** How many there are. */
  osds: Count;
  /** PGs that one of them holds on average. */
  pgsMean: Amount;
  /** PGs that one of them holds at most. */
  pgsMax: Count;
  /** Their fill on average. */
  usedRatioMean: Ratio;
  /** The fill of the fullest of them. */
  usedRatioMax: Ratio;
}

/** The end of a month, or the start. */
export interface GrowthMonth {
  /** Months from the start. */
  month: Count;
  /** The day; `null` where no start was given. */
  date: string | null;
  /** Bytes stored in all pools, each object counted once. */
  storedBytes: Bytes;
  /** Bytes used on all OSDs. */
  usedBytes: Bytes;
  /** Part of their sizes. */
  usedRatio: Ratio;
  /** The fullest OSD. */
  fullest: FilledOsd | null;
  /** The fullest OSD after the worst loss of a failure domain. */
  fullestAfterLoss: FilledOsd | null;
  /** The domain whose loss that is. */
  lost: string | null;
}

const MONTHS_DEFAULT = 36;
const MONTHS_MAX = 1200;

/**
 * When a cluster is full, as it is and after each change, with a failure domain lost and without:
 * the first OSD that reaches a limit gives the date.
 *
 * @throws {CrushlabError} `invalid_argument`, `unknown_pool`, `unknown_item`, `missing_data`,
 * `invalid_plan`, `command_refused` or `aborted`.
 */
export async function grow(cluster: Cluster, options: GrowOptions): Promise<GrowthReport> {
  nativeClusterOf(cluster);
  checkJob(options);
  const { pools, months = MONTHS_DEFAULT, changes = [], failureDomain = "host", from } = options;
  if (typeof pools !== "object" || pools === null) {
    throw new CrushlabError("invalid_argument", "pools is not an object of growths by pool");
  }
  if (from !== undefined) {
    checkDate("from", from);
  }
  if (typeof failureDomain !== "string") {
    const found = describe(failureDomain);
    throw new CrushlabError("invalid_argument", `failureDomain is ${found}: expected a type`);
  }
  const growths = Object.entries(pools).map(([pool, rate]) => {
    const { id, name } = cluster.pool(pool);
    return { pool: id, ...readGrowth(name, rate) };
  });
  const request = {
    growths,
    months: checkInteger("months", months, 1, MONTHS_MAX),
    changes: nativeChanges(cluster, changes),
    failureDomain,
    threads: checkThreads(options.threads),
  };
  const pgs = cluster.pools.reduce((sum, { pgNum }) => sum + pgNum, 0);
  const total = pgs * (changes.length + 2);
  const { report } = await runJob(options, total, (progress) =>
    growthReport(nativeClusterOf(cluster), request, progress),
  );
  return dated(camelKeys<GrowthReport>(report), from);
}

/** A time some months of the calendar later; a part of a month is that part of its days. */
function dateAfter(from: Date, months: number): Date {
  const whole = Math.floor(months);
  const start = addMonths(from, whole).getTime();
  const end = addMonths(from, whole + 1).getTime();
  return new Date(start + (months - whole) * (end - start));
}

/** The same day of a later month, or the last one of it. */
function addMonths(from: Date, months: number): Date {
  const date = new Date(from);
  date.setUTCMonth(date.getUTCMonth() + months);
  if (date.getUTCDate() !== from.getUTCDate()) {
    date.setUTCDate(0);
  }
  return date;
}

/** The report with a day beside each number of months. */
function dated(report: GrowthReport, from: Date | undefined): GrowthReport {
  const date = (months: number) =>
    from ? dateAfter(from, months).toISOString().slice(0, 10) : null;
  const limits = (all: GrowthLimits): GrowthLimits => {
    const limit = (one: GrowthLimit | null) => one && { ...one, date: date(one.months) };
    const { nearfull, backfillfull, full } = all;
    return { nearfull: limit(nearfull), backfillfull: limit(backfillfull), full: limit(full) };
  };
  const plans = report.plans.map((plan) => ({
    ...plan,
    limits: limits(plan.limits),
    limitsAfterLoss: plan.limitsAfterLoss && limits(plan.limitsAfterLoss),
    months: plan.months.map((month) => ({ ...month, date: date(month.month) })),
  }));
  return { ...report, plans };
}
