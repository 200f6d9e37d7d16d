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
    emptiedLines(plan),
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
  const names = ["stage", "", "commands", "shards", "misplaced", "fullest OSD", "hours"];
  const heads = names.map((head) => colors.dim(head));
  const aligns: Align[] = names.map((_, index) => (index === 1 ? "left" : "right"));
  const rows = stages
    .slice(0, ROWS_MAX)
    .map(({ title, commands, shardsMoved, ...stage }, index) => [
      whole(index + 1),
      printable(title),
      whole(commands.length),
      whole(shardsMoved),
      percent(stage.misplacedRatio),
      stage.fullestOsd === null ? "" : `${percent(stage.fullestRatio)} osd.${stage.fullestOsd}`,
      stage.hours === null ? "" : stage.hours.toFixed(1),
    ]);
  const rest = stages.length - rows.length;
  return [
    table(aligns, [heads, ...rows]),
    ...(rest > 0 ? [`And ${plural(rest, "more stage")}; --json has them all.`] : []),
  ];
}

/** A ratio in percent; nothing where it is not known. */
function percent(ratio: number | null): string {
  return ratio === null ? "" : `${(100 * ratio).toFixed(1)} %`;
}

/** After which stage OSDs are empty. */
function emptiedLines({ emptied }: MovePlan): string[] {
  const line = ({ name, stage }: MovePlan["emptied"][number]) =>
    stage === 0 ? `  ${printable(name)}: empty now` : `  ${printable(name)}: after stage ${stage}`;
  return emptied.length === 0 ? [] : ["Empty", ...emptied.slice(0, ROWS_MAX).map(line)];
}

/** Shards that are not treated as asked, by their reasons; the first of each is named. */
function exceptionLines({ action, exceptions, exceptionsUnlisted }: MovePlan): string[] {
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
  const title = action === "freeze" ? "Shards that cannot stay" : "Not as asked for";
  return lines.length === 0 ? [] : [title, ...lines, ...more, ...unlisted];
}
