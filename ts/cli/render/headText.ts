import type { ClusterWarning, Verdict } from "../../cluster/cluster.ts";
import { plural, printable } from "../../text/format.ts";
import type { DataFacts } from "../dataFacts.ts";
import type { ReportHead } from "../reportHead.ts";
import type { Colors } from "./terminal.ts";

/** Codes of what the files did not tell: reports say that where it matters. */
const MISSING = "missing_";

/** A verdict on one line, such as `danger: 8 PGs cannot be read`. */
export function verdictText({ severity, text }: Verdict, colors: Colors): string {
  const paint = {
    ok: colors.green,
    notice: colors.cyan,
    warning: colors.yellow,
    danger: colors.red,
  }[severity];
  return `${paint(severity)}: ${printable(text)}`;
}

/** What a report for a person begins with: the verdict, what is noticed, what happened before. */
export function headLines(head: ReportHead, colors: Colors): string[] {
  const { verdict, warnings, data, changes = [], healed = false } = head;
  const happened = changesText(changes, healed);
  return [
    verdictText(verdict, colors),
    ...noteLines(warnings),
    ...(data ? [dataText(data)] : []),
    ...(happened === undefined ? [] : [happened]),
  ];
}

/** How fresh the data is, such as `data of 2026-11-30 10:12 UTC, epoch 1234`. */
export function dataText({ epoch, recorded_at, map_modified_at }: DataFacts): string {
  const minute = (time: string) => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
  if (recorded_at !== null) {
    return `data of ${minute(recorded_at)}, epoch ${epoch ?? "unknown"}`;
  }
  const made = map_modified_at === null ? "" : `, made ${minute(map_modified_at)}`;
  return `map of ${epoch === null ? "an unknown epoch" : `epoch ${epoch}`}${made}`;
}

/** What is to be said of the files. */
export function noteLines(warnings: readonly ClusterWarning[]): string[] {
  return warnings
    .filter(({ code }) => !code.startsWith(MISSING))
    .map(({ message }) => `note: ${printable(message)}`);
}

/** The head above a report, with an empty line between them. */
export function withHead(head: ReportHead, colors: Colors, report: string): string {
  return `${headLines(head, colors).join("\n")}\n\n${report}`;
}

/**
 * The head of a report whose form is Ceph's own, for standard error: only what is bad, and what
 * happened before.
 */
export function headBeside(head: ReportHead, colors: Colors): string {
  const { severity } = head.verdict;
  const isBad = severity === "warning" || severity === "danger";
  const lines = headLines(head, colors).slice(isBad ? 0 : 1);
  return lines.map((line) => `crushlab: ${line}\n`).join("");
}

/** What a report says of the changes before it; nothing where there were none. */
export function changesText(changes: readonly string[], healed: boolean): string | undefined {
  if (changes.length === 0) {
    return undefined;
  }
  const after = `after ${plural(changes.length, "change")}`;
  return healed ? `${after} and healing` : `${after}, data not moved yet; --heal lets it move`;
}
