import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import type { OsdFacts, Snapshot, StepData } from "../../viz/engine/contract.ts";
import { LocalEngine } from "../../viz/engine/engine.ts";
import { dotsOf } from "../../viz/layout/dots.ts";
import { flowsBetween, nodesOfType } from "../../viz/layout/flows.ts";
import { WHOLE_FOREST } from "../../viz/layout/focus.ts";
import { forestOf, rootsOf } from "../../viz/layout/forest.ts";
import { icicle } from "../../viz/layout/icicle.ts";
import { imbalanceOf, loadsOf } from "../../viz/layout/loads.ts";
import { nodeTree } from "../../viz/layout/nodeTree.ts";
import { ribbons } from "../../viz/layout/ribbons.ts";
import { ring } from "../../viz/layout/ring.ts";
import { storyOf } from "../../viz/layout/story.ts";
import { sunburst } from "../../viz/layout/sunburst.ts";
import { withLegend } from "../../viz/scene/legend.ts";
import { osdColours, THEMES } from "../../viz/scene/scale.ts";
import type { Scene } from "../../viz/scene/scene.ts";
import { escaped, svgText } from "../../viz/scene/svgText.ts";
import { icicleScene, nodeTreeScene, sunburstScene } from "../../viz/views/cluster/scenes.ts";
import { barChart, histogramChart, matrixChart } from "../../viz/views/distribution/scenes.ts";
import { pgScene } from "../../viz/views/pg/scene.ts";
import { osdsBetween } from "../../viz/views/remap/osdsBetween.ts";
import { dotShapes, remapScene } from "../../viz/views/remap/scene.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const [WIDTH, HEIGHT] = [960, 500];
const theme = THEMES.light;

const engine = new LocalEngine();
let start: Snapshot;
let step: StepData;

/** Compares a scene with the picture that was looked at; `vitest -u` takes a new one. */
async function expectPicture(scene: Scene, name: string): Promise<void> {
  await expect(svgText(scene)).toMatchFileSnapshot(join(ROOT, `test/golden/viz/${name}.svg`));
}

function byId(osds: readonly OsdFacts[]): Map<number, OsdFacts> {
  return new Map(osds.map((osd) => [osd.id, osd]));
}

function treeInk(snapshot: Snapshot, by: "fill" | "state") {
  return {
    tree: snapshot.tree,
    osds: byId(snapshot.osds),
    colours: osdColours(by, snapshot, theme),
    showsLevel: by === "fill",
    theme,
    width: WIDTH,
    height: HEIGHT,
    title: `by ${by}`,
  };
}

beforeAll(async () => {
  const name = "racks.yaml";
  const bytes = await readFile(join(ROOT, "viz/examples", name));
  const { snapshot } = await engine.open([{ name, bytes }]);
  start = snapshot;
  const changes = [{ fail: "host=host3" }, "ceph osd out 8 9 10 11"];
  const steps = await engine.simulate(start.handle, changes, {
    heal: true,
    staged: true,
    config: {},
  });
  step = steps[1] as StepData;
});

describe("pictures", () => {
  it("of the tree", async () => {
    const forest = forestOf(start.tree, rootsOf(start.tree, false));
    const layout = icicle(forest, WHOLE_FOREST, WIDTH, HEIGHT);
    await expectPicture(icicleScene(treeInk(start, "fill"), layout), "icicle");
    const sectors = sunburst(forest, WHOLE_FOREST, 240);
    await expectPicture(sunburstScene(treeInk(step.snapshot, "state"), sectors, 240), "sunburst");
    const nodes = nodeTree(forest, WHOLE_FOREST, WIDTH, HEIGHT);
    await expectPicture(nodeTreeScene(treeInk(start, "fill"), nodes), "tree");
  });

  it("of what moves", async () => {
    const { snapshot, moves } = step;
    const forest = forestOf(snapshot.tree, rootsOf(snapshot.tree, false));
    const circle = ring(forest, 244);
    const ups = new Set(snapshot.osds.filter(({ isUp }) => isUp).map(({ id }) => id));
    const flows = flowsBetween(moves, nodesOfType(snapshot.tree, 1), (osd) => ups.has(osd));
    const arcOf = (index: number) => {
      const span = forest.spanOf.get(index);
      return span && { startAngle: span.x0 * 2 * Math.PI, endAngle: span.x1 * 2 * Math.PI };
    };
    const osds = osdsBetween(start, snapshot, 0.5);
    const ink = {
      ...treeInk(snapshot, "fill"),
      osds: byId(osds),
      levelOf: ({ usedBytes = 0, totalBytes = 1 }: OsdFacts) => usedBytes / totalBytes,
      radius: 244,
    };
    const bands = ribbons(flows, arcOf, ({ bytes }) => bytes);
    const dots = dotsOf(
      moves,
      (osd) => circle.angleOf.get(osd),
      (osd) => ups.has(osd),
      1,
    );
    expect(dots.dots).toHaveLength(step.summary.shardsMoved);
    const layer = dotShapes({ dots, ring: circle, width: WIDTH, height: HEIGHT }, 0.5, theme);
    const scene = remapScene(ink, circle, bands);
    const { title, legend: entries } = ink.colours;
    const legend = { title, entries, notes: ["A note that is written below all of it."] };
    const whole = withLegend({ ...scene, shapes: [...scene.shapes, ...layer] }, legend, theme);
    await expectPicture(whole, "remap");
  });

  it("of the distribution", async () => {
    const ink = { measure: "pgs" as const, theme, width: WIDTH, height: HEIGHT, title: "PGs" };
    const loads = loadsOf(start, "pgs", null);
    await expectPicture(barChart(ink, loads).scene, "osds");
    await expectPicture(histogramChart(ink, loads).scene, "histogram");
    const rows = start.pools.map((pool, at) => ({ pool, loads: loadsOf(start, "pgs", at) }));
    await expectPicture(matrixChart(ink, rows).scene, "matrix");
  });

  it("of a PG's way", async () => {
    const { handle, pools, tree } = start;
    const [pool] = pools;
    if (!pool) {
      throw new Error("the example has no pools");
    }
    const location = await engine.locate(handle, pool.id, "my-object");
    const found = await engine.explain(handle, location.pool, location.seed);
    const names = new Map(tree.map(({ id, name }) => [id, name]));
    const nameOf = (id: number) => names.get(id) ?? String(id);
    const size = { width: WIDTH, height: HEIGHT };
    const ink = { pool, object: "my-object", location, found, nameOf, theme, ...size };
    const frames = storyOf(found, true);
    const refused = frames.find((frame) => frame.kind === "draws" && frame.refusal);
    const group = frames.find(({ kind }) => kind === "group");
    const result = frames.at(-1);
    for (const [frame, name] of [
      [group, "pg-group"],
      [refused, "pg-refused"],
      [result, "pg-result"],
    ] as const) {
      if (!frame) {
        throw new Error(`the story has no frame for ${name}`);
      }
      await expectPicture(pgScene(ink, frame).scene, name);
    }
  });
});

