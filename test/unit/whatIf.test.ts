import { describe, expect, it } from "vitest";
import { CrushMap, type WhatIfReport, whatIf } from "../../ts/index.ts";
import { clusterText } from "../support/maps.ts";

const map = CrushMap.fromText(clusterText({ racks: 2, hostsPerRack: 3, osdsPerHost: 2 }));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The same numbers from nothing but `place`. */
function byHand(report: WhatIfReport) {
  const reweights = Object.fromEntries(report.out.map((osd) => [osd, 0]));
  let [pgsMoved, shardsMoved, least] = [0, 0, 0];
  for (let x = 0; x < report.pgs; x++) {
    const before = [...map.place({ rule: report.rule.id, size: report.size, x })];
    const after = [...map.place({ rule: report.rule.id, size: report.size, x, reweights })];
    const arrived = after.filter((osd, at) =>
      report.byPosition ? before[at] !== osd : !before.includes(osd),
    );
    pgsMoved += Number(arrived.length > 0);
    shardsMoved += arrived.length;
    least += before.filter((osd) => report.out.includes(osd)).length;
  }
  return { pgsMoved, shardsMoved, shardsMovedLeast: least };
}

describe("whatIf", () => {
  it("counts what place shows, by sets and by positions", async () => {
    for (const [rule, byPosition] of [
      ["replicated", false],
      ["erasure", true],
    ] as const) {
      const report = await whatIf(map, { rule, size: 3, pgs: 2000, out: ["host=h1", 5] });
      expect(report).toMatchObject({ byPosition, out: [2, 3, 5], ...byHand(report) });
    }
  });

  it("explains every difference in load by its matrix", async () => {
    const report = await whatIf(map, { rule: 1, size: 4, pgs: 4096, out: ["osd.3"] });
    expect(sum(report.matrix.map(({ shards }) => shards))).toBe(report.shardsMoved);
    for (const { id, pgsBefore, pgsAfter } of report.osds) {
      const left = report.matrix.filter(({ from }) => from === id).map(({ shards }) => shards);
      const arrived = report.matrix.filter(({ to }) => to === id).map(({ shards }) => shards);
      expect(pgsBefore + sum(arrived) - sum(left)).toBe(pgsAfter);
    }
  });

  it("gives shares that add up to 1", async () => {
    const { osds } = await whatIf(map, { rule: 0, size: 3, pgs: 999, out: ["rack=r0"] });
    for (const key of [
      "shareBefore",
      "shareAfter",
      "shareAskedBefore",
      "shareAskedAfter",
    ] as const) {
      expect(sum(osds.map((load) => load[key]))).toBeCloseTo(1, 12);
    }
  });

  it("says which PGs are left short", async () => {
    const report = await whatIf(map, { rule: 1, size: 5, pgs: 500, out: ["rack=r1"] });
    expect(report).toMatchObject({ pgsShortBefore: 0, pgsShortAfter: 500, pgsWithHolesAfter: 500 });
  });

  it("looks at a pool's own PGs", async () => {
    const { osds } = await whatIf(map, { rule: 0, size: 3, pgs: 64, pool: 7, out: [0] });
    const placed = Array.from({ length: 64 }, (_, x) => [
      ...map.place({ rule: 0, size: 3, x, pool: 7 }),
    ]).flat();
    for (const { id, pgsBefore } of osds) {
      expect(pgsBefore).toBe(placed.filter((osd) => osd === id).length);
    }
  });

  it("takes about 100 PGs for each OSD where nobody says how many", async () => {
    expect((await whatIf(map, { rule: 0, size: 3 })).pgs).toBe(512);
  });

  it("follows other reweights, back in as well as out", async () => {
    const reweights = { 4: 0 };
    const back = await whatIf(map, { rule: 0, size: 3, pgs: 1000, reweights, reweightsAfter: {} });
    const arrived = back.osds.find(({ id }) => id === 4)?.pgsAfter;
    expect(back.shardsMovedLeast).toBe(arrived);
    const half = await whatIf(map, { rule: 0, size: 3, pgs: 1000, reweightsAfter: { 4: 0.5 } });
    expect(half.shardsMoved).toBeGreaterThanOrEqual(half.shardsMovedLeast);
    expect(half.shardsMovedLeast).toBeGreaterThan(0);
  });

  it("suggests what may have been meant", async () => {
    const hint = async (out: string) => {
      const error = await whatIf(map, { rule: 0, size: 3, out: [out] }).catch((reason) => reason);
      return [error.code, error.hint];
    };
    expect(await hint("osd.33")).toEqual(["unknown_item", "did you mean osd.3 or osd.0 or osd.1?"]);
    expect(await hint("hots=h1")).toEqual(["unknown_item", "did you mean host?"]);
    expect(await hint("host=h9")).toEqual(["unknown_item", "did you mean h0 or h1 or h2?"]);
    expect(await hint("rack=h1")).toEqual(["unknown_item", "write host=h1"]);
  });

  it("stops when it is told to", async () => {
    const signal = AbortSignal.abort();
    await expect(whatIf(map, { rule: 0, size: 3, signal })).rejects.toMatchObject({
      code: "aborted",
    });
  });
});
