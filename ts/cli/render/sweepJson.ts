import { type SnakeKeys, snakeKeys } from "../../base/keys.ts";
import type { SweepReport } from "../../plan/sweepReport.ts";
import { jsonWithList } from "../output.ts";
import type { ClusterHead, ReportHead } from "../reportHead.ts";

/**
 * Every OSD, host or rack fails in turn: its OSDs go down, then out, and all data moves that can.
 * Numbers have their unit last in the name. What is not known is `null`.
 *
 * @title crushlab sweep --json
 */
export type SweepJson = ReportHead &
  ClusterHead & {
    /** Whether amounts are known in bytes, or in shards only. */
    shows: "bytes" | "shards";
  } & SnakeKeys<SweepReport>;

/** A sweep for programs: see `schema/sweep.schema.json`. A line for each failure. */
export function sweepJson(head: ReportHead & ClusterHead, report: SweepReport): Iterable<string> {
  const { failures, ...rest } = report;
  const json: Omit<SweepJson, "failures"> = {
    ...head,
    shows: report.dataBasis === "unknown" ? "shards" : "bytes",
    ...snakeKeys(rest),
  };
  const rows: SweepJson["failures"] = failures.map(snakeKeys);
  return jsonWithList(json, "failures", rows);
}
