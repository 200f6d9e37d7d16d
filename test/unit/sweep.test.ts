import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Cluster, CrushlabError, type SweepOptions, sweep } from "../../ts/index.ts";
import { LAB } from "../support/lab.ts";

const FILES = ["osdmap.bin", "pg-dump.json.gz", "osd-df-tree.json"].map((name) => join(LAB, name));
const cluster = await Cluster.load(FILES);

async function refused(options: SweepOptions): Promise<CrushlabError> {
  const error = await sweep(cluster, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CrushlabError);
  return error as CrushlabError;
}

describe("sweep", () => {
  it("lets hosts fail unless it is told otherwise", async () => {
    const { failures, types } = await sweep(cluster);
    expect(types.map(({ type, domains }) => [type, domains])).toEqual([["host", 6]]);
    expect(failures).toHaveLength(6);
    for (const { domains, failed, osdsFailed, fullestRatio } of failures) {
      expect(domains).toEqual([failed]);
      expect(osdsFailed).toBe(2);
      expect(fullestRatio).toBeGreaterThan(0);
    }
  });

  it("starts from the cluster as changes have left it", async () => {
    const worse = cluster.run("ceph osd out 3");
    const [before, after] = await Promise.all([sweep(cluster), sweep(worse)]);
    // The OSD that is out has its data until that has moved.
    expect([before.copysets?.osds, after.copysets?.osds]).toEqual([12, 12]);
    expect(after.failures).not.toEqual(before.failures);
    const moved = await sweep(await worse.settled());
    expect(moved.copysets?.osds).toBe(11);
  });

  it("counts each PG in as many failures as it has OSDs", async () => {
    const { failures, start } = await sweep(cluster, { types: "osd" });
    const sum = failures.reduce((total, { pgsUndersized }) => total + pgsUndersized, 0);
    const shards = cluster.pools.reduce((total, { pgNum, size }) => total + pgNum * size, 0);
    expect(start.pgsUndersized).toBe(0);
    expect(sum).toBe(shards);
  });

  it("shows its progress, and ends when it is told to", async () => {
    const seen: [number, number][] = [];
    await sweep(cluster, { onProgress: (done, total) => seen.push([done, total]) });
    const [done, total] = seen.at(-1) ?? [];
    expect(done).toBe(total);
    expect(done).toBeGreaterThan(113);
    const aborted = await refused({ signal: AbortSignal.abort() });
    expect(aborted.code).toBe("aborted");
  });

  it("refuses what makes no sense, before any work", async () => {
    const wrong: [SweepOptions, string][] = [
      [{ types: "hots" }, "unknown_item"],
      [{ types: [1] as never }, "invalid_argument"],
      [{ pairs: 0 }, "invalid_argument"],
      [{ pairs: 1.5 }, "invalid_argument"],
      [{ seed: -1 }, "invalid_argument"],
      [{ losses: [9] }, "invalid_argument"],
      [{ samples: 0 }, "invalid_argument"],
      [{ threads: 0 }, "invalid_argument"],
      [{ requirements: "host" }, "invalid_argument"],
    ];
    for (const [options, code] of wrong) {
      expect((await refused(options)).code, JSON.stringify(options)).toBe(code);
    }
  });
});
