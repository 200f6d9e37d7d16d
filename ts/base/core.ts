import * as native from "#native";
import { CrushlabError } from "./errors.ts";

/** What computes: the native binding, or the same in WebAssembly where there is none. */
export type Core = "native" | "wasm";

/** Which of the two was loaded. */
export function coreInUse(): Core {
  const { __napiBindingTarget: target } = native as { __napiBindingTarget?: string };
  return target === "native" ? "native" : "wasm";
}

/**
 * A function that only the native binding has.
 *
 * @throws {CrushlabError} `unavailable` where WebAssembly stands in for it.
 */
export function onlyNative<Call>(what: string, call: Call | undefined): Call {
  if (call === undefined) {
    const message = `${what} needs crushlab's native binding, and none could be loaded here`;
    const hint = "every other command works; crushlab --version --verbose tells what is loaded";
    throw new CrushlabError("unavailable", message, { hint });
  }
  return call;
}
