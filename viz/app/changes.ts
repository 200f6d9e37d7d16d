import { CrushlabError } from "../../ts/base/errors.ts";
import type { Change } from "../../ts/change/simulate.ts";
import { targetText } from "../../ts/cluster/failureTarget.ts";

/**
 * A change as a person types it: one of Ceph's commands, or `fail host=h1`, `recover osd.3`,
 * `wait 10m`.
 *
 * @throws {CrushlabError} `invalid_command` for an empty line or an event without a target.
 */
export function parseChange(line: string): Change {
  const text = line.trim();
  const [, kind, rest = ""] = /^(fail|recover|wait)(?:\s+(.*))?$/.exec(text) ?? [];
  if (text === "" || (kind !== undefined && rest === "")) {
    const what = text === "" ? "nothing was typed" : `${text} what?`;
    throw new CrushlabError("invalid_command", what, {
      hint: "type ceph osd out 3, fail host=h1, recover osd.3 or wait 10m",
    });
  }
  switch (kind) {
    case "fail":
      return { fail: rest };
    case "recover":
      return { recover: rest };
    case "wait":
      return { wait: rest };
    default:
      return text;
  }
}

/** The line that `parseChange` reads as this change. */
export function changeLine(change: Change): string {
  if (typeof change === "string") {
    return change;
  }
  if ("run" in change) {
    return change.run;
  }
  if ("wait" in change) {
    return `wait ${change.wait}`;
  }
  return "fail" in change
    ? `fail ${targetText(change.fail)}`
    : `recover ${targetText(change.recover)}`;
}
