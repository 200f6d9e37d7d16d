import { yamlValue } from "#native";
import { describe } from "../base/arguments.ts";
import { CrushlabError, callNative } from "../base/errors.ts";
import type { Config } from "../cluster/cluster.ts";
import type { Change } from "./simulate.ts";

/** What a step may be, beside a command alone. */
const KINDS = ["run", "fail", "recover", "wait"] as const;

/** What a scenario says. */
export interface Scenario {
  /** Settings of the cluster, for `Cluster.withConfig`. */
  config: Config;
  /** What happens, in order. */
  changes: Change[];
}

/**
 * Reads a scenario in YAML or JSON: `steps`, a list of commands, or of `run`, `fail`, `recover` and
 * `wait` with a value; and where wanted `config`, settings by name.
 *
 * @throws {CrushlabError} `invalid_command`, with the line or the path in the document.
 */
export function readScenario(text: string): Scenario {
  if (typeof text !== "string") {
    throw new CrushlabError("invalid_argument", "text is not a string");
  }
  const json = callNative(() => yamlValue(text));
  const document = JSON.parse(json) as { steps?: unknown; config?: unknown } | null;
  const steps = document?.steps;
  if (!Array.isArray(steps)) {
    throw new CrushlabError("invalid_command", "steps is missing: expected a list of changes");
  }
  const unknown = Object.keys(document ?? {}).find((key) => key !== "steps" && key !== "config");
  if (unknown !== undefined) {
    throw new CrushlabError("invalid_command", `${unknown} is unknown: expected steps or config`);
  }
  const changes = steps.map((step, at) => readStep(step, `steps[${at}]`));
  return { config: readConfig(document?.config), changes };
}

function readConfig(config: unknown): Config {
  const expected = "expected names with values";
  if (config !== undefined && (typeof config !== "object" || config === null)) {
    throw new CrushlabError("invalid_command", `config is ${describe(config)}: ${expected}`);
  }
  if (Array.isArray(config)) {
    throw new CrushlabError("invalid_command", `config is a list: ${expected}`);
  }
  return { ...config };
}

function readStep(step: unknown, path: string): Change {
  if (typeof step === "string") {
    return step;
  }
  const entries = typeof step === "object" && step !== null ? Object.entries(step) : [];
  const [[kind, value] = [], ...more] = entries;
  const isKnown = KINDS.some((known) => known === kind) && more.length === 0;
  if (!isKnown) {
    const keys = entries.map(([key]) => key).join(", ");
    const found = entries.length > 0 ? `has the keys ${keys}` : `is ${describe(step)}`;
    const expected = `a command, or one of ${KINDS.join(", ")}`;
    throw new CrushlabError("invalid_command", `${path} ${found}: expected ${expected}`);
  }
  if (typeof value !== "string" && typeof value !== "number") {
    const expected = "a text or a number";
    const found = Array.isArray(value) ? "a list" : typeof value;
    throw new CrushlabError("invalid_command", `${path}.${kind} is ${found}: expected ${expected}`);
  }
  return { [kind as string]: kind === "run" ? String(value) : value } as Change;
}
