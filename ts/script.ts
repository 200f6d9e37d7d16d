import { CrushlabError } from "./errors.ts";

/** Commands of a shell that change nothing in a cluster. */
const HARMLESS = /^(set|echo|printf|sleep|true|exit|export|cd|date|read)\b|^:$/;

/**
 * The ceph commands of a shell script, in order. Comments, blank lines and commands that change no
 * cluster (`set -e`, `echo`, `sleep`) are passed over, a backslash at a line's end joins lines.
 *
 * @throws {CrushlabError} `invalid_command`, with the line, for what only a shell can follow.
 */
export function readScript(text: string): string[] {
  const commands: string[] = [];
  let joined = "";
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    joined += joined === "" ? line : ` ${line.trimStart()}`;
    if (joined.endsWith("\\") && !joined.trimStart().startsWith("#")) {
      joined = joined.slice(0, -1).trimEnd();
      continue;
    }
    const command = joined.trim().replace(/^sudo\s+/, "");
    joined = "";
    if (command === "" || command.startsWith("#") || HARMLESS.test(command)) {
      continue;
    }
    if (!/^ceph\s/.test(command)) {
      const shown = command.length > 60 ? `${command.slice(0, 60)}…` : command;
      throw new CrushlabError(
        "invalid_command",
        `line ${at + 1}: '${shown}' is no ceph command: write each out, one to a line`,
        { line: at + 1 },
      );
    }
    commands.push(command);
  }
  return commands;
}
