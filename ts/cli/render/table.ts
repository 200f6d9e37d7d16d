import Table from "cli-table3";

/** How a column's cells stand. */
export type Align = "left" | "right";

/** No lines between the cells; two spaces do. */
const NO_LINES = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left"],
    ...["bottom-right", "left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"],
  ].map((line) => [line, ""]),
);

/** Rows in columns as wide as their widest cell, each line indented by two. */
export function table(aligns: readonly Align[], rows: readonly (readonly string[])[]): string {
  const drawn = new Table({
    chars: NO_LINES,
    colAligns: [...aligns],
    style: { "padding-left": 0, "padding-right": 2, head: [], border: [], compact: true },
  });
  drawn.push(...rows.map((row) => [...row]));
  const lines = drawn.toString().split("\n");
  return lines.map((line) => `  ${line}`.trimEnd()).join("\n");
}
