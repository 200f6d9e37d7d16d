import type { OsdUsageNode, OsdUsageTree, Usage } from "../../cluster/osdUsage.ts";
import { statusText } from "./osdTreeText.ts";

/** The tree under the keys that `ceph osd tree -f json` and `ceph osd df tree -f json` use. */
export function osdTreeJson({ nodes, stray, total, spread }: OsdUsageTree): object {
  return {
    nodes: nodes.map(nodeJson),
    stray: stray.map(nodeJson),
    ...(total && {
      summary: {
        ...kib("total_", total),
        average_utilization: total.usedRatio * 100,
        ...(spread && {
          min_var: spread.varianceLeast,
          max_var: spread.varianceMost,
          dev: spread.usedRatioDeviation * 100,
        }),
      },
    }),
  };
}

function nodeJson(node: OsdUsageNode): object {
  const { id, name, type, typeId, weight, depth, osd, usage, pgs } = node;
  const head = {
    id,
    name,
    type,
    type_id: typeId,
    ...(node.poolWeights && { pool_weights: node.poolWeights }),
  };
  const sizes = usage && {
    ...kib("", usage),
    utilization: usage.usedRatio * 100,
    var: usage.variance,
  };
  if (node.children) {
    return { ...head, ...sizes, children: node.children.toReversed() };
  }
  return {
    ...head,
    ...(node.class !== undefined && { device_class: node.class }),
    crush_weight: weight,
    depth,
    exists: osd ? 1 : 0,
    status: osd ? statusText(osd) : "",
    reweight: osd?.reweight ?? 0,
    primary_affinity: osd?.primaryAffinity ?? 1,
    ...sizes,
    pgs,
  };
}

function kib(prefix: string, usage: Usage): object {
  const { dataBytes, omapBytes = 0, metadataBytes = 0 } = usage;
  return {
    [`${prefix}kb`]: usage.totalBytes / 1024,
    [`${prefix}kb_used`]: usage.usedBytes / 1024,
    ...(dataBytes !== undefined && {
      [`${prefix}kb_used_data`]: dataBytes / 1024,
      [`${prefix}kb_used_omap`]: omapBytes / 1024,
      [`${prefix}kb_used_meta`]: metadataBytes / 1024,
    }),
    [`${prefix}kb_avail`]: usage.availableBytes / 1024,
  };
}
