import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { Cluster } from "../../ts/index.ts";
import { crushlab } from "../support/cli.ts";

const FAKE = fileURLToPath(new URL("../support/fakeCeph.mjs", import.meta.url));
const GOLDEN = fileURLToPath(new URL("../golden/snapshot", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "crushlab-live-"));
const ceph = `${process.execPath} ${FAKE} ${folder} well`;
const plain = join(folder, "plain.json");
const anonymous = join(folder, "anonymous.json");

beforeAll(async () => {
  for (const [file, ...more] of [[plain], [anonymous, "--anonymize"]] as const) {
    const { exitCode, stderr } = await crushlab([
      ...["snapshot", "--ceph", ceph, "-o", file],
      ...more,
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  }
});

/** A file of the golden cluster. */
function golden(name: string) {
  return JSON.parse(readFileSync(join(GOLDEN, name), "utf8"));
}

/** Every name, address and identity of the golden cluster that is its own. */
function ownNames(): string[] {
  const dump = golden("osd-dump.json");
  const crush = golden("crush-dump.json");
  const addresses = JSON.stringify(dump).match(/\d+\.\d+\.\d+\.\d+/g) ?? [];
  const names = [
    ...dump.pools.map((pool: { pool_name: string }) => pool.pool_name),
    ...crush.buckets.map((bucket: { name: string }) => bucket.name),
    ...crush.rules.map((rule: { rule_name: string }) => rule.rule_name),
    ...Object.keys(dump.erasure_code_profiles),
    ...dump.osds.map((osd: { uuid: string }) => osd.uuid),
    ...addresses.filter((address: string) => address !== "0.0.0.0"),
    ...["acme-fast", "acme-team", dump.fsid, FAKE, "noscrub flag"],
  ];
  const common = ["default", "default~hdd", "replicated_rule", "device_health_metrics"];
  return [...new Set(names.filter((name) => !common.includes(name)))];
}

describe("snapshot --anonymize", () => {
  it("leaves no name, address or identity in the file", () => {
    const file = readFileSync(anonymous, "utf8");
    const { osdmap } = JSON.parse(file);
    const binary = Buffer.from(osdmap, "base64").toString("latin1");
    const names = ownNames();
    expect(names.length).toBeGreaterThan(20);
    expect(names).toContain("acme-ams-02~hdd");
    for (const name of names) {
      expect(file).not.toContain(name);
      expect(binary).not.toContain(name);
      const bytes = Buffer.from(name.replaceAll("-", ""), "hex").toString("latin1");
      expect(bytes.length === 16 && binary.includes(bytes)).toBe(false);
    }
    expect(binary).not.toContain("acme");
    expect(binary).not.toContain("\x7f\x00\x00\x01");
    expect(binary).not.toContain("\xc0\x00\x02\x4d");
  });

  it("leaves every PG where it is, and its data", async () => {
    const [before, after] = [await Cluster.load(plain), await Cluster.load(anonymous)];
    expect((await after.pgs()).pools).toEqual((await before.pgs()).pools);
    expect([...after.recordedPgs()]).toEqual([...before.recordedPgs()]);
    expect((await after.checkPgs()).differences).toEqual([]);
    expect(after.pools.map(({ storedBytes }) => storedBytes)).toEqual(
      before.pools.map(({ storedBytes }) => storedBytes),
    );
    expect(after.osds).toEqual(before.osds);
    expect(after.locate(2, "o1").up).toEqual(before.locate(2, "o1").up);
  });

  it("gives the same name to the same thing everywhere", async () => {
    const cluster = await Cluster.load(anonymous);
    expect(cluster.pools.map(({ name }) => name)).toEqual([
      "device_health_metrics",
      "pool2",
      "pool3",
    ]);
    expect(cluster.pool("pool3").erasureCodeProfile).toBe("profile1");
    const { stdout } = await crushlab(["tree", anonymous, "--no-df"]);
    for (const name of ["default", "host1", "host2", "host3", "class1", "osd.5"]) {
      expect(stdout).toMatch(new RegExp(`\\b${name.replace(".", "\\.")}\\b`));
    }
    expect(cluster.crush.toText()).toContain("step take default class hdd");
    const failed = await crushlab(["whatif", anonymous, "--fail", "host=host2", "--json"]);
    expect(JSON.parse(failed.stdout).verdict.severity).toBe("warning");
  });

  it("takes names from a hostile map, too", async () => {
    const hostile = "x\u001b]0;acme\u0007~'\"$(id)";
    const dump = golden("osd-dump.json");
    dump.pools[1].pool_name = hostile;
    const own = mkdtempSync(join(tmpdir(), "crushlab-hostile-"));
    writeFileSync(join(own, "osd-dump.json"), JSON.stringify(dump));
    writeFileSync(join(own, "osdmap.bin"), "no map");
    const df = golden("df-detail.json");
    df.pools[1].name = hostile;
    writeFileSync(join(own, "df-detail.json"), JSON.stringify(df));
    const asked = ["--ceph", `${process.execPath} ${FAKE} ${own} well`];
    const { stdout, exitCode } = await crushlab(["snapshot", ...asked, "-o", "-"]);
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain("\u001b");
    const hidden = await crushlab(["snapshot", ...asked, "--anonymize", "-o", "-"]);
    const state = JSON.parse(hidden.stdout);
    expect(state.warnings).toEqual([]);
    expect(Buffer.from(state.osdmap, "base64").toString("latin1")).not.toContain("]0;acme");
    const live = await crushlab(["distribution", "--live", ...asked]);
    expect(live.exitCode).toBe(0);
    expect(live.stdout).not.toContain("\u001b");
  });
});

/** Every command about a cluster, with words that mean something for the golden one. */
const QUESTIONS: readonly (readonly string[])[] = [
  ["whatif", "--fail", "host=acme-ams-02", "--wait", "10m"],
  ["sweep", "--type", "host"],
  ["capacity"],
  ["grow", "--pool", "acme-billing=+1GiB/month"],
  ["pgnum"],
  ["pgs", "--check"],
  ["tree"],
  ["distribution"],
  ["explain", "--pool", "acme-billing", "--object", "o1"],
];

describe("--live", () => {
  it.each(QUESTIONS)("answers as from the file: %s", async (...words) => {
    const [name = "", ...options] = words;
    const asked = await crushlab([name, "--live", "--ceph", ceph, ...options]);
    const read = await crushlab([name, plain, ...options]);
    const neutral = ({ stdout, stderr }: { stdout: string; stderr: string }) =>
      [stdout.replaceAll(/live cluster|(\S*\/)?plain\.json/g, "CLUSTER"), stderr].map((text) =>
        text.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "TIME"),
      );
    expect(neutral(asked)).toEqual(neutral(read));
    expect(asked.exitCode).toBe(read.exitCode);
    expect(asked.stdout + asked.stderr).toMatch(/data of .* UTC, epoch 40/);
  });

  it("is told by --ceph alone, and stands for the file of map and diff", async () => {
    const found = await crushlab(["map", "--ceph", ceph, "acme-billing", "o1", "o2", "--json"]);
    const read = await crushlab(["map", plain, "acme-billing", "o1", "o2", "--json"]);
    const sets = ({ stdout }: { stdout: string }) =>
      JSON.parse(stdout).map(({ up, acting }: { up: number[]; acting: number[] }) => [up, acting]);
    expect(sets(found)).toEqual(sets(read));
    const diff = await crushlab(["diff", plain, "--ceph", ceph, "--json"]);
    expect(JSON.parse(diff.stdout).total.shards_moved ?? 0).toBe(0);
    expect(JSON.parse(diff.stdout).data.epoch).toBe(40);
  });

  it("names the freshness of files, where they tell it", async () => {
    const map = join(GOLDEN, "osdmap.bin");
    const dump = join(folder, "pg-dump.json");
    const text = gunzipSync(readFileSync(join(GOLDEN, "pg-dump.json.gz"))).toString();
    writeFileSync(dump, text);
    const stamp = JSON.parse(text).pg_map.stamp.slice(0, 19);
    const { stdout } = await crushlab(["distribution", map, dump, "--json"]);
    expect(JSON.parse(stdout).data).toEqual({
      epoch: 40,
      recorded_at: `${stamp}Z`,
      map_modified_at: `${golden("osd-dump.json").modified.slice(0, 19)}Z`,
    });
    const alone = await crushlab(["distribution", map]);
    expect(alone.stdout).toMatch(/^map of epoch 40, made \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m);
    const planned = await crushlab(["distribution", "-", "--json"], {
      stdin: "hosts: [{count: 3, osds: [{size: 1 TiB}]}]\npools: [{name: a, size: 3, pg_num: 8}]",
    });
    expect(JSON.parse(planned.stdout).data).toBeUndefined();
  });

  it.each([
    [["sweep", plain, "--live"], "with --live or --ceph"],
    [["sweep"], "missing required argument 'cluster', or --live"],
    [["map", "--live", "rbd"], "missing required argument 'pool'"],
    [["map", plain, "rbd"], "found no object"],
    [["pgnum", "--live", "--osds", "3"], "found --osds with a cluster"],
    [["explain", "--live", "--rule", "0", "--size", "3", "--x", "1"], "for a cluster"],
    [["whatif", "--live", "--rule", "0", "--size", "3", "--out", "osd.1"], "--live is for"],
    [["tree", "--ceph", "no-such-ceph"], "there is no such program"],
    [["tree", "--ceph", `${ceph} osd tree`], "no valid command"],
  ])("refuses in one line: %j", async (words, expected) => {
    const { exitCode, stderr } = await crushlab(words);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(expected);
    expect(stderr).toMatch(/^crushlab: [^\n]*\n$/);
  });
});
