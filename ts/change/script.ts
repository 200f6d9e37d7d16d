import { scriptCommands } from "#native";
import { CrushlabError, callNative } from "../base/errors.ts";

/** A line of a script. */
export interface ScriptLine {
  /** Its number, from 1; the first of several that backslashes join. */
  line: number;
  text: string;
}

/** What a shell script comes to. */
export interface Script {
  /** The commands that change a cluster, in the order in which they run. */
  commands: ScriptLine[];
  /**
   * Lines that were passed over, each with the reason: what only looks, prints or waits, what
   * changes no OSDMap, and programs that are not Ceph's, each named once.
   */
  skipped: ScriptLine[];
}

/**
 * Reads a shell script: its ceph commands, with variables and simple loops followed, and the lines
 * that are passed over.
 *
 * @throws {CrushlabError} `invalid_command`, with the line, for what only a shell can follow.
 */
export function parseScript(text: string): Script {
  if (typeof text !== "string") {
    throw new CrushlabError("invalid_argument", "text is not a string");
  }
  const { commands, lines, skipped, skippedLines } = callNative(() => scriptCommands(text));
  const pairs = (texts: readonly string[], numbers: readonly number[]) =>
    texts.map((one, at): ScriptLine => ({ line: numbers[at] ?? 0, text: one }));
  return { commands: pairs(commands, lines), skipped: pairs(skipped, skippedLines) };
}

/**
 * The ceph commands of a shell script, in order; see `parseScript` for what is passed over.
 *
 * @throws {CrushlabError} as `parseScript`.
 */
export function readScript(text: string): string[] {
  return parseScript(text).commands.map((command) => command.text);
}
