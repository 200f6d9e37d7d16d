import type { MoveException, MovePlan } from "../../plan/movePlan.ts";
import { plural, printable, whole } from "../../text/format.ts";
import { commandLines, shortName } from "./balanceText.ts";
import type { ClusterFacts } from "./capacityJson.ts";
import { type Align, table } from "./table.ts";
import type { Canvas, Colors } from "./terminal.ts";
import { factsLines, wrapped } from "./wrapped.ts";

/** Most stages and reasons that are shown. */
const ROWS_MAX = 20;

/** A plan: what moves, its stages, and what it cannot do. */
export function planText(plan: MovePlan, facts: ClusterFacts, { colors }: Canvas): string {
  const sections = [
    factsLines(facts, plural(plan.pools.length, "pool"), plural(plan.commands.length, "command")),
    ["Shards", poolTable(plan, colors)],
    stageLines(plan, colors),
    exceptionLines(plan),
    plan.notes.flatMap((note) => wrapped(`Note: ${printable(note)}.`, "")),
    commandLines(plan),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function poolTable({ pools }: MovePlan, colors: Colors): string {
  const heads = ["pool", "shards", "would move", "move", "PGs upmapped", "whole lists"];
  const aligns: Align[] = ["left", ...heads.slice(1).map((): Align => "right")];
  const rows = pools.map((pool) => [
    shortName(pool.name),
    whole(pool.shards),
    whole(pool.shardsMovedUnplanned),
    whole(pool.shardsMoved),
    whole(pool.pgsUpmapped),
    whole(pool.pgsUpmappedWhole),
  ]);
  return table(aligns, [heads.map((head) => colors.dim(head)), ...rows]);
}

function stageLines({ stages }: MovePlan, colors: Colors): string[] {
  if (stages.length === 0) {
    return [];
  }
  const heads = ["stage", "", "commands", "shards moved"].map((head) => colors.dim(head));
  const aligns: Align[] = ["right", "left", "right", "right"];
  const rows = stages
    .slice(0, ROWS_MAX)
    .map(({ title, commands, shardsMoved }, index) => [
      whole(index + 1),
      printable(title),
      whole(commands.length),
      whole(shardsMoved),
    ]);
  const rest = stages.length - rows.length;
  return [
    table(aligns, [heads, ...rows]),
    ...(rest > 0 ? [`And ${plural(rest, "more stage")}; --json has them all.`] : []),
  ];
}

/** Shards that are not treated as asked, by their reasons; the first of each is named. */
function exceptionLines({ exceptions, exceptionsUnlisted }: MovePlan): string[] {
  const byReason = new Map<string, { first: MoveException; count: number }>();
  for (const one of exceptions) {
    const found = byReason.get(one.reason);
    if (found) {
      found.count += 1;
    } else {
      byReason.set(one.reason, { first: one, count: 1 });
    }
  }
  const reasons = [...byReason.values()].sort((one, other) => other.count - one.count);
  const lines = reasons.slice(0, ROWS_MAX).flatMap(({ first, count }) => {
    const { pg, fromOsd, toOsd, reason } = first;
    const way = `${pg} osd.${fromOsd} → ${toOsd === null ? "nowhere" : `osd.${toOsd}`}`;
    const many = count > 1 ? ` (${plural(count, "shard")}, such as ${way})` : ` (${way})`;
    return wrapped(`${printable(reason)}${many}`, "  ");
  });
  const rest = reasons.length - ROWS_MAX;
  const more = rest > 0 ? [`  and ${plural(rest, "more reason")}; --json has every shard`] : [];
  const unlisted =
    exceptionsUnlisted > 0 ? [`  ${plural(exceptionsUnlisted, "more shard")} not listed`] : [];
  return lines.length === 0 ? [] : ["Shards that cannot stay", ...lines, ...more, ...unlisted];
}
