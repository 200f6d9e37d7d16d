import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { balance, Cluster } from "../../ts/index.ts";
import { LAB } from "../support/lab.ts";

const cluster = await Cluster.load(join(LAB, "osdmap.bin"));

describe("balance", () => {
  it("brings a real cluster as near to its targets as it says, by commands that hold", async () => {
    const report = await balance(cluster, { maxDeviation: 0 });
    expect(report.commands.length).toBeGreaterThan(0);
    let after = cluster;
    for (const command of report.commands) {
      after = after.run(command);
    }
    const again = await balance(after, { maxDeviation: 0 });
    expect(again.commands).toEqual([]);
    for (const [index, pool] of report.pools.entries()) {
      const now = again.pools[index];
      expect(now?.beforeMaxDeviation, pool.name).toBe(pool.afterMaxDeviation);
    }
    expect(again.osds.map(({ beforePgs }) => beforePgs)).toEqual(
      report.osds.map(({ afterPgs }) => afterPgs),
    );
  });

  it("is the same for any number of threads, and takes pools by name and id", async () => {
    const [pool] = cluster.pools;
    const report = await balance(cluster, { pools: pool?.name ?? "" });
    expect(report.pools).toHaveLength(1);
    expect(await balance(cluster, { pools: [pool?.id ?? -1], threads: 3 })).toEqual(report);
  });

  it("ends when its signal says so, and checks its arguments first", async () => {
    await expect(balance(cluster, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "aborted",
    });
    await expect(balance(cluster, { pools: "nope" })).rejects.toMatchObject({
      code: "unknown_pool",
    });
    for (const options of [{ threads: 0 }, { maxDeviation: -1 }, { maxDeviation: Number.NaN }]) {
      await expect(balance(cluster, options), JSON.stringify(options)).rejects.toMatchObject({
        code: "invalid_argument",
      });
    }
  });
});
