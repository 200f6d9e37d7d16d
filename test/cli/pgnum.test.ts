import { join } from "node:path";
import { describe, expect, it } from "vitest";
import schema from "../../ts/schema/pgnum.schema.json" with { type: "json" };
import { crushlab } from "../support/cli.ts";
import { LAB } from "../support/lab.ts";
import { validator } from "../support/schema.ts";

const FILES = ["osdmap.bin", "df-detail.json", "osd-df-tree.json"].map((name) => join(LAB, name));
const PLAN = ["--osds", "96", "--hosts", "8", "--pool", "rbd:size=3,percent=80"];
const ARCHIVE = ["--pool", "archive:k=4,m=2,percent=20"];

const isReport = validator(schema);

/** What `--json` prints, checked against its schema. */
async function report(args: readonly string[]) {
  const { stdout, stderr, exitCode } = await crushlab(["pgnum", ...args, "--json"]);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  const found = JSON.parse(stdout);
  expect(isReport(found), JSON.stringify(isReport.errors)).toBe(true);
  return found;
}

describe("crushlab pgnum", () => {
  it("prints one JSON object for a plan as its schema says", async () => {
    const found = await report([...PLAN, ...ARCHIVE]);
    const [rbd, archive] = found.pools;
    expect(rbd).toMatchObject({
      name: "rbd",
      pg_num: null,
      recommended_pg_num: 2048,
      decided_by: "target_pgs_per_osd",
      methods: {
        classic: 4096,
        classic_keep_lower: 4096,
        table: null,
        pgcalc_100: 2048,
        pgcalc_200: 4096,
        pgcalc_300: 8192,
        // 96 x 100 x 0.8 / 3 = 2560.
        pg_autoscaler_pacific: 2048,
        pg_autoscaler_latest: 2048,
      },
    });
    expect(archive).toMatchObject({ size: 6, data_shards: 4, percent: 20 });
    expect(found.commands).toContain("ceph osd pool create rbd 2048");
    const measured = rbd.candidates.map(({ pg_num }: { pg_num: number }) => pg_num);
    expect(measured).toEqual([512, 1024, 2048, 4096, 8192]);
  });

  it("measures what a change of a cluster's pools moves", async () => {
    const { pools } = await report(FILES);
    const images = pools.find(({ name }: { name: string }) => name === "images");
    expect(images.pg_num).toBe(64);
    const today = images.candidates.find(({ pg_num }: { pg_num: number }) => pg_num === 64);
    expect(today.moved).toEqual({ shards: 0, bytes: 0 });
    expect(images.staged.moved.bytes).toBeGreaterThan(0);
    // The pools of the lab are on overlapping roots, which the autoscaler does not scale.
    expect(images.methods.pg_autoscaler_pacific).toBeNull();
    expect(images.autoscaler_pacific.skipped).toBe("overlapping_roots");
  });

  it("shows a summary first, then methods, pools and commands", async () => {
    const { stdout } = await crushlab(["pgnum", ...PLAN, ...ARCHIVE, "--target", "200"]);
    const order = ["200 PGs per OSD", "recommended", "What each method", "rbd: 4,096", "Commands"];
    const places = order.map((text) => stdout.indexOf(text));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(-1);
  });

  it("keeps sentences in the room there is, and says what the autoscaler skips", async () => {
    const { stdout } = await crushlab(["pgnum", ...FILES], { env: { COLUMNS: "72" } });
    const sentences = stdout.split("\n").filter((line) => /^ {2}[A-Za-z\d(].* [a-z]+ /.test(line));
    expect(stdout).toContain("The autoscaler skips it: its root shares OSDs");
    expect(stdout).toMatch(/Managers do it in 36 steps: \d+ shards move/);
    const reason = sentences.filter((line) => line.includes("power of two"));
    expect(reason.length).toBeGreaterThan(0);
    expect(Math.max(...reason.map((line) => line.length))).toBeLessThanOrEqual(72);
  });

  it("prints the commands alone", async () => {
    const preset = ["--osds", "100", "--preset", "rbd-librados", "--commands"];
    const { stdout } = await crushlab(["pgnum", ...preset, "--release", "pacific"]);
    const wait = "while [ $(ceph -s | grep creating -c) -gt 0 ]; do sleep 1; done";
    expect(stdout.trimEnd().split("\n")).toEqual([
      "ceph osd pool create rbd 2048",
      "ceph osd pool set rbd size 3",
      wait,
      "ceph osd pool create myObjects 1024",
      "ceph osd pool set myObjects size 3",
      wait,
    ]);
  });

  it("lets the cluster's pools be set otherwise, and commands run first", async () => {
    const settings = ["--pool", "images:percent=10", "--run", "ceph osd pool create more 8"];
    const { pools } = await report([...FILES, ...settings]);
    const images = pools.find(({ name }: { name: string }) => name === "images");
    expect(images.percent).toBe(10);
    expect(pools.at(-1)).toMatchObject({ name: "more", pg_num: 8 });
  });

  it("reckons with the settings that are given", async () => {
    const config = ["--config", "mon_max_pg_per_osd=50", "--config", "mon_max_pool_pg_num=100"];
    const few = await report([...PLAN, ...ARCHIVE, ...config]);
    expect(few.limits).toMatchObject({ mon_max_pg_per_osd: 50, pgs_per_osd_hard_max: 150 });
    expect(few.pools[0]).toMatchObject({ recommended_pg_num: 64, decided_by: "pg_num_max" });
    const steps = async (ratio: string) => {
      const found = await report([...FILES, "--config", `target_max_misplaced_ratio=${ratio}`]);
      return found.pools.find(({ name }: { name: string }) => name === "images").staged.steps;
    };
    expect(await steps("0.5")).toBeLessThan(await steps("0.05"));
  });

  it("counts more bytes than 2^53", async () => {
    const text = `
hosts: [{ count: 5, osds: [{ size: 10 PB }] }]
pools: [{ name: huge, pg_num: 8, stored: 10 PB }]
`;
    const { stdout, exitCode } = await crushlab(["pgnum", "-", "--json"], { stdin: text });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).pools[0].staged.moved.bytes).toBeGreaterThan(2 ** 53);
    for (const command of ["pgnum", "capacity", "sweep", "grow --pool huge=+1PB/month"]) {
      const found = await crushlab([...command.split(" "), "-"], { stdin: text });
      expect(found, command).toMatchObject({ stderr: "", exitCode: 0 });
      expect(found.stdout).toContain("PiB");
    }
  });

  it.each([
    ["--osds 8 --pool a --config mon_max_pg_per_osds=3", "did you mean mon_max_pg_per_osd?"],
    ["--osds 8 --pool a --config mon_max_pg_per_osd", "has no value"],
    [`${FILES[0]} --config mon_max_pg_per_osd=many`, "expected a whole number"],
    ["--osds 2 --pool a:size=3", "size 3 needs 3 OSDs, and there are 2"],
    ["--osds 8 --hosts 4 --pool a:k=4,m=2", "k 4 + m 2 need 6 hosts, and there are 4"],
    ["--osds 8 --pool a:size=-3", 'size is "-3", expected a whole number from 1 to 255'],
    ["--osds 8 --pool a:size=3,percent=120", 'percent is "120", expected a number from 0 to 100'],
    ["--osds 8 --osd-size 8T --pool a", "iB for powers of 1,024"],
    ["--osds 8 --pool a:bytes=3X", 'found "3X", expected a size such as 8 TiB'],
    ["--osds 8 --pool a:bytes=3GB", "found bytes but no size of OSDs"],
    ["--osds 8 --pool a --pool a", 'pool "a" twice'],
    ["--osds 8 --pool a:sice=3", '"sice" is no setting'],
    ["--osds 8 --pool a:k=3", "either size, or both k and m"],
    ["--osds 8 --hosts 9 --pool a", "found 9 hosts, expected 1 to 8"],
    ["--osds 8 --preset opnstack", "did you mean openstack"],
    ["--osds 8", "--osds without pools"],
    ["--osds 0 --pool a", "Expected a whole number from 1"],
    ["--osds 9 --release bobtail --pool a", "expected one of pacific"],
    ["", "neither files of a cluster nor --osds"],
    [`${FILES[0]} --hosts 3`, "--hosts with a cluster"],
    [`${FILES[0]} --pool nope:percent=3`, 'no pool "nope"'],
    [`${FILES[0]} --pool images:size=2`, "expected no size, k or m"],
  ])("refuses %j in one line", async (line, expected) => {
    const { stdout, stderr, exitCode } = await crushlab([
      "pgnum",
      ...line.split(" ").filter(Boolean),
    ]);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
    expect(stderr).toContain(expected);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("refuses a described cluster whose rule cannot be met", async () => {
    const text = "hosts: [{count: 2, osds: [{size: 1 TiB}]}]\npools: [{name: p, pg_num: 8}]\n";
    const { stderr, exitCode } = await crushlab(["pgnum", "-"], { stdin: text });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("pool p: each PG needs 3 OSDs in different failure domains");
  });
});
