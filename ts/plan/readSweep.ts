import type { NativeFailures, NativeSweep } from "#native";
import { camelKeys } from "../base/keys.ts";
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

type NativeCheck = { text: string; check: Omit<RequirementCheck, "text" | "worst"> } & {
  check: { worst: number | null };
};

/** The answer of the binding under this package's names. */
export function readSweep(cluster: Cluster, native: NativeSweep, seed: number): SweepReport {
  const head = camelKeys(native.report) as Head;
  const failures = readFailures(head, native.failures);
  const checks = camelKeys(native.requirements) as NativeCheck[];
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

function readFailures(head: Head, native: NativeFailures): SweepFailure[] {
  return Array.from(native.sweeps, (_, at) => readFailure(head, native, at));
}

function readFailure(
  { sweeps, dataBasis }: Head,
  native: NativeFailures,
  at: number,
): SweepFailure {
  const { typeName: type = "", domains = [] } = sweeps[native.sweeps[at] ?? -1] ?? {};
  const places = [native.first[at] ?? -1, native.second[at] ?? -1];
  const names = places.flatMap((domain) => domains[domain]?.name ?? []);
  const count = (values: Float64Array) => values[at] ?? 0;
  const bytes = (values: Float64Array) => (dataBasis === "unknown" ? null : count(values));
  const osd = (values: Int32Array) => ((values[at] ?? -1) < 0 ? null : (values[at] ?? null));
  const fullestOsd = osd(native.fullestOsds);
  return {
    failed: names.join("+"),
    domains: names,
    type,
    verdict: native.verdicts[at] as SweepVerdict,
    osdsFailed: count(native.osdsFailed),
    pgsUndersized: count(native.pgsUndersized),
    pgsBelowMinSize: count(native.pgsBelowMinSize),
    pgsLost: count(native.pgsLost),
    pgsUndersizedHealed: count(native.pgsUndersizedHealed),
    pgsBelowMinSizeHealed: count(native.pgsBelowMinSizeHealed),
    rebuildShards: count(native.rebuildShards),
    rebuildBytes: bytes(native.rebuildBytes),
    movedShards: count(native.movedShards),
    movedBytes: bytes(native.movedBytes),
    fullestOsd,
    fullestRatio: fullestOsd === null ? null : count(native.fullestRatios),
    fullestLevel: fullestOsd === null ? null : (native.fullestLevels[at] as FillLevel),
    mostPgsOsd: osd(native.mostPgsOsds),
    mostPgs: count(native.mostPgs),
    pgsBackfillToofull: count(native.pgsBackfillToofull),
    backfillToofullShards: count(native.backfillToofullShards),
    backfillToofullBytes: bytes(native.backfillToofullBytes),
  };
}
