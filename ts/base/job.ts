import { NativeProgress } from "#native";
import { checkObject, checkThreads, wrongKind } from "./arguments.ts";
import { CrushlabError, fromNative } from "./errors.ts";

/** How to watch and to end work that runs on other threads. */
export interface JobOptions {
  /** Threads to use. Default: as many as the machine runs at once. The answer is the same. */
  threads?: number;
  /** Ends the work: the promise is then rejected with the code `aborted`. */
  signal?: AbortSignal;
  /** Told now and then how many inputs are done, from 0 to `total`. */
  onProgress?: (done: number, total: number) => void;
}

/** How often progress is looked at, in milliseconds. */
const PROGRESS_INTERVAL_MS = 50;

/** What is under way. */
const running = new Set<NativeProgress>();

// A process that exits waits for its threads: they end soon. Browsers have no process.
globalThis.process?.on?.("exit", () => {
  for (const progress of running) {
    progress.cancel();
  }
});

/** Runs `start` with its progress watched and the signal listened to. */
export async function runJob<T>(
  options: JobOptions,
  total: number,
  start: (progress: NativeProgress) => Promise<T>,
): Promise<T> {
  const { signal, onProgress } = checkJob(options);
  const aborted = () =>
    new CrushlabError("aborted", "the work was ended by its signal", { cause: signal?.reason });
  if (signal?.aborted) {
    throw aborted();
  }
  const progress = new NativeProgress();
  running.add(progress);
  const cancel = () => progress.cancel();
  let failure: unknown;
  const report = () => {
    try {
      onProgress?.(progress.done, total);
    } catch (error) {
      // The work ends, and its promise tells why: nobody else would hear of it.
      failure ??= new CrushlabError("invalid_argument", "onProgress failed", { cause: error });
      cancel();
    }
  };
  signal?.addEventListener("abort", cancel, { once: true });
  const timer = onProgress && setInterval(report, PROGRESS_INTERVAL_MS);
  try {
    const result = await start(progress);
    report();
    if (failure) {
      throw failure;
    }
    return result;
  } catch (error) {
    throw failure ?? (signal?.aborted ? aborted() : fromNative(error));
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", cancel);
    running.delete(progress);
  }
}

/**
 * Refuses options of a job that are of the wrong kind.
 *
 * @throws {CrushlabError} `invalid_argument`.
 */
export function checkJob<Options extends JobOptions>(options: Options): Options {
  const { signal, onProgress, threads } = checkObject("options", options);
  checkThreads(threads);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw wrongKind("signal", signal, "an AbortSignal");
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw wrongKind("onProgress", onProgress, "a function");
  }
  return options;
}
