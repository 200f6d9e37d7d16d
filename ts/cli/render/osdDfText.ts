import type { OsdUsageNode, OsdUsageTree, Usage } from "../../cluster/osdUsage.ts";
import { bytesText } from "../../text/bytes.ts";
import { label, statusText, weightText } from "./osdTreeText.ts";
import { textTable } from "./textTable.ts";

/** The tree with sizes as `ceph osd df tree` prints it. A size that is not known is a dash. */
export function osdDfText({ nodes, stray, total, spread }: OsdUsageTree): string {
  const grid = textTable(
    [
      ["ID", "right"],
      ["CLASS", "right"],
      ["WEIGHT", "right"],
      ["REWEIGHT", "right"],
      ["SIZE", "right"],
      ["RAW USE", "right"],
      ["DATA", "right"],
      ["OMAP", "right"],
      ["META", "right"],
      ["AVAIL", "right"],
      ["%USE", "right"],
      ["VAR", "right"],
      ["PGS", "right"],
      ["STATUS", "right"],
      ["TYPE NAME", "left"],
    ],
    [
      ...[...nodes, ...stray].map(nodeRow),
      ["", "", "", "TOTAL", ...sizeCells(total).slice(0, -1), "", "", "", ""],
    ],
  );
  if (!spread) {
    return grid;
  }
  const [least, most] = [decimals(spread.varianceLeast), decimals(spread.varianceMost)];
  const deviation = decimals(spread.usedRatioDeviation * 100);
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
  const bytes = [
    usage?.totalBytes,
    usage?.usedBytes,
    usage?.dataBytes,
    usage?.omapBytes,
    usage?.metadataBytes,
    usage?.availableBytes,
  ];
  const numbers = usage ? [usage.usedRatio * 100, usage.variance].map(decimals) : ["-", "-"];
  return [...bytes.map((size) => (size === undefined ? "-" : bytesText(size))), ...numbers];
}

/** Two decimals, and 0 alone where that is next to nothing (`lowprecision_t`). */
function decimals(value: number): string {
  return value < 0.001 ? "0" : value.toFixed(2);
}
