import type { Engine } from "./contract.ts";
import { type Answer, plainError, type Question } from "./messages.ts";

/** Answers one question once the engine is ready. Never fails: what goes wrong is the answer. */
export async function answer(
  engine: Engine,
  { id, method, args }: Question,
  ready: Promise<void>,
): Promise<Answer> {
  try {
    await ready;
    const call = engine[method] as (...args: readonly unknown[]) => Promise<unknown>;
    return { id, value: await call.apply(engine, [...args]) };
  } catch (error) {
    return { id, error: plainError(error) };
  }
}
