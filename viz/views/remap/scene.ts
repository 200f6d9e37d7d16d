import type { OsdFacts, TreeNode } from "../../engine/contract.ts";
import { type Dots, dotAt } from "../../layout/dots.ts";
import { type Ribbon, ribbonPath } from "../../layout/ribbons.ts";
import type { Ring } from "../../layout/ring.ts";
import { type Bounds, boundsOf, type Sector } from "../../layout/sunburst.ts";
import { FLOW, type OsdColours, type Theme } from "../../scene/scale.ts";
import { fitText, type Scene, type Shape, textWidth } from "../../scene/scene.ts";
import { stateSign } from "../osdShapes.ts";

/** What the picture of a step is drawn from. */
export interface RemapInk {
  tree: readonly TreeNode[];
  /** OSDs as they are at this moment of the step. */
  osds: ReadonlyMap<number, OsdFacts>;
  colours: OsdColours;
  /** How high an OSD's bar is, from 0 to 1. */
  levelOf: (osd: OsdFacts) => number;
  theme: Theme;
  width: number;
  height: number;
  radius: number;
  title: string;
}

/** Radius of a point that stands for data on its way, in pixels. */
export const DOT_RADIUS = 2.2;
/** Gap between the ribbons and the OSDs, in pixels. */
const RIBBON_GAP = 3;
const TEXT_SIZE = 12;
/** Room that a name leaves at both ends together. */
const NAME_GAP = 6;

/** The rings, and the ribbons between them. */
export function remapScene(ink: RemapInk, ring: Ring, ribbons: readonly Ribbon[]): Scene {
  const { width, height, theme, title } = ink;
  const shapes = [
    ...ribbons.map((ribbon, at) => ribbonShape(ink, ring, ribbon, at)),
    ...ring.sectors.flatMap((sector) => sectorShapes(ink, sector)),
  ];
  return { width, height, title, background: theme.paper, shapes };
}

/** The band of a flow; blue where data moves, orange where most of it is rebuilt. */
export function ribbonShape(
  { width, height, theme }: RemapInk,
  { innerRadius }: Ring,
  ribbon: Ribbon,
  at: number,
  isMarked = false,
): Shape {
  const { flow } = ribbon;
  const isRebuilt = flow.shardsRebuilt * 2 > flow.shards;
  const { rebuilt, moved } = FLOW[theme.name];
  const colour = isRebuilt ? rebuilt : moved;
  return {
    kind: "path",
    key: `ribbon ${at}`,
    d: ribbonPath(ribbon, innerRadius - RIBBON_GAP),
    x: width / 2,
    y: height / 2,
    fill: colour,
    opacity: isMarked ? 0.85 : theme.name === "dark" ? 0.5 : 0.3,
  };
}

/** The points that are on their way after a part of a step. */
export function dotShapes(
  { dots, ring, width, height }: { dots: Dots; ring: Ring; width: number; height: number },
  progress: number,
  { name }: Theme,
): Shape[] {
  const { rebuilt, moved } = FLOW[name];
  return dots.dots.flatMap((dot): Shape[] => {
    const at = dotAt(dot, progress, ring.innerRadius);
    const fill = dot.isRebuilt ? rebuilt : moved;
    return at
      ? [{ kind: "circle", x: width / 2 + at[0], y: height / 2 + at[1], r: DOT_RADIUS, fill }]
      : [];
  });
}

function sectorShapes(ink: RemapInk, sector: Sector): Shape[] {
  const { tree, osds, theme, width, height } = ink;
  const node = tree[sector.index];
  const place = { x: width / 2, y: height / 2 };
  if (!node || node.id < 0) {
    return bucketShapes(ink, sector, node?.name ?? "");
  }
  const members = (sector.members ?? [sector.index]).flatMap(
    (index) => osds.get(tree[index]?.id ?? -1) ?? [],
  );
  const long = (sector.endAngle - sector.startAngle) * sector.innerRadius;
  const track: Shape = {
    ...padded(sector),
    kind: "sector",
    key: `track ${sector.index}`,
    ...place,
    fill: theme.blank,
  };
  const osd = members.reduce<OsdFacts | undefined>(
    (best, one) => (best && ink.levelOf(best) >= ink.levelOf(one) ? best : one),
    undefined,
  );
  if (!osd) {
    return [track];
  }
  const { innerRadius, outerRadius } = sector;
  const level = Math.min(1, Math.max(0, ink.levelOf(osd)));
  const bar: Shape = {
    ...padded(sector),
    kind: "sector",
    key: `${sector.index}`,
    outerRadius: innerRadius + level * (outerRadius - innerRadius),
    ...place,
    fill: ink.colours.colourOf(osd),
  };
  const angle = (sector.startAngle + sector.endAngle) / 2;
  const middle = outerRadius - Math.min(10, (outerRadius - innerRadius) / 2);
  const sign = {
    key: `${sector.index}`,
    x: place.x + middle * Math.sin(angle),
    y: place.y - middle * Math.cos(angle),
    sizeMax: Math.min(long - 2, 13),
  };
  return [track, bar, ...stateSign(osd, sign, theme)];
}

function bucketShapes(ink: RemapInk, sector: Sector, name: string): Shape[] {
  const { theme, width, height } = ink;
  const { innerRadius, outerRadius, startAngle, endAngle } = sector;
  const fill = theme.name === "dark" ? "#2c3441" : "#dfe4ea";
  const shapes: Shape[] = [
    {
      ...padded(sector),
      kind: "sector",
      key: `${sector.index}`,
      x: width / 2,
      y: height / 2,
      fill,
    },
  ];
  const middle = (innerRadius + outerRadius) / 2;
  const long = (endAngle - startAngle) * middle - NAME_GAP;
  const deep = outerRadius - innerRadius;
  const isAlong = textWidth(name, TEXT_SIZE) <= long || textWidth(name, TEXT_SIZE) > deep;
  const text = fitText(name, isAlong ? long : deep, TEXT_SIZE);
  if (text === "" || (isAlong ? deep : long) < TEXT_SIZE) {
    return shapes;
  }
  const angle = (startAngle + endAngle) / 2;
  shapes.push({
    kind: "text",
    key: `name ${sector.index}`,
    text,
    x: width / 2 + middle * Math.sin(angle),
    y: height / 2 - middle * Math.cos(angle),
    turn: nameTurn(angle, isAlong),
    size: TEXT_SIZE,
    anchor: "middle",
    fill: theme.ink,
  });
  return shapes;
}

/** Degrees by which a name at an angle of the circle is turned, so that it is never upside down. */
function nameTurn(angle: number, isAlong: boolean): number {
  const degrees = (angle * 180) / Math.PI;
  if (isAlong) {
    return degrees > 90 && degrees < 270 ? degrees - 180 : degrees;
  }
  return degrees < 180 ? degrees - 90 : degrees + 90;
}

/** A sector with a hairline of paper around it. */
function padded(sector: Sector): Bounds {
  const gap = Math.min(1 / sector.innerRadius, (sector.endAngle - sector.startAngle) * 0.15);
  return {
    ...boundsOf(sector),
    startAngle: sector.startAngle + gap / 2,
    endAngle: sector.endAngle - gap / 2,
    outerRadius: sector.outerRadius - 1,
  };
}
