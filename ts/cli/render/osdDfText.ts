import type { OsdUsageNode, OsdUsageTree, Usage } from "../../osdUsage.ts";
import { bytesText } from "./bytes.ts";
import { label, statusText, weightText } from "./osdTreeText.ts";
import { textTable } from "./textTable.ts";

/**
 * The tree with sizes, in the columns of `ceph osd df tree`. What is used by data, omap and
 * metadata apart is left out.
 */
export function osdDfText({ nodes, stray, total, spread }: OsdUsageTree): string {
  const grid = textTable(
    [
      ["ID", "right"],
      ["CLASS", "right"],
      ["WEIGHT", "right"],
      ["REWEIGHT", "right"],
      ["SIZE", "right"],
      ["RAW USE", "right"],
      ["AVAIL", "right"],
      ["%USE", "right"],
      ["VAR", "right"],
      ["PGS", "right"],
      ["STATUS", "right"],
      ["TYPE NAME", "left"],
    ],
    [
      ...[...nodes, ...stray].map(nodeRow),
      ["", "", "", "TOTAL", ...sizeCells(total).slice(0, 4), "", "", "", ""],
    ],
  );
  if (!spread) {
    return grid;
  }
  const [least, most] = [spread.varianceLeast.toFixed(2), spread.varianceMost.toFixed(2)];
  const deviation = (spread.usedRatioDeviation * 100).toFixed(2);
  return `${grid}\nMIN/MAX VAR: ${least}/${most}  STDDEV: ${deviation}`;
}

function nodeRow(node: OsdUsageNode): string[] {
  const { id, osd, usage, pgs } = node;
  return [
    String(id),
    node.class ?? "",
    weightText(node.weight),
    id < 0 ? "-" : weightText(osd?.reweight ?? 0),
    ...sizeCells(usage),
    pgs === undefined ? "-" : String(pgs),
    osd ? statusText(osd) : "",
    label(node),
  ];
}

function sizeCells(usage: Usage | undefined): string[] {
  if (!usage) {
    return ["-", "-", "-", "-", "-"];
  }
  return [
    bytesText(usage.totalBytes),
    bytesText(usage.usedBytes),
    bytesText(usage.availableBytes),
    (usage.usedRatio * 100).toFixed(2),
    usage.variance.toFixed(2),
  ];
}
