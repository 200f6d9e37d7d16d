import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import schema from "../../ts/schema/whatif.schema.json" with { type: "json" };
import { crushlab } from "../support/cli.ts";
import { LAB } from "../support/lab.ts";
import { clusterText } from "../support/maps.ts";
import { validator } from "../support/schema.ts";

const isReport = validator(schema);

const PLANS = {
  fine: `
hosts: [{ count: 6, osds: [{ count: 4, size: 1 TiB }] }]
pools: [{ name: data, size: 3, pg_num: 128, stored: 4 TiB }]
`,
  // Eight shards are needed to read, and the rule finds three.
  broken: `
racks: [{ count: 3, hosts: [{ count: 4, osds: [{ count: 2, size: 4 TiB }] }] }]
pools: [{ name: cold, erasure: { k: 8, m: 3 }, failure_domain: rack, pg_num: 64, stored: 4 TiB }]
`,
  // What one host holds does not fit onto the others.
  tight: `
hosts: [{ count: 6, osds: [{ count: 4, size: 1 TiB }] }]
pools: [{ name: data, size: 3, pg_num: 512, stored: 6.6 TiB }]
`,
};
const LOST = ["--fail", "host=host2", "--wait", "10m"];
const RED = "\u001b[31m";

let folder: string;
const paths: Record<string, string> = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crushlab-"));
  for (const [name, text] of Object.entries(PLANS)) {
    paths[name] = join(folder, `${name}.yaml`);
    await writeFile(paths[name], text);
  }
});
afterAll(() => rm(folder, { recursive: true }));
const plan = (name: keyof typeof PLANS) => paths[name] ?? "";

async function json(args: readonly string[]) {
  const { stdout, exitCode, stderr } = await crushlab([...args, "--json"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("the verdict", () => {
  it("of a cluster where all is well is ok", async () => {
    for (const command of ["pgs", "tree", "distribution", "capacity"]) {
      expect((await json([command, plan("fine")])).verdict.severity, command).toBe("ok");
    }
  });

  it.each(["pgs", "tree", "distribution", "sweep"])(
    "of %s on a pool whose rule cannot be met is danger",
    async (command) => {
      const { verdict } = await json([command, plan("broken")]);
      expect(verdict.severity).toBe("danger");
      expect(verdict.text).toMatch(/64 PGs .*(cannot be read|no clients?)|cannot be read/);
      const { stdout, stderr } = await crushlab([command, plan("broken")]);
      const said = command === "tree" ? stderr.replace("crushlab: ", "") : stdout;
      expect(said.split("\n")[0]).toBe(`danger: ${verdict.text}`);
    },
  );

  it("stands first in every text, in colour on a terminal", async () => {
    for (const args of [["pgs"], ["distribution"], ["sweep"]]) {
      const [command = "", ...rest] = args;
      const env = { FORCE_COLOR: "1" };
      const { stdout } = await crushlab([command, plan("broken"), ...rest], { env });
      expect(stdout.startsWith(`${RED}danger\u001b[39m: `), command).toBe(true);
    }
  });

  it("leaves Ceph's output alone, and is on standard error where it is bad", async () => {
    const tree = await crushlab(["tree", plan("fine"), "--no-df"]);
    expect(tree.stderr).toBe("");
    expect(tree.stdout).toMatch(/^ID {2}CLASS/);
    const broken = await crushlab(["map", plan("broken"), "cold", "a"]);
    expect(broken.stdout).toMatch(/^osdmap e\d+ pool 'cold' /);
    expect(broken.stderr).toMatch(/^crushlab: danger: .*\n$/);
    const both = await json(["map", plan("broken"), "cold", "a", "b"]);
    for (const one of both) {
      expect(one.verdict.severity).toBe("danger");
    }
  });

  it("of whatif is that of all steps, and each step has its own", async () => {
    const report = await json(["whatif", plan("fine"), ...LOST, "--summary"]);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    const [failed, out] = report.steps;
    expect(failed.verdict.severity).toBe("warning");
    expect(out.verdict.text).not.toBe(failed.verdict.text);
    const { stdout } = await crushlab(["whatif", plan("fine"), ...LOST]);
    const { severity, text } = report.verdict;
    expect(stdout.split("\n")[0]).toBe(`${severity}: ${text}`);
    expect(stdout).toContain(`Step 1: fail host=host2\n  warning: ${failed.verdict.text}\n`);
  });

  it("of whatif on a state that is bad before is as bad", async () => {
    const report = await json(["whatif", plan("broken"), "--run", "ceph osd out 3", "--summary"]);
    expect(report.verdict.severity).toBe("danger");
  });

  it("is never ok where the data is not known", async () => {
    const map = join(LAB, "osdmap.bin");
    const { verdict, warnings } = await json(["pgs", map]);
    expect(verdict.severity).toBe("notice");
    expect(warnings).toContainEqual({
      code: "missing_osd_sizes",
      message: expect.stringContaining("ceph osd df tree -f json"),
    });
  });

  it("of a plan of pools, and of a CRUSH map alone, is there", async () => {
    const found = await json(["pgnum", "--osds", "8", "--pool", "a:size=3"]);
    expect(found.verdict.severity).toBe("notice");
    expect(found.warnings).toEqual([]);
    const stdin = clusterText({ racks: 2, hostsPerRack: 2, osdsPerHost: 2 });
    const ask = ["whatif", "-", "--rule", "replicated", "--size", "3", "--pgs", "64"];
    const moves = await crushlab([...ask, "--out", "osd.3", "--json"], { stdin });
    expect(JSON.parse(moves.stdout)).toMatchObject({
      verdict: { severity: "notice", text: expect.stringMatching(/^\d+ of 64 PGs move, /) },
      warnings: [],
    });
    const short = await crushlab([...ask, "--out", "rack=r0"], { stdin });
    expect(short.stdout).toMatch(/^warning: 64 PGs are short of OSDs\.\n\nWhat if rack=r0/);
  });
});

describe("what finds no room", () => {
  it("is in whatif's summary, its text and its verdict", async () => {
    const report = await json(["whatif", plan("tight"), ...LOST]);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    const { before, healed, backfill_toofull_shards, ...summary } = report.total.summary;
    expect(before.pgs_backfill_toofull).toBe(0);
    expect(healed.pgs_backfill_toofull).toBeGreaterThan(0);
    expect(backfill_toofull_shards).toBeGreaterThanOrEqual(healed.pgs_backfill_toofull);
    expect(summary.backfill_toofull_bytes).toBeGreaterThan(0);
    expect(summary.held_by).toEqual([]);
    expect(report.verdict.text).toMatch(/\d+ PGs find no room/);
    const { stdout } = await crushlab(["whatif", plan("tight"), ...LOST]);
    expect(stdout).toMatch(/ {2}[\d,]+ PGs find no room: [\d,]+ shards?, .*iB cannot be copied\./);
  });

  it("is what flags hold, too", async () => {
    const held = ["--run", "ceph osd set norebalance", "--run", "ceph osd out 3"];
    const { total } = await json(["whatif", plan("fine"), ...held]);
    expect(total.summary).toMatchObject({ held_by: ["norebalance"] });
    expect(total.summary.pgs_held).toBeGreaterThan(0);
    const { stdout } = await crushlab(["whatif", plan("fine"), ...held]);
    expect(stdout).toMatch(/ {2}\d+ PGs are held by norebalance\.\n/);
  });
});
