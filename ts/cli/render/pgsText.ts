import type { PgCheck } from "../../cluster/pgCheck.ts";
import type { Pg } from "../../cluster/pgTable.ts";
import { plural } from "../../text/format.ts";
import { osdList } from "./locationText.ts";
import { textTable } from "./textTable.ts";

/** A PG, and the state that the cluster recorded of it, where it did. */
export type PgWithRecord = Pg & { recordedState: string | null };

/** PGs that share one width of columns; the next ones may need another. */
const PGS_PER_TABLE = 10_000;

/** PGs in columns, a large table in parts. */
export function* pgsText(pgs: Iterable<PgWithRecord>): Generator<string> {
  let part: PgWithRecord[] = [];
  for (const pg of pgs) {
    part.push(pg);
    if (part.length === PGS_PER_TABLE) {
      yield `${pgTable(part)}\n`;
      part = [];
    }
  }
  if (part.length > 0) {
    yield `${pgTable(part)}\n`;
  }
}

function pgTable(pgs: readonly PgWithRecord[]): string {
  const hasRecords = pgs.some(({ recordedState }) => recordedState !== null);
  const grid = textTable(
    [
      ["PG", "left"],
      ["RAW", "left"],
      ["UP", "left"],
      ["UP_PRIMARY", "right"],
      ["ACTING", "left"],
      ["ACTING_PRIMARY", "right"],
      ["STATE", "left"],
      ...(hasRecords ? [["RECORDED STATE", "left"] as const] : []),
    ],
    pgs.map((pg) => [
      pg.pgid,
      osdList(pg.raw),
      osdList(pg.up),
      String(pg.upPrimary),
      osdList(pg.acting),
      String(pg.actingPrimary),
      pg.state,
      ...(hasRecords ? [pg.recordedState ?? ""] : []),
    ]),
  );
  return grid.replaceAll(/ +$/gm, "");
}

/** A PG as programs read it. */
export function pgJson(pg: PgWithRecord): object {
  return {
    pgid: pg.pgid,
    raw: pg.raw,
    up: pg.up,
    acting: pg.acting,
    up_primary: pg.upPrimary,
    acting_primary: pg.actingPrimary,
    state: pg.state,
    recorded_state: pg.recordedState,
  };
}

/** What a comparison with the cluster's own record found. */
export function pgCheckText({ compared, notRecorded, differences }: PgCheck): string {
  const grid = textTable(
    [
      ["PG", "left"],
      ["MAPPED UP", "left"],
      ["RECORDED UP", "left"],
      ["MAPPED ACTING", "left"],
      ["RECORDED ACTING", "left"],
      ["RECORDED STATE", "left"],
    ],
    differences.map(({ mapped, recorded }) => [
      mapped.pgid,
      osdList(mapped.up),
      osdList(recorded.up),
      osdList(mapped.acting),
      osdList(recorded.acting),
      recorded.state,
    ]),
  ).replaceAll(/ +$/gm, "");
  const unknown = notRecorded > 0 ? `; nothing is recorded of ${plural(notRecorded, "PG")}` : "";
  const summary = `${plural(compared, "PG")} compared, ${differences.length} differ${unknown}`;
  return differences.length > 0 ? `${grid}\n\n${summary}` : summary;
}

/** The same for programs. */
export function pgCheckJson({ compared, notRecorded, differences }: PgCheck): {
  summary: object;
  pgs: object[];
} {
  return {
    summary: {
      pgs_compared: compared,
      pgs_not_recorded: notRecorded,
      pgs_differing: differences.length,
    },
    pgs: differences.map(({ mapped, recorded }) => ({
      pgid: mapped.pgid,
      mapped: setsJson(mapped),
      recorded: { ...setsJson(recorded), state: recorded.state },
    })),
  };
}

type Sets = Pick<Pg, "up" | "acting" | "upPrimary" | "actingPrimary">;

function setsJson({ up, acting, upPrimary, actingPrimary }: Sets): object {
  return { up, acting, up_primary: upPrimary, acting_primary: actingPrimary };
}
