import workshop from "../../examples/workshop/cluster.yaml";
import type { Change } from "../../ts/change/simulate.ts";
import type { Engine, Opened, StepData } from "../engine/contract.ts";
import type { Store } from "../state/state.ts";

/** Whether an answer is right, and what to say. */
export interface Verdict {
  isRight: boolean;
  message: string;
}

/** What an exercise is checked with. */
export interface ExerciseContext {
  engine: Engine;
  store: Store;
}

/** A question, and how its answer is checked: worked out by the same core, never written down. */
export interface Exercise {
  question: string;
  /** What an answer looks like; empty where nothing is typed. */
  example: string;
  check: (answer: string, context: ExerciseContext) => Promise<Verdict>;
}

/** A lesson of the workshop. */
export interface Lesson {
  title: string;
  minutes: number;
  /** Its text as HTML, made from our own files when the page was built. */
  html: string;
  /** Where to look, each an address of the page. */
  tries: readonly { label: string; address: string }[];
  exercise: Exercise;
}

/** The address of a view of the workshop's cluster after some changes. */
export function tryAt(view: string, changes: readonly string[] = []): string {
  const parts = new URLSearchParams({ view, example: "workshop" });
  if (changes.length > 0) {
    parts.set("steps", changes.join("\n"));
    parts.set("at", String(changes.length));
  }
  return parts.toString();
}

/** Works with the workshop's cluster, and lets go of it. */
export async function withWorkshop<T>(
  { engine }: ExerciseContext,
  work: (opened: Opened, engine: Engine) => Promise<T>,
): Promise<T> {
  const bytes = new TextEncoder().encode(workshop);
  const opened = await engine.open([{ name: "workshop.yaml", bytes }]);
  try {
    return await work(opened, engine);
  } finally {
    await engine.release([opened.snapshot.handle]);
  }
}

/** What changes do to the workshop's cluster; data stays where it is between them. */
export function stepsOf(context: ExerciseContext, changes: readonly Change[]): Promise<StepData[]> {
  return withWorkshop(context, async ({ snapshot }, engine) => {
    const steps = await engine.simulate(snapshot.handle, changes, {
      heal: false,
      staged: true,
      config: {},
    });
    await engine.release(steps.map((step) => step.snapshot.handle));
    return steps;
  });
}

/** A verdict on an answer that has to be one of some texts; spaces and capitals do not count. */
export function verdict(answer: string, right: readonly string[], hint: string): Verdict {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replaceAll(/[\s,]+/g, " ")
      .trim();
  const isRight = right.some((one) => plain(one) === plain(answer));
  return { isRight, message: isRight ? `Right: ${right[0] ?? ""}.` : `Not yet. ${hint}` };
}
