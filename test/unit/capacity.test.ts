import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Cluster, capacity } from "../../ts/index.ts";
import { LAB } from "../support/lab.ts";

const FILES = ["osdmap.bin", "df-detail.json", "osd-df-tree.json", "pg-dump.json.gz"];
const cluster = await Cluster.load(FILES.map((name) => join(LAB, name)));

describe("capacity", () => {
  it("is what the cluster said, as it is and for any number of threads", async () => {
    const report = await capacity(cluster);
    for (const pool of report.pools) {
      expect(pool.maxAvailBytes, pool.name).toBe(pool.maxAvailReportedBytes);
    }
    expect(await capacity(cluster, { threads: 3 })).toEqual(report);
    expect(report.release).toBe(16);
  });

  it("asks about a changed cluster, whose OSDs that went out are forgotten", async () => {
    const out = cluster.run("ceph osd out 8");
    const [, images] = (await capacity(out)).pools;
    const [, before] = (await capacity(cluster)).pools;
    expect(before?.limitingOsd).toBe(8);
    expect(images?.limitingOsd).not.toBe(8);
    expect(images?.maxAvailBytes).toBe(before?.maxAvailWithoutLimitingOsdBytes);
  });

  it("takes sizes of objects in each form", async () => {
    const overheads = async (objectSizes: string | number | { size: string; objects: number }[]) =>
      (await capacity(cluster, { objectSizes, minAllocSize: 4096 })).pools.map(
        ({ overhead }) => overhead?.ratio,
      );
    const expected = [3, 3, 1.5, 3];
    expect(await overheads("64 KiB")).toEqual(expected);
    expect(await overheads(65_536)).toEqual(expected);
    expect(await overheads([{ size: "64 KiB", objects: 7 }])).toEqual(expected);
  });

  it("ends when its signal says so, and checks its arguments first", async () => {
    await expect(capacity(cluster, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "aborted",
    });
    for (const options of [
      { threads: 0 },
      { release: "pacifc" },
      { objectSizes: -1 },
      { objectSizes: [] },
      { objectSizes: [{ size: "4 KiB", objects: -1 }] },
      { minAllocSize: 0 },
    ]) {
      await expect(capacity(cluster, options), JSON.stringify(options)).rejects.toMatchObject({
        code: "invalid_argument",
      });
    }
  });
});
