import type { Pg, PgTable } from "./pgTable.ts";
import type { RecordedPg } from "./recordedPgs.ts";

/** A comparison of the mapping with what the cluster recorded. */
export interface PgCheck {
  /** PGs that are in both. */
  compared: number;
  /** PGs of which nothing was recorded. */
  notRecorded: number;
  /** PGs whose up, acting or primaries differ. */
  differences: PgDifference[];
}

/** A PG that the cluster has elsewhere. */
export interface PgDifference {
  mapped: Pg;
  recorded: RecordedPg;
}

/** Compares PGs with what was recorded of their pools. */
export function checkPgs(
  table: PgTable,
  recordedOf: (pool: number) => Iterable<RecordedPg>,
): PgCheck {
  const check: PgCheck = { compared: 0, notRecorded: table.length, differences: [] };
  for (const { pool } of table.pools) {
    for (const recorded of recordedOf(pool)) {
      const mapped = table.get(pool, recorded.seed);
      if (mapped) {
        check.compared += 1;
        check.notRecorded -= 1;
        if (!isSame(mapped, recorded)) {
          check.differences.push({ mapped, recorded });
        }
      }
    }
  }
  return check;
}

function isSame(mapped: Pg, recorded: RecordedPg): boolean {
  return (
    mapped.upPrimary === recorded.upPrimary &&
    mapped.actingPrimary === recorded.actingPrimary &&
    areSame(mapped.up, recorded.up) &&
    areSame(mapped.acting, recorded.acting)
  );
}

function areSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((osd, at) => osd === other[at]);
}
