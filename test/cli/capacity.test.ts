import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import schema from "../../ts/schema/capacity.schema.json" with { type: "json" };
import { crushlab } from "../support/cli.ts";
import { LAB } from "../support/lab.ts";
import { validator } from "../support/schema.ts";

const [MAP, DF, OSD_DF, PGS] = [
  "osdmap.bin",
  "df-detail.json",
  "osd-df-tree.json",
  "pg-dump.json.gz",
].map((name) => join(LAB, name)) as [string, string, string, string];
const isReport = validator(schema);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crushlab-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file of this content, for the length of the tests. */
async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const PLAN = `
hosts:
  - { count: 3, osds: [{ count: 4, size: 16 TB }] }
  - { name: small, osds: [{ count: 2, size: 8 TB }] }
pools:
  - { name: rbd, pg_num: 256, stored: 20 TiB }
  - { name: ec, pg_num: 64, erasure: { k: 2, m: 1 }, stored: 10 TiB }
`;

describe("crushlab capacity", () => {
  it("prints what the cluster itself says is available, to the byte", async () => {
    const { stdout, stderr, exitCode } = await crushlab([
      "capacity",
      MAP,
      DF,
      OSD_DF,
      PGS,
      "--json",
    ]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    const report = JSON.parse(stdout);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    const [, images, archive, index] = report.pools;
    expect(report.release).toBe("pacific");
    expect(images).toMatchObject({
      name: "images",
      stored_bytes: 39_321_624,
      used_bytes: 117_964_872,
      max_avail_bytes: 688_670_528,
      max_avail_reported_bytes: 688_670_528,
      limiting_osd: 8,
    });
    expect(archive.max_avail_bytes).toBe(archive.max_avail_reported_bytes);
    expect(index.max_avail_bytes).toBe(index.max_avail_reported_bytes);
    expect(index.limiting_osd).toBe(7);
    expect(images.max_avail_balanced_bytes).toBeGreaterThan(images.max_avail_bytes);
    expect(images.room.full.stored_bytes).toBeGreaterThan(images.room.nearfull.stored_bytes);
  });

  it("says of a described cluster what a real one would", async () => {
    const plan = await file("plan.yaml", PLAN);
    const args = ["capacity", plan, "--object-size", "64 KiB", "--release", "octopus"];
    const report = JSON.parse((await crushlab([...args, "--json"])).stdout);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    const [rbd, ec] = report.pools;
    expect(ec.overhead).toMatchObject({ ratio: 3, nominal_ratio: 1.5 });
    expect(rbd.overhead).toMatchObject({ ratio: 3, min_alloc_size_bytes: 64 * 1024 });
    // Hosts of 64, 64, 64 and 16 TB can hold (3 * 64 + 16) / 3 each in three places; CRUSH less.
    expect(rbd.usable.bound_bytes).toBeCloseTo((0.95 * 208e12) / 3, -7);
    expect(rbd.usable.crush_bytes).toBeLessThan(rbd.usable.bound_bytes);
    expect(rbd.usable.bound_without_largest_bytes).toBeCloseTo(0.95 * 16e12, -7);
    const text = await crushlab(args, { env: { COLUMNS: "100" } });
    for (const heading of [
      "Capacity: 75 TiB of 189 TiB used",
      "Can still be stored",
      "MAX AVAIL, as ceph df gives it",
      "What can be written into each pool alone",
      "What each pool could store alone on empty OSDs",
      "What objects of these sizes take",
      "MAX AVAIL as in octopus.",
    ]) {
      expect(text.stdout).toContain(heading);
    }
  });

  it("takes a histogram of object sizes", async () => {
    const plan = await file("plan.yaml", PLAN);
    const sizes = await file("sizes.txt", "# size, objects\n4 KiB 3\n64KiB, 1\n\n1 MiB: 2\n");
    const args = ["capacity", plan, "--object-sizes", sizes, "--min-alloc-size", "4KiB", "--json"];
    const [rbd, ec] = JSON.parse((await crushlab(args)).stdout).pools;
    const stored = 3 * 4096 + 65_536 + 2 * 1_048_576;
    expect(rbd.overhead).toMatchObject({ stored_bytes: stored, used_bytes: 3 * stored });
    // 4 KiB takes a stripe of two shards with data and one with parity.
    expect(ec.overhead.used_bytes).toBe(3 * 3 * 4096 + (65_536 + 2 * 1_048_576) * 1.5);
  });

  it("says what is missing", async () => {
    const { stdout, exitCode } = await crushlab(["capacity", MAP]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Capacity: the sizes of OSDs are not known");
    expect(stdout).toContain("ceph osd df tree -f json");
    const report = JSON.parse((await crushlab(["capacity", MAP, "--json"])).stdout);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    expect(report.pools[1]).toMatchObject({ max_avail_bytes: null, room: null, usable: null });
    expect(report.missing).toContain("osd_sizes");
  });

  it("says in one line what is wrong with a plan, and exits with 2", async () => {
    const hosts = "hosts: [{ count: 3, osds: [{ size: 1 TiB }] }]\n";
    const plan = (name: string, pool: string) =>
      file(name, `${hosts}pools: [{ name: p, pg_num: 8, ${pool} }]\n`);
    const good = await plan("good.yaml", "size: 3");
    const sizes = await file("bad-sizes.txt", "4 KiB 3\n64 K 1\n");
    const lines = await Promise.all(
      [
        [await plan("size.yaml", "size: 4")],
        [await plan("ec.yaml", "erasure: { k: 4, m: 2 }")],
        [await plan("negative.yaml", "stored: -1 TiB")],
        [await plan("unit.yaml", "stored: 3 T")],
        [good, "--object-size", "64 K"],
        [good, "--object-size", "-1 KiB"],
        [good, "--object-size", "64"],
        [good, "--object-sizes", sizes],
        [good, "--object-sizes", await file("empty.txt", "# none\n")],
        [good, "--min-alloc-size", "0 B"],
        [good, "--release", "pacifc"],
        [good, "--object-size", "4 KiB", "--object-sizes", sizes],
      ].map(async (args) => {
        const { stdout, stderr, exitCode } = await crushlab(["capacity", ...args]);
        expect({ stdout, exitCode }, stderr).toEqual({ stdout: "", exitCode: 2 });
        expect(stderr.trimEnd().split("\n")).toHaveLength(1);
        return stderr.trimEnd().replaceAll(`${folder}/`, "");
      }),
    );
    const domains = "different failure domains of type host, and its rule finds 3: expected a";
    const suffix = "end the unit with B for powers of 1,000 or iB for powers of 1,024";
    expect(lines).toEqual([
      expect.stringContaining(`crushlab: pool "p": its PGs need 4 ${domains}`),
      expect.stringContaining(`crushlab: pool "p": its PGs need 6 ${domains}`),
      expect.stringMatching(/^crushlab: negative.yaml: .*pools\[0\].stored.*"-1 TiB", expected/),
      expect.stringMatching(/^crushlab: unit.yaml: .*found "3 T", expected .*iB for powers/),
      expect.stringContaining(`crushlab: the size of an object: found "64 K", expected`),
      expect.stringContaining(`found "-1 KiB", expected a size such as 8 TiB`),
      expect.stringContaining("with its unit"),
      expect.stringMatching(/^crushlab: bad-sizes.txt: line 2: .*found "64 K"/),
      "crushlab: empty.txt: no sizes of objects: expected lines such as 64 KiB 1200",
      expect.stringContaining("minAllocSize is"),
      expect.stringContaining("(did you mean pacific?)"),
      "crushlab: --object-size and --object-sizes: expected one",
    ]);
    expect(lines[4]).toContain(suffix);
  });
});
