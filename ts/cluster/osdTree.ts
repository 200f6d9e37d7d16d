import type { Bucket, WeightSet } from "../map/mapData.ts";
import { type Cluster, nativeClusterOf } from "./cluster.ts";
import type { Osd } from "./osdMap.ts";

/** A line of the tree: a bucket, or an OSD below one. */
export interface OsdTreeNode {
  id: number;
  name: string;
  /** Name of its type; `osd` for OSDs. */
  type: string;
  typeId: number;
  /** Its device class; OSDs only. */
  class?: string;
  /** CRUSH weight where it hangs; a root's own. */
  weight: number;
  /** Its weights in weight sets, by position: by pool's name, or `(compat)`. Roots have none. */
  poolWeights?: Record<string, number[]>;
  /** 0 for roots and strays. */
  depth: number;
  /** Ids of what is below it, in the order in which it is shown; buckets only. */
  children?: number[];
  /** The OSD; absent for buckets, and where the OSDMap has no OSD of this id. */
  osd?: Osd;
}

/** A cluster's OSDs below their buckets, and those that hang nowhere. */
export interface OsdTree {
  /** Each node before its children. */
  nodes: OsdTreeNode[];
  /** OSDs that are in no bucket. */
  stray: OsdTreeNode[];
}

/**
 * The tree as `ceph osd tree` shows it (`OSDMap::print_tree`): roots by rising id, buckets by name,
 * OSDs by class and id; without the shadows of device classes.
 */
export function osdTree(cluster: Cluster): OsdTree {
  nativeClusterOf(cluster);
  const { crush } = cluster;
  const weightsOf = poolWeights(cluster);
  const buckets = crush.buckets.filter(({ shadowOf }) => shadowOf === undefined);
  const below = new Set(buckets.flatMap(({ items }) => items.map(({ id }) => id)));
  const roots = buckets.filter(({ id }) => !below.has(id)).sort((a, b) => a.id - b.id);
  const osds = new Map(cluster.osds.map((osd) => [osd.id, osd]));
  const nodes: OsdTreeNode[] = [];
  const open: Place[] = roots.toReversed().map(({ id, weight }) => ({ id, weight, depth: 0 }));
  for (let next = open.pop(); next; next = open.pop()) {
    const { id, weight, depth, parent } = next;
    const inSets = parent !== undefined && { poolWeights: weightsOf(parent, id) };
    const bucket = crush.index.bucket(id);
    if (!bucket) {
      nodes.push({ ...osdNode(cluster, osds, id, weight, depth), ...inSets });
      continue;
    }
    const items = sortedItems(cluster, bucket);
    const { name, type, typeId } = bucket;
    const children = items.map((item) => item.id);
    nodes.push({ id, name, type, typeId, weight, depth, children, ...inSets });
    open.push(...items.toReversed().map((item) => ({ ...item, depth: depth + 1, parent: id })));
  }
  const stray = cluster.osds.filter(({ id }) => !below.has(id));
  return { nodes, stray: stray.map(({ id }) => osdNode(cluster, osds, id, 0, 0)) };
}

/** A node that is still to be shown. */
interface Place {
  id: number;
  weight: number;
  depth: number;
  /** The bucket that it hangs in; roots have none. */
  parent?: number;
}

/** Finds the weights that an item of a bucket has in weight sets, by their names. */
function poolWeights({ crush, pools }: Cluster) {
  const names = new Map(pools.map(({ id, name }) => [id, name]));
  const sets = new Map<number, WeightSet[]>();
  for (const set of crush.weightSets) {
    const others = sets.get(set.bucketId);
    if (others) {
      others.push(set);
    } else {
      sets.set(set.bucketId, [set]);
    }
  }
  return (parent: number, id: number): Record<string, number[]> => {
    const inParent = sets.get(parent);
    if (!inParent) {
      return {};
    }
    const at = crush.index.bucket(parent)?.items.findIndex((item) => item.id === id) ?? -1;
    const entries = inParent.map(({ pool, weights }): [string, number[]] => {
      const name = pool === "compat" ? "(compat)" : (names.get(pool) ?? String(pool));
      return [name, weights.map((row) => row[at] ?? 0)];
    });
    return Object.fromEntries(entries);
  };
}

function osdNode(
  { crush }: Cluster,
  osds: ReadonlyMap<number, Osd>,
  id: number,
  weight: number,
  depth: number,
): OsdTreeNode {
  const item = crush.index.item(id);
  const osd = osds.get(id);
  return {
    id,
    name: `osd.${id}`,
    type: crush.types.find((type) => type.id === 0)?.name ?? "osd",
    typeId: 0,
    ...(item?.class !== undefined && { class: item.class }),
    weight,
    depth,
    ...(osd && { osd }),
  };
}

/** Buckets come first: their key begins with `_`, that of OSDs with the class before it. */
function sortedItems({ crush }: Cluster, { items }: Bucket): Bucket["items"] {
  const key = (id: number) => {
    const item = crush.index.item(id);
    return id < 0 ? `_${item?.name ?? ""}` : `${item?.class ?? ""}_${String(id).padStart(8, "0")}`;
  };
  return items
    .map((item) => ({ item, key: key(item.id) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
}
