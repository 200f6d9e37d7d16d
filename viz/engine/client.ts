import { CrushlabError } from "../../ts/base/errors.ts";
import type { Engine, Snapshot, TreeNode } from "./contract.ts";
import {
  type Answer,
  type Method,
  type Question,
  readError,
  snapshotsIn,
  type TreeMessage,
} from "./messages.ts";

/** The part of a `Worker` that is needed here. */
export interface Port {
  postMessage(question: unknown): void;
  addEventListener(kind: "message", listen: (event: MessageEvent<Answer>) => void): void;
  addEventListener(kind: "error", listen: (event: ErrorEvent) => void): void;
}

interface Waiting {
  method: Method;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

const METHODS: readonly Method[] = [
  "open",
  "simulate",
  "compareWith",
  "readSteps",
  "locate",
  "locatePg",
  "explain",
  "compareSchemes",
  "release",
];

/** The engine in another thread. */
export function remoteEngine(port: Port): Engine {
  const waiting = new Map<number, Waiting>();
  const trees = new Map<number, readonly TreeNode[]>();
  let lastId = 0;
  port.addEventListener("message", ({ data }) => {
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if ("error" in data) {
      call?.reject(readError(data.error));
    } else if (call) {
      attachTrees(trees, snapshotsIn(call.method, data.value), data.trees);
      call.resolve(data.value);
    }
  });
  port.addEventListener("error", ({ message }) => {
    const error = new CrushlabError("internal", `the thread that computes has ended: ${message}`);
    for (const { reject } of waiting.values()) {
      reject(error);
    }
    waiting.clear();
  });
  const ask =
    (method: Method) =>
    (...args: readonly unknown[]) =>
      new Promise<unknown>((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { method, resolve, reject });
        port.postMessage({ id: lastId, method, args } satisfies Question);
      });
  return Object.fromEntries(METHODS.map((method) => [method, ask(method)])) as unknown as Engine;
}

/** Puts trees back into their snapshots, those that were sent before included. */
function attachTrees(
  known: Map<number, readonly TreeNode[]>,
  snapshots: readonly Snapshot[],
  sent: readonly TreeMessage[],
): void {
  for (const [at, { tree, nodes }] of sent.entries()) {
    if (nodes) {
      known.set(tree, nodes);
    }
    const snapshot = snapshots[at];
    if (snapshot) {
      snapshot.tree = known.get(tree) ?? [];
    }
  }
}
