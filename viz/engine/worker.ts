import { initSync } from "crushlab-wasm";
import type { Opened } from "./contract.ts";
import { LocalEngine } from "./engine.ts";
import type { Question } from "./messages.ts";
import { answer } from "./serve.ts";

// The thread that computes. Its first message is the WebAssembly, all others are questions.

/** The part of a worker's global scope that is needed. */
interface WorkerScope {
  postMessage(message: unknown): void;
  addEventListener(
    kind: "message",
    listen: (event: MessageEvent<Question | { wasm: BufferSource }>) => void,
  ): void;
}

const scope = self as unknown as WorkerScope;
const engine = new LocalEngine();
let start: (wasm: BufferSource) => void = () => {};
const ready = new Promise<void>((resolve, reject) => {
  start = (module) => {
    try {
      initSync({ module });
      resolve();
    } catch (error) {
      reject(error);
    }
  };
});
// Who asks is told; nobody has to ask.
ready.catch(() => {});

/** Uses the time until the first change. Should it fail, the first change will, and tells why. */
function prepare({ snapshot }: Opened): void {
  setTimeout(() => engine.prepare(snapshot.handle).catch(() => {}));
}

scope.addEventListener("message", async ({ data }) => {
  if ("wasm" in data) {
    start(data.wasm);
  } else {
    const reply = await answer(engine, data, ready);
    scope.postMessage(reply);
    if (data.method === "open" && "value" in reply) {
      prepare(reply.value as Opened);
    }
  }
});
