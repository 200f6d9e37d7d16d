import { describe, expect, it } from "vitest";
import { type Moves, NO_OSD, type TreeNode } from "../../viz/engine/contract.ts";
import { columns } from "../../viz/layout/columns.ts";
import { dotAt, dotsOf } from "../../viz/layout/dots.ts";
import { flowsBetween, NOWHERE, nodesOfType } from "../../viz/layout/flows.ts";
import { focusBetween, focusOn, WHOLE_FOREST, within } from "../../viz/layout/focus.ts";
import { devicesBelow, forestOf, neighbour, pathTo, rootsOf } from "../../viz/layout/forest.ts";
import { histogram } from "../../viz/layout/histogram.ts";
import { icicle, icicleAt } from "../../viz/layout/icicle.ts";
import { nodeTree, nodeTreeAt } from "../../viz/layout/nodeTree.ts";
import { ribbonPath, ribbons } from "../../viz/layout/ribbons.ts";
import { ring } from "../../viz/layout/ring.ts";
import { sectorAt, sunburst } from "../../viz/layout/sunburst.ts";

/** A node of the tree; OSDs have ids from 0. */
function node(id: number, depth: number, parent: number, weight: number): TreeNode {
  const [type, typeId] = id >= 0 ? ["osd", 0] : depth === 0 ? ["root", 2] : ["host", 1];
  const name = id >= 0 ? `osd.${id}` : `${type}${id}`;
  return { id, name, type, typeId, weight, depth, parent, isShadow: false };
}

/** A root with two hosts of two OSDs; the second host is three times as heavy. */
const TREE: readonly TreeNode[] = [
  node(-1, 0, -1, 8),
  node(-2, 1, 0, 2),
  node(0, 2, 1, 1),
  node(1, 2, 1, 1),
  node(-3, 1, 0, 6),
  node(2, 2, 4, 3),
  node(3, 2, 4, 3),
];
const FOREST = forestOf(TREE, rootsOf(TREE, false));

/** A root with one host of so many OSDs. */
function wide(count: number): TreeNode[] {
  const osds = Array.from({ length: count }, (_, id) => node(id, 2, 1, 1));
  return [node(-1, 0, -1, count), node(-2, 1, 0, count), ...osds];
}

function moves(rows: readonly [from: number, to: number, shards: number, bytes: number][]): Moves {
  return {
    from: Int32Array.from(rows, ([from]) => from),
    to: Int32Array.from(rows, ([, to]) => to),
    shards: Float64Array.from(rows, ([, , shards]) => shards),
    bytes: Float64Array.from(rows, ([, , , bytes]) => bytes),
  };
}

describe("a forest", () => {
  it("gives nodes as much width as the OSDs below them weigh", () => {
    const width = (index: number) => {
      const { x0 = 0, x1 = 0 } = FOREST.spanOf.get(index) ?? {};
      return x1 - x0;
    };
    expect([0, 1, 4, 5].map(width)).toEqual([1, 0.25, 0.75, 0.375]);
  });

  it("lets OSDs of weight 0 be seen", () => {
    const tree = [...TREE.slice(0, 6), { ...node(3, 2, 4, 0) }];
    const { x0 = 0, x1 = 0 } = forestOf(tree, [0]).spanOf.get(6) ?? {};
    expect(x1 - x0).toBeGreaterThan(0.001);
  });

  it("shows shadow trees only where they are asked for", () => {
    const shadow = { ...node(-9, 0, -1, 2), isShadow: true };
    expect(rootsOf([...TREE, shadow], false)).toEqual([0]);
    expect(rootsOf([...TREE, shadow], true)).toEqual([0, 7]);
  });

  it("knows what is below, above and beside a node", () => {
    expect(devicesBelow(FOREST, 4)).toEqual([2, 3]);
    expect(pathTo(TREE, 5)).toEqual([0, 4, 5]);
    const walk = [undefined, "down", "down", "right", "right", "up", "left"] as const;
    const places: (number | undefined)[] = [];
    let at: number | undefined;
    for (const direction of walk) {
      at = neighbour(FOREST, at, direction ?? "down");
      places.push(at);
    }
    expect(places).toEqual([0, 1, 2, 3, 5, 4, 1]);
  });
});

