import { CrushlabError } from "../../ts/errors.ts";
import type { Engine } from "./contract.ts";
import { type Answer, type Method, type Question, readError } from "./messages.ts";

/** The part of a `Worker` that is needed here. */
export interface Port {
  postMessage(question: unknown): void;
  addEventListener(kind: "message", listen: (event: MessageEvent<Answer>) => void): void;
  addEventListener(kind: "error", listen: (event: ErrorEvent) => void): void;
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

const METHODS: readonly Method[] = [
  "open",
  "simulate",
  "becomes",
  "readScript",
  "locate",
  "locatePg",
  "explain",
  "compareSchemes",
  "release",
];

/** The engine in another thread. */
export function engineBehind(port: Port): Engine {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  port.addEventListener("message", ({ data }) => {
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if ("error" in data) {
      call?.reject(readError(data.error));
    } else {
      call?.resolve(data.value);
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
        waiting.set(lastId, { resolve, reject });
        port.postMessage({ id: lastId, method, args } satisfies Question);
      });
  return Object.fromEntries(METHODS.map((method) => [method, ask(method)])) as unknown as Engine;
}
