import { callNative } from "../base/errors.ts";
import { type CrushMap, nativeOf } from "./crushMap.ts";

/**
 * Ids of the OSDs that are meant, by rising id: an OSD's id or name, a bucket's name, a type and a
 * name as in `host=h1`, or a class as in `class=ssd`.
 *
 * @throws {CrushlabError} `unknown_item` with the nearest names as a hint.
 */
export function outOsds(map: CrushMap, targets: readonly (string | number)[]): number[] {
  const names = targets.map(String);
  return callNative(() => nativeOf(map).targetDevices(names));
}
