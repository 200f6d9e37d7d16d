import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import schema from "../../ts/schema/balance.schema.json" with { type: "json" };
import readSchema from "../../ts/schema/readbalance.schema.json" with { type: "json" };
import checkSchema from "../../ts/schema/upmapcheck.schema.json" with { type: "json" };
import { crushlab } from "../support/cli.ts";

const isReport = new Ajv2020({ allowUnionTypes: true }).compile(schema);
const isCheck = new Ajv2020({ allowUnionTypes: true }).compile(checkSchema);
const isReadReport = new Ajv2020({ allowUnionTypes: true }).compile(readSchema);

/** Hosts of unequal sizes, so that CRUSH leaves much to even out. */
const PLAN = `
racks:
  - { count: 3, hosts: [{ count: 2, osds: [{ count: 3, size: 8 TB }, { count: 1, size: 16 TB }] }] }
  - { count: 1, hosts: [{ count: 2, osds: [{ count: 4, size: 12 TB }] }] }
pools:
  - { name: rbd, pg_num: 256, size: 3, stored: 10 TiB }
  - { name: ec, pg_num: 64, erasure: { k: 4, m: 2 }, stored: 10 TiB }
`;

let folder: string;
let plan: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crushlab-"));
  plan = join(folder, "plan.yaml");
  await writeFile(plan, PLAN);
});
afterAll(() => rm(folder, { recursive: true }));

