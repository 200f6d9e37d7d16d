import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Cluster, NONE, osdTree, osdUsage } from "../../ts/index.ts";
import { failure } from "../support/failure.ts";
import { GOLDEN_LAB, LAB } from "../support/lab.ts";

const MAP = join(LAB, "osdmap.bin");
const cluster = await Cluster.load([
  MAP,
  ...["pg-dump.json.gz", "osd-df-tree.json", "df-detail.json"].map((name) => join(LAB, name)),
]);
const sum = (values: Iterable<number>) => [...values].reduce((all, value) => all + value, 0);

/** The map as `ceph report` holds it, with gzip. */
async function loadReport(): Promise<Cluster> {
  const read = async (name: string) => JSON.parse(await readFile(join(LAB, name), "utf8"));
  const [osdmap, crushmap] = await Promise.all([read("osd-dump.json"), read("crush-dump.json")]);
  const bytes = gzipSync(JSON.stringify({ version: "16.2.15", osdmap, crushmap }));
  return Cluster.read([{ name: "report", bytes }]);
}

describe("Cluster", () => {
  it("reads the same map from every form", async () => {
    const [binary, dump, report] = await Promise.all([
      Cluster.load(MAP),
      Cluster.load(["osd-dump.json", "crush-dump.json"].map((name) => join(LAB, name))),
      loadReport(),
    ]);
    for (const other of [dump, report]) {
      expect(other.info).toEqual(binary.info);
      expect(other.pools).toEqual(binary.pools);
      expect(other.osds).toEqual(binary.osds);
      expect([...(await other.pgs())]).toEqual([...(await binary.pgs())]);
    }
    expect(dump.forms).toEqual(["ceph osd dump", "CRUSH map"]);
  });

  it("tells pools, OSDs and what is known of the data", () => {
    expect(cluster.pools.map(({ name, type, size, pgNum }) => [name, type, size, pgNum])).toEqual([
      ["device_health_metrics", "replicated", 3, 1],
      ["images", "replicated", 3, 64],
      ["archive", "erasure", 3, 32],
      ["index", "replicated", 3, 16],
    ]);
    expect(cluster.osds).toHaveLength(12);
    expect(cluster.osds[6]?.reweight).toBeCloseTo(0.8, 4);
    expect(cluster.osds[2]).toMatchObject({ primaryAffinity: 0.5, totalBytes: 2 ** 28 });
    expect(cluster.info.nearfullRatio).toBe(0.85);
    expect(cluster.missing).toEqual([]);
    expect(cluster.pool("archive")).toMatchObject({ id: 3, erasureCodeProfile: "lab" });
    expect(cluster.pool(2).objects).toBeGreaterThan(0);
  });

  it("places every PG where the cluster has it, failed hosts included", async () => {
    for (const prefix of [join(LAB, ""), `${GOLDEN_LAB}/out-3-`, `${GOLDEN_LAB}/host4-down-`]) {
      const name = (file: string) => (prefix.endsWith("-") ? prefix + file : join(prefix, file));
      const state = await Cluster.load([name("osdmap.bin"), name("pg-dump.json.gz")]);
      const check = await state.checkPgs({ threads: 2 });
      expect(check).toEqual({ compared: 113, notRecorded: 0, differences: [] });
    }
  });

  it("leaves holes in erasure-coded PGs only", async () => {
    const down = await Cluster.load(join(GOLDEN_LAB, "host4-down-osdmap.bin"));
    const table = await down.pgs();
    const holes = [...table].filter(({ up }) => up.includes(NONE)).map(({ pool }) => pool);
    expect(new Set(holes)).toEqual(new Set([3]));
    const [first] = [...table].filter(({ up }) => up.includes(NONE));
    expect(table.get(3, first?.seed ?? -1)).toEqual(first);
    expect(table.get(3, 32)).toBeUndefined();
    expect(table.get(9, 0)).toBeUndefined();
  });

  it("finds an object in the PG that its hash says", () => {
    const name = "default.4439.1_operate.py";
    const location = cluster.locate("images", name);
    expect(location).toMatchObject({ hash: 0x309c3ed6, pgid: "2.16", seed: 0x16 });
    expect(cluster.locate(2, "other", { key: name })).toEqual(location);
    expect(cluster.locate(2, new Uint8Array([1]), { hash: 0x309c3ed6 })).toEqual(location);
    expect(cluster.locate(2, name, { namespace: "blue" }).hash).not.toBe(location.hash);
    expect(cluster.locate(2, name, { access: "write" })).toEqual(location);
  });

  it("counts each PG once for every OSD that holds it", async () => {
    const spread = await cluster.distribution();
    const table = await cluster.pgs();
    for (const osd of spread.osds) {
      const held = [...table].filter(({ up }) => up.includes(osd.id));
      expect(osd.pgs).toBe(held.length);
      expect(osd.primaries).toBe([...table].filter((pg) => pg.upPrimary === osd.id).length);
      expect(sum(osd.pgsByPool)).toBe(osd.pgs);
    }
    expect(spread.shards).toBe(113 * 3);
    expect(sum(spread.osds.map(({ pgsAsked }) => pgsAsked))).toBeCloseTo(339, 6);
    expect(sum(spread.osds.map(({ shareAsked }) => shareAsked))).toBeCloseTo(1, 9);
    const fast = await cluster.distribution({ pools: ["index"] });
    expect(fast.osds.map((osd) => osd.class)).toEqual(Array(6).fill("ssd"));
  });

  it("adds sizes up along the tree", async () => {
    const tree = osdUsage(cluster, await cluster.pgs());
    expect(tree.nodes.map(({ id }) => id)).toEqual(osdTree(cluster).nodes.map(({ id }) => id));
    expect(tree.nodes[0]?.usage).toEqual(tree.total);
    expect(tree.total?.totalBytes).toBe(12 * 2 ** 28);
    expect(sum(tree.nodes.map(({ pgs }) => pgs ?? 0))).toBe(339);
    expect(tree.stray).toEqual([]);
  });

  it("writes what it reads", async () => {
    const folder = await mkdtemp(join(tmpdir(), "crushlab-"));
    try {
      await cluster.save(join(folder, "map.bin"));
      expect(await readFile(join(folder, "map.bin"))).toEqual(await readFile(MAP));
      // All else is in a state: settings, downtime, what OSDs and PGs hold.
      const set = cluster.withConfig({ mon_osd_down_out_interval: 900 });
      const failed = set.fail("osd.1").wait("5m");
      for (const name of ["state.json", "state.json.gz"]) {
        await failed.save(join(folder, name));
        const back = await Cluster.load(join(folder, name));
        expect(await back.outlook()).toEqual(await failed.outlook());
        expect(back.wait("10m").notes).toEqual(failed.wait("10m").notes);
        expect(back.osds).toEqual(failed.osds);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
    await expect(cluster.save(join(folder, "map.bin"))).rejects.toMatchObject({
      code: "file_error",
    });
  });

  it("says what is wrong, and where", async () => {
    expect(failure(() => cluster.pool("imags"))).toMatchObject({
      code: "unknown_pool",
      hint: "did you mean images?",
    });
    expect(failure(() => cluster.locate(2, "a", { hash: -1 })).code).toBe("invalid_argument");
    await expect(cluster.pgs({ pools: [77] })).rejects.toMatchObject({ code: "unknown_pool" });
    await expect(cluster.pgs({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "aborted",
    });
    const bare = await Cluster.load(MAP);
    expect(bare.missing.map(({ what }) => what)).toContain("osd_sizes");
    await expect(bare.checkPgs()).rejects.toMatchObject({ code: "missing_data" });
    await expect(Cluster.load([MAP, MAP])).rejects.toMatchObject({ code: "invalid_cluster" });
    await expect(Cluster.load(join(LAB, "none"))).rejects.toMatchObject({ code: "file_error" });
  });
});
