import { callNative } from "../base/errors.ts";
import { type Cluster, nativeClusterOf } from "./cluster.ts";
import { type FailureTarget, targetNames } from "./failureTarget.ts";

/**
 * Ids of the OSDs that exist and are meant, by rising id.
 *
 * @throws {CrushlabError} `unknown_item`, with the nearest names as a hint.
 */
export function targetOsds(cluster: Cluster, ...targets: readonly FailureTarget[]): number[] {
  const names = targets.flatMap(targetNames);
  return callNative(() => nativeClusterOf(cluster).targetOsds(names));
}