describe("crushlab balance", () => {
  it("prints commands, and what they come to, for programs", async () => {
    const { stdout, stderr, exitCode } = await crushlab(["balance", plan, "--json"]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    const report = JSON.parse(stdout);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    expect(report.pools.map(({ name }: { name: string }) => name)).toEqual(["rbd", "ec"]);
    for (const pool of report.pools) {
      expect(pool.before_max_deviation).toBeGreaterThan(2);
      expect(pool.after_max_deviation).toBeLessThan(1);
      expect(pool.after_max_deviation).toBeGreaterThanOrEqual(pool.best_max_deviation);
      expect(pool.moves).toBe(pool.least_moves);
    }
    expect(report.verdict).toEqual({
      severity: "notice",
      text: `Every pool can be within 1 PG of its targets with ${report.moves} moves.`,
    });
    const pgs = report.osds.reduce((sum: number, one: { after_pgs: number }) => {
      return sum + one.after_pgs;
    }, 0);
    expect(pgs).toBe(256 * 3 + 64 * 6);
  });

  it("prints the commands alone, after which nothing has to move", async () => {
    const args = ["balance", plan, "--pool", "rbd"];
    const { commands } = JSON.parse((await crushlab([...args, "--json"])).stdout);
    const { stdout, stderr } = await crushlab([...args, "--commands"]);
    expect({ lines: stdout.split("\n"), stderr }).toEqual({ lines: [...commands, ""], stderr: "" });
    expect(commands.length).toBeGreaterThan(10);
    const changes = commands.flatMap((command: string) => ["--run", command]);
    const after = JSON.parse((await crushlab([...args, ...changes, "--json"])).stdout);
    expect(after.commands).toEqual([]);
    expect(after.pools[0].before_max_deviation).toBeLessThan(1);
    expect(after.verdict.text).toContain("othing has to move");
  });

  it("evens out bytes, and says what space that wins", async () => {
    const { stdout, stderr } = await crushlab(["balance", plan, "--by", "bytes", "--json"]);
    expect(stderr).toBe("");
    const report = JSON.parse(stdout);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    expect(report.least_moves).toBe(null);
    expect(report.after_fullest_ratio).toBeLessThan(report.before_fullest_ratio);
    expect(report.best_fullest_ratio).toBeLessThanOrEqual(report.after_fullest_ratio);
    for (const pool of report.pools) {
      expect(pool.after_max_avail_bytes).toBeGreaterThan(pool.before_max_avail_bytes);
    }
    expect(report.verdict.text).toMatch(/^The fullest OSD can be at [0-9.]+ % instead of/);
    const text = (await crushlab(["balance", plan, "--by", "bytes"])).stdout;
    const parts = ["Fill of the fullest OSD", "MAX AVAIL", "ceph balancer eval", "All: osd."];
    for (const part of parts) {
      expect(text).toContain(part);
    }
  });

  it("stays within what may move", async () => {
    const args = ["balance", plan, "--within", "rack=rack4", "--leave", "osd.24", "--json"];
    const report = JSON.parse((await crushlab(args)).stdout);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    const osds = report.osds.map(({ osd }: { osd: number }) => osd);
    expect(osds).toEqual([25, 26, 27, 28, 29, 30, 31]);
    expect(report.commands.length).toBeGreaterThan(0);
  });

  it("says that nothing can be improved where that is so", async () => {
    const args = ["balance", plan, "--pool", "rbd", "--max-deviation", "0"];
    const report = JSON.parse((await crushlab([...args, "--json"])).stdout);
    const [rbd] = report.pools;
    expect(rbd.after_max_deviation).toBeCloseTo(rbd.best_max_deviation, 4);
    const changes = report.commands.flatMap((command: string) => ["--run", command]);
    const { stdout } = await crushlab([...args, ...changes]);
    expect(stdout).toContain("othing can be improved");
  });

  it("begins with its verdict and is 80 columns wide", async () => {
    const { stdout } = await crushlab(["balance", plan], { env: { COLUMNS: "80" } });
    expect(stdout).toMatch(/^notice: Every pool can be within 1 PG of its targets with \d+ moves/);
    for (const text of ["best possible", "Why it gets no better", "OSDs that change", "rbd: "]) {
      expect(stdout).toContain(text);
    }
    const wide = stdout.split("\n").filter((line) => line.length > 80 && !line.includes(folder));
    expect(wide).toEqual([]);
  });

  it("finds upmaps without effect, and repairs them", async () => {
    const clean = JSON.parse((await crushlab(["balance", plan, "--check", "--json"])).stdout);
    expect(isCheck(clean), JSON.stringify(isCheck.errors)).toBe(true);
    expect(clean).toMatchObject({ upmapped_pgs: 0, findings: [], commands: [] });
    const [{ pgid, up }] = JSON.parse((await crushlab(["pgs", plan, "--json"])).stdout).pgs;
    const exchange = `${up[0]} ${up[1]} ${up[1]} ${up[0]}`;
    const happens = ["--run", `ceph osd pg-upmap-items ${pgid} ${exchange}`];
    const { stdout } = await crushlab(["balance", plan, "--check", ...happens, "--json"]);
    const report = JSON.parse(stdout);
    expect(isCheck(report), JSON.stringify(isCheck.errors)).toBe(true);
    expect(report.findings).toHaveLength(1);
    expect(report.findings[0].kind).toBe("has_no_effect");
    const text = await crushlab(["balance", plan, "--check", ...happens]);
    expect(text.stdout).toContain(report.commands[0]);
  });

  it("deals out primaries, by affinities or by choice", async () => {
    const pacific = join(folder, "pacific.yaml");
    await writeFile(pacific, `release: pacific\n${PLAN}`);
    const args = ["balance", pacific, "--read", "--pool", "rbd"];
    const old = JSON.parse((await crushlab([...args, "--json"])).stdout);
    expect(isReadReport(old), JSON.stringify(isReadReport.errors)).toBe(true);
    const [pool] = old.pools;
    expect(pool.after_score).toBeLessThan(pool.before_score);
    expect(pool.best_score).toBeLessThanOrEqual(pool.after_score);
    const reef = join(folder, "reef.yaml");
    await writeFile(reef, `release: reef\n${PLAN}`);
    const again = ["balance", reef, ...args.slice(2)];
    const refused = await crushlab(again);
    expect(refused.stderr).toContain("ceph osd set-require-min-compat-client reef");
    const clients = ["--run", "ceph osd set-require-min-compat-client reef"];
    const report = JSON.parse((await crushlab([...again, ...clients, "--json"])).stdout);
    expect(isReadReport(report), JSON.stringify(isReadReport.errors)).toBe(true);
    expect(report.pools[0].after_score).toBe(report.pools[0].best_score);
    expect(report.commands[0]).toMatch(/^ceph osd pg-upmap-primary 1\.[0-9a-f]+ \d+$/);
    const text = await crushlab([...again, ...clients]);
    expect(text.stdout).toContain("Kernel clients cannot mount");
  });

  it("says in one line what is wrong", async () => {
    const failed = async (...more: string[]) => {
      const { stderr, exitCode } = await crushlab(["balance", plan, ...more]);
      expect(stderr.trimEnd().split("\n").length, stderr).toBe(1);
      expect(exitCode).not.toBe(0);
      return stderr;
    };
    expect(await failed("--pool", "rdb")).toContain("rbd");
    expect(await failed("--by", "bytes", "--max-deviation", "2")).toContain("expected one of them");
    expect(await failed("--check", "--within", "class=ssd")).toContain("expected one of them");
    expect(await failed("--from", "osd.99")).toContain("osd.99");
    expect(await failed("--max-deviation", "-1")).toContain("from 0 to 1000000");
    const old = "ceph osd set-require-min-compat-client jewel";
    expect(await failed("--run", old)).toContain("ceph osd set-require-min-compat-client luminous");
  });
});
