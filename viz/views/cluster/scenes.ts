import { greatest } from "d3";
import type { OsdFacts, TreeNode } from "../../engine/contract.ts";
import type { Box, Icicle } from "../../layout/icicle.ts";
import type { NodePoint, NodeTree } from "../../layout/nodeTree.ts";
import { boundsOf, type Sector } from "../../layout/sunburst.ts";
import { fillOf, type OsdColours, osdState, type Theme } from "../../scene/scale.ts";
import { fitText, type Scene, type Shape } from "../../scene/scene.ts";
import { stateSign } from "../osdShapes.ts";

/** What the pictures of a tree are drawn from. */
export interface TreeInk {
  tree: readonly TreeNode[];
  osds: ReadonlyMap<number, OsdFacts>;
  colours: OsdColours;
  /** Whether the boxes of OSDs are filled as high as the OSDs are. */
  showsLevel: boolean;
  theme: Theme;
  width: number;
  height: number;
  title: string;
}

const TEXT_SIZE = 12;
const GAP = 1;
/** Distance of an OSD's sign from the rim, and its most size. */
const SIGN_DEPTH = 10;

/** Shades of buckets: the deeper, the nearer to the paper. */
function bucketColour({ name }: Theme, depth: number): string {
  const shades = {
    light: ["#cfd5dd", "#d9dee5", "#e3e7ec", "#ebeef2"],
    dark: ["#3a4454", "#333c4a", "#2c3441", "#262d38"],
  }[name];
  return shades[Math.min(Math.max(0, Math.round(depth)), shades.length - 1)] ?? shades[0] ?? "";
}

/** An icicle as a scene. */
export function icicleScene(ink: TreeInk, { boxes }: Icicle): Scene {
  const shapes = boxes.flatMap((box) =>
    (ink.tree[box.index]?.id ?? -1) >= 0 ? deviceBox(ink, box) : bucketBox(ink, box),
  );
  return scene(ink, shapes);
}

function bucketBox({ tree, theme, width: whole }: TreeInk, box: Box): Shape[] {
  const { index, x, y, width, height, depth } = box;
  const gap = width > 3 ? GAP : 0;
  const rect: Shape = {
    kind: "rect",
    key: `${index}`,
    x: x + gap / 2,
    y: y + GAP / 2,
    width: width - gap,
    height: Math.min(height - GAP, 34),
    fill: bucketColour(theme, depth),
    ...(width > 12 && { radius: 2 }),
  };
  // The part that can be seen carries the name, also while the rest is outside of the picture.
  const [from, to] = [Math.max(0, x), Math.min(whole, x + width)];
  const text = fitText(tree[index]?.name ?? "", to - from - 4, TEXT_SIZE);
  const label: Shape[] =
    text === ""
      ? []
      : [
          {
            kind: "text",
            key: `name ${index}`,
            text,
            x: (from + to) / 2,
            y: y + Math.min(height, 34) / 2,
            size: TEXT_SIZE,
            anchor: "middle",
            fill: theme.ink,
          },
        ];
  return [rect, ...label];
}

function deviceBox(ink: TreeInk, box: Box): Shape[] {
  const { tree, osds, theme } = ink;
  const { index, x, y, width, height } = box;
  const osd = shownOsd(ink, box.members) ?? osds.get(tree[index]?.id ?? -1);
  const gap = width > 4 ? GAP : 0;
  const left = x + gap / 2;
  const wide = Math.max(0.4, width - gap);
  const level = osd && ink.showsLevel ? Math.min(1, fillOf(osd) ?? 1) : 1;
  const tall = height - GAP;
  const shapes: Shape[] = [];
  if (level < 1) {
    const blank = { x: left, y: y + GAP / 2, width: wide, height: tall, fill: theme.blank };
    shapes.push({ kind: "rect", key: `track ${index}`, ...blank });
  }
  shapes.push({
    kind: "rect",
    key: `${index}`,
    x: left,
    y: y + GAP / 2 + tall * (1 - level),
    width: wide,
    height: tall * level,
    fill: osd ? ink.colours.colourOf(osd) : theme.blank,
  });
  // Of OSDs that share a box any that is down or out is told of.
  const unavailable = membersOf(ink, box.members).find(({ isUp, isIn }) => !isUp || !isIn) ?? osd;
  if (unavailable) {
    const sign = { key: `${index}`, x: x + width / 2, y: y + 14, sizeMax: width - 4 };
    shapes.push(...stateSign(unavailable, sign, theme));
  }
  return [...shapes, ...deviceName(ink, box)];
}

