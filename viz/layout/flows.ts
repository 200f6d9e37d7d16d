import { type Moves, NO_OSD, type TreeNode } from "../engine/contract.ts";

/** What goes from one bucket (or OSD) to another. */
export interface Flow {
  /** Index of a node of the tree; -1 where there is none of the type. */
  from: number;
  to: number;
  shards: number;
  bytes: number;
  /** Of these, shards whose former OSD is not up: they are rebuilt from other copies. */
  shardsRebuilt: number;
}

/** In place of a node where an OSD is in no bucket of the type, and for nobody. */
export const NOWHERE = -1;

/**
 * The node of a type that each OSD is in, by the OSD's id: in the true trees, the first where an
 * OSD hangs in several. Type 0 gives the OSDs themselves.
 */
export function nodesOfType(tree: readonly TreeNode[], typeId: number): Map<number, number> {
  const found = new Map<number, number>();
  const above: number[] = [];
  for (const [index, { id, depth, typeId: type, isShadow }] of tree.entries()) {
    const inherited = depth > 0 ? (above[depth - 1] ?? NOWHERE) : NOWHERE;
    const own = type === typeId ? index : inherited;
    above[depth] = own;
    if (id >= 0 && !isShadow && !found.has(id)) {
      found.set(id, own);
    }
  }
  return found;
}

/** Adds moves between OSDs up by nodes, the greatest flow first. */
export function flowsBetween(
  { from, to, shards, bytes }: Moves,
  nodeOf: ReadonlyMap<number, number>,
  isUp: (osd: number) => boolean,
): Flow[] {
  const flows = new Map<string, Flow>();
  for (const [at, source] of from.entries()) {
    const target = to[at] ?? NO_OSD;
    const ends = [source, target].map((osd) => nodeOf.get(osd) ?? NOWHERE);
    const key = ends.join();
    const [first = NOWHERE, second = NOWHERE] = ends;
    const flow = flows.get(key) ?? {
      from: first,
      to: second,
      shards: 0,
      bytes: 0,
      shardsRebuilt: 0,
    };
    const moved = shards[at] ?? 0;
    flow.shards += moved;
    flow.bytes += bytes[at] ?? 0;
    flow.shardsRebuilt += source !== NO_OSD && isUp(source) ? 0 : moved;
    flows.set(key, flow);
  }
  return [...flows.values()].sort((a, b) => b.bytes - a.bytes || b.shards - a.shards);
}
