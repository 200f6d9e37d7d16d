import { type SnakeKeys, snakeKeys } from "../../base/keys.ts";
import type { PgNumReport } from "../../plan/pgNumReport.ts";
import type { ReportHead } from "../reportHead.ts";

/**
 * Recommended numbers of PGs, and what each known method says. What is not known is `null`.
 *
 * @title crushlab pgnum --json
 */
export type PgNumJson = ReportHead & SnakeKeys<PgNumReport>;

/** Recommended numbers of PGs for programs: see `schema/pgnum.schema.json`. */
export function pgNumJson(head: ReportHead, report: PgNumReport): PgNumJson {
  return { ...head, ...snakeKeys(report) };
}
