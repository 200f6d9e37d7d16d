import { bytesOf } from "./base64.ts";
import { remoteEngine } from "./client.ts";
import type { Engine } from "./contract.ts";

/**
 * Starts the thread that computes. A page that is one file carries that thread's program and the
 * WebAssembly as texts; any other has them beside it.
 */
export function connect(): Engine {
  const program = carried("worker-program");
  const address =
    program === undefined
      ? "worker.js"
      : URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  const worker = new Worker(address);
  wasmBytes().then(
    (wasm) => worker.postMessage({ wasm }, [wasm]),
    // What is no WebAssembly is refused over there, and every question is answered with that.
    () => worker.postMessage({ wasm: new ArrayBuffer(0) }),
  );
  return remoteEngine(worker);
}

async function wasmBytes(): Promise<ArrayBuffer> {
  const text = carried("wasm");
  const packed =
    text === undefined ? await (await fetch("core.bin")).blob() : new Blob([bytesOf(text)]);
  const stream = packed.stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

/** A text that the page carries. */
function carried(id: string): string | undefined {
  return document.getElementById(id)?.textContent ?? undefined;
}
