import type { Engine, Snapshot, TreeNode } from "./contract.ts";
import {
  type Answer,
  plainError,
  type Question,
  snapshotsIn,
  type TreeMessage,
} from "./messages.ts";

/** Trees that the other thread has, with their numbers. */
const sent = new WeakMap<readonly TreeNode[], number>();
let trees = 0;

/** Answers one question once the engine is ready. Never fails: what goes wrong is the answer. */
export async function answer(
  engine: Engine,
  { id, method, args }: Question,
  ready: Promise<void>,
): Promise<Answer> {
  try {
    await ready;
    const call = engine[method] as (...args: readonly unknown[]) => Promise<unknown>;
    const value = await call.apply(engine, [...args]);
    return { id, value, trees: snapshotsIn(method, value).map(detachTree) };
  } catch (error) {
    return { id, error: plainError(error) };
  }
}

/** Takes the tree out of a snapshot, for a large one costs time to send: each is sent once. */
function detachTree(snapshot: Snapshot): TreeMessage {
  const { tree: nodes } = snapshot;
  snapshot.tree = [];
  const known = sent.get(nodes);
  if (known !== undefined) {
    return { tree: known };
  }
  trees += 1;
  sent.set(nodes, trees);
  return { tree: trees, nodes };
}
