import { NativeProgress } from "#native";
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

/** Runs `start` with its progress watched and the signal listened to. */
export async function runJob<T>(
  options: JobOptions,
  total: number,
  start: (progress: NativeProgress) => Promise<T>,
): Promise<T> {
  const { signal, onProgress } = options;
  const aborted = () =>
    new CrushlabError("aborted", "the work was ended by its signal", { cause: signal?.reason });
  if (signal?.aborted) {
    throw aborted();
  }
  const progress = new NativeProgress();
  const cancel = () => progress.cancel();
  const report = () => onProgress?.(progress.done, total);
  signal?.addEventListener("abort", cancel, { once: true });
  const timer = onProgress && setInterval(report, PROGRESS_INTERVAL_MS);
  try {
    const result = await start(progress);
    report();
    return result;
  } catch (error) {
    throw signal?.aborted ? aborted() : fromNative(error);
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", cancel);
  }
}
