import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import schema from "../../ts/schema/grow.schema.json" with { type: "json" };
import { crushlab } from "../support/cli.ts";
import { LAB } from "../support/lab.ts";
import { validator } from "../support/schema.ts";

const isReport = validator(schema);
const PLAN = `
hosts:
  - { count: 6, osds: [{ count: 4, size: 8 TB }] }
pools:
  - { name: rbd, pg_num: 256, stored: 20 TiB }
  - { name: logs, pg_num: 64, erasure: { k: 2, m: 1 }, stored: 5 TiB }
`;

let folder: string;
let plan: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crushlab-"));
  plan = join(folder, "plan.yaml");
  await writeFile(plan, PLAN);
});
afterAll(() => rm(folder, { recursive: true }));

const FROM = ["--from", "2027-01-01"];
const GROWTH = ["--pool", "rbd=+2TiB/month", "--pool", "logs=5%/month", ...FROM];
const CHANGES = ["--add-host", "host7=4x16TB", "--replace", "host=host1=12TB"];

describe("crushlab grow", () => {
  it("prints one JSON object as its schema says", async () => {
    const args = ["grow", plan, ...GROWTH, ...CHANGES, "--move-to-ec", "rbd=4+2", "--json"];
    const { stdout, stderr, exitCode } = await crushlab(args);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    const report = JSON.parse(stdout);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    const { plans, growth, failure_domain } = report;
    expect(growth).toEqual([
      { pool: "rbd", growth: "+2TiB/month" },
      { pool: "logs", growth: "5%/month" },
    ]);
    expect(failure_domain).toBe("host");
    expect(plans.map(({ change }: { change: string }) => change)).toEqual([
      null,
      "add host host7 of 4 OSDs",
      "replace 4 OSDs by ones of 12 TB",
      "move pool rbd to erasure code 4+2",
    ]);
    const [now, , , last] = plans;
    expect(now.months).toHaveLength(37);
    expect(now.months[1]).toMatchObject({ month: 1, date: "2027-02-01" });
    const stored = now.months.map((month: { stored_bytes: number }) => month.stored_bytes);
    expect(stored[1] - stored[0]).toBeCloseTo(2 * 2 ** 40 + 0.05 * 5 * 2 ** 40, -2);
    expect(now.limits_after_loss.nearfull.months).toBeLessThan(now.limits.nearfull.months);
    expect(now.limits_after_loss.nearfull.lost).toMatch(/^host\d$/);
    expect(last.limits.nearfull?.months ?? Number.POSITIVE_INFINITY).toBeGreaterThan(
      now.limits.nearfull.months,
    );
    expect(last.commands.at(-1)).toBe("ceph osd pool rename rbd-ec rbd");
  });

  it("tells the dates first, then what changes move, then the months", async () => {
    const { stdout } = await crushlab(["grow", plan, ...GROWTH, ...CHANGES]);
    const order = [
      "Growth: rbd +2TiB/month, logs 5%/month",
      "The first OSD is nearfull with a host lost: 20",
      "When the first OSD reaches a limit, and which one",
      "then add host host7 of 4 OSDs",
      "What the changes make move",
      "How evenly OSDs are filled at the start",
      "Month by month, as it is",
      "Every 2 months, then replace 4 OSDs",
    ];
    const places = order.map((text) => stdout.indexOf(text));
    expect(places, stdout).toEqual(places.toSorted((a, b) => a - b));
    expect(Math.min(...places), stdout).toBeGreaterThanOrEqual(0);
    expect(stdout).toContain("2027-01-01");
  });

  it("grows a real cluster", async () => {
    const files = ["osdmap.bin", "df-detail.json", "osd-df-tree.json", "pg-dump.json.gz"];
    const paths = files.map((name) => join(LAB, name));
    const args = ["grow", ...paths, "--pool", "images=+20MiB/week", "--months", "12", "--json"];
    const { plans } = JSON.parse((await crushlab(args)).stdout);
    const [{ months, limits }] = plans;
    expect(months).toHaveLength(13);
    expect(months[0].used_bytes).toBe(152_709 * 1024);
    const week = (months[12].stored_bytes - months[0].stored_bytes) / (365.25 / 7);
    expect(week).toBeCloseTo(20 * 2 ** 20, -1);
    expect(limits.full).toMatchObject({ osd: 8, domain: "host4" });
  });

  it("writes a page with a chart that needs nothing else, with every name as text", async () => {
    const page = join(folder, "grow.html");
    const hostile = join(folder, "hostile.yaml");
    const name = "<img src=x onerror=alert(1)>";
    await writeFile(hostile, PLAN.replace("name: rbd", `name: "${name}"`));
    const args = ["grow", hostile, "--pool", `${name}=+2TiB/month`, "--html", page, ...FROM];
    const { exitCode, stderr } = await crushlab([...args, ...CHANGES]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const html = await readFile(page, "utf8");
    expect(html).not.toContain("<img");
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(html).not.toMatch(/(src|href)=["']?(https?:)?\/\//);
    expect(html).toContain("default-src 'none'");
    // Three plans, each with a curve for the whole cluster and one for a lost host, and a legend.
    expect(html.match(/<path class="curve" d="M[^"]+"/g)).toHaveLength(12);
    expect(html).toContain(">nearfull 85.0 %</text>");
    expect(html).not.toContain("NaN");
  });

  it("lets settings of the monitors decide what they refuse", async () => {
    const move = ["grow", plan, ...GROWTH, "--move-to-ec", "rbd=4+2", "--json"];
    expect((await crushlab(move)).exitCode).toBe(0);
    const { stderr, exitCode } = await crushlab([...move, "--config", "mon_max_pg_per_osd=10"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("mon_max_pg_per_osd 10");
  });

  it("says in one line what is wrong, and exits with 2", async () => {
    const lines = await Promise.all(
      [
        [],
        ["--pool", "rdb=+2TiB/month"],
        ["--pool", "rbd=+2T/month"],
        ["--pool", "rbd=2TiB"],
        ["--pool", "rbd=+-2TiB/month"],
        ["--pool", "rbd=+2TiB/fortnight"],
        ["--pool", "rbd"],
        ["--pool", "rbd=1GB/day", "--pool", "rbd=2GB/day"],
        [...GROWTH, "--months", "0"],
        [...GROWTH, "--add-host", "16TB"],
        [...GROWTH, "--add-host", "-2x16TB"],
        [...GROWTH, "--add-host", "2x16T"],
        [...GROWTH, "--add-host", "host1=2x16TB"],
        [...GROWTH, "--add-host", "2x16TB@rack1"],
        [...GROWTH, "--replace", "host=host9=16TB"],
        [...GROWTH, "--replace", "osd.3=-1TB"],
        [...GROWTH, "--move-to-ec", "rbd=8+3"],
        [...GROWTH, "--move-to-ec", "rbd=1+1"],
        [...GROWTH, "--move-to-ec", "logs=4+2"],
        [...GROWTH, "--failure-domain", "rack"],
        ["--pool", "rbd=1GB/day", "--from", "2027-02-30"],
      ].map(async (args) => {
        const { stdout, stderr, exitCode } = await crushlab(["grow", plan, ...args]);
        expect({ stdout, exitCode }, stderr).toEqual({ stdout: "", exitCode: 2 });
        expect(stderr.trimEnd().split("\n")).toHaveLength(1);
        return stderr.trimEnd();
      }),
    );
    const one = (text: string) => expect.stringContaining(text);
    expect(lines).toEqual([
      "crushlab: nothing grows: --pool missing (--help shows an example)",
      one('there is no pool "rdb": there are rbd, logs (did you mean rbd?)'),
      one('the growth of pool "rbd": found "2T", expected a size such as 8 TiB or 7.68 TB: end'),
      one('the growth of pool "rbd" is "2TiB": expected such as +2TiB/month'),
      one('the growth of pool "rbd": found "-2TiB", expected a size'),
      one("(day, week, month, quarter, year)"),
      one('--pool is "rbd": expected such as rbd=+2TiB/month'),
      one("--pool names a pool twice: expected it once"),
      one("Expected a whole number from 1 to 1200"),
      one('a host to add is "16TB": expected such as new1=12x16TB:hdd@rack1'),
      one("the number of OSDs is -2: expected a whole number from 1 to 1000"),
      one('the size of a device: found "16T", expected'),
      one('host "host1": found this name in the map, expected a new one'),
      one('host "new-host1": found no bucket "rack1", expected one to put the host into'),
      one("the map has no host host9"),
      one('the size of a device: found "-1TB", expected'),
      one('pool "rbd": its PGs need 11 different failure domains of type host, and its rule finds'),
      one("k is 1: expected a whole number from 2 to 254"),
      one('pool "logs" is erasure-coded already: expected a replicated one'),
      one('no bucket of type "rack" has OSDs that could be lost: expected one of '),
      one('--from is "2027-02-30": expected a day such as 2027-01-31'),
    ]);
  });
});