describe("a focus", () => {
  it("moves from one part of the forest to another", () => {
    const to = focusOn(FOREST, 4);
    expect(to).toEqual({ x0: 0.25, x1: 1, depth: 1 });
    expect(focusBetween(WHOLE_FOREST, to, 0.5)).toEqual({ x0: 0.125, x1: 1, depth: 0.5 });
    expect(within(to, 0.625)).toBe(0.5);
    expect(focusOn(FOREST, undefined)).toBe(WHOLE_FOREST);
  });
});

describe("an icicle", () => {
  it("puts OSDs below their hosts, down to the bottom", () => {
    const layout = icicle(FOREST, WHOLE_FOREST, 800, 400);
    const box = (index: number) => layout.boxes.find((one) => one.index === index);
    expect(box(4)).toMatchObject({ x: 200, width: 600, y: 34, height: 34 });
    expect(box(5)).toMatchObject({ x: 200, width: 300, y: 68, height: 332 });
    expect(icicleAt(layout, 250, 300)).toBe(5);
    expect(icicleAt(layout, 250, 40)).toBe(4);
    expect(icicleAt(layout, 900, 40)).toBeUndefined();
  });

  it("draws only what is in focus", () => {
    const { boxes } = icicle(FOREST, focusOn(FOREST, 4), 800, 400);
    expect(boxes.map(({ index }) => index)).toEqual([4, 5, 6]);
    expect(boxes[0]).toMatchObject({ x: 0, y: 0, width: 800 });
  });

  it("lets OSDs that are narrower than a pixel share one, and leaves none out", () => {
    const tree = wide(10_000);
    const { boxes } = icicle(forestOf(tree, [0]), WHOLE_FOREST, 960, 500);
    const shared = boxes.flatMap(({ members }) => members ?? []);
    expect(boxes.length).toBeLessThanOrEqual(962);
    expect(shared.sort((a, b) => a - b)).toEqual(Array.from({ length: 10_000 }, (_, at) => at + 2));
  });
});

describe("a sunburst", () => {
  it("is found again where it is drawn", () => {
    const sectors = sunburst(FOREST, WHOLE_FOREST, 200);
    for (const { index, startAngle, endAngle, innerRadius, outerRadius } of sectors) {
      const [angle, r] = [(startAngle + endAngle) / 2, (innerRadius + outerRadius) / 2];
      expect(sectorAt(sectors, r * Math.sin(angle), -r * Math.cos(angle))).toBe(index);
    }
    expect(sectorAt(sectors, 0, 0)).toBeUndefined();
    expect(sectors).toHaveLength(TREE.length);
  });

  it("shares narrow sectors and leaves no OSD out", () => {
    const tree = wide(5000);
    const circle = ring(forestOf(tree, [0]), 240);
    const shared = circle.sectors.flatMap(({ members }) => members ?? []);
    expect(shared).toHaveLength(5000);
    expect(circle.sectors.length).toBeLessThan(2500);
    expect(circle.angleOf.size).toBe(5000);
  });
});

describe("a plain tree", () => {
  it("links every node but the roots to its parent", () => {
    const layout = nodeTree(FOREST, WHOLE_FOREST, 600, 400);
    expect(layout.links.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6]);
    const last = layout.points.at(-1);
    expect(nodeTreeAt(layout, last?.x ?? 0, (last?.y ?? 0) + 2)).toBe(6);
  });
});

