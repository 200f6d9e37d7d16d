import { describe, expect, it } from "vitest";
import { Cluster } from "../../ts/cluster/cluster.ts";
import { recovery } from "../../ts/plan/recovery.ts";
import { readRates } from "../../ts/plan/recoveryRates.ts";
import { durationText } from "../../ts/text/duration.ts";

const PLAN = {
  hosts: [{ count: 6, osds: [{ count: 2, size: "4 TiB", class: "hdd" }] }],
  pools: [{ name: "rbd", size: 3, pg_num: 128, stored: "2 TiB", objects: 500_000 }],
};

describe("recovery()", () => {
  const cluster = Cluster.fromPlan(PLAN);
  const changes = [{ fail: { host: "host1" } }];

  it("gives the same answer for a seed, and another for another", async () => {
    const options = { changes, whatIf: false, orders: 3 };
    const first = await recovery(cluster, { ...options, seed: 1 });
    expect(await recovery(cluster, { ...options, seed: 1, threads: 1 })).toEqual(first);
    const other = await recovery(cluster, { ...options, seed: 2 });
    expect(other.settledSeconds).not.toEqual(first.settledSeconds);
    expect(first.cleanSeconds?.low).toBeGreaterThan(620);
    expect(first.verdict.text).toContain("very PG is clean after");
  });

  it("goes by the settings of the cluster", async () => {
    const options = { changes: ["ceph osd out 0"], whatIf: false, orders: 3 };
    const base = await recovery(cluster.withConfig({ osd_op_queue: "wpq" }), options);
    const slots = { osd_op_queue: "wpq", osd_max_backfills: 8 };
    const more = await recovery(cluster.withConfig(slots), options);
    expect(more.waitingSeconds.high).toBeLessThan(base.waitingSeconds.low);
    expect(more.mostMovingPgs.median).toBeGreaterThan(base.mostMovingPgs.median);
    // mClock has slots of its own, and says so.
    const overruled = await recovery(cluster.withConfig({ osd_max_backfills: 8 }), options);
    expect(overruled.warnings.map(({ code }) => code)).toContain("overruled_setting");
  });

  it("ends when its signal says so", async () => {
    const signal = AbortSignal.abort();
    await expect(recovery(cluster, { changes, signal })).rejects.toMatchObject({ code: "aborted" });
  });

  it("refuses rates that make no sense", async () => {
    const of = (rates: object) => recovery(cluster, { rates });
    await expect(of({ uncertainty: 2 })).rejects.toThrow(/uncertainty is 2: expected a number/);
    await expect(of({ network: { host: 0 } })).rejects.toThrow(/network\.host is 0/);
    await expect(of({ devices: { hdd: { speed: 1 } } })).rejects.toThrow(/devices\.hdd\.speed/);
    expect(readRates("client_load: { share: 0.5, writes: 10 }")).toEqual({
      client_load: { share: 0.5, writes: 10 },
    });
  });
});

describe("durationText", () => {
  it("has the two largest units", () => {
    const texts = [0.2, 59.4, 84, 3600, 7384, 200_000].map(durationText);
    expect(texts).toEqual(["0 s", "59 s", "1 min 24 s", "1 h", "2 h 3 min", "2 d 7 h"]);
  });
});