/** Of OSDs that share a pixel, the one that matters most. */
function shownOsd(ink: TreeInk, members: readonly number[] | undefined) {
  return greatest(membersOf(ink, members), ink.colours.rankOf);
}

function membersOf({ tree, osds }: TreeInk, members: readonly number[] = []): OsdFacts[] {
  return members.flatMap((index) => osds.get(tree[index]?.id ?? -1) ?? []);
}

function deviceName({ tree, theme }: TreeInk, box: Box): Shape[] {
  const { index, x, y, width, height } = box;
  const name = tree[index]?.name ?? "";
  const isFlat = fitText(name, width - 4, TEXT_SIZE) === name;
  if (!isFlat && (width < 13 || height < 60)) {
    return [];
  }
  const size = Math.min(TEXT_SIZE, width);
  const place = { x: x + width / 2, y: y + height - (isFlat ? 12 : 8), size, fill: theme.ink };
  const background: Shape = isFlat
    ? {
        kind: "rect",
        key: `background ${index}`,
        x: x + 1.5,
        y: y + height - 21,
        width: width - 3,
        height: 18,
        fill: theme.paper,
        opacity: 0.82,
        radius: 2,
      }
    : {
        kind: "rect",
        key: `background ${index}`,
        x: x + width / 2 - 8,
        y: y + height - 58,
        width: 16,
        height: 55,
        fill: theme.paper,
        opacity: 0.82,
        radius: 2,
      };
  const text = isFlat ? name : fitText(name, 50, size);
  return [
    background,
    {
      kind: "text",
      key: `name ${index}`,
      text,
      ...place,
      ...(isFlat ? { anchor: "middle" as const } : { turn: -90 }),
    },
  ];
}

/** A sunburst as a scene. */
export function sunburstScene(ink: TreeInk, sectors: readonly Sector[], radius: number): Scene {
  const { tree, osds, theme, width, height } = ink;
  const shapes: Shape[] = [];
  for (const sector of sectors) {
    const node = tree[sector.index];
    const osd = shownOsd(ink, sector.members) ?? osds.get(node?.id ?? -1);
    const isDevice = (node?.id ?? -1) >= 0;
    const long = (sector.endAngle - sector.startAngle) * sector.outerRadius;
    const angle = (sector.startAngle + sector.endAngle) / 2;
    const middle = (sector.innerRadius + sector.outerRadius - signDepth(osd)) / 2;
    const place = {
      x: width / 2 + middle * Math.sin(angle),
      y: height / 2 - middle * Math.cos(angle),
    };
    shapes.push({
      ...boundsOf(sector),
      kind: "sector",
      key: `${sector.index}`,
      x: width / 2,
      y: height / 2,
      fill: isDevice
        ? osd
          ? ink.colours.colourOf(osd)
          : theme.blank
        : bucketColour(theme, sector.depth),
      ...(long > 3 && { stroke: theme.paper, strokeWidth: 1 }),
    });
    if (osd) {
      // At the rim, so that the name in the middle can be read.
      const rim = sector.outerRadius - SIGN_DEPTH;
      const sign = {
        key: `${sector.index}`,
        x: width / 2 + rim * Math.sin(angle),
        y: height / 2 - rim * Math.cos(angle),
        sizeMax: Math.min(long - 4, SIGN_DEPTH),
      };
      shapes.push(...stateSign(osd, sign, theme));
    }
    shapes.push(...sectorName(ink, sector, place, angle, radius));
  }
  return scene(ink, shapes);
}

/** Room at the rim that the name leaves to the sign, in pixels. */
function signDepth(osd: OsdFacts | undefined): number {
  return osd && osdState(osd) !== "up" ? SIGN_DEPTH : 0;
}