describe("flows", () => {
  const found = moves([
    [0, 2, 4, 400],
    [1, 3, 2, 900],
    [0, 1, 1, 10],
    [NO_OSD, 2, 3, 30],
  ]);
  const isUp = (osd: number) => osd !== 1;

  it("add moves between OSDs up by their hosts", () => {
    const flows = flowsBetween(found, nodesOfType(TREE, 1), isUp);
    expect(flows).toEqual([
      { from: 1, to: 4, shards: 6, bytes: 1300, shardsRebuilt: 2 },
      { from: NOWHERE, to: 4, shards: 3, bytes: 30, shardsRebuilt: 3 },
      { from: 1, to: 1, shards: 1, bytes: 10, shardsRebuilt: 0 },
    ]);
  });

  it("lose no shard, whatever they are added up by", () => {
    for (const typeId of [0, 1, 2]) {
      const flows = flowsBetween(found, nodesOfType(TREE, typeId), isUp);
      expect(flows.reduce((sum, { shards }) => sum + shards, 0)).toBe(10);
    }
  });

  it("become ribbons as wide as they are heavy, each within its node", () => {
    const flows = flowsBetween(found, nodesOfType(TREE, 1), isUp);
    const arcOf = (index: number) => {
      const span = FOREST.spanOf.get(index);
      return span && { startAngle: span.x0 * 2 * Math.PI, endAngle: span.x1 * 2 * Math.PI };
    };
    const bands = ribbons(flows, arcOf, ({ shards }) => shards);
    const width = ({ startAngle, endAngle }: { startAngle: number; endAngle: number }) =>
      endAngle - startAngle;
    expect(bands.map(({ flow }) => flow.shards)).toEqual([6, 1]);
    const [heavy, light] = bands.map(({ source }) => width(source));
    expect((heavy ?? 0) / (light ?? 1)).toBeCloseTo(6);
    for (const { flow, source, target } of bands) {
      const [from, to] = [arcOf(flow.from), arcOf(flow.to)];
      expect(source.startAngle).toBeGreaterThanOrEqual(from?.startAngle ?? 9);
      expect(target.endAngle).toBeLessThanOrEqual(to?.endAngle ?? 0);
    }
    expect(bands.map((band) => ribbonPath(band, 100))[0]).toMatch(/^M-?[\d.]+,-?[\d.]+A100,100/);
  });
});

describe("dots", () => {
  const angleOf = (osd: number) => (osd === NO_OSD ? undefined : osd);
  const found = moves([
    [0, 2, 4, 0],
    [1, 2, 2, 0],
    [NO_OSD, 3, 1, 0],
  ]);

  it("are one for each shard while there are few, and the same for the same seed", () => {
    const { dots, shardsPerDot } = dotsOf(found, angleOf, (osd) => osd !== 1, 7);
    expect(shardsPerDot).toBe(1);
    expect(dots.map(({ isRebuilt }) => isRebuilt)).toEqual([
      ...[false, false, false, false, true, true, true],
    ]);
    expect(dotsOf(found, angleOf, (osd) => osd !== 1, 7).dots).toEqual(dots);
    expect(dotsOf(found, angleOf, () => true, 8).dots).not.toEqual(dots);
  });

  it("stand for several shards where there are many", () => {
    const { dots, shardsPerDot } = dotsOf(moves([[0, 1, 100_000, 0]]), angleOf, () => true, 1);
    expect(shardsPerDot).toBe(40);
    expect(dots).toHaveLength(2500);
    expect(dots.filter((dot) => dotAt(dot, 1, 100))).toEqual([]);
  });

  it("are seen between their OSDs only while they are on their way", () => {
    const dot = { from: 0, to: Math.PI, start: 0.2, isRebuilt: false };
    expect(dotAt(dot, 0.2, 100)).toBeNull();
    expect(dotAt(dot, 0.56, 100)).toBeNull();
    const [, y = 0] = dotAt(dot, 0.2001, 100) ?? [];
    expect(y).toBeCloseTo(-100, 1);
    const [, end = 0] = dotAt(dot, 0.5499, 100) ?? [];
    expect(end).toBeCloseTo(100, 1);
  });
});

describe("columns", () => {
  it("are one for each thing, or share pixels", () => {
    expect(columns(["a", "b"], 100)).toEqual([
      { x: 0, width: 50, items: ["a"] },
      { x: 50, width: 50, items: ["b"] },
    ]);
    const shared = columns(
      Array.from({ length: 1000 }, (_, at) => at),
      99.5,
    );
    expect(shared).toHaveLength(99);
    expect(shared.flatMap(({ items }) => items)).toHaveLength(1000);
  });
});

describe("a histogram", () => {
  it("holds everything once, in bars around 0", () => {
    const values = [-0.2, -0.01, 0, 0.01, 0.02, 0.19];
    const bars = histogram(values, (value) => value);
    expect(bars.flatMap(({ items }) => items)).toEqual(values);
    expect(bars[0]?.from).toBe(-(bars.at(-1)?.to ?? 0));
  });
});
