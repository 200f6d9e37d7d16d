/** Keys that had the same node before a change, side by side. */
export interface KeyGroup {
  /** The node; -1 where none was found. */
  node: number;
  /** Where its keys begin and end, as parts of the whole row. */
  from: number;
  to: number;
  /** Nodes that keys moved to, one entry a key that moved, those that moved last. */
  movedTo: readonly number[];
}

/** Sorts keys by the node that they had: those that stay before those that move. */
export function keyGroups(before: Int32Array, after: Int32Array): KeyGroup[] {
  const keys = before.length;
  const groups = new Map<number, { count: number; movedTo: number[] }>();
  for (const [key, node] of before.entries()) {
    const group = groups.get(node) ?? { count: 0, movedTo: [] };
    groups.set(node, group);
    group.count += 1;
    const to = after[key] ?? -1;
    if (to !== node) {
      group.movedTo.push(to);
    }
  }
  let reached = 0;
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([node, { count, movedTo }]) => {
      const from = reached / keys;
      reached += count;
      return { node, from, to: reached / keys, movedTo: movedTo.toSorted((a, b) => a - b) };
    });
}
