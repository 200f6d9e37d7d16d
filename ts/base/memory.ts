import { setMemoryMax } from "#native";
import { CrushlabError, callNative } from "./errors.ts";
import { readSize, type Size } from "./size.ts";

/** Memory that a process may use unless it says otherwise: 1 GiB. */
const DEFAULT_BYTES = 2 ** 30;
/** Below this not even the example clusters can be read. */
const LEAST_BYTES = 2 ** 24;

let maxBytes = DEFAULT_BYTES;

/**
 * Says how much memory this process may use for what it loads from now on: what is unpacked, and
 * the PGs that are worked with, are compared with it before they take any. Default: 1 GiB.
 *
 * @param size bytes from 16 MiB on, or a text such as `4 GiB`.
 * @throws {CrushlabError} `invalid_argument`.
 */
export function limitMemory(size: Size): void {
  const bytes = readSize("memory", size, LEAST_BYTES);
  callNative(() => setMemoryMax(bytes));
  maxBytes = bytes;
}

/**
 * Refuses what would take more memory than there may be; `what` says what it is.
 *
 * @throws {CrushlabError} `too_large`.
 */
export function checkMemory(what: string, bytes: number, path?: string): void {
  if (bytes > maxBytes) {
    const mib = (count: number) => `${Math.ceil(count / 2 ** 20)} MiB`;
    const message = `${what} takes ${mib(bytes)}: expected at most ${mib(maxBytes)} of memory`;
    const hint = "--memory 4GiB, or limitMemory(), allows more";
    throw new CrushlabError("too_large", message, { hint, ...(path !== undefined && { path }) });
  }
}
