import type { BalanceReport, OsdBalance, PoolBalance } from "../../plan/balance.ts";
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
    ["Why it gets no better", ...pools.flatMap(reasonLines)],
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
    whole(pool.leastMoves),
  ];
  const sum = [
    "all",
    pgs(report.beforeMaxDeviation),
    pgs(report.afterMaxDeviation),
    "",
    whole(report.moves),
    whole(report.leastMoves),
  ];
  const rows = report.pools.map(row);
  return table(aligns, [heads.map((head) => colors.dim(head)), ...rows, ...several(rows, sum)]);
}

/** The row of a sum, where there is something to add up. */
function several(rows: readonly unknown[], sum: string[]): string[][] {
  return rows.length > 1 ? [sum] : [];
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
