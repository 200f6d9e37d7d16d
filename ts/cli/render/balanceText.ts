import type { BalanceReport, OsdBalance, PoolBalance } from "../../plan/balance.ts";
import { bytesText } from "../../text/bytes.ts";
import { plural, printable, whole } from "../../text/format.ts";
import type { ClusterFacts } from "./capacityJson.ts";
import { type Align, table } from "./table.ts";
import type { Canvas, Colors } from "./terminal.ts";
import { factsLines, wrapped } from "./wrapped.ts";

/** What a cell without a value shows. */
const NONE = "–";

/** Most OSDs that are listed. */
const OSDS_MAX = 10;

/** Longest name of a pool that is shown whole. */
const NAME_MAX = 24;

/** A balanced placement: pools, why it gets no better, and the OSDs that change most. */
export function balanceText(
  report: BalanceReport,
  facts: ClusterFacts,
  { colors }: Canvas,
): string {
  const { commands, pools } = report;
  const sections = [
    factsLines(facts, plural(pools.length, "pool"), plural(commands.length, "command")),
    ["Furthest OSD from its target, in PGs", poolTable(report, colors)],
    fullestLines(report, colors),
    spaceLines(report, colors),
    scoreLines(report),
    ["Why it gets no better", ...wholeReason(report), ...pools.flatMap(reasonLines)],
    osdLines(report, colors),
    commandLines(report),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function poolTable(report: BalanceReport, colors: Colors): string {
  const heads = ["pool", "now", "then", "best possible", "moves", "at least"];
  const aligns: Align[] = ["left", "right", "right", "right", "right", "right"];
  const row = (pool: PoolBalance) => [
    shortName(pool.name),
    pgs(pool.beforeMaxDeviation),
    pgs(pool.afterMaxDeviation),
    pgs(pool.bestMaxDeviation),
    whole(pool.moves),
    pool.leastMoves === null ? NONE : whole(pool.leastMoves),
  ];
  const sum = [
    "all",
    pgs(report.beforeMaxDeviation),
    pgs(report.afterMaxDeviation),
    "",
    whole(report.moves),
    report.leastMoves === null ? NONE : whole(report.leastMoves),
  ];
  const rows = report.pools.map(row);
  return table(aligns, [heads.map((head) => colors.dim(head)), ...rows, ...several(rows, sum)]);
}

/** The row of a sum, where there is something to add up. */
function several(rows: readonly unknown[], sum: string[]): string[][] {
  return rows.length > 1 ? [sum] : [];
}

/** Why the fullest OSD stays as full as it is, where bytes were evened out. */
function wholeReason({ by, reason }: BalanceReport): string[] {
  return by === "bytes" ? wrapped(`All: ${printable(reason)}.`, "  ") : [];
}

/** Fill of the fullest OSD. */
function fullestLines(report: BalanceReport, colors: Colors): string[] {
  const { beforeFullestRatio, afterFullestRatio, bestFullestRatio, movedBytes } = report;
  if (beforeFullestRatio === null) {
    return [];
  }
  const heads = ["now", "then", "at least", "bytes that move"].map((head) => colors.dim(head));
  const shown = [beforeFullestRatio, afterFullestRatio, bestFullestRatio].map((ratio) =>
    ratio === null ? NONE : `${(ratio * 100).toFixed(2)} %`,
  );
  const row = [...shown, movedBytes === null ? NONE : bytesText(movedBytes)];
  return ["Fill of the fullest OSD", table(["right", "right", "right", "right"], [heads, row])];
}

/** What Ceph's balancer thinks of it, in its words. */
function scoreLines({ beforeScore: now, afterScore: then, pools }: BalanceReport): string[] {
  if (now === null || then === null) {
    return [];
  }
  const scores = pools.flatMap(({ name, beforeScore, afterScore }) =>
    beforeScore === null || afterScore === null
      ? []
      : [`  ${shortName(name)}: ${beforeScore.toFixed(6)}, then ${afterScore.toFixed(6)}`],
  );
  return [
    `Score of ceph balancer eval (lower is better): ${now.toFixed(6)}, then ${then.toFixed(6)}`,
    ...(scores.length > 1 ? scores : []),
  ];
}

/** MAX AVAIL of each pool, where sizes are known. */
function spaceLines({ pools }: BalanceReport, colors: Colors): string[] {
  const rows = pools.flatMap(({ name, beforeMaxAvailBytes: now, afterMaxAvailBytes: then }) =>
    now === null || then === null
      ? []
      : [[shortName(name), bytesText(now), bytesText(then), won(now, then)]],
  );
  const heads = ["pool", "now", "then", "more"].map((head) => colors.dim(head));
  const aligns: Align[] = ["left", "right", "right", "right"];
  return rows.length === 0
    ? []
    : ["Space that can be written (MAX AVAIL)", table(aligns, [heads, ...rows])];
}

/** A difference in bytes, with its sign. */
function won(now: number, then: number): string {
  const sign = then < now ? "-" : "+";
  return then === now ? bytesText(0) : `${sign}${bytesText(Math.abs(then - now))}`;
}

function reasonLines({ name, reason }: PoolBalance): string[] {
  return wrapped(`${shortName(name)}: ${printable(reason)}.`, "  ");
}

/** OSDs that are furthest from their targets now. */
function osdLines({ osds }: BalanceReport, colors: Colors): string[] {
  const distance = ({ beforePgs, targetPgs }: OsdBalance) => Math.abs(beforePgs - targetPgs);
  const worst = [...osds].sort((one, other) => distance(other) - distance(one));
  const shown = worst.filter(({ beforePgs, afterPgs }) => beforePgs !== afterPgs);
  if (shown.length === 0) {
    return [];
  }
  const rows = shown
    .slice(0, OSDS_MAX)
    .map(({ osd, beforePgs, afterPgs, targetPgs, askedPgs }) => [
      `osd.${osd}`,
      whole(beforePgs),
      whole(afterPgs),
      pgs(targetPgs),
      pgs(askedPgs),
    ]);
  const heads = ["", "PGs now", "then", "target", "weights ask"].map((head) => colors.dim(head));
  const aligns: Align[] = ["left", "right", "right", "right", "right"];
  const changed = `${whole(rows.length)} of ${whole(shown.length)}`;
  return [`OSDs that change (${changed}, the furthest first)`, table(aligns, [heads, ...rows])];
}

/** How to get at the commands, where there are any. */
export function commandLines({ commands }: { commands: readonly string[] }): string[] {
  return commands.length === 0
    ? []
    : [`${plural(commands.length, "command")}: --commands prints them alone.`];
}

/** A number of PGs. */
function pgs(value: number | null): string {
  return value === null ? NONE : value.toFixed(2);
}

/** A name that a table has room for. */
export function shortName(name: string): string {
  const text = printable(name);
  return text.length > NAME_MAX ? `${text.slice(0, NAME_MAX - 1)}…` : text;
}
