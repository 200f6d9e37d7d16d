import type { Scenario } from "../../ts/change/scenario.ts";
import type { Config } from "../../ts/cluster/cluster.ts";
import type { State } from "../state/state.ts";
import { changeLine, parseChange } from "./changes.ts";
import { changesOf } from "./timeline.ts";

/** What an address of the page says. */
export interface Address {
  view?: string;
  /** Number of the lesson that is open. */
  lesson?: number;
  /** The example that is open. */
  example?: string;
  scenario: Scenario;
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
    if (state.heal) {
      parts.set("heal", "yes");
    }
    const settings = Object.entries(state.config).map(([name, value]) => `${name}=${value}`);
    if (settings.length > 0) {
      parts.set("config", settings.join("\n"));
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
  const lesson = /^[1-9]\d?$/.exec(parts.get("lesson") ?? "")?.[0];
  const position = at && /^\d+$/.test(at) ? Number(at) : undefined;
  return {
    ...(view && { view }),
    ...(lesson && { lesson: Number(lesson) }),
    ...(example && { example }),
    scenario: {
      config: configIn(linesOf(parts, "config")),
      changes: linesOf(parts, "steps").map(parseChange),
    },
    ...(position !== undefined && { position }),
    heal: parts.get("heal") === "yes",
  };
}

/** A scenario as a file that `crushlab whatif --script` and the page read. */
export function scenarioText({ config, changes }: Scenario): string {
  const settings = Object.keys(config).length > 0 ? { config } : {};
  return `${JSON.stringify({ ...settings, steps: changes }, null, 2)}\n`;
}

function linesOf(parts: URLSearchParams, name: string): string[] {
  return (parts.get(name) ?? "").split("\n").filter((line) => line.trim() !== "");
}

function configIn(lines: readonly string[]): Config {
  const pairs = lines.map((line) => {
    const [name = "", ...value] = line.split("=");
    return [name, value.join("=")] as const;
  });
  return Object.fromEntries(pairs);
}
