import { snakeKeys } from "../../base/keys.ts";
import type { SweepReport } from "../../plan/sweepReport.ts";
import { jsonWithList } from "../output.ts";

/** What the report was made of. */
export interface SweepHead {
  /** The files that the cluster was read from. */
  cluster: readonly string[];
  epoch: number;
  /** What was not given. */
  missing: readonly string[];
}

/** A sweep for programs: see `schema/sweep.schema.json`. A line for each failure. */
export function sweepJson(head: SweepHead, report: SweepReport): Iterable<string> {
  const { failures, ...rest } = report;
  const shows = report.dataBasis === "unknown" ? "shards" : "bytes";
  const numbers = snakeKeys(rest) as object;
  const rows = failures.map((failure) => snakeKeys(failure) as object);
  return jsonWithList({ ...head, shows, ...numbers }, "failures", rows);
}
