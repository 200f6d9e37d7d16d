import { CrushlabError } from "../base/errors.ts";
import { suggestionHint } from "../base/suggest.ts";
import type { Bucket, Device } from "./mapData.ts";
import type { MapIndex } from "./mapIndex.ts";

/**
 * Ids of the OSDs that are meant, by rising id: an OSD's id or name, a bucket's name, or a type
 * and a name as in `host=h1`.
 *
 * @throws {CrushlabError} `unknown_item` with the nearest names as a hint.
 */
export function outOsds(index: MapIndex, targets: readonly (string | number)[]): number[] {
  const osds = new Set<number>();
  for (const target of targets) {
    const below = index.devicesBelow(findItem(index, target).id);
    if (below.length === 0) {
      throw new CrushlabError("unknown_item", `${target} holds no OSDs that could go out`);
    }
    for (const osd of below) {
      osds.add(osd);
    }
  }
  return [...osds].sort((a, b) => a - b);
}

function findItem(index: MapIndex, target: string | number): Device | Bucket {
  const text = String(target);
  const [, type, name = text] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (type !== undefined && type !== "osd") {
    return findBucket(index, type, name);
  }
  const byId = /^(?:osd\.)?(\d+)$/.exec(name)?.[1];
  const device = byId === undefined ? undefined : index.item(Number(byId));
  const item = index.named(name) ?? device;
  if (!item) {
    throw new CrushlabError(
      "unknown_item",
      `the map has no OSD or bucket ${name}`,
      suggestionHint(name, index.names()),
    );
  }
  return item;
}

function findBucket(index: MapIndex, type: string, name: string): Bucket {
  const types = index.data.types.map((one) => one.name);
  if (!types.includes(type)) {
    throw new CrushlabError(
      "unknown_item",
      `the map has no type ${type}: it has ${types.join(", ")}`,
      suggestionHint(type, types),
    );
  }
  const item = index.named(name);
  const bucket = item && index.bucket(item.id);
  if (bucket?.type === type) {
    return bucket;
  }
  const known = index.data.buckets.filter((one) => one.type === type).map((one) => one.name);
  const what = bucket
    ? `${name} is a ${bucket.type}, not a ${type}`
    : `the map has no ${type} ${name}`;
  const hint = bucket ? { hint: `write ${bucket.type}=${name}` } : suggestionHint(name, known);
  throw new CrushlabError("unknown_item", what, hint);
}
