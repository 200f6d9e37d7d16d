import { type NativeSweepOptions, readRequirements, sweepCluster, sweepUnits } from "#native";
import { checkInteger, checkThreads, describe } from "../base/arguments.ts";
import { CrushlabError, callNative } from "../base/errors.ts";
import { checkJob, type JobOptions, runJob } from "../base/job.ts";
import { type Cluster, nativeClusterOf } from "../cluster/cluster.ts";
import { readSweep } from "./readSweep.ts";
import type { SweepReport } from "./sweepReport.ts";

/** What to let fail, and how. */
export interface SweepOptions extends JobOptions {
  /**
   * Types whose OSDs fail together: `osd`, `host`, `rack`, … Default: those that requirements
   * name, else `host`, or `osd` where there are no hosts.
   */
  types?: string | readonly string[];
  /**
   * Whether two domains of a type fail at once, too: all pairs (`"all"`), as many as this, drawn by
   * `seed`, or with `true` all if there are at most 10,000 and else 1,000 of them. Default: false.
   */
  pairs?: boolean | "all" | number;
  /** Seed of samples: the same seed draws the same. Default: 0. */
  seed?: number;
  /**
   * What is required: a type, or `host pairs` for two at once, then `:` and conditions: `readable`
   * (no PG without a copy), `active` (no PG below min_size), `healed` (all copies come back),
   * `below nearfull`, `below backfillfull`, `below full`, `below 80%` (the fullest OSD, healed).
   */
  requirements?: string | readonly string[];
  /** Whether to count copysets. Default: true. */
  copysets?: boolean;
  /**
   * How many OSDs are lost at once in the count of copysets, from 1 to 8. Default: all numbers up
   * to the one that can lose data of every pool.
   */
  losses?: readonly number[];
  /** Losses to draw where there are too many to count. Default: 100,000. */
  samples?: number;
}

const SAMPLES_DEFAULT = 100_000;
const SAMPLES_MAX = 100_000_000;
const LOSSES_MAX = 8;

/** How the binding takes pairs that are no number. */
const PAIRS_ALL = -1;
const PAIRS_AS_FITS = -2;

/**
 * Lets every OSD, host or rack of a cluster fail, alone and in pairs: its OSDs go down, then out,
 * whatever flags or limits would keep them from it, and all data moves that can.
 *
 * @throws {CrushlabError} `invalid_argument`, `unknown_item` for a type without OSDs,
 * `missing_data` where a requirement asks for what the files do not tell, or `aborted`.
 */
export async function sweep(cluster: Cluster, options: SweepOptions = {}): Promise<SweepReport> {
  nativeClusterOf(cluster);
  checkJob(options);
  const request = sweepRequest(cluster, options);
  const native = nativeClusterOf(cluster);
  const units = callNative(() => sweepUnits(native, request));
  const found = await runJob(options, units, (progress) => sweepCluster(native, request, progress));
  return readSweep(cluster, found, request.seed);
}

function sweepRequest(cluster: Cluster, options: SweepOptions): NativeSweepOptions {
  const requirements = list("requirements", options.requirements);
  const required = callNative(() => readRequirements(requirements));
  const missing = cluster.missing.find(({ what }) => what === "osd_sizes" || what === "pool_data");
  if (missing && required.some(({ asksForFill }) => asksForFill)) {
    const text = requirements[required.findIndex(({ asksForFill }) => asksForFill)];
    const problem = `'${text}' cannot be checked: ${missing.description}`;
    throw new CrushlabError("missing_data", problem);
  }
  const pairs = pairsNumber(options.pairs ?? false);
  const inPairs = required.filter((one) => one.pairs).map(({ typeName }) => typeName);
  const types = list("types", options.types);
  const asked = [...types, ...required.map(({ typeName }) => typeName)];
  const all = new Set(asked.length > 0 ? asked : [defaultType(cluster)]);
  const losses = options.losses ?? [];
  return {
    asks: [...all].map((typeName) => ({
      typeName,
      pairs: pairs === 0 && inPairs.includes(typeName) ? PAIRS_AS_FITS : pairs,
    })),
    requirements,
    seed: checkInteger("seed", options.seed ?? 0, 0, Number.MAX_SAFE_INTEGER),
    copysets: options.copysets ?? true,
    losses: losses.map((lost) => checkInteger("losses", lost, 1, LOSSES_MAX)),
    samples: checkInteger("samples", options.samples ?? SAMPLES_DEFAULT, 1, SAMPLES_MAX),
    threads: checkThreads(options.threads),
  };
}

function list(name: string, value: string | readonly string[] | undefined): string[] {
  const values = typeof value === "string" ? [value] : [...(value ?? [])];
  const wrong = values.find((one) => typeof one !== "string");
  if (wrong !== undefined) {
    throw new CrushlabError("invalid_argument", `${name} has ${describe(wrong)}: expected texts`);
  }
  return values;
}

function pairsNumber(pairs: boolean | "all" | number): number {
  if (typeof pairs === "boolean") {
    return pairs ? PAIRS_AS_FITS : 0;
  }
  return pairs === "all" ? PAIRS_ALL : checkInteger("pairs", pairs, 1, Number.MAX_SAFE_INTEGER);
}

function defaultType({ crush }: Cluster): string {
  const hosts = crush.buckets.filter(
    ({ id, type, shadowOf }) =>
      type === "host" && shadowOf === undefined && crush.index.devicesBelow(id).length > 0,
  );
  const device = crush.types.find(({ id }) => id === 0)?.name ?? "osd";
  return hosts.length > 0 ? "host" : device;
}
