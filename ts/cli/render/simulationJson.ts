import { snakeKeys } from "../../base/keys.ts";
import type { Comparison } from "../../change/compare.ts";
import type { PgChange, PgView } from "../../change/pgChanges.ts";
import type { Simulation, SimulationStep } from "../../change/simulate.ts";
import type { ReportHead } from "../reportHead.ts";

/** What stands before the steps. */
export interface SimulationHead extends ReportHead {
  /** The files that the cluster was read from. */
  cluster: readonly string[];
  /** Number of the map at the start. */
  epoch: number;
  /** What was not given: `osd_sizes`, `pool_data`, `pg_data`, `recorded_mappings`. */
  missing: readonly string[];
}

/** What to write of each comparison. */
export interface SimulationParts {
  /** Bucket type that moves are added up by, too. */
  by?: string;
  /** Whether to leave out everything but the numbers of the whole cluster. */
  summary?: true;
}

/** One JSON object with all steps; a line for each PG. See `schema/whatif.schema.json`. */
export function* simulationJson(
  head: SimulationHead,
  { steps, total }: Simulation,
  parts: SimulationParts,
): Generator<string> {
  const members = Object.entries(head).map(([key, value]) => member(key, value));
  yield `{\n${members.join(",\n")},\n"steps": [`;
  let separator = "\n";
  for (const step of steps) {
    yield separator;
    yield* stepJson(step, parts, "\n");
    separator = ",\n";
  }
  yield `\n],\n${member("total", numbers(total, parts))}\n}\n`;
}

/** One JSON object a line for each step. */
export function* simulationJsonLines(
  { steps }: Simulation,
  parts: SimulationParts,
): Generator<string> {
  for (const step of steps) {
    yield* stepJson(step, parts, "");
    yield "\n";
  }
}

function* stepJson(step: SimulationStep, parts: SimulationParts, end: string): Generator<string> {
  const { command, notes, isStage, verdict } = step;
  const members = Object.entries({
    command,
    is_stage: isStage,
    verdict,
    notes,
    ...numbers(step, parts),
  });
  yield `{${members.map(([key, value]) => member(key, value)).join(`,${end}`)}`;
  if (!parts.summary) {
    yield `,${end}"pgs": [`;
    let separator = end;
    for (const pg of step.pgs) {
      yield `${separator}${JSON.stringify(pgChangeJson(pg))}`;
      separator = `,${end}`;
    }
    yield "]";
  }
  yield "}";
}

function numbers(found: Comparison, { by, summary }: SimulationParts): object {
  return {
    summary: snakeKeys(found.summary),
    ...(!summary && { osds: snakeKeys(found.osds), moves: snakeKeys(found.moves) }),
    ...(by !== undefined && { moves_by: { type: by, moves: snakeKeys(found.movesBy(by)) } }),
  };
}

function member(key: string, value: unknown): string {
  return `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
}

function pgChangeJson({ pgid, before, after, healed }: PgChange): object {
  return { pgid, before: viewJson(before), after: viewJson(after), healed: viewJson(healed) };
}

function viewJson(view: PgView | null): object | null {
  return (
    view && {
      up: view.up,
      acting: view.acting,
      up_primary: view.upPrimary,
      acting_primary: view.actingPrimary,
      state: view.state,
    }
  );
}