function sectorName(
  { tree, theme }: TreeInk,
  sector: Sector,
  place: { x: number; y: number },
  angle: number,
  radius: number,
): Shape[] {
  const name = tree[sector.index]?.name ?? "";
  const turn = sector.endAngle - sector.startAngle;
  const long = turn * ((sector.innerRadius + sector.outerRadius) / 2);
  const deep = sector.outerRadius - sector.innerRadius;
  const isWhole = turn > 2 * Math.PI - 1e-6;
  const isAlong = long > deep * 1.2 || isWhole;
  const text = fitText(name, (isAlong ? long : deep) - 8, TEXT_SIZE);
  const available = isAlong ? deep : long;
  if (text === "" || available < TEXT_SIZE + 1 || radius < 80) {
    return [];
  }
  const degrees = (angle * 180) / Math.PI;
  const along = degrees > 90 && degrees < 270 ? degrees - 180 : degrees;
  const across = degrees < 180 ? degrees - 90 : degrees + 90;
  const at = isWhole
    ? { x: place.x, y: place.y, turn: 0 }
    : { ...place, turn: isAlong ? along : across };
  const isDevice = (tree[sector.index]?.id ?? -1) >= 0;
  const background: Shape[] = isDevice ? [halo(text, at, theme, sector.index)] : [];
  return [
    ...background,
    {
      kind: "text",
      key: `name ${sector.index}`,
      text,
      ...at,
      size: TEXT_SIZE,
      anchor: "middle",
      fill: theme.ink,
    },
  ];
}

/** The same letters behind a name, wide and pale, so that it can be read on any colour. */
function halo(
  text: string,
  at: { x: number; y: number; turn: number },
  theme: Theme,
  index: number,
): Shape {
  return {
    kind: "text",
    key: `halo ${index}`,
    text,
    ...at,
    size: TEXT_SIZE,
    anchor: "middle",
    fill: theme.paper,
    stroke: theme.paper,
    strokeWidth: 3,
    opacity: 0.8,
  };
}

/** A plain tree as a scene. */
export function nodeTreeScene(ink: TreeInk, { points, links, columnWidth }: NodeTree): Scene {
  const { theme } = ink;
  const lines = links.map(
    ({ index, d }): Shape => ({
      kind: "path",
      key: `link ${index}`,
      d,
      stroke: theme.line,
      strokeWidth: 1.25,
    }),
  );
  return scene(ink, [...lines, ...points.flatMap((point) => nodeShapes(ink, point, columnWidth))]);
}

function nodeShapes(ink: TreeInk, point: NodePoint, columnWidth: number): Shape[] {
  const { tree, osds, theme } = ink;
  const { index, x, y, height, isLeaf } = point;
  const osd = osds.get(tree[index]?.id ?? -1);
  const r = isLeaf ? Math.min(6, Math.max(1.2, height * 0.4)) : 4.5;
  const dot: Shape = {
    kind: "circle",
    key: `${index}`,
    x,
    y,
    r,
    fill: osd ? ink.colours.colourOf(osd) : isLeaf ? theme.blank : theme.muted,
  };
  const sign = osd
    ? stateSign(osd, { key: `${index}`, x, y, sizeMax: Math.min(r * 3, height + 2) }, theme)
    : [];
  const text = fitText(tree[index]?.name ?? "", isLeaf ? 108 : columnWidth - 14, TEXT_SIZE);
  if (height < 11 || text === "") {
    return [dot, ...sign];
  }
  const place = isLeaf ? { x: x + 12, y } : { x: x - 9, y: y - (point.depth > 0 ? 8 : 0) };
  return [
    dot,
    ...sign,
    {
      kind: "text",
      key: `name ${index}`,
      text,
      ...place,
      size: TEXT_SIZE,
      fill: theme.ink,
      ...(isLeaf ? {} : { anchor: "end" as const }),
    },
  ];
}

function scene({ width, height, theme, title }: TreeInk, shapes: readonly Shape[]): Scene {
  return { width, height, title, background: theme.paper, shapes };
}
