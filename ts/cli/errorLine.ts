import type { CrushlabError } from "../base/errors.ts";
import { printable } from "../text/format.ts";

/** What went wrong, where and what to do, in one line. */
export function errorLine({ message, path, line: number, hint }: CrushlabError): string {
  const [line = ""] = message.split("\n");
  const file = path !== undefined && !line.includes(path) ? `${path}: ` : "";
  // Most messages of readers have the line in their words.
  const isSaid = number === undefined || new RegExp(`\\bline ${number}\\b`).test(line);
  const place = isSaid ? file : `${file}line ${number}: `;
  return printable(`${place}${line}${hint === undefined ? "" : ` (${hint})`}`);
}
