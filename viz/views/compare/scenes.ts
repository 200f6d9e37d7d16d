import { extent, max, scaleLinear } from "d3";
import type { SchemeReport } from "../../../ts/plan/schemes.ts";
import { percent, whole } from "../../../ts/text/format.ts";
import type { Area } from "../../layout/area.ts";
import { type KeyGroup, keyGroups } from "../../layout/schemeKeys.ts";
import type { Theme } from "../../scene/scale.ts";
import { fitText, type Scene, type Shape } from "../../scene/scene.ts";

/** What the charts are drawn from. */
export interface SchemeInk {
  theme: Theme;
  width: number;
  height: number;
}

/** A row of a chart, or a group of keys in it. */
export interface SchemeHit extends Area {
  report: SchemeReport;
  group?: KeyGroup;
}

/** A chart with a row for each scheme, and where its parts are. */
export interface SchemeChart {
  scene: Scene;
  hits: readonly SchemeHit[];
}

const LEFT = 104;
const RIGHT = 132;
const TOP = 26;
const BOTTOM = 8;
const TEXT = 13;
const SMALL = 12;
const ROW_MAX = 54;

/** Each scheme's first keys by the node that they had, those that move marked. */
export function movesChart(ink: SchemeInk, reports: readonly SchemeReport[]): SchemeChart {
  const { theme } = ink;
  const wide = Math.max(1, ink.width - LEFT - RIGHT);
  const hits: SchemeHit[] = [];
  const shapes = rows(ink, reports, (report, y, tall) => {
    const box = { y: y + tall * 0.16, height: tall * 0.68 };
    const groups = keyGroups(report.sampleBefore, report.sampleAfter);
    return groups.flatMap((group): Shape[] => {
      const gap = wide / groups.length > 6 ? 1 : 0;
      const x = LEFT + group.from * wide;
      const width = Math.max(0.5, (group.to - group.from) * wide - gap);
      const moved = (group.movedTo.length / report.sampleBefore.length) * wide;
      const movedWidth = Math.min(width, moved);
      hits.push({ report, group, x, width: width + gap, y, height: tall });
      const key = `${report.scheme} ${group.node}`;
      return [
        { kind: "rect", key: `keys ${key}`, x, width, ...box, fill: theme.blank },
        {
          kind: "rect",
          key: `moved ${key}`,
          x: x + width - movedWidth,
          width: movedWidth,
          ...box,
          fill: theme.accent,
        },
      ];
    });
  });
  const texts = sideTexts(ink, reports, ({ movedShare, leastShare }) => {
    const times = leastShare > 0 ? ` · ×${(movedShare / leastShare).toFixed(1)}` : "";
    return `${percent(movedShare)}${times}`;
  });
  const heads = [
    head(ink, LEFT, fitText("keys, by the node that has them", wide, SMALL)),
    headRight(ink, "moved · by least"),
  ];
  return { scene: scene(ink, "Keys that move", [...heads, ...shapes, ...texts]), hits };
}

/** Each node's copies over what its weight asks for. */
export function balanceChart(ink: SchemeInk, reports: readonly SchemeReport[]): SchemeChart {
  const { theme } = ink;
  const ratios = reports.flatMap(({ nodes }) => nodes.flatMap((node) => ratio(node) ?? []));
  const [least = 1, most = 1] = extent(ratios);
  const reach = Math.max(0.05, most - 1, 1 - least);
  const x = scaleLinear([1 - reach, 1 + reach], [LEFT + 6, ink.width - RIGHT - 6]);
  const hits: SchemeHit[] = [];
  const grid = x.ticks(5).flatMap((tick): Shape[] => [
    {
      kind: "line",
      key: `grid ${tick}`,
      x1: x(tick),
      x2: x(tick),
      y1: TOP,
      y2: ink.height - BOTTOM,
      stroke: tick === 1 ? theme.ink : theme.line,
      ...(tick === 1 && { dash: "3 3" }),
    },
    {
      ...head(ink, x(tick), percent(tick).replace(".0 %", " %")),
      key: `tick ${tick}`,
      anchor: "middle",
    },
  ]);
  const shapes = rows(ink, reports, (report, y, tall) => {
    hits.push({ report, x: 0, width: ink.width, y, height: tall });
    return report.nodes.flatMap((node): Shape[] => {
      const at = ratio(node);
      return at === undefined
        ? []
        : [
            {
              kind: "circle",
              key: `node ${report.scheme} ${node.id}`,
              x: x(at),
              y: y + tall / 2,
              r: Math.min(6, tall / 5),
              fill: theme.accent,
              opacity: 0.55,
            },
          ];
    });
  });
  const texts = sideTexts(ink, reports, ({ fullestBefore }) => `fullest ${percent(fullestBefore)}`);
  return { scene: scene(ink, "Balance of the nodes", [...grid, ...shapes, ...texts]), hits };
}

