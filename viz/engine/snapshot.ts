import type { Cluster } from "../../ts/cluster/cluster.ts";
import type { Osd } from "../../ts/cluster/osdMap.ts";
import type { CrushMap } from "../../ts/map/crushMap.ts";
import type { OsdFacts, Snapshot, TreeNode } from "./contract.ts";
import type { AllCounts } from "./counts.ts";

/** Nodes that are drawn. Buckets that hang in several places could make more without bounds. */
const NODES_MAX = 100_000;

/** Used bytes by OSD, where a step has worked them out. */
export type UsedBytes = ReadonlyMap<number, number>;

/** A CRUSH map, and its tree. */
export interface Tree {
  crush: CrushMap;
  /** The map as a file: what two maps are told apart by, for reading one's parts takes longer. */
  bytes: Uint8Array;
  nodes: readonly TreeNode[];
  /** Whether there are more nodes. */
  isCut: boolean;
}

/** A state of a cluster, and what is not in the cluster itself. */
export interface Drawn {
  cluster: Cluster;
  used: UsedBytes;
  tree: Tree;
  counts: AllCounts;
}

/** One state of a cluster as plain data. */
export function snapshotOf(drawn: Drawn, handle: number): Snapshot {
  const { cluster, tree } = drawn;
  const { rules, types, tunables } = tree.crush;
  return {
    handle,
    info: cluster.info,
    pools: cluster.pools,
    rules,
    types,
    tunables,
    tree: tree.nodes,
    isTreeCut: tree.isCut,
    osds: osdsOf(drawn),
  };
}

/** The tree after a change: the very same where the map is, and its nodes where these are. */
export function treeAfter(before: Tree, { crush }: Cluster): Tree {
  const bytes = crush.toBinary();
  const isSame =
    bytes.length === before.bytes.length && bytes.every((byte, at) => byte === before.bytes[at]);
  if (isSame) {
    return before;
  }
  const tree = treeOf(crush, bytes);
  return isSameTree(tree.nodes, before.nodes) ? { ...tree, nodes: before.nodes } : tree;
}

/** Whether two trees are drawn alike. */
function isSameTree(first: readonly TreeNode[], second: readonly TreeNode[]): boolean {
  return (
    first.length === second.length &&
    first.every((node, at) => {
      const other = second[at];
      return (
        node.id === other?.id &&
        node.weight === other.weight &&
        node.parent === other.parent &&
        node.name === other.name &&
        node.type === other.type &&
        node.class === other.class
      );
    })
  );
}

/** All trees of a map: true roots by falling id, then the shadow roots of device classes. */
export function treeOf(crush: CrushMap, bytes = crush.toBinary()): Tree {
  const below = new Set(crush.buckets.flatMap(({ items }) => items.map(({ id }) => id)));
  const roots = crush.buckets.filter(({ id }) => !below.has(id));
  const shadow = (id: number) => crush.index.bucket(id)?.shadowOf !== undefined;
  const ordered = [...roots].sort((a, b) => Number(shadow(a.id)) - Number(shadow(b.id)));
  const nodes: TreeNode[] = [];
  const open = ordered
    .toReversed()
    .map(({ id, weight }) => ({ id, weight, depth: 0, parent: -1, isShadow: shadow(id) }));
  let next = open.pop();
  while (next && nodes.length < NODES_MAX) {
    const { id, depth, isShadow } = next;
    const bucket = crush.index.bucket(id);
    const item = crush.index.item(id);
    const className = item?.class;
    const type = bucket?.type ?? crush.types.find((one) => one.id === 0)?.name ?? "osd";
    const parent = nodes.length;
    nodes.push({
      ...next,
      name: crush.index.name(id),
      type,
      typeId: bucket?.typeId ?? 0,
      ...(className !== undefined && { class: className }),
    });
    for (const child of bucket?.items.toReversed() ?? []) {
      open.push({ id: child.id, weight: child.weight, depth: depth + 1, parent, isShadow });
    }
    next = open.pop();
  }
  return { crush, bytes, nodes, isCut: next !== undefined };
}

function osdsOf({ cluster, used, tree, counts }: Drawn): OsdFacts[] {
  const weights = new Map<number, number>();
  for (const { id, weight, isShadow } of tree.nodes) {
    if (id >= 0 && !isShadow) {
      weights.set(id, (weights.get(id) ?? 0) + weight);
    }
  }
  const { index } = tree.crush;
  return cluster.osds.map((osd) => {
    const { id, isUp, isIn, reweight, primaryAffinity } = osd;
    const found = counts.get(id);
    const pgsByPool = found?.pgsByPool ?? cluster.pools.map(() => 0);
    const askedByPool = found?.askedByPool ?? cluster.pools.map(() => 0);
    const [pgs, pgsAsked] = [sum(pgsByPool), sum(askedByPool)];
    const className = index.item(id)?.class;
    return {
      id,
      name: index.name(id),
      ...(className !== undefined && { class: className }),
      isUp,
      isIn,
      reweight,
      primaryAffinity,
      crushWeight: weights.get(id) ?? 0,
      ...sizesOf(osd, used),
      pgsByPool,
      askedByPool,
      pgs,
      primaries: found?.primaries ?? 0,
      pgsAsked,
      deviation: pgsAsked > 0 ? pgs / pgsAsked - 1 : null,
    };
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function sizesOf(osd: Osd, used: UsedBytes): Pick<OsdFacts, "totalBytes" | "usedBytes"> {
  if (osd.totalBytes === undefined || osd.totalBytes === 0) {
    return {};
  }
  return { totalBytes: osd.totalBytes, usedBytes: used.get(osd.id) ?? osd.usedBytes ?? 0 };
}
