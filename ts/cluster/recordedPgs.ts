import type { NativeCluster } from "#native";
import { pgid, row } from "./pgTable.ts";

/** What the cluster itself recorded of a PG (`ceph pg dump`). */
export interface RecordedPg {
  /** Pool and number, this in hexadecimal: `3.1f`. */
  pgid: string;
  pool: number;
  seed: number;
  up: number[];
  acting: number[];
  /** -1 where there is none; so with `actingPrimary`. */
  upPrimary: number;
  actingPrimary: number;
  /** Such as `active+clean`. */
  state: string;
  objects: number;
  /** Bytes of data, each object counted once. */
  bytes: number;
  /** Copies of objects that are not there. */
  objectsDegraded: number;
  /** Copies of objects that are not where they should be. */
  objectsMisplaced: number;
}

/** What the cluster recorded of a pool's PGs, by rising number. */
export function* recordedPgs(native: NativeCluster, pool: number): Generator<RecordedPg> {
  const table = native.recordedPgs(pool);
  for (const [index, seed] of table.seeds.entries()) {
    yield {
      pgid: pgid(pool, seed),
      pool,
      seed,
      up: row(table.up, index),
      acting: row(table.acting, index),
      upPrimary: table.upPrimaries[index] ?? -1,
      actingPrimary: table.actingPrimaries[index] ?? -1,
      state: table.stateNames[table.states[index] ?? 0] ?? "unknown",
      objects: table.objects[index] ?? 0,
      bytes: table.bytes[index] ?? 0,
      objectsDegraded: table.objectsDegraded[index] ?? 0,
      objectsMisplaced: table.objectsMisplaced[index] ?? 0,
    };
  }
}
