import { checkText } from "../base/arguments.ts";
import { CrushlabError } from "../base/errors.ts";

/** Longest word that one of Ceph's commands may have here: no name or value of a cluster is. */
const WORD_MAX = 4096;

/**
 * Refuses what cannot be one of Ceph's commands, before anything looks at each of its characters.
 *
 * @throws {CrushlabError} `invalid_argument` or `invalid_command`.
 */
export function checkCommand(value: unknown): string {
  const command = checkText("a command", value);
  if (command.split(/\s+/).some((word) => word.length > WORD_MAX)) {
    const start = command.slice(0, 40);
    const message = `a command has a word of more than ${WORD_MAX} characters: ${start}\u2026`;
    throw new CrushlabError("invalid_command", message);
  }
  return command;
}
