import type { CrushlabError } from "../base/errors.ts";
import { printable } from "../text/format.ts";

/** What went wrong, where and what to do, in one line. */
export function errorLine({ message, path, hint }: CrushlabError): string {
  const [line = ""] = message.split("\n");
  const place = path !== undefined && !line.includes(path) ? `${path}: ` : "";
  return printable(`${place}${line}${hint === undefined ? "" : ` (${hint})`}`);
}
