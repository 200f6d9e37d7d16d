import {
  type NativeCrushMap,
  type NativeRequest,
  placementPath as nativePath,
  placeList,
  placeRange,
} from "#native";
import { checkInteger, checkThreads, UINT32_MAX } from "../base/arguments.ts";
import { CrushlabError, callNative } from "../base/errors.ts";
import { type JobOptions, runJob } from "../base/job.ts";
import type { Kernel } from "../base/kernel.ts";
import { checkMemory } from "../base/memory.ts";
import type { MapIndex } from "./mapIndex.ts";
import { type MappingOptions, nativeRequest } from "./request.ts";

/** Many mappings: of every x in a range, or of those in a list. */
export interface PlaceManyOptions extends MappingOptions, JobOptions {
  /** First input. Default: 0. Not together with `xs`. */
  from?: number;
  /** Last input, itself included, as `crushtool --max-x`. */
  to?: number;
  /** The inputs. */
  xs?: Uint32Array | readonly number[];
  /** What maps them. Default: what `kernels()` says is running. All give the same answer. */
  kernel?: Kernel;
}

/** Mappings of many inputs, in the order of the inputs. */
export interface Placements {
  /** The devices: `size` for each input, the missing ones being `NONE`. */
  osds: Int32Array;
  /** Length of each mapping; below `size` where a `firstn` rule found too few devices. */
  lengths: Uint32Array;
}

/** Most entries of an answer: 4 GiB. */
const ENTRIES_MAX = 2 ** 30;

/** Places many inputs on other threads. */
export async function placeMany(
  native: NativeCrushMap,
  index: MapIndex,
  options: PlaceManyOptions,
): Promise<Placements> {
  const request = batchRequest(index, options);
  const threads = checkThreads(options.threads);
  const xs = options.xs === undefined ? undefined : checkList(options);
  const [from, count] = xs ? [0, xs.length] : checkRange(options);
  if (count * request.size > ENTRIES_MAX) {
    throw new CrushlabError(
      "invalid_argument",
      `${count} inputs of ${request.size} devices are too many for one call`,
      { hint: `ask for at most ${Math.floor(ENTRIES_MAX / request.size)} inputs at a time` },
    );
  }
  checkMemory("the answer", count * (request.size + 1) * Int32Array.BYTES_PER_ELEMENT);
  return runJob(options, count, (progress) =>
    xs
      ? placeList(native, request, xs, threads, progress)
      : placeRange(native, request, from, count, threads, progress),
  );
}

/**
 * How the mappings of such a call are made: the name of the kernel, or `scalar` and why only the
 * plain mapper can make them.
 */
export function placementPath(
  native: NativeCrushMap,
  index: MapIndex,
  options: MappingOptions & { kernel?: Kernel },
): string {
  const request = batchRequest(index, options);
  return callNative(() => nativePath(native, request));
}

function batchRequest(
  index: MapIndex,
  options: MappingOptions & { kernel?: Kernel },
): NativeRequest {
  const request = nativeRequest(index, options);
  return options.kernel === undefined ? request : { ...request, kernel: options.kernel };
}

function checkList({ xs, from, to }: PlaceManyOptions): Uint32Array {
  if (from !== undefined || to !== undefined) {
    throw new CrushlabError("invalid_argument", "expected either xs or from and to, not both");
  }
  if (xs instanceof Uint32Array) {
    return xs;
  }
  if (!Array.isArray(xs)) {
    throw new CrushlabError(
      "invalid_argument",
      "xs is not a list: expected numbers or a Uint32Array",
    );
  }
  return Uint32Array.from(xs, (x, at) => checkInteger(`xs[${at}]`, x, 0, UINT32_MAX));
}

function checkRange({ from = 0, to }: PlaceManyOptions): [from: number, count: number] {
  checkInteger("from", from, 0, UINT32_MAX - 1);
  return [from, checkInteger("to", to, from, UINT32_MAX - 1) - from + 1];
}
