import { type SnakeKeys, snakeKeys } from "../../base/keys.ts";
import type { Comparison } from "../../change/compare.ts";
import type { PgChange, PgView } from "../../change/pgChanges.ts";
import type { Simulation, SimulationStep } from "../../change/simulate.ts";
import type { Verdict } from "../../cluster/cluster.ts";
import type { ClusterMove, ClusterSummary, OsdChange } from "../../cluster/clusterReport.ts";
import { jsonText } from "../output.ts";
import type { ClusterHead, ReportHead } from "../reportHead.ts";

/**
 * With --json-lines each line is one of the steps ($defs/step). With --summary there are no osds,
 * moves and pgs. Numbers have their unit last in the name; ratios are from 0 to 1.
 *
 * @title crushlab whatif and diff of whole clusters, --json
 */
export interface SimulationJson extends ReportHead, ClusterHead {
  /** What happens, one after another. */
  steps: StepJson[];
  /** What all steps together differ in from the start. */
  total: ComparisonJson;
}

/** What two states differ in. */
export interface ComparisonJson {
  /** The numbers of the whole cluster. */
  summary: SnakeKeys<ClusterSummary>;
  /** Every OSD of either state, by rising id. */
  osds?: SnakeKeys<OsdChange[]>;
  /** What goes from OSD to OSD, the most shards first. */
  moves?: SnakeKeys<ClusterMove[]>;
  /** With --by: the moves by buckets of that type. */
  moves_by?: MovesByJson;
}

/** Moves by the buckets of a type. */
export interface MovesByJson {
  /** The type, such as `host`. */
  type: string;
  /** What goes from bucket to bucket, the most shards first. */
  moves: SnakeKeys<ClusterMove[]>;
}

/** One change, and what it does. */
export interface StepJson extends ComparisonJson {
  /** The command, or the event in words. */
  command: string;
  /** Whether the managers take the step to carry out a pg_num, so that nobody asked for it. */
  is_stage: boolean;
  /** What the step comes to. */
  verdict: Verdict;
  /** What the cluster says to it, and what a person should know. */
  notes: string[];
  /** The PGs that differ. */
  pgs?: PgJson[];
}

/** A PG that differs before and after. */
export interface PgJson {
  /**
   * Pool and number, this in hexadecimal.
   *
   * @pattern ^[0-9]+\.[0-9a-f]+$
   */
  pgid: string;
  /** `null` for a PG that there was not yet. */
  before: SnakeKeys<PgView> | null;
  /** Right after the change, with no data moved yet; `null` for one that there is no more. */
  after: SnakeKeys<PgView> | null;
  /** When all data that can move has moved. */
  healed: SnakeKeys<PgView> | null;
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
  head: ReportHead & ClusterHead,
  { steps, total }: Simulation,
  parts: SimulationParts,
): Generator<string> {
  yield `{\n${members(head).join(",\n")},\n"steps": [`;
  let separator = "\n";
  for (const step of steps) {
    yield separator;
    yield* stepJson(step, parts, "\n");
    separator = ",\n";
  }
  yield `\n],\n${member("total", comparisonJson(total, parts))}\n}\n`;
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
  const head: Omit<StepJson, "pgs"> = {
    command,
    is_stage: isStage,
    verdict,
    notes,
    ...comparisonJson(step, parts),
  };
  yield `{${members(head).join(`,${end}`)}`;
  if (!parts.summary) {
    yield `,${end}"pgs": [`;
    let separator = end;
    for (const pg of step.pgs) {
      yield `${separator}${jsonText(pgJson(pg))}`;
      separator = `,${end}`;
    }
    yield "]";
  }
  yield "}";
}

function comparisonJson(found: Comparison, { by, summary }: SimulationParts): ComparisonJson {
  return {
    summary: snakeKeys(found.summary),
    ...(!summary && { osds: snakeKeys(found.osds), moves: snakeKeys(found.moves) }),
    ...(by !== undefined && { moves_by: { type: by, moves: snakeKeys(found.movesBy(by)) } }),
  };
}

function members(json: object): string[] {
  return Object.entries(json).map(([key, value]) => member(key, value));
}

function member(key: string, value: unknown): string {
  return `${jsonText(key)}: ${jsonText(value)}`;
}

function pgJson({ pgid, before, after, healed }: PgChange): PgJson {
  const view = (one: PgView | null) => one && snakeKeys(one);
  return { pgid, before: view(before), after: view(after), healed: view(healed) };
}
