import { scriptCommands } from "#native";
import { CrushlabError, callNative } from "../base/errors.ts";

/**
 * The ceph commands of a shell script, in order. Comments, blank lines and lines that only print,
 * wait or set options of the shell are passed over; a backslash at a line's end joins lines.
 *
 * @throws {CrushlabError} `invalid_command`, with the line, for what only a shell can follow.
 */
export function readScript(text: string): string[] {
  if (typeof text !== "string") {
    throw new CrushlabError("invalid_argument", "text is not a string");
  }
  return callNative(() => scriptCommands(text));
}
