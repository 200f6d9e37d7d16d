import type { NativeFailures, NativeSweep } from "#native";
import { camelKeys, camelName } from "../base/keys.ts";
import type { Cluster, Verdict } from "../cluster/cluster.ts";
import type { FillLevel } from "../cluster/clusterReport.ts";
import type {
  Copysets,
  RequirementCheck,
  SweepFailure,
  SweepReport,
  SweepTally,
  SweepType,
  SweepVerdict,
} from "./sweepReport.ts";
import { pairsSentence, singlesSentence } from "./sweepSentence.ts";

/** The report as the binding has it, failures aside. */
interface Head {
  verdict: Verdict;
  dataBasis: SweepReport["dataBasis"];
  hasFill: boolean;
  pgs: number;
  short: Record<"pgsUndersized" | "pgsBelowMinSize" | "pgsLost", number>;
  shortHealed: Head["short"];
  fullest: { osd: number; ratio: number } | null;
  sweeps: {
    typeName: string;
    domains: { name: string }[];
    goesOutByItself: boolean;
    singles: SweepTally;
    pairs: SweepTally | null;
  }[];
  copysets: NativeCopysets | null;
}

type NativeCopysets = Omit<Copysets, "pools"> & { pools: { pool: number; copysets: number }[] };

/** What a failure comes to in numbers. */
type FailureNumbers = Omit<
  SweepFailure,
  "failed" | "domains" | "type" | "verdict" | "fullestLevel"
>;

type NativeCheck = { text: string; check: Omit<RequirementCheck, "text" | "worst"> } & {
  check: { worst: number | null };
};

/** The answer of the binding under this package's names. */
export function readSweep(cluster: Cluster, native: NativeSweep, seed: number): SweepReport {
  const head = camelKeys<Head>(native.report);
  const failures = readFailures(head, native.failures);
  const checks = camelKeys<NativeCheck[]>(native.requirements);
  return {
    verdict: head.verdict,
    dataBasis: head.dataBasis,
    hasFill: head.hasFill,
    seed,
    start: {
      pgs: head.pgs,
      ...head.short,
      pgsUndersizedHealed: head.shortHealed.pgsUndersized,
      fullestOsd: head.fullest?.osd ?? null,
      fullestRatio: head.fullest?.ratio ?? null,
    },
    types: head.sweeps.map((swept) => readType(swept, failures, head.short.pgsBelowMinSize)),
    failures,
    requirements: checks.map(({ text, check: { worst, ...check } }) => ({
      text,
      ...check,
      worst: worst === null ? null : (failures[worst]?.failed ?? null),
    })),
    copysets: head.copysets && readCopysets(cluster, head.copysets),
  };
}

function readCopysets(cluster: Cluster, { pools, ...rest }: NativeCopysets): Copysets {
  const name = (id: number) => cluster.pools.find((pool) => pool.id === id)?.name ?? "";
  return { ...rest, pools: pools.map((one) => ({ ...one, name: name(one.pool) })) };
}

function readType(
  { typeName: type, domains, goesOutByItself, singles, pairs }: Head["sweeps"][number],
  failures: readonly SweepFailure[],
  pgsBroken: number,
): SweepType {
  const worst = (count: number) =>
    failures.find((failure) => failure.type === type && failure.domains.length === count);
  return {
    type,
    domains: domains.length,
    goesOutByItself,
    sentence: singlesSentence(type, singles, worst(1), pgsBroken),
    singles,
    pairs,
    pairsSentence: pairs && pairsSentence(type, pairs, worst(2), pgsBroken),
  };
}

function readFailures({ sweeps, dataBasis }: Head, native: NativeFailures): SweepFailure[] {
  const numbersAt = numbersOf(native, dataBasis);
  return Array.from(native.sweeps, (sweep, at) => {
    const { typeName: type = "", domains = [] } = sweeps[sweep] ?? {};
    const places = [native.first[at] ?? -1, native.second[at] ?? -1];
    const names = places.flatMap((domain) => domains[domain]?.name ?? []);
    const numbers = numbersAt(at);
    return {
      failed: names.join("+"),
      domains: names,
      type,
      verdict: native.verdicts[at] as SweepVerdict,
      ...numbers,
      fullestLevel: numbers.fullestOsd === null ? null : (native.fullestLevels[at] as FillLevel),
    };
  });
}

/** The numbers of each failure by its place. Those that are not known are `null`. */
function numbersOf(
  { numbers }: NativeFailures,
  dataBasis: Head["dataBasis"],
): (at: number) => FailureNumbers {
  const named = numbers.map(({ name, values }) => ({
    name: camelName(name),
    values,
    isKnown: dataBasis !== "unknown" || !name.endsWith("_bytes"),
  }));
  return (at) => {
    const found: Record<string, number | null> = {};
    for (const { name, values, isKnown } of named) {
      const value = values[at];
      found[name] = isKnown && value !== undefined && !Number.isNaN(value) ? value : null;
    }
    return found as unknown as FailureNumbers;
  };
}
