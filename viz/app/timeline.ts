import { timer } from "d3";
import type { Scenario } from "../../ts/change/scenario.ts";
import type { Change } from "../../ts/change/simulate.ts";
import type { Engine, SourceFile, StepData } from "../engine/contract.ts";
import type { State, Store } from "../state/state.ts";
import { errorText } from "../ui/errorText.ts";
import { isMotionReduced } from "../ui/motion.ts";

/** How long the data of one step moves on the screen. */
const STEP_MS = 3500;

/** The changes behind some steps; stages of a `pg_num` come by themselves. */
export function changesOf(steps: readonly StepData[]): Change[] {
  return steps.filter(({ isStage }) => !isStage).map(({ change }) => change);
}

/** What happens to the cluster on the page: adds steps, takes them back, plays them. */
export class Timeline {
  readonly #store: Store;
  readonly #engine: Engine;
  #stop: () => void = () => {};

  constructor(store: Store, engine: Engine) {
    this.#store = store;
    this.#engine = engine;
  }

  /** Lets changes happen after the step that is shown; what came later is dropped. */
  async act(changes: readonly Change[]): Promise<void> {
    const { state } = this.#store;
    const kept = state.steps.slice(0, endOfChange(state));
    const found = await this.#simulate(kept, changes);
    if (found) {
      this.#dropFrom(kept.length);
      this.#store.update({ steps: [...kept, ...found], position: kept.length });
      this.play();
    }
  }

  /** Puts a scenario in place of all steps, and goes to a place among them. */
  async replace({ config, changes }: Scenario, position?: number): Promise<void> {
    const found = await this.#simulate([], changes, config);
    if (found) {
      this.#dropFrom(0);
      const at = Math.min(position ?? 0, found.length);
      this.#store.update({ steps: found, position: at, config });
    }
  }

  /** Says whether data moves between steps, and goes through the steps that there are anew. */
  async setHeal(heal: boolean): Promise<void> {
    const { steps, position } = this.#store.state;
    this.#store.update({ heal });
    // A later state that was given stays: no change led there.
    const given = steps.slice(0, steps[0]?.isStage ? 1 : 0);
    const changes = changesOf(steps);
    if (changes.length === 0) {
      return;
    }
    const found = await this.#simulate(given, changes);
    if (found) {
      this.#dropFrom(given.length);
      const all = [...given, ...found];
      this.#store.update({ steps: all, position: Math.min(position, all.length) });
    } else {
      this.#store.update({ heal: !heal });
    }
  }

  /** Puts a later state that is known in place of all steps, and goes there. */
  async showLater(later: readonly SourceFile[]): Promise<void> {
    const { opened } = this.#store.state;
    if (!opened) {
      return;
    }
    const step = await this.#engine.compareWith(opened.snapshot.handle, later);
    this.#dropFrom(0);
    this.#store.update({ steps: [step], position: 1 });
  }

  /** Takes the last step back, with the stages that followed it. */
  undo(): void {
    const { steps, position } = this.#store.state;
    const last = steps.findLastIndex(({ isStage }) => !isStage);
    if (last >= 0) {
      this.pause();
      this.#dropFrom(last);
      this.#store.update({ steps: steps.slice(0, last), position: Math.min(position, last) });
    }
  }

  /** Goes to a place; between two whole numbers data is on its way. */
  goTo(position: number): void {
    this.pause();
    this.#store.update({ position: clamp(position, this.#store.state) });
  }

  /** Lets time run to the end; from the start where it has ended. */
  play(): void {
    const { position, steps } = this.#store.state;
    const end = steps.length;
    if (end === 0) {
      return;
    }
    this.#stop();
    if (isMotionReduced()) {
      this.#store.update({ position: end, isPlaying: false });
      return;
    }
    const start = position >= end ? 0 : position;
    this.#store.update({ position: start, isPlaying: true });
    const running = timer((elapsed) => {
      const next = Math.min(end, start + elapsed / STEP_MS);
      this.#store.update({ position: next, isPlaying: next < end });
      if (next >= end) {
        running.stop();
      }
    });
    this.#stop = () => running.stop();
  }

  /** Stops time. */
  pause(): void {
    this.#stop();
    this.#store.update({ isPlaying: false });
  }

  /** The steps after those that stay. */
  async #simulate(
    kept: readonly StepData[],
    changes: readonly Change[],
    config = this.#store.state.config,
  ): Promise<StepData[] | undefined> {
    const { opened, heal, staged } = this.#store.state;
    if (!opened) {
      return undefined;
    }
    this.pause();
    this.#store.update({ busy: "placing PGs", error: "" });
    try {
      // Where data is depends on all steps before, so that each is gone through from the start, or
      // from a later state that was given as such: the only first step that nobody asked for.
      const [given] = kept.filter(({ isStage }, at) => isStage && at === 0);
      const known = kept.slice(given ? 1 : 0);
      return await this.#engine.simulate(
        (given?.snapshot ?? opened.snapshot).handle,
        [...changesOf(known), ...changes],
        { heal, staged, config },
        known.map(({ snapshot }) => snapshot.handle),
      );
    } catch (error) {
      this.#store.update({ error: errorText(error) });
      return undefined;
    } finally {
      this.#store.update({ busy: "" });
    }
  }

  /** Lets the engine forget the states of steps that go. */
  #dropFrom(first: number): void {
    const gone = this.#store.state.steps.slice(first);
    const handles = gone.map(({ snapshot }) => snapshot.handle);
    if (handles.length > 0) {
      void this.#engine.release(handles);
    }
  }
}

/** Number of steps up to the one that is shown, with the stages that follow it by themselves. */
function endOfChange({ steps, position }: State): number {
  const shown = Math.ceil(position);
  const next = steps.findIndex(({ isStage }, at) => at >= shown && !isStage);
  return next < 0 ? steps.length : shown === 0 ? 0 : next;
}

function clamp(position: number, { steps }: State): number {
  return Math.min(steps.length, Math.max(0, position));
}
