import { CrushlabError } from "../../ts/base/errors.ts";
import { compare, originOf } from "../../ts/change/compare.ts";
import type { Scenario } from "../../ts/change/scenario.ts";
import { type Change, type SimulationStep, simulate } from "../../ts/change/simulate.ts";
import { Cluster } from "../../ts/cluster/cluster.ts";
import type { OsdChange } from "../../ts/cluster/clusterReport.ts";
import { pgid as formatPgid } from "../../ts/cluster/pgTable.ts";
import {
  type CompareSchemesOptions,
  compareSchemes,
  type SchemeReport,
} from "../../ts/plan/schemes.ts";
import {
  type Engine,
  type Moves,
  NO_OSD,
  type Opened,
  PG_ROWS_MAX,
  type PgTrace,
  type ReplayOptions,
  type SourceFile,
  type StepData,
} from "./contract.ts";
import { countPgs, countsAfter, countsAsked, hasSamePools, isSameAsked } from "./counts.ts";
import { clusterOfMap } from "./mapAlone.ts";
import { readSteps } from "./readSteps.ts";
import { type Drawn, snapshotOf, treeAfter, treeOf, type UsedBytes } from "./snapshot.ts";

/** A state and what its OSDs hold. */
interface State extends Drawn {
  cluster: Cluster;
}

/** The page's data, worked out by the library: the same in a browser's worker and in Node. */
export class LocalEngine implements Engine {
  readonly #states = new Map<number, State>();
  #nextHandle = 1;

  async open(files: readonly SourceFile[]): Promise<Opened> {
    const { cluster, madeUp } = await readFiles(files);
    const used = new Map<number, number>();
    const state = { cluster, used, tree: treeOf(cluster.crush), counts: await countPgs(cluster) };
    return {
      snapshot: snapshotOf(state, this.#keep(state)),
      forms: cluster.forms,
      missing: cluster.missing.map(({ description }) => description),
      madeUp,
    };
  }

  async simulate(
    handle: number,
    changes: readonly Change[],
    { heal, staged, config }: ReplayOptions,
    known: readonly number[] = [],
  ): Promise<StepData[]> {
    const start = this.#state(handle).cluster.withConfig(config);
    const { steps } = await simulate(start, changes, { heal, staged });
    const asked = changesOf(steps, changes);
    const found: StepData[] = [];
    let state = this.#state(known.at(-1) ?? handle);
    for (const [at, step] of steps.entries()) {
      if (at < known.length) {
        continue;
      }
      state = await stateAfter(state, step, usedAfter(step, state.used));
      found.push(this.#stepData(step, asked[at] ?? step.command, state));
    }
    return found;
  }

  /** Finds out about a state what the first question about a change would have to wait for. */
  async prepare(handle: number): Promise<void> {
    const { cluster } = this.#state(handle);
    await compare(cluster, cluster, { pgs: false });
  }

  async compareWith(handle: number, later: readonly SourceFile[]): Promise<StepData> {
    const start = this.#state(handle);
    const cluster = await Cluster.read(later);
    const comparison = await compare(start.cluster, cluster, { after: originOf(cluster) });
    const command = `becomes ${later.map(({ name }) => name).join(", ")}`;
    const step = { command, notes: [], isStage: true, cluster, ...comparison };
    // What the later files themselves say of their OSDs counts, where they say anything.
    const used = cluster.osds.some(({ usedBytes }) => usedBytes !== undefined)
      ? new Map<number, number>()
      : usedAfter(step, start.used);
    return this.#stepData(step, command, await stateAfter(start, step, used));
  }

  async readSteps(file: SourceFile): Promise<Scenario> {
    return readSteps(file);
  }

  async locate(handle: number, pool: number, object: string) {
    return this.#state(handle).cluster.locate(pool, object);
  }

  async locatePg(handle: number, pool: number, seed: number) {
    return this.#state(handle).cluster.locate(pool, "", { hash: seed });
  }

  async explain(handle: number, poolId: number, seed: number): Promise<PgTrace> {
    const { cluster } = this.#state(handle);
    const { index } = cluster.crush;
    const pgid = formatPgid(poolId, seed);
    const trace = cluster.explain(pgid);
    const named = trace.events.flatMap((event) => ("bucket" in event ? [event.bucket] : []));
    const buckets = [...new Set(named)].flatMap((id) => index.bucket(id) ?? []);
    return { pgid, rule: index.rule(cluster.pool(poolId).crushRule), trace, buckets };
  }

  compareSchemes(options: CompareSchemesOptions): Promise<SchemeReport[]> {
    return compareSchemes(options);
  }

  async release(handles: readonly number[]): Promise<void> {
    for (const handle of handles) {
      this.#states.delete(handle);
    }
  }

  #stepData(step: SimulationStep, change: Change, state: State): StepData {
    const pgs = [];
    for (let at = 0; at < Math.min(step.pgs.length, PG_ROWS_MAX); at += 1) {
      pgs.push(step.pgs.at(at) ?? []);
    }
    return {
      change,
      command: step.command,
      isStage: step.isStage,
      notes: step.notes,
      snapshot: snapshotOf(state, this.#keep(state)),
      summary: step.summary,
      osdChanges: step.osds.filter(isChanged),
      moves: movesOf(step),
      pgs: pgs.flat(),
    };
  }

  #keep(state: State): number {
    const handle = this.#nextHandle;
    this.#nextHandle += 1;
    this.#states.set(handle, state);
    return handle;
  }

  #state(handle: number): State {
    const state = this.#states.get(handle);
    if (!state) {
      throw new CrushlabError("internal", `a bug in crushlab: there is no state ${handle}`);
    }
    return state;
  }
}

