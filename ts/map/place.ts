import { type NativeCrushMap, place as nativePlace } from "#native";
import { checkInteger, UINT32_MAX } from "../base/arguments.ts";
import { callNative } from "../base/errors.ts";
import type { MapIndex } from "./mapIndex.ts";
import { type MappingOptions, nativeRequest } from "./request.ts";

/** Stands in a placement for a position that no device was found for. */
export const NONE = 2147483647;

/** One mapping. */
export interface PlaceOptions extends MappingOptions {
  /** The input, or with `pool` the number of a PG. From 0 to 4294967295. */
  x: number;
}

/** The devices of one input, in order; `NONE` where an `indep` rule leaves a hole. */
export function place(native: NativeCrushMap, index: MapIndex, options: PlaceOptions): Int32Array {
  const request = nativeRequest(index, options);
  const x = checkInteger("x", options.x, 0, UINT32_MAX);
  return callNative(() => nativePlace(native, request, x));
}
