import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compareSchemes } from "../../ts/index.ts";
import { keyGroups } from "../../viz/layout/schemeKeys.ts";
import { schemeOptions } from "../../viz/layout/schemeQuestion.ts";
import { THEMES } from "../../viz/scene/scale.ts";
import { svgText } from "../../viz/scene/svgText.ts";
import { balanceChart, costChart, movesChart } from "../../viz/views/compare/scenes.ts";

const question = { nodes: 10, weights: "mixed", change: "fail", replicas: 1 } as const;

describe("keyGroups", () => {
  it("puts keys side by side by the node that they had", () => {
    const before = Int32Array.of(2, 0, 2, 0, 0, -1, 2, 2);
    const after = Int32Array.of(2, 0, 1, 0, 2, 1, 0, 2);
    expect(keyGroups(before, after)).toEqual([
      { node: -1, from: 0, to: 0.125, movedTo: [1] },
      { node: 0, from: 0.125, to: 0.5, movedTo: [2] },
      { node: 2, from: 0.5, to: 1, movedTo: [0, 1] },
    ]);
  });
});

describe("schemeOptions", () => {
  it("asks for what the page says", () => {
    const { nodes, change, replicas } = schemeOptions({ ...question, change: "heavier" });
    expect(nodes.map(({ weight }) => weight)).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1]);
    expect(change).toEqual({ reweight: { id: 5, weight: 6 } });
    expect(replicas).toBe(1);
    expect(schemeOptions({ ...question, change: "add" }).change).toEqual({
      add: { id: 10, weight: 2 },
    });
  });
});

describe("the charts of Compare", () => {
  it("show a row for each scheme, and what moves in each block", async () => {
    const reports = await compareSchemes(schemeOptions(question));
    const ink = { theme: THEMES.light, width: 900, height: 560 };
    const charts = { moves: movesChart, balance: balanceChart, cost: costChart };
    for (const [name, chart] of Object.entries(charts)) {
      const { scene, hits } = chart(ink, reports);
      const picture = fileURLToPath(new URL(`../golden/viz/compare-${name}.svg`, import.meta.url));
      await expect(svgText(scene)).toMatchFileSnapshot(picture);
      expect(new Set(hits.map(({ report }) => report.scheme)).size).toBe(11);
      const keys = scene.shapes.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      for (const { x, y, width, height } of hits) {
        expect(x >= 0 && y >= 0 && x + width <= 900.5 && y + height <= 560.5).toBe(true);
      }
    }
    const { hits } = movesChart(ink, reports);
    const moving = hits.filter(({ group }) => (group?.movedTo.length ?? 0) > 0);
    const nodesOf = (scheme: string) =>
      moving.filter(({ report }) => report.scheme === scheme).map(({ group }) => group?.node);
    // Straw2 takes from the node that failed only; jump takes the last node's keys, too.
    expect(nodesOf("straw2")).toEqual([5]);
    expect(nodesOf("jump")).toEqual([5, 9]);
    expect(nodesOf("modulo")).toHaveLength(10);
  });
});
