import { checkText } from "../base/arguments.ts";
import { CrushlabError } from "../base/errors.ts";
import type { CrushMap } from "../map/crushMap.ts";
import { outOsds } from "../map/outOsds.ts";
import type { Osd } from "./osdMap.ts";

/**
 * What fails or comes back: `osd.3` or 3, `host=h1`, `rack=r2`, `class=ssd`, a bucket's name; or
 * the same as an object: `{ host: "h1" }`.
 */
export type FailureTarget = string | number | Readonly<Record<string, string | number>>;

/** What names of OSDs, buckets and classes are looked up in; any `Cluster` will do. */
interface Items {
  readonly osds: readonly Osd[];
  readonly crush: CrushMap;
}

/**
 * Ids of the OSDs that exist and are meant, by rising id.
 *
 * @throws {CrushlabError} `unknown_item`, with the nearest names as a hint.
 */
export function targetOsds(cluster: Items, target: FailureTarget): number[] {
  const existing = new Set(cluster.osds.map(({ id }) => id));
  const osds = namesOf(target).flatMap((name) => osdsNamed(cluster, name));
  const found = [...new Set(osds)].filter((osd) => existing.has(osd)).sort((a, b) => a - b);
  if (found.length === 0) {
    throw new CrushlabError("unknown_item", `${targetText(target)} holds no OSDs`);
  }
  return found;
}

/** A target as it is written on the command line. */
export function targetText(target: FailureTarget): string {
  return namesOf(target).join(" ");
}

function namesOf(target: FailureTarget): string[] {
  return typeof target === "object" && target !== null
    ? Object.entries(target).map(([type, name]) => `${type}=${name}`)
    : [checkText("target", target)];
}

function osdsNamed({ crush }: Items, name: string): number[] {
  const className = /^class=(.*)$/.exec(name)?.[1];
  if (className === undefined) {
    return outOsds(crush.index, [name]);
  }
  return crush.devices.filter((device) => device.class === className).map(({ id }) => id);
}
