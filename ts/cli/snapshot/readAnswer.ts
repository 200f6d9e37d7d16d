import { isKnownSetting } from "#native";
import { CrushlabError } from "../../base/errors.ts";

/** Characters of an answer that an error shows. */
const SHOWN_LENGTH = 60;

/** Settings that managers read; all others are the monitors'. */
const OF_MANAGERS = /^(mgr_|mon_reweight_|target_max_misplaced_ratio$)/;

/** A setting of a cluster, by Ceph's name. */
export interface Setting {
  name: string;
  value: string;
}

/**
 * The JSON of an answer. Lines of other programs may stand around it.
 *
 * @throws {CrushlabError} `ceph_failed`.
 */
export function readJson(question: string, answer: Uint8Array): unknown {
  const text = new TextDecoder().decode(answer);
  for (const [first, last] of ["{}", "[]"]) {
    const [from, to] = [text.indexOf(first ?? ""), text.lastIndexOf(last ?? "")];
    if (from >= 0 && to > from) {
      try {
        return JSON.parse(text.slice(from, to + 1));
      } catch {
        // What is around it may have such a bracket, too.
      }
    }
  }
  const start = text.trim().slice(0, SHOWN_LENGTH);
  const found = start === "" ? "nothing" : JSON.stringify(start);
  throw new CrushlabError("ceph_failed", `${question}: found ${found}, expected JSON`);
}

/**
 * The epoch of `ceph osd stat`, which before Octopus is one level deeper.
 *
 * @throws {CrushlabError} `ceph_failed`.
 */
export function readEpoch(question: string, answer: Uint8Array): number {
  const stat = objectOf(readJson(question, answer));
  const epoch = stat.epoch ?? objectOf(stat.osdmap).epoch;
  if (typeof epoch !== "number" || !Number.isInteger(epoch) || epoch < 1 || epoch >= 2 ** 32) {
    throw new CrushlabError(
      "ceph_failed",
      `${question}: found no epoch, expected such as {"epoch": 1234, …}`,
    );
  }
  return epoch;
}

/**
 * The settings of `ceph config dump` that change something here, as the daemons that read them see
 * them: what is set for all, and above it for monitors or managers. What is set for one daemon
 * alone holds for that one only.
 *
 * @throws {CrushlabError} `ceph_failed`.
 */
export function readSettings(question: string, answer: Uint8Array): Setting[] {
  const dump = readJson(question, answer);
  const entries = (Array.isArray(dump) ? dump : []).map(objectOf);
  const found = new Map<string, Setting>();
  for (const of of ["global", "mon", "mgr"]) {
    for (const { section, name, value, mask = "" } of entries) {
      const isRead = of === "global" || (of === "mgr") === OF_MANAGERS.test(String(name));
      const isText = typeof name === "string" && typeof value === "string";
      if (section === of && mask === "" && isText && isRead && isKnownSetting(name)) {
        found.set(name, { name, value });
      }
    }
  }
  return [...found.values()];
}

/** Daemons by version, by kind, of `ceph versions`; what is of another shape is left out. */
export function readVersions(question: string, answer: Uint8Array): Record<string, unknown> {
  const kinds = Object.entries(objectOf(readJson(question, answer)));
  const counted = kinds.map(([kind, versions]): [string, object] => [
    kind,
    Object.fromEntries(
      Object.entries(objectOf(versions)).filter(([, count]) => typeof count === "number"),
    ),
  ]);
  return Object.fromEntries(counted);
}

/** The status of `ceph health`, and what each check says. */
export function readHealth(question: string, answer: Uint8Array): Record<string, unknown> {
  const { status, overall_status: former, checks } = objectOf(readJson(question, answer));
  const said = Object.entries(objectOf(checks)).map(([code, check]): [string, string] => {
    const { message } = objectOf(objectOf(check).summary);
    return [code, typeof message === "string" ? message : ""];
  });
  const found = status ?? former;
  return { status: typeof found === "string" ? found : null, checks: Object.fromEntries(said) };
}

function objectOf(value: unknown): Record<string, unknown> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : {};
}
