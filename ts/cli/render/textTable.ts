import { printable } from "../../text/format.ts";
import type { Align } from "./table.ts";

/**
 * A table with two spaces between its columns, heads at their left and each line as long as the
 * others: the form of Ceph's own tables (TextTable.cc).
 */
export function textTable(
  heads: readonly (readonly [head: string, align: Align])[],
  rows: readonly (readonly string[])[],
): string {
  const printed = rows.map((cells) => cells.map(printable));
  const widths = heads.map(([head], at) =>
    printed.reduce((width, cells) => Math.max(width, cells[at]?.length ?? 0), head.length),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => {
        const width = widths[at] ?? 0;
        return heads[at]?.[1] === "right" ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ");
  const head = heads.map(([text], at) => text.padEnd(widths[at] ?? 0)).join("  ");
  return [head, ...printed.map(line)].join("\n");
}
