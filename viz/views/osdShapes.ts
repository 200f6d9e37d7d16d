import { bytesText } from "../../ts/text/bytes.ts";
import {
  oneDecimal,
  percent,
  signedPercent,
  UNKNOWN,
  weightText,
  whole,
} from "../../ts/text/format.ts";
import type { OsdFacts } from "../engine/contract.ts";
import { devicesBelow, type Forest } from "../layout/forest.ts";
import { OSD_STATES, osdState, type Theme } from "../scene/scale.ts";
import type { Shape } from "../scene/scene.ts";
import type { Facts } from "../ui/dom.ts";
import type { Described } from "../ui/figure.ts";

/** Sides in pixels below which a sign would only be a blot: a dot stands for it. */
const SIGN_MIN = 7;
const DOT_RADIUS = 2;
const SIGN_MAX = 16;

/** What the signs stand for. */
export const SIGNS_NOTE = "A cross: down; a ring: out; a dot where neither fits.";

/** The sign of an OSD that is down (a cross) or out (a ring); nothing for one that is up and in. */
export function stateSign(
  osd: Pick<OsdFacts, "isUp" | "isIn">,
  at: { key: string; x: number; y: number; sizeMax: number },
  theme: Theme,
): Shape[] {
  const state = osdState(osd);
  const r = Math.min(SIGN_MAX, at.sizeMax) / 2;
  if (state === "up") {
    return [];
  }
  if (at.sizeMax < SIGN_MIN) {
    const { x, y } = at;
    return [{ kind: "circle", key: `dot ${at.key}`, x, y, r: DOT_RADIUS, fill: theme.ink }];
  }
  const stroke = { stroke: theme.ink, strokeWidth: 1.75 };
  const c = r * 0.7;
  const cross = `M${-c},${-c}L${c},${c}M${-c},${c}L${c},${-c}`;
  const ring: Shape = { kind: "circle", key: `ring ${at.key}`, x: at.x, y: at.y, r, ...stroke };
  const mark: Shape = {
    kind: "path",
    key: `cross ${at.key}`,
    d: cross,
    x: at.x,
    y: at.y,
    ...stroke,
  };
  return [...(osd.isIn ? [] : [ring]), ...(osd.isUp ? [] : [mark])];
}

/** What is known of an OSD, in words and exact numbers. */
export function osdFacts(osd: OsdFacts): Facts {
  const { usedBytes, totalBytes } = osd;
  const hasFill = usedBytes !== undefined && totalBytes !== undefined;
  return [
    ["State", OSD_STATES[osdState(osd)].label],
    ["Class", osd.class ?? UNKNOWN],
    ["CRUSH weight", weightText(osd.crushWeight)],
    ["Reweight", weightText(osd.reweight)],
    ["Fill", hasFill ? percent(usedBytes / totalBytes) : UNKNOWN],
    ["Used", hasFill ? `${bytesText(usedBytes)} of ${bytesText(totalBytes)}` : UNKNOWN],
    ["PGs", whole(osd.pgs)],
    ["Asked by weights", `${oneDecimal(osd.pgsAsked)} PGs`],
    ["Deviation", osd.deviation === null ? UNKNOWN : signedPercent(osd.deviation)],
    ["Primary of", `${whole(osd.primaries)} PGs`],
  ];
}

/** What is known of a node of the tree: of an OSD, or of a bucket with all OSDs below it. */
export function describeNode(
  forest: Forest,
  index: number,
  osds: ReadonlyMap<number, OsdFacts>,
): Described {
  const node = forest.tree[index];
  const osd = osds.get(node?.id ?? -1);
  if (!node || osd) {
    return { title: osd?.name ?? "", facts: osd ? osdFacts(osd) : [] };
  }
  const below = devicesBelow(forest, index).flatMap((id) => osds.get(id) ?? []);
  const facts: Facts = [["CRUSH weight", weightText(node.weight)], ...osdSums(below)];
  return { title: `${node.type} ${node.name}`, facts };
}

/** What several OSDs hold together. */
export function osdSums(osds: readonly OsdFacts[]): Facts {
  const sum = (value: (osd: OsdFacts) => number) =>
    osds.reduce((total, osd) => total + value(osd), 0);
  const asked = sum(({ pgsAsked }) => pgsAsked);
  const pgs = sum((osd) => osd.pgs);
  const known = osds.filter(({ totalBytes }) => totalBytes !== undefined);
  const total = known.reduce((bytes, osd) => bytes + (osd.totalBytes ?? 0), 0);
  const used = known.reduce((bytes, osd) => bytes + (osd.usedBytes ?? 0), 0);
  return [
    ["OSDs", whole(osds.length)],
    ["Down", whole(osds.filter(({ isUp }) => !isUp).length)],
    ["Out", whole(osds.filter(({ isIn }) => !isIn).length)],
    ["Fill", total > 0 ? percent(used / total) : UNKNOWN],
    ["Used", total > 0 ? `${bytesText(used)} of ${bytesText(total)}` : UNKNOWN],
    ["PGs", whole(pgs)],
    ["Asked by weights", `${oneDecimal(asked)} PGs`],
    ["Deviation", asked > 0 ? signedPercent(pgs / asked - 1) : UNKNOWN],
  ];
}
