import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Cluster, plan, simulate } from "../../ts/index.ts";
import { LAB } from "../support/lab.ts";

const cluster = await Cluster.load(join(LAB, "osdmap.bin"));
const [osd = cluster.osds[0]] = cluster.osds.filter(({ isIn }) => isIn);
const change = `ceph osd crush reweight osd.${osd?.id} 0.1`;

describe("plan", () => {
  it("freezes a change with commands that simulate takes, and nothing moves", async () => {
    const report = await plan.freeze(cluster, [change]);
    expect(report.shardsMovedUnplanned).toBeGreaterThan(0);
    const { total } = await simulate(cluster, report.commands);
    expect(total.summary.shardsMoved).toBe(report.shardsMoved);
    expect(report.exceptions).toHaveLength(report.shardsMoved);
  });

  it("is the same for any number of threads", async () => {
    const report = await plan.release(cluster, [change], { maxMisplaced: 0.2 });
    expect(await plan.release(cluster, [change], { maxMisplaced: 0.2, threads: 3 })).toEqual(
      report,
    );
  });

  it("goes back to the first map from where a plan was broken off", async () => {
    const report = await plan.freeze(cluster, [change]);
    const half = cluster.run(report.commands.slice(0, 4));
    const back = await plan.undo(half, cluster, { maxMisplaced: 1, maxShardsPerPg: 9 });
    const end = half.run(back.commands);
    const { total } = await simulate(cluster, [...report.commands.slice(0, 4), ...back.commands]);
    expect(total.summary.shardsMoved).toBe(0);
    expect(end.crush.toText()).toBe(cluster.crush.toText());
  });

  it("ends when its signal says so, and checks its arguments first", async () => {
    const signal = AbortSignal.abort();
    await expect(plan.freeze(cluster, [change], { signal })).rejects.toMatchObject({
      code: "aborted",
    });
    await expect(plan.drain(cluster, "osd.9999")).rejects.toMatchObject({ code: "unknown_item" });
    await expect(plan.drain(cluster, [])).rejects.toMatchObject({ code: "invalid_argument" });
    const wrong = [{ maxMisplaced: 0 }, { maxFill: 1.5 }, { maxBackfills: 0.5 }, { rate: "fast" }];
    for (const options of wrong) {
      await expect(
        plan.release(cluster, [change], options),
        JSON.stringify(options),
      ).rejects.toMatchObject({ code: "invalid_argument" });
    }
  });
});