describe("the page's numbers", () => {
  it("are the library's: PGs, what is asked, imbalance, moves", async () => {
    const { Cluster, compare } = await import("../../ts/index.ts");
    const cluster = await Cluster.load(join(ROOT, "viz/examples/racks.yaml"));
    const { osds, deviationStandard } = await cluster.distribution();
    expect(start.osds.map(({ pgs }) => pgs)).toEqual(osds.map(({ pgs }) => pgs));
    const asked = osds.map(({ pgsAsked }) => pgsAsked);
    for (const [at, { pgsAsked }] of start.osds.entries()) {
      expect(pgsAsked).toBeCloseTo(asked[at] ?? -1, 9);
    }
    expect(imbalanceOf(loadsOf(start, "pgs", null)).standard).toBeCloseTo(deviationStandard, 9);
    const failed = cluster.fail("host=host3");
    const out = failed.run("ceph osd out 8 9 10 11");
    const { summary, movesBy } = await compare(failed, out);
    const spread = new Map((await out.distribution()).osds.map((osd) => [osd.id, osd]));
    for (const { id, pgs, pgsAsked } of step.snapshot.osds) {
      expect(pgs).toBe(spread.get(id)?.pgs ?? 0);
      expect(pgsAsked).toBeCloseTo(spread.get(id)?.pgsAsked ?? 0, 9);
    }
    expect(step.summary).toEqual(summary);
    const ups = new Set(step.snapshot.osds.filter(({ isUp }) => isUp).map(({ id }) => id));
    const nodeOf = nodesOfType(step.snapshot.tree, 1);
    const flows = flowsBetween(step.moves, nodeOf, (osd) => ups.has(osd));
    const key = (ids: readonly (number | null | undefined)[]) => ids.join();
    const idOf = (index: number) => step.snapshot.tree[index]?.id ?? null;
    const page = flows.map((one) => [key([idOf(one.from), idOf(one.to)]), one.shards]);
    const library = movesBy("host").map((one) => [key([one.from, one.to]), one.shards]);
    expect(page.toSorted()).toEqual(library.toSorted());
  });
});

describe("PGs after a failure", () => {
  it("are counted from those that differ as from all of them", async () => {
    const targets = ["osd.5", "host=host7", "rack=rack2"];
    const steps = await engine.simulate(
      start.handle,
      [...targets.map((fail) => ({ fail })), { recover: "host=host7" }],
      { heal: true, staged: true, config: {} },
    );
    const { Cluster } = await import("../../ts/index.ts");
    let cluster = await Cluster.load(join(ROOT, "viz/examples/racks.yaml"));
    for (const [at, { snapshot }] of steps.entries()) {
      const target = targets[at];
      cluster = target ? cluster.fail(target) : cluster.recover("host=host7");
      const { osds } = await cluster.distribution();
      const whole = new Map(osds.map((osd) => [osd.id, osd]));
      for (const { id, pgsByPool, primaries } of snapshot.osds) {
        const found = whole.get(id);
        const none = { pgsByPool: cluster.pools.map(() => 0), primaries: 0 };
        expect({ pgsByPool, primaries }).toEqual(
          found ? { pgsByPool: found.pgsByPool, primaries: found.primaries } : none,
        );
      }
    }
  });
});

describe("text of an SVG", () => {
  it("has no markup but its own", () => {
    expect(escaped('<img onerror="x">&\u0000')).toBe(
      "&lt;img onerror=&quot;x&quot;&gt;&amp;\ufffd",
    );
  });
});
