/** A column of a chart: one thing, or several that share a pixel. */
export interface Column<T> {
  /** In pixels from the chart's left end. */
  x: number;
  width: number;
  items: readonly T[];
}

/** Things side by side, each as wide as every other; narrower than a pixel they share one. */
export function columns<T>(items: readonly T[], width: number): Column<T>[] {
  const each = width / Math.max(1, items.length);
  if (each >= 1) {
    return items.map((item, at) => ({ x: at * each, width: each, items: [item] }));
  }
  const found: Column<T>[] = [];
  const count = Math.max(1, Math.floor(width));
  for (let at = 0; at < count; at += 1) {
    const from = Math.floor((at * items.length) / count);
    const to = Math.floor(((at + 1) * items.length) / count);
    found.push({ x: at, width: 1, items: items.slice(from, to) });
  }
  return found;
}

/** The column at a place. */
export function columnAt<T>(list: readonly Column<T>[], x: number): Column<T> | undefined {
  return list.find((column) => x >= column.x && x < column.x + column.width);
}
