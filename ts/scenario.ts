import { parse, YAMLParseError } from "yaml";
import { describe } from "./arguments.ts";
import { CrushlabError } from "./errors.ts";
import type { Change } from "./simulate.ts";

/** What a step may be, beside a command alone. */
const KINDS = ["run", "fail", "recover", "wait"] as const;

/**
 * The changes of a scenario in YAML or JSON: `steps`, a list of commands, or of `run`, `fail`,
 * `recover` and `wait` with a value.
 *
 * @throws {CrushlabError} `invalid_command`, with the line or the path in the document.
 */
export function readScenario(text: string): Change[] {
  const document = parseYaml(text) as { steps?: unknown } | null;
  const steps = document?.steps;
  if (!Array.isArray(steps)) {
    throw new CrushlabError("invalid_command", "steps is missing: expected a list of changes");
  }
  return steps.map((step, at) => readStep(step, `steps[${at}]`));
}

function parseYaml(text: string): unknown {
  try {
    // Aliases that refer to one another could grow without bounds.
    return parse(text, { maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof YAMLParseError || error instanceof ReferenceError) {
      const [message = ""] = error.message.split("\n");
      throw new CrushlabError("invalid_command", message.replace(/:$/, ""), { cause: error });
    }
    throw error;
  }
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
