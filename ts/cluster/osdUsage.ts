import { wrongKind } from "../base/arguments.ts";
import { NONE } from "../map/place.ts";
import { type Cluster, nativeClusterOf } from "./cluster.ts";
import type { Osd } from "./osdMap.ts";
import { type OsdTree, type OsdTreeNode, osdTree } from "./osdTree.ts";
import { PgTable } from "./pgTable.ts";

/** What is used of an OSD, or of all OSDs below a bucket. */
export interface Usage {
  totalBytes: number;
  usedBytes: number;
  availableBytes: number;
  /** Data of objects, where it is counted apart; so with the two below. */
  dataBytes?: number;
  /** Entries of omaps. */
  omapBytes?: number;
  /** What else the stores' databases take. */
  metadataBytes?: number;
  /** Used part of the total, from 0 to 1. */
  usedRatio: number;
  /** `usedRatio` by that of the whole cluster. */
  variance: number;
}

/** A line of the tree with sizes and PG counts. */
export interface OsdUsageNode extends OsdTreeNode {
  /** Absent where no size is known of any OSD; all 0 where none is of this one, as in Ceph. */
  usage?: Usage;
  /** PGs that an OSD serves; absent for buckets. */
  pgs?: number;
}

/** The tree with sizes and PG counts. */
export interface OsdUsageTree {
  nodes: OsdUsageNode[];
  stray: OsdUsageNode[];
  /** All OSDs; absent where no size is known. */
  total?: Usage;
  /**
   * Smallest and largest `variance` of an OSD that is in, and the standard deviation of
   * `usedRatio`, each OSD counting as much as its reweight says.
   */
  spread?: { varianceLeast: number; varianceMost: number; usedRatioDeviation: number };
}

/**
 * The tree with sizes as `ceph osd df tree` shows them (`print_osd_utilization`), and the PGs that
 * each OSD serves by the mapping.
 */
export function osdUsage(cluster: Cluster, pgs: PgTable): OsdUsageTree {
  nativeClusterOf(cluster);
  if (!(pgs instanceof PgTable)) {
    throw wrongKind("pgs", pgs, "the PgTable of a cluster");
  }
  const { nodes, stray }: OsdTree = osdTree(cluster);
  const counts = pgsByOsd(pgs);
  const total = sum(cluster.osds.flatMap((osd) => sizes(osd) ?? []));
  const average = total ? ratio(total) : 0;
  const usageOf = (part: Sizes): Usage => {
    const usedRatio = ratio(part);
    return { ...part, usedRatio, variance: average > 0 ? usedRatio / average : 0 };
  };
  const nothing = total && zeroed(total);
  const below = sizesBelow(nodes);
  const withUsage = (node: OsdTreeNode): OsdUsageNode => {
    const part = (node.id < 0 ? below.get(node.id) : node.osd && sizes(node.osd)) ?? nothing;
    return {
      ...node,
      ...(part && { usage: usageOf(part) }),
      ...(node.id >= 0 && { pgs: counts.get(node.id) ?? 0 }),
    };
  };
  const tree = { nodes: nodes.map(withUsage), stray: stray.map(withUsage) };
  if (!total) {
    return tree;
  }
  const spread = spreadOf(cluster.osds, average, (osd) => {
    const part = sizes(osd) ?? nothing;
    return part && usageOf(part);
  });
  return { ...tree, total: usageOf(total), ...(spread && { spread }) };
}

function spreadOf(
  osds: readonly Osd[],
  average: number,
  usageOf: (osd: Osd) => Usage | undefined,
): OsdUsageTree["spread"] {
  const spread = { varianceLeast: Infinity, varianceMost: 0 };
  let [squares, reweights] = [0, 0];
  for (const osd of osds) {
    const usage = usageOf(osd);
    if (usage && osd.isIn) {
      spread.varianceLeast = Math.min(spread.varianceLeast, usage.variance);
      spread.varianceMost = Math.max(spread.varianceMost, usage.variance);
      squares += osd.reweight * (usage.usedRatio - average) ** 2;
      reweights += osd.reweight;
    }
  }
  const usedRatioDeviation = Math.sqrt(squares / reweights);
  return reweights > 0 ? { ...spread, usedRatioDeviation } : undefined;
}

/** What is counted of an OSD; the last three only since Nautilus. */
const SIZE_KEYS = [
  "totalBytes",
  "usedBytes",
  "availableBytes",
  "dataBytes",
  "omapBytes",
  "metadataBytes",
] as const;

type Sizes = Pick<Usage, (typeof SIZE_KEYS)[number]>;

function sizes(osd: Osd): Sizes | undefined {
  const { totalBytes, usedBytes = 0, availableBytes = 0 } = osd;
  const { dataBytes, omapBytes = 0, metadataBytes = 0 } = osd;
  return totalBytes === undefined
    ? undefined
    : {
        totalBytes,
        usedBytes,
        availableBytes,
        ...(dataBytes !== undefined && { dataBytes, omapBytes, metadataBytes }),
      };
}

/** All of them together; what is known of some alone counts as 0 for the others. */
function sum(parts: readonly Sizes[]): Sizes | undefined {
  const [first] = parts;
  if (!first) {
    return undefined;
  }
  const all = zeroed(first);
  for (const part of parts) {
    for (const key of SIZE_KEYS) {
      const value = part[key];
      if (value !== undefined) {
        all[key] = (all[key] ?? 0) + value;
      }
    }
  }
  return all;
}

/** Nothing of everything that is known: what Ceph shows of OSDs that have not reported. */
function zeroed(known: Sizes): Sizes {
  const empty = { ...known };
  for (const key of SIZE_KEYS) {
    if (empty[key] !== undefined) {
      empty[key] = 0;
    }
  }
  return empty;
}

function ratio({ totalBytes, usedBytes }: Sizes): number {
  return totalBytes > 0 ? usedBytes / totalBytes : 0;
}

/** Sizes of all OSDs below each bucket. Children come after their parents. */
function sizesBelow(nodes: readonly OsdTreeNode[]): Map<number, Sizes> {
  const found = new Map<number, Sizes>();
  for (const { id, osd, children } of nodes.toReversed()) {
    const own = osd && sizes(osd);
    const parts = children ? children.flatMap((child) => found.get(child) ?? []) : [];
    const all = own ?? sum(parts);
    if (all) {
      found.set(id, all);
    }
  }
  return found;
}

/** PGs that each OSD serves. */
function pgsByOsd(table: PgTable): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { acting } of table.pools) {
    for (const osd of acting.osds) {
      if (osd !== NONE) {
        counts.set(osd, (counts.get(osd) ?? 0) + 1);
      }
    }
  }
  return counts;
}