/** A cluster from its files; from a CRUSH map alone where that is all there is. */
async function readFiles(
  files: readonly SourceFile[],
): Promise<{ cluster: Cluster; madeUp: string }> {
  try {
    return { cluster: await Cluster.read(files), madeUp: "" };
  } catch (error) {
    const [only, ...more] = files;
    const found = only && more.length === 0 ? await clusterOfMap(only) : undefined;
    if (!found) {
      throw error;
    }
    return found;
  }
}

/** The change behind each step: stages of a `pg_num` have none of their own. */
function changesOf(steps: readonly SimulationStep[], changes: readonly Change[]): Change[] {
  let at = -1;
  return steps.map((step) => {
    at += step.isStage ? 0 : 1;
    const change = changes[at];
    return change === undefined || step.isStage ? step.command : change;
  });
}

/** The state after a step; its tree is the very same where the map is. */
async function stateAfter(
  before: State,
  { cluster, pgs }: SimulationStep,
  used: UsedBytes,
): Promise<State> {
  const tree = treeAfter(before.tree, cluster);
  const counts = hasSamePools(before.cluster, cluster)
    ? countsAfter(before.counts, cluster, pgs)
    : await countPgs(cluster);
  const isAsked = tree === before.tree && isSameAsked(before.cluster, cluster);
  return { cluster, used, tree, counts: isAsked ? counts : countsAsked(counts, cluster) };
}

function isChanged({ pgsBefore, pgsAfter, shardsReceived, fill }: OsdChange): boolean {
  const isMoved = pgsBefore !== pgsAfter || shardsReceived > 0;
  return isMoved || (fill !== null && fill.usedBeforeBytes !== fill.usedAfterBytes);
}

function usedAfter({ osds }: SimulationStep, before: UsedBytes): UsedBytes {
  const used = new Map(before);
  for (const { osd, fill } of osds) {
    if (fill) {
      used.set(osd, fill.usedAfterBytes);
    }
  }
  return used;
}

function movesOf({ moves }: SimulationStep): Moves {
  return {
    from: Int32Array.from(moves, ({ from }) => from ?? NO_OSD),
    to: Int32Array.from(moves, ({ to }) => to ?? NO_OSD),
    shards: Float64Array.from(moves, ({ shards }) => shards),
    bytes: Float64Array.from(moves, ({ bytes }) => bytes),
  };
}
