import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { balance, Cluster } from "../../ts/index.ts";
import { LAB } from "../support/lab.ts";

/** A deviation in PGs where there are none to count. */
const BOTH = { by: "bytes", maxDeviation: 1 } as const;

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

  it("evens out bytes, and says how far that is from what is possible", async () => {
    const full = await Cluster.load([
      join(LAB, "osdmap.bin"),
      join(LAB, "pg-dump.json.gz"),
      join(LAB, "osd-df-tree.json"),
    ]);
    const report = await balance(full, { by: "bytes" });
    expect(report.by).toBe("bytes");
    const { beforeFullestRatio, afterFullestRatio, bestFullestRatio } = report;
    expect(afterFullestRatio).toBeLessThanOrEqual(beforeFullestRatio ?? 0);
    expect(bestFullestRatio).toBeLessThanOrEqual(afterFullestRatio ?? 0);
    expect(Math.max(...report.osds.map(({ afterUsedRatio }) => afterUsedRatio ?? 0))).toBe(
      afterFullestRatio,
    );
    let after = full;
    for (const command of report.commands) {
      after = after.run(command);
    }
    const again = await balance(after, { by: "bytes" });
    expect(again.beforeFullestRatio).toBeCloseTo(afterFullestRatio ?? -1, 9);
    expect(again.pools.map(({ beforeMaxAvailBytes }) => beforeMaxAvailBytes)).toEqual(
      report.pools.map(({ afterMaxAvailBytes }) => afterMaxAvailBytes),
    );
    expect(again.beforeScore).toBeCloseTo(report.afterScore ?? -1, 12);
    await expect(balance(cluster, { by: "bytes" })).rejects.toMatchObject({ code: "invalid_map" });
  });

  it("gives the scores that ceph balancer eval gave", async () => {
    const golden = join(import.meta.dirname, "../golden/balancer");
    const names = ["cluster.osdmap", "pg-dump.json.gz", "osd-df-tree.json"];
    const live = await Cluster.load(names.map((name) => join(golden, name)));
    const lines = (await readFile(join(golden, "eval.txt"), "utf8")).split("\n");
    const scoreOf = (name: string) => /score ([0-9.]+)/.exec(lines[lines.indexOf(name) + 1] ?? "");
    const report = await balance(live);
    expect(report.beforeScore?.toFixed(6)).toBe(scoreOf("all")?.[1]);
    for (const name of ["rbd", "ec"]) {
      const pool = report.pools.find((one) => one.name === name);
      expect(pool?.beforeScore?.toFixed(6), name).toBe(scoreOf(name)?.[1]);
    }
  });

  it("moves only what it may, by names as Cluster.fail takes them", async () => {
    const [host] = cluster.crush.buckets.filter(({ type }) => type === "host");
    const name = host?.name ?? "";
    const report = await balance(cluster, { maxDeviation: 0, leave: { host: name } });
    const left = new Set(host?.items.map(({ id }) => id));
    expect(report.commands.length).toBeGreaterThan(0);
    expect(report.osds.some(({ osd }) => left.has(osd))).toBe(false);
    let after = cluster;
    for (const command of report.commands) {
      after = after.run(command);
    }
    const now = (await balance(cluster)).osds.filter(({ osd }) => left.has(osd));
    const then = (await balance(after)).osds.filter(({ osd }) => left.has(osd));
    expect(now.length).toBe(left.size);
    expect(then.map(({ beforePgs }) => beforePgs)).toEqual(now.map(({ beforePgs }) => beforePgs));
    await expect(balance(cluster, { within: "class=nope" })).rejects.toMatchObject({
      code: "unknown_item",
    });
  });

  it("ends when its signal says so, and checks its arguments first", async () => {
    await expect(balance(cluster, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "aborted",
    });
    await expect(balance(cluster, { pools: "nope" })).rejects.toMatchObject({
      code: "unknown_pool",
    });
    const wrong = [{ threads: 0 }, { maxDeviation: -1 }, { maxDeviation: Number.NaN }, BOTH];
    for (const options of wrong) {
      await expect(balance(cluster, options), JSON.stringify(options)).rejects.toMatchObject({
        code: "invalid_argument",
      });
    }
  });
});
