import { releaseName } from "../../base/release.ts";
import type { CapacityReport, CapacityRoom, LevelRoom, PoolCapacity } from "../../plan/capacity.ts";
import { bytesText } from "../../text/bytes.ts";
import { fileNames, percent, plural, printable } from "../../text/format.ts";
import type { ClusterFacts } from "./capacityJson.ts";
import { type Align, table } from "./table.ts";
import type { Canvas, Colors } from "./terminal.ts";

/** What a cell without a value shows. */
const NONE = "–";

/** The capacity of a cluster: the whole first, then each pool. */
export function capacityText(
  report: CapacityReport,
  facts: ClusterFacts,
  { colors }: Canvas,
): string {
  const { cluster } = facts;
  const name = (id: number | null) => (id === null ? NONE : cluster.crush.index.name(id));
  const { pools } = report;
  const sections = [
    [colors.bold(title(report)), factsLine(facts), "", wholeRoom(report, name)],
    section("MAX AVAIL, as ceph df gives it", maxAvail(report, name, colors)),
    section(
      "What can be written into each pool alone, on its PGs as they are",
      roomTable(pools, name, colors),
    ),
    ...usableSection(pools, name, colors),
    ...overheadSection(pools, colors),
    notes(report, facts),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

type Name = (id: number | null) => string;

function section(heading: string, body: string): string[] {
  return [heading, body];
}

function title({ totalBytes, usedBytes }: CapacityReport): string {
  if (totalBytes === null || usedBytes === null) {
    return "Capacity: the sizes of OSDs are not known";
  }
  const used = percent(usedBytes / Math.max(1, totalBytes));
  return `Capacity: ${bytesText(usedBytes)} of ${bytesText(totalBytes)} used, ${used}`;
}

function factsLine({ paths, cluster }: ClusterFacts): string {
  return [
    fileNames(paths),
    `epoch ${cluster.info.epoch}`,
    plural(cluster.osds.length, "OSD"),
    plural(cluster.pools.length, "pool"),
  ].join(" · ");
}

/** How far the cluster is from its limits when it goes on as it began. */
function wholeRoom({ room, ...ratios }: CapacityReport, name: Name): string {
  if (!room) {
    return "  How the pools grow together is not known: what they store, or sizes are missing.";
  }
  const row = (label: string, ratio: number, level: LevelRoom | null) => [
    label,
    percent(ratio),
    level ? bytesText(level.storedBytes) : NONE,
    level ? `on ${printable(name(level.osd))}` : "",
  ];
  const rows = [
    row("nearfull", ratios.nearfullRatio, room.nearfull),
    row("backfillfull", ratios.backfillfullRatio, room.backfillfull),
    row("full", ratios.fullRatio, room.full),
  ];
  const heading =
    "  Can still be stored, all pools in their present proportions, until the first OSD is";
  return `${heading}\n${table(["left", "right", "right", "left"], rows)}`;
}

function maxAvail({ pools }: CapacityReport, name: Name, colors: Colors): string {
  const heads = [
    "pool",
    "stored",
    "used",
    "MAX AVAIL",
    "limited by",
    "its fill",
    "without it",
    "balanced",
  ];
  const aligns: Align[] = [
    ...(["left", "right", "right", "right", "left"] as const),
    ...(["right", "right", "right"] as const),
  ];
  const rows = pools.map((pool) => [
    printable(pool.name),
    bytes(pool.storedBytes),
    bytes(pool.usedBytes),
    bytes(pool.maxAvailBytes),
    printable(name(pool.limitingOsd)),
    pool.limitingOsdUsedRatio === null ? NONE : percent(pool.limitingOsdUsedRatio),
    bytes(pool.maxAvailWithoutLimitingOsdBytes),
    bytes(pool.maxAvailBalancedBytes),
  ]);
  return table(aligns, [heads.map((head) => colors.dim(head)), ...rows]);
}

function roomTable(pools: readonly PoolCapacity[], name: Name, colors: Colors): string {
  const heads = ["pool", "to nearfull", "backfillfull", "full", "first OSD", "short PGs"];
  const level = (room: CapacityRoom | null, at: keyof CapacityRoom) =>
    bytes(room?.[at]?.storedBytes ?? null);
  const rows = pools.map(({ name: pool, room, pgsShort }) => [
    printable(pool),
    level(room, "nearfull"),
    level(room, "backfillfull"),
    level(room, "full"),
    printable(name(room?.full?.osd ?? null)),
    String(pgsShort),
  ]);
  const aligns = ["left", "right", "right", "right", "left", "right"] as const;
  return table(aligns, [heads.map((head) => colors.dim(head)), ...rows]);
}

function usableSection(pools: readonly PoolCapacity[], name: Name, colors: Colors): string[][] {
  const heads = ["pool", "domain", "at most", "CRUSH", "", "own PGs", "", "largest lost"];
  const rows = pools.flatMap(({ name: pool, usable }) => {
    if (!usable) {
      return [];
    }
    const { boundBytes, crushBytes, pgsBytes, boundWithoutLargestBytes } = usable;
    const part = (found: number | null) =>
      found === null || boundBytes === 0 ? "" : percent(found / boundBytes);
    return [
      [
        printable(pool),
        printable(usable.failureDomain),
        bytes(boundBytes),
        bytes(crushBytes),
        part(crushBytes),
        bytes(pgsBytes),
        part(pgsBytes),
        `${bytes(boundWithoutLargestBytes)} (${printable(name(usable.largestDomain))})`,
      ],
    ];
  });
  if (rows.length === 0) {
    return [];
  }
  const aligns = ["left", "left", "right", "right", "right", "right", "right", "left"] as const;
  const body = table(aligns, [heads.map((head) => colors.dim(head)), ...rows]);
  return [section("What each pool could store alone on empty OSDs, until the first is full", body)];
}

function overheadSection(pools: readonly PoolCapacity[], colors: Colors): string[][] {
  const rows = pools.flatMap(({ name, overhead, room, rawUsedRate }) => {
    if (!overhead) {
      return [];
    }
    const { ratio, nominalRatio, minAllocSizeBytes } = overhead;
    const left = room?.full?.storedBytes;
    const padded = ratio === null || left === undefined ? null : (left * rawUsedRate) / ratio;
    return [
      [
        printable(name),
        bytesText(minAllocSizeBytes),
        ratio === null ? NONE : `${ratio.toFixed(3)} x`,
        `${nominalRatio.toFixed(3)} x`,
        bytes(padded),
      ],
    ];
  });
  if (rows.length === 0) {
    return [];
  }
  const heads = ["pool", "unit", "raw by stored", "nominal", "room until full"];
  const aligns = ["left", "right", "right", "right", "right"] as const;
  const body = table(aligns, [heads.map((head) => colors.dim(head)), ...rows]);
  return [section("What objects of these sizes take, padding and all", body)];
}

/** What a person has to know to read the numbers. */
function notes(report: CapacityReport, { cluster }: ClusterFacts): string[] {
  const release = releaseName(report.release) ?? "an unknown release";
  const lost = report.pools.filter(({ intactRatio }) => (intactRatio ?? 1) < 1);
  const scaled = lost.some((pool) => pool.maxAvailPacificBytes !== pool.maxAvailLatestBytes);
  const missing = cluster.missing.filter(({ what }) => what !== "recorded_mappings");
  return [
    `  MAX AVAIL as in ${release}.`,
    ...(scaled
      ? [`  Copies are missing: releases until 2024 raise MAX AVAIL by them (--json has both).`]
      : []),
    ...missing.map(({ description }) => `  Missing: ${description}.`),
  ];
}

function bytes(value: number | null): string {
  return value === null ? NONE : bytesText(Math.floor(value));
}
