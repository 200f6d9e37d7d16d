import { button, element } from "./dom.ts";

/** A column: its heading with the unit, and whether it holds numbers. */
export interface Column {
  head: string;
  isNumber?: boolean;
}

/** The data of a drawing as a table. */
export interface TableData {
  /** What the table holds, in a sentence. */
  caption: string;
  columns: readonly Column[];
  rows: readonly (readonly string[])[];
}

/** Rows that are shown at once; copying takes all. */
const ROWS_MAX = 500;

/** A table, with a button that copies all of it. */
export function tableBox(data: TableData): HTMLElement {
  const { caption, columns, rows } = data;
  const copied = element("span", { attributes: { role: "status" } });
  const copy = button("Copy all", () => {
    navigator.clipboard.writeText(tabText(data)).then(
      () => copied.replaceChildren(`${rows.length} rows copied`),
      () => copied.replaceChildren("the browser does not let the page copy"),
    );
  });
  const kind = ({ isNumber }: Column) => (isNumber ? { class: "number" } : {});
  const head = columns.map((column) =>
    element("th", { ...kind(column), attributes: { scope: "col" } }, column.head),
  );
  const body = rows
    .slice(0, ROWS_MAX)
    .map((cells) =>
      element(
        "tr",
        {},
        ...cells.map((cell, at) => element("td", kind(columns[at] ?? { head: "" }), cell)),
      ),
    );
  const more = rows.length - ROWS_MAX;
  return element(
    "div",
    { class: "table-box" },
    element("div", { class: "table-tools" }, copy, copied),
    element(
      "table",
      {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...body),
    ),
    more > 0 && element("p", {}, `${more} more rows: "Copy all" takes them, too.`),
  );
}

/** A table as text with tabs, as spreadsheets take it. */
export function tabText({ columns, rows }: Pick<TableData, "columns" | "rows">): string {
  const cell = (text: string) => text.replaceAll(/[\t\n\r]/g, " ");
  const lines = [columns.map(({ head }) => head), ...rows];
  return `${lines.map((cells) => cells.map(cell).join("\t")).join("\n")}\n`;
}
