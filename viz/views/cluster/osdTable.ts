import { bytesText } from "../../../ts/text/bytes.ts";
import {
  oneDecimal,
  percent,
  signedPercent,
  UNKNOWN,
  weightText,
  whole,
} from "../../../ts/text/format.ts";
import type { Snapshot } from "../../engine/contract.ts";
import { OSD_STATES, osdState } from "../../scene/scale.ts";
import type { TableData } from "../../ui/table.ts";

/** Every OSD of a state of a cluster, with its numbers. */
export function osdTable({ osds }: Snapshot): TableData {
  return {
    caption: "OSDs with their weights, fill and PGs",
    columns: [
      { head: "OSD" },
      { head: "class" },
      { head: "state" },
      { head: "CRUSH weight", isNumber: true },
      { head: "reweight", isNumber: true },
      { head: "size", isNumber: true },
      { head: "used", isNumber: true },
      { head: "fill", isNumber: true },
      { head: "PGs", isNumber: true },
      { head: "PGs asked", isNumber: true },
      { head: "deviation", isNumber: true },
    ],
    rows: osds.map((osd) => {
      const { usedBytes, totalBytes } = osd;
      const isKnown = usedBytes !== undefined && totalBytes !== undefined;
      return [
        osd.name,
        osd.class ?? UNKNOWN,
        OSD_STATES[osdState(osd)].label,
        weightText(osd.crushWeight),
        weightText(osd.reweight),
        isKnown ? bytesText(totalBytes) : UNKNOWN,
        isKnown ? bytesText(usedBytes) : UNKNOWN,
        isKnown ? percent(usedBytes / totalBytes) : UNKNOWN,
        whole(osd.pgs),
        oneDecimal(osd.pgsAsked),
        osd.deviation === null ? UNKNOWN : signedPercent(osd.deviation),
      ];
    }),
  };
}
