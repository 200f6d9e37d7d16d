import type { CrushlabError } from "../base/errors.ts";
import { printable } from "../text/format.ts";

/** Most characters of a message: a value in it may be as long as a file. */
const LENGTH_MAX = 500;

/** What went wrong, where and what to do, in one line. */
export function errorLine({ message, path, line: number, hint }: CrushlabError): string {
  const [line = ""] = message.split("\n");
  const file = path !== undefined && !line.includes(path) ? `${path}: ` : "";
  // Most messages of readers have the line in their words.
  const isSaid = number === undefined || new RegExp(`\\bline ${number}\\b`).test(line);
  const place = isSaid ? file : `${file}line ${number}: `;
  return oneLine(`${place}${line}${hint === undefined ? "" : ` (${hint})`}`);
}

/** A message without what steers a terminal, and no longer than a few lines of one. */
export function oneLine(text: string): string {
  const cut = text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}\u2026` : text;
  return printable(cut.replaceAll("\n", " "));
}
