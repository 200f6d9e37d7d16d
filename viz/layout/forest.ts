import { type HierarchyNode, hierarchy, partition } from "d3";
import type { TreeNode } from "../engine/contract.ts";

/** A place in a picture of the tree, as parts of the whole from 0 to 1. */
export interface Span {
  /** Index of the node in the tree. */
  index: number;
  x0: number;
  x1: number;
  /** 0 for roots. */
  depth: number;
  isLeaf: boolean;
}

/** Trees side by side, each node as wide as the devices below it weigh. */
export interface Forest {
  tree: readonly TreeNode[];
  /** Indices of the roots that are shown. */
  roots: readonly number[];
  /** Nodes that are shown, each before its children. */
  spans: readonly Span[];
  /** Span of a node by its index. */
  spanOf: ReadonlyMap<number, Span>;
  /** Indices of the nodes below each. */
  childrenOf: ReadonlyMap<number, readonly number[]>;
  depthMax: number;
}

/** Part of the mean weight that a device of weight 0 gets, so that it can be seen. */
const WEIGHT_MIN = 0.05;

/** Indices of a tree's roots; of shadow trees only where they are asked for. */
export function rootsOf(tree: readonly TreeNode[], withShadows: boolean): number[] {
  return tree.flatMap(({ parent, isShadow }, index) =>
    parent === -1 && (withShadows || !isShadow) ? [index] : [],
  );
}

/** Places the trees below some roots side by side. */
export function forestOf(tree: readonly TreeNode[], roots: readonly number[]): Forest {
  const childrenOf = childIndices(tree);
  const isDevice = (index: number) => (tree[index]?.id ?? -1) >= 0;
  const devices = tree.filter(({ id }) => id >= 0);
  const total = devices.reduce((sum, { weight }) => sum + weight, 0);
  const least = total > 0 ? (WEIGHT_MIN * total) / devices.length : 1;
  // The top is no node of the tree: it holds the roots together.
  const top = hierarchy(-1, (index) => (index === -1 ? roots : childrenOf.get(index)));
  top.sum((index) => {
    const isLeaf = index !== -1 && (childrenOf.get(index)?.length ?? 0) === 0;
    return isLeaf ? Math.max(least, isDevice(index) ? (tree[index]?.weight ?? 0) : 0) : 0;
  });
  const placed = partition<number>()(top as HierarchyNode<number>);
  const spans = placed
    .descendants()
    .filter(({ data }) => data !== -1)
    .map(({ data, x0, x1, depth, children }) => ({
      index: data,
      x0,
      x1,
      depth: depth - 1,
      isLeaf: children === undefined,
    }))
    .sort((a, b) => a.index - b.index);
  return {
    tree,
    roots,
    spans,
    spanOf: new Map(spans.map((span) => [span.index, span])),
    childrenOf,
    depthMax: spans.reduce((max, { depth }) => Math.max(max, depth), 0),
  };
}

function childIndices(tree: readonly TreeNode[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const [index, { parent }] of tree.entries()) {
    if (parent >= 0) {
      const siblings = found.get(parent);
      if (siblings) {
        siblings.push(index);
      } else {
        found.set(parent, [index]);
      }
    }
  }
  return found;
}

/** Ids of the devices below a node, each once, by rising id. */
export function devicesBelow({ tree, childrenOf }: Forest, index: number): number[] {
  const found = new Set<number>();
  const open = [index];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const id = tree[next]?.id ?? -1;
    if (id >= 0) {
      found.add(id);
    }
    open.push(...(childrenOf.get(next) ?? []));
  }
  return [...found].sort((a, b) => a - b);
}

/** Names from a node's root to the node. */
export function pathTo(tree: readonly TreeNode[], index: number): number[] {
  const path: number[] = [];
  for (let next = index; next >= 0; next = tree[next]?.parent ?? -1) {
    path.unshift(next);
  }
  return path;
}

/** Where an arrow key leads: up to the parent, down to the first child, to the sides. */
export function neighbour(
  forest: Forest,
  index: number | undefined,
  direction: "up" | "down" | "left" | "right",
): number | undefined {
  const { tree, roots, childrenOf } = forest;
  const node = index === undefined ? undefined : tree[index];
  if (index === undefined || !node) {
    return roots[0];
  }
  if (direction === "up") {
    return node.parent >= 0 ? node.parent : index;
  }
  if (direction === "down") {
    return childrenOf.get(index)?.[0] ?? index;
  }
  return beside(forest, index, direction === "left" ? -1 : 1);
}

/** The node of the same depth beside a node, also across parents. */
function beside({ spans, spanOf }: Forest, index: number, step: number): number {
  const depth = spanOf.get(index)?.depth;
  let at = spans.findIndex((span) => span.index === index) + step;
  while (spans[at] && spans[at]?.depth !== depth) {
    at += step;
  }
  return spans[at]?.index ?? index;
}
