/** Text that is safe inside of HTML. */
export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** A table; every cell is escaped, and numbers stand right. */
export function htmlTable(
  heads: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
): string {
  const cell = (value: string | Markup) =>
    typeof value === "string" ? `<td>${escaped(value)}</td>` : `<td>${value.html}</td>`;
  const head = heads.map((text) => `<th scope="col">${escaped(text)}</th>`).join("");
  const body = rows.map((cells) => `<tr>${cells.map(cell).join("")}</tr>`).join("\n");
  return `<table><thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody></table>`;
}

/** HTML of this package's own making. */
export interface Markup {
  html: string;
}

const BAR_WIDTH = 160;
const BAR_HEIGHT = 12;

/** A bar of a part from 0 to 1, with a mark where another part ends. */
export function bar(part: number, mark: number, label: string): Markup {
  const x = (ratio: number) => (Math.min(1, Math.max(0, ratio)) * BAR_WIDTH).toFixed(1);
  const shape = `width="${BAR_WIDTH}" height="${BAR_HEIGHT}"`;
  const html = [
    `<svg ${shape} role="img" aria-label="${escaped(label)}">`,
    `<rect ${shape} class="room"/>`,
    `<rect width="${x(part)}" height="${BAR_HEIGHT}" class="part"/>`,
    `<line x1="${x(mark)}" x2="${x(mark)}" y1="0" y2="${BAR_HEIGHT}" class="mark"/>`,
    "</svg>",
  ].join("");
  return { html };
}

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; }
th, td { padding: 0.15rem 0.8rem; text-align: right; border-bottom: 1px solid #8884; }
th:first-child, td:first-child { text-align: left; }
.room { fill: #8883; } .part { fill: #0072b2; } .mark { stroke: #d55e00; stroke-width: 2; }
@media (prefers-color-scheme: dark) { body { background: #16181d; color: #e6e6e6; } }`;

/** One page that needs no other file, and may load none. */
export function htmlPage(title: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}
</style>
</head>
<body>
${body.join("\n")}
</body>
</html>
`;
}