/** Hashes worked out for a lookup, and what has to be kept for it. */
export function costChart(ink: SchemeInk, reports: readonly SchemeReport[]): SchemeChart {
  const { theme } = ink;
  const top = max(reports, ({ hashesPerLookup }) => hashesPerLookup) ?? 1;
  const x = scaleLinear([0, Math.max(1, top)], [0, Math.max(1, ink.width - LEFT - RIGHT - 40)]);
  const hits: SchemeHit[] = [];
  const shapes = rows(ink, reports, (report, y, tall) => {
    const width = Math.max(1, x(report.hashesPerLookup));
    hits.push({ report, x: 0, width: ink.width, y, height: tall });
    return [
      {
        kind: "rect",
        key: `hashes ${report.scheme}`,
        x: LEFT,
        y: y + tall * 0.28,
        width,
        height: tall * 0.44,
        radius: 2,
        fill: theme.accent,
      },
      {
        kind: "text",
        key: `count ${report.scheme}`,
        text: report.hashesPerLookup.toFixed(1),
        x: LEFT + width + 6,
        y: y + tall / 2,
        size: SMALL,
        fill: theme.ink,
      },
    ];
  });
  const texts = sideTexts(ink, reports, ({ tableBytes }) => `${whole(tableBytes)} B kept`);
  const heads = [head(ink, LEFT, "hashes for a lookup"), headRight(ink, "table")];
  return { scene: scene(ink, "Cost of a lookup", [...heads, ...shapes, ...texts]), hits };
}

/** A node's copies over what its weight asks for; nothing for one that comes later. */
export function ratio(node: SchemeReport["nodes"][number]): number | undefined {
  return node.askedBefore > 0 ? node.before / node.askedBefore : undefined;
}

function rows(
  ink: SchemeInk,
  reports: readonly SchemeReport[],
  draw: (report: SchemeReport, y: number, tall: number) => Shape[],
): Shape[] {
  const tall = rowHeight(ink, reports.length);
  return reports.flatMap((report, at) => {
    const y = TOP + at * tall;
    const name: Shape = {
      kind: "text",
      key: `name ${report.scheme}`,
      text: report.scheme,
      x: LEFT - 10,
      y: y + tall / 2,
      size: TEXT,
      anchor: "end",
      fill: ink.theme.ink,
    };
    return [name, ...draw(report, y, tall)];
  });
}

function rowHeight({ height }: SchemeInk, count: number): number {
  return Math.min(ROW_MAX, Math.max(1, height - TOP - BOTTOM) / Math.max(1, count));
}

function sideTexts(
  ink: SchemeInk,
  reports: readonly SchemeReport[],
  text: (report: SchemeReport) => string,
): Shape[] {
  const tall = rowHeight(ink, reports.length);
  return reports.map((report, at) => ({
    kind: "text",
    key: `side ${report.scheme}`,
    text: text(report),
    x: ink.width - RIGHT + 12,
    y: TOP + at * tall + tall / 2,
    size: SMALL,
    fill: ink.theme.ink,
  }));
}

function head({ theme }: SchemeInk, x: number, text: string) {
  const style = { size: SMALL, fill: theme.muted };
  return { kind: "text" as const, key: `head ${text}`, text, x, y: TOP / 2, ...style };
}

function headRight(ink: SchemeInk, text: string): Shape {
  return head(ink, ink.width - RIGHT + 12, text);
}

function scene({ width, height, theme }: SchemeInk, title: string, shapes: Shape[]): Scene {
  return { width, height, title, background: theme.paper, shapes };
}
