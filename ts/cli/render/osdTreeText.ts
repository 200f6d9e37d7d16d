import type { OsdTree, OsdTreeNode } from "../../cluster/osdTree.ts";
import { textTable } from "./textTable.ts";

/** The tree as `ceph osd tree` prints it. */
export function osdTreeText({ nodes, stray }: OsdTree): string {
  return textTable(
    [
      ["ID", "right"],
      ["CLASS", "right"],
      ["WEIGHT", "right"],
      ["TYPE NAME", "left"],
      ["STATUS", "right"],
      ["REWEIGHT", "right"],
      ["PRI-AFF", "right"],
    ],
    [...nodes, ...stray].map((node) => [
      String(node.id),
      node.class ?? "",
      weightText(node.weight),
      label(node),
      ...state(node),
    ]),
  );
}

/** Its type and name, indented by its depth; OSDs have their name only. */
export function label({ id, name, type, depth }: OsdTreeNode): string {
  return `${" ".repeat(depth * 4)}${id < 0 ? `${type} ` : ""}${name}`;
}

function state({ id, osd }: OsdTreeNode): [status: string, reweight: string, affinity: string] {
  if (id < 0) {
    return ["", "", ""];
  }
  return osd
    ? [statusText(osd), weightText(osd.reweight), weightText(osd.primaryAffinity)]
    : ["DNE", "0", ""];
}

/** `up`, `down` or `destroyed`. */
export function statusText(osd: { isUp: boolean; isDestroyed: boolean }): string {
  return osd.isUp ? "up" : osd.isDestroyed ? "destroyed" : "down";
}

/** Five decimals, and 0 alone where that is next to nothing (`weightf_t`). */
export function weightText(weight: number): string {
  return weight < 0.000001 ? "0" : weight.toFixed(5);
}
