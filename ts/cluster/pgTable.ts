import type { NativePoolPgs, NativeRows } from "#native";
import { describe } from "../base/arguments.ts";
import { CrushlabError } from "../base/errors.ts";

/** A PG and its OSDs. In erasure-coded pools a missing one is `NONE`. */
export interface Pg {
  /** Pool and number, this in hexadecimal: `3.1f`. */
  pgid: string;
  /** Id of its pool. */
  pool: number;
  /** Its number in the pool. */
  seed: number;
  /** What CRUSH chooses, of the OSDs that exist. */
  raw: number[];
  /** The OSDs that shall hold it. */
  up: number[];
  /** The OSDs that serve it. */
  acting: number[];
  /** Primary of `up`; -1 where there is none. */
  upPrimary: number;
  /** Primary of `acting`; -1 where there is none. */
  actingPrimary: number;
  /**
   * What the map makes of it once its OSDs have agreed, such as `active+undersized+degraded`: by
   * its up and acting sets and the pool's sizes. Scrubs and running recovery are not in it.
   */
  state: string;
}

/** OSDs of many PGs in one typed array. */
export interface OsdRows {
  /** `stride` for each PG, the missing ones being `NONE`. */
  osds: Int32Array;
  /** Number of each PG's OSDs. */
  lengths: Uint32Array;
  stride: number;
}

/** All PGs of a pool, by number. */
export interface PoolPgs {
  /** Id of the pool. */
  pool: number;
  raw: OsdRows;
  up: OsdRows;
  acting: OsdRows;
  /** Primaries of `up`; -1 where there is none. */
  upPrimaries: Int32Array;
  /** Primaries of `acting`; -1 where there is none. */
  actingPrimaries: Int32Array;
  /** State of each PG, as an index into `stateNames`. */
  states: Uint32Array;
  /** The states that there are. */
  stateNames: string[];
}

/** The id of a PG as Ceph prints it. */
export function pgid(pool: number, seed: number): string {
  return `${pool}.${seed.toString(16)}`;
}

/**
 * The pool and the number of a PG that is written as Ceph writes it: `3.1f`.
 *
 * @throws {CrushlabError} `invalid_argument`.
 */
export function readPgid(text: string): { pool: number; seed: number } {
  const [, pool, seed] = /^(\d{1,15})\.([0-9a-f]{1,8})$/i.exec(text) ?? [];
  if (pool === undefined || seed === undefined) {
    throw new CrushlabError(
      "invalid_argument",
      `${describe(text)} is not a PG: expected a pool's id and a hexadecimal number, such as 3.1f`,
    );
  }
  return { pool: Number(pool), seed: Number.parseInt(seed, 16) };
}

/** The OSDs of one PG. */
export function row({ osds, lengths, stride }: OsdRows | NativeRows, index: number): number[] {
  const start = index * stride;
  return Array.from(osds.subarray(start, start + (lengths[index] ?? 0)));
}

/** The PGs of some pools: typed arrays, and an iterator over PGs one by one. */
export class PgTable implements Iterable<Pg> {
  /** Pools by rising id. */
  readonly pools: readonly PoolPgs[];

  /** For this package's own modules. */
  constructor(pools: readonly NativePoolPgs[]) {
    this.pools = pools;
  }

  /** Number of PGs. */
  get length(): number {
    return this.pools.reduce((sum, pool) => sum + pool.upPrimaries.length, 0);
  }

  /** One PG; nothing where there is none of this number. */
  get(pool: number, seed: number): Pg | undefined {
    const table = this.pools.find((one) => one.pool === pool);
    return table && seed in table.upPrimaries ? readPg(table, seed) : undefined;
  }

  /** Every PG, pool by pool. */
  *[Symbol.iterator](): Iterator<Pg> {
    for (const table of this.pools) {
      for (let seed = 0; seed < table.upPrimaries.length; seed += 1) {
        yield readPg(table, seed);
      }
    }
  }
}

function readPg(table: PoolPgs, seed: number): Pg {
  return {
    pgid: pgid(table.pool, seed),
    pool: table.pool,
    seed,
    raw: row(table.raw, seed),
    up: row(table.up, seed),
    acting: row(table.acting, seed),
    upPrimary: table.upPrimaries[seed] ?? -1,
    actingPrimary: table.actingPrimaries[seed] ?? -1,
    state: table.stateNames[table.states[seed] ?? 0] ?? "unknown",
  };
}
