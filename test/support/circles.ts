/**
 * Circles in a graph: its strongly connected components of more than one node, each sorted (Tarjan,
 * 1972). Edges go from a key to its values; values that are no key have no edges.
 */
export function circles(graph: ReadonlyMap<string, Iterable<string>>): string[][] {
  const numbers = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): number => {
    const number = numbers.size;
    numbers.set(node, number);
    open.push(node);
    let lowest = number;
    for (const next of graph.get(node) ?? []) {
      if (!numbers.has(next)) {
        lowest = Math.min(lowest, visit(next));
      } else if (open.includes(next)) {
        lowest = Math.min(lowest, numbers.get(next) ?? number);
      }
    }
    if (lowest === number) {
      const circle = open.splice(open.indexOf(node));
      if (circle.length > 1) {
        found.push(circle.sort());
      }
    }
    return lowest;
  };
  for (const node of graph.keys()) {
    if (!numbers.has(node)) {
      visit(node);
    }
  }
  return found.sort((a, b) => b.length - a.length || (a.join() < b.join() ? -1 : 1));
}
