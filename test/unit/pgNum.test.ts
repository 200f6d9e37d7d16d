import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { Cluster } from "../../ts/cluster/cluster.ts";
import { recommendPgNum } from "../../ts/plan/pgNum.ts";
import { pgcalcPools } from "../../ts/plan/plannedPool.ts";
import { failure } from "../support/failure.ts";
import { LAB } from "../support/lab.ts";

const PLAN = { osds: 100, hosts: 10, pools: [{ name: "rbd", size: 3, percent: 100 }] };

let lab: Cluster;
beforeAll(async () => {
  const names = ["osdmap.bin", "df-detail.json", "osd-df-tree.json"];
  const files = names.map(async (name) => ({ name, bytes: await readFile(join(LAB, name)) }));
  lab = await Cluster.read(await Promise.all(files));
});

describe("recommendPgNum", () => {
  it("says for a plan what each method says, and measures", async () => {
    const { pools, limits, pgcalc } = await recommendPgNum(PLAN, { release: "pacific" });
    expect(limits).toMatchObject({ release: "pacific", monMaxPgPerOsd: 250 });
    const [rbd] = pools;
    expect(rbd?.methods).toEqual({
      classic: 4096,
      classic_keep_lower: 4096,
      table: null,
      pgcalc_100: 4096,
      pgcalc_200: 8192,
      pgcalc_300: 8192,
      pg_autoscaler_pacific: 4096,
      pg_autoscaler_latest: 8192,
    });
    expect(rbd).toMatchObject({ pgNum: null, recommendedPgNum: 4096, staged: null });
    expect(rbd?.checkPacific).toEqual({
      isAllowed: true,
      pgReplicas: 12_288,
      osds: 100,
      pgReplicasMax: 25_000,
      pgsPerOsd: 122,
    });
    expect(pgcalc).toMatchObject({
      percentTotal: 100,
      isPercentTotalWhole: true,
      pgNumTotal: 4096,
    });
  });

  it("takes pools in one word or as objects, alike", async () => {
    const objects = [
      { name: "vms", size: 2, percent: 70, bulk: true, bias: 2, pgNumMin: 64, pgNumMax: 4096 },
      { name: "cold", k: 4, m: 2, targetSizeBytes: "2 TiB", percent: 30 },
    ];
    const words = ["vms:size=2,percent=70,bulk,bias=2,min=64,max=4096"];
    words.push("cold:k=4,m=2,bytes=2TiB,percent=30");
    const plan = { osds: 30, hosts: 6, osdSize: "4 TB" };
    const byObjects = await recommendPgNum({ ...plan, pools: objects });
    expect(await recommendPgNum({ ...plan, pools: words })).toEqual(byObjects);
    const [vms, cold] = byObjects.pools;
    expect(vms?.autoscalerPacific.advice).toMatchObject({ bias: 2, isBulk: true });
    expect(cold).toMatchObject({ size: 6, dataShards: 4, methods: { table: 1024 } });
    expect(cold?.autoscalerPacific.advice?.rawUsedBytes).toBe(1.5 * 2 ** 41);
  });

  it("follows the release and the target", async () => {
    const latest = await recommendPgNum(PLAN, { release: "latest" });
    expect(latest.limits).toMatchObject({ monTargetPgPerOsd: 200, monMaxPgPerOsd: 500 });
    expect(latest.pools[0]?.recommendedPgNum).toBe(8192);
    const sparse = await recommendPgNum(PLAN, { target: 30 });
    expect(sparse.limits.release).toBe("squid");
    // 1024 would be 31 PGs an OSD, where one more is 3 % of an OSD's space.
    expect(sparse.pools[0]).toMatchObject({ recommendedPgNum: 2048, decidedBy: "balance" });
  });

  it("knows PGCalc's use cases", async () => {
    const { pools, pgcalc } = await recommendPgNum({ osds: 100, pools: pgcalcPools("openstack") });
    const counts = pools.map(({ name, methods }) => [name, methods.pgcalc_200]);
    expect(counts).toEqual([
      ["cinder-backup", 2048],
      ["cinder-volumes", 4096],
      ["ephemeral-vms", 1024],
      ["glance-images", 512],
    ]);
    expect(pgcalc.commands[0]).toBe("ceph osd pool create cinder-backup 1024");
    expect(pgcalcPools("openstack-rgw")).toHaveLength(19);
    expect(failure(() => pgcalcPools("nothing")).code).toBe("invalid_argument");
  });

  it("measures the pools of a cluster, and what changes move", async () => {
    const before = await recommendPgNum(lab);
    const images = before.pools.find(({ name }) => name === "images");
    expect(images?.pgNum).toBe(64);
    expect(images?.candidates.find(({ pgNum }) => pgNum === 64)?.moved?.shards).toBe(0);
    expect(before.commands).toContain(
      `ceph osd pool set images pg_num ${images?.recommendedPgNum}`,
    );
    // What the command leaves behind is what was recommended, and nothing is left to do.
    const after = before.commands.reduce((cluster, line) => cluster.run(line), lab);
    const again = await recommendPgNum(after);
    expect(again.commands).toEqual([]);
  });

  it("sets pools of a cluster otherwise", async () => {
    const pools = [
      { name: "images", percent: 5, targetSizeRatio: 0.5, bulk: true },
      "index:min=64",
    ];
    const { pools: found } = await recommendPgNum(lab, { pools });
    expect(found.find(({ name }) => name === "images")?.percent).toBe(5);
    expect(found.find(({ name }) => name === "index")?.recommendedPgNum).toBe(64);
    // The cluster itself has not changed.
    expect((await recommendPgNum(lab)).pools.find(({ name }) => name === "index")).toMatchObject({
      recommendedPgNum: 32,
    });
  });

  it("tells progress and ends when its signal says so", async () => {
    const seen: number[] = [];
    const onProgress = (done: number, total: number) => seen.push(done / total);
    await recommendPgNum(PLAN, { onProgress });
    expect(seen.at(-1)).toBe(1);
    const ended = recommendPgNum(PLAN, { signal: AbortSignal.abort() });
    await expect(ended).rejects.toMatchObject({ code: "aborted" });
  });

  it.each([
    [{ ...PLAN, osds: 0 }, {}, "invalid_argument"],
    [{ ...PLAN, osds: 2.5 }, {}, "invalid_argument"],
    [{ ...PLAN, hosts: 101 }, {}, "invalid_plan"],
    [{ ...PLAN, hosts: 2 }, {}, "invalid_plan"],
    [{ ...PLAN, osdSize: -1 }, {}, "invalid_argument"],
    [{ ...PLAN, pools: [] }, {}, "invalid_plan"],
    [{ ...PLAN, pools: [{ name: "" }] }, {}, "invalid_argument"],
    [{ ...PLAN, pools: [{ name: "a", size: -1 }] }, {}, "invalid_argument"],
    [{ ...PLAN, pools: [{ name: "a", percent: Number.NaN }] }, {}, "invalid_argument"],
    [{ ...PLAN, pools: [{ name: "a", k: 2 }] }, {}, "invalid_argument"],
    [{ ...PLAN, pools: ["a:size=x"] }, {}, "invalid_plan"],
    [PLAN, { release: "bobtail" }, "invalid_argument"],
    [PLAN, { target: 0 }, "invalid_argument"],
  ])("refuses %j with %j", async (plan, options, code) => {
    await expect(recommendPgNum(plan, options as object)).rejects.toMatchObject({ code });
  });
});
