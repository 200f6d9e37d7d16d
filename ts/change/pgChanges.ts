import type { NativePgChanges, NativePgViews } from "#native";
import type { OsdId } from "../base/quantity.ts";
import { pgid, row } from "../cluster/pgTable.ts";

/** A PG at one time. */
export interface PgView {
  /** The OSDs that should hold it; 2147483647 for a position without one. */
  up: OsdId[];
  /** The OSDs that serve it; 2147483647 for a position without one. */
  acting: OsdId[];
  /**
   * Primary of `up`; -1 where there is none.
   *
   * @asType integer
   * @minimum -1
   */
  upPrimary: number;
  /**
   * Primary of `acting`; -1 where there is none.
   *
   * @asType integer
   * @minimum -1
   */
  actingPrimary: number;
  /** Its whole state, such as `active+clean`. */
  state: string;
}

/** A PG that differs before and after. */
export interface PgChange {
  /** Pool and number, this in hexadecimal: `3.1f`. */
  pgid: string;
  pool: number;
  seed: number;
  /** `null` for a PG that there was not yet. */
  before: PgView | null;
  /** Right after the change, with no data moved yet; `null` for one that there is no more. */
  after: PgView | null;
  /** When all data that can move has moved. */
  healed: PgView | null;
}

/** The PGs that differ, by pool and number. They are kept in typed arrays until they are read. */
export class PgChanges implements Iterable<PgChange> {
  readonly #native: NativePgChanges;

  /** For this package's own modules. */
  constructor(native: NativePgChanges) {
    this.#native = native;
  }

  /** Number of PGs. */
  get length(): number {
    return this.#native.seeds.length;
  }

  /** The PG at a place of the list; nothing past its end. */
  at(index: number): PgChange | undefined {
    const { pools, seeds, views, stateNames } = this.#native;
    const [pool, seed] = [pools[index], seeds[index]];
    if (pool === undefined || seed === undefined) {
      return undefined;
    }
    const view = (at: number) => readView(views[at], index, stateNames);
    return {
      pgid: pgid(pool, seed),
      pool,
      seed,
      before: view(0),
      after: view(1),
      healed: view(2),
    };
  }

  *[Symbol.iterator](): Iterator<PgChange> {
    for (let index = 0; index < this.length; index += 1) {
      const change = this.at(index);
      if (change) {
        yield change;
      }
    }
  }
}

function readView(
  views: NativePgViews | undefined,
  index: number,
  stateNames: readonly string[],
): PgView | null {
  if (!views?.exists[index]) {
    return null;
  }
  return {
    up: row(views.up, index),
    acting: row(views.acting, index),
    upPrimary: views.upPrimaries[index] ?? -1,
    actingPrimary: views.actingPrimaries[index] ?? -1,
    state: stateNames[views.states[index] ?? 0] ?? "",
  };
}
