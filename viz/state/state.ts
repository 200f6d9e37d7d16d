import type { Config } from "../../ts/cluster/cluster.ts";
import type { Opened, Snapshot, StepData } from "../engine/contract.ts";

/** Names of the views, as they stand in the page's address. */
export type ViewName = string;

/** Everything that the page shows; replaced, never changed in place. */
export interface State {
  /** The cluster that is open. */
  opened?: Opened;
  /** What it is called: names of files, or of an example. */
  source: string;
  /** Address part of the example it is; empty for a cluster of the user's own. */
  example: string;
  /** What happened to it, in order. */
  steps: readonly StepData[];
  /**
   * Where on the timeline the page is: 0 at the start, n after step n; between two whole numbers
   * data is on its way.
   */
  position: number;
  isPlaying: boolean;
  /** Whether all data moves before the next change comes. */
  heal: boolean;
  /** Whether a change of `pg_num` is followed by the steps in which managers carry it out. */
  staged: boolean;
  /** Settings that the steps are gone through with; Ceph's defaults for all others. */
  config: Config;
  view: ViewName;
  /** Number of the workshop's lesson that is open, from 1. */
  lesson: number;
  /** Id of the item that was chosen in any view. */
  selected: number | null;
  theme: "light" | "dark";
  /** What the page is busy with; empty when it waits. */
  busy: string;
  /** What went wrong last; empty when nothing did. */
  error: string;
}

/** Told after every change, with the state before it. */
export type Listener = (state: State, before: State) => void;

/** The page's one store. */
export class Store {
  #state: State;
  readonly #listeners = new Set<Listener>();

  constructor(state: State) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  /** Replaces some members, and tells everybody. Does nothing where they are what they were. */
  update(change: Partial<State>): void {
    const before = this.#state;
    const keys = Object.keys(change) as (keyof State)[];
    if (keys.every((key) => Object.is(before[key], change[key]))) {
      return;
    }
    this.#state = { ...before, ...change };
    for (const listen of [...this.#listeners]) {
      listen(this.#state, before);
    }
  }

  /** Listens until the function that comes back is called. */
  subscribe(listen: Listener): () => void {
    this.#listeners.add(listen);
    return () => this.#listeners.delete(listen);
  }
}

/** The first state of a page. */
export function firstState(theme: State["theme"]): State {
  return {
    source: "",
    example: "",
    steps: [],
    position: 0,
    isPlaying: false,
    heal: false,
    staged: true,
    config: {},
    view: "cluster",
    lesson: 1,
    selected: null,
    theme,
    busy: "",
    error: "",
  };
}

/** The step that is shown: the one that data moves in, or the last that was reached. */
export function currentStep({ steps, position }: State): StepData | undefined {
  return steps[Math.ceil(position) - 1];
}

/** How far the data of the current step has moved, 0 to 1. */
export function stepProgress({ position }: State): number {
  return position === 0 ? 0 : position - Math.ceil(position) + 1;
}

/** The state of the cluster before the current step. */
export function snapshotBefore({ opened, steps, position }: State): Snapshot | undefined {
  return steps[Math.ceil(position) - 2]?.snapshot ?? opened?.snapshot;
}

/** The state of the cluster at this place of the timeline; a step counts once it has begun. */
export function currentSnapshot(state: State): Snapshot | undefined {
  return currentStep(state)?.snapshot ?? state.opened?.snapshot;
}
