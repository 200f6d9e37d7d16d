import type { Change } from "../ts/simulate.ts";
import { changeLine, parseChange } from "./changes.ts";
import type { State } from "./state.ts";
import { changesOf } from "./timeline.ts";

/** What an address of the page says. */
export interface Address {
  view?: string;
  /** Number of the lesson that is open. */
  lesson?: number;
  /** The example that is open. */
  example?: string;
  changes: Change[];
  /** Place on the timeline. */
  position?: number;
  heal: boolean;
}

/** The part of the page's address behind `#` that leads to what is shown. */
export function addressOf(state: State): string {
  const parts = new URLSearchParams();
  parts.set("view", state.view);
  if (state.view === "workshop") {
    parts.set("lesson", String(state.lesson));
  }
  if (state.example !== "") {
    parts.set("example", state.example);
  }
  if (state.steps.length > 0) {
    parts.set("steps", changesOf(state.steps).map(changeLine).join("\n"));
    parts.set("at", String(Math.ceil(state.position)));
    if (!state.heal) {
      parts.set("heal", "no");
    }
  }
  return parts.toString();
}

/**
 * Reads such a part. What it does not know it leaves out.
 *
 * @throws {CrushlabError} `invalid_command` for a step that is none.
 */
export function readAddress(hash: string): Address {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const [view, example, at] = ["view", "example", "at"].map((name) => parts.get(name));
  const lines = (parts.get("steps") ?? "").split("\n").filter((line) => line.trim() !== "");
  const lesson = /^[1-9]\d?$/.exec(parts.get("lesson") ?? "")?.[0];
  const position = at && /^\d+$/.test(at) ? Number(at) : undefined;
  return {
    ...(view && { view }),
    ...(lesson && { lesson: Number(lesson) }),
    ...(example && { example }),
    changes: lines.map(parseChange),
    ...(position !== undefined && { position }),
    heal: parts.get("heal") !== "no",
  };
}

/** Steps as a file that `crushlab whatif --script` and the page read. */
export function scenarioText(changes: readonly Change[]): string {
  return `${JSON.stringify({ steps: changes }, null, 2)}\n`;
}
