import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import schema from "../../ts/schema/recovery.schema.json" with { type: "json" };
import { crushlab } from "../support/cli.ts";

const isReport = new Ajv2020({ allowUnionTypes: true }).compile(schema);

const GOLDEN = join(import.meta.dirname, "../golden/recovery");
/** A live cluster of Pacific that took 83.5 s from the first slot to the last. */
const RUN = [
  ...[join(GOLDEN, "mb1-before.osdmap"), join(GOLDEN, "mb1-pgs.json")],
  ...["--config", "osd_recovery_sleep=0.1", "--run", "ceph osd out 3"],
];
const TOOK_SECONDS = 83.5;

const PLAN = `
hosts: [{ count: 4, osds: [{ count: 2, size: 1 TiB, class: ssd }] }]
pools: [{ name: rbd, size: 3, pg_num: 64, stored: 1 TiB, objects: 300000 }]
`;

let folder: string;
let plan: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crushlab-"));
  plan = join(folder, "plan.yaml");
  await writeFile(plan, PLAN);
});
afterAll(() => rm(folder, { recursive: true }));

async function report(args: string[]) {
  const { stdout, stderr, exitCode } = await crushlab(["recovery", ...args, "--json"]);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  const found = JSON.parse(stdout);
  expect(isReport(found), JSON.stringify(isReport.errors)).toBe(true);
  return found;
}

describe("crushlab recovery", () => {
  it("gives a range that what a live cluster took lies in", async () => {
    const found = await report([...RUN, "--orders", "101", "--no-what-if"]);
    expect(found.clean_seconds.low).toBeLessThan(TOOK_SECONDS);
    expect(found.clean_seconds.high).toBeGreaterThan(TOOK_SECONDS);
    expect(found.active_seconds).toEqual({ low: 0, median: 0, high: 0 });
    const seconds = (sum: number, one: { seconds: number }) => sum + one.seconds;
    expect(found.bottlenecks.reduce(seconds, 0)).toBeCloseTo(found.settled_seconds.median, 6);
    expect(found.changes).toEqual(["ceph osd out 3"]);
    expect(found.warnings.map(({ code }: { code: string }) => code)).toContain("unknown_sizes");
    const sleep = found.assumptions.find(
      ({ name }: { name: string }) => name === "osd_recovery_sleep (hdd)",
    );
    expect(sleep).toEqual({
      name: "osd_recovery_sleep (hdd)",
      value: "0.1 s",
      source: "setting osd_recovery_sleep",
    });
    const last = found.curves.at(-1);
    expect([last.misplaced, last.moving, last.waiting]).toEqual([0, 0, 0]);
  });

  it("draws it for people within 80 columns, and says what else would give", async () => {
    const { stdout } = await crushlab(["recovery", ...RUN], { env: { COLUMNS: "80" } });
    expect(stdout).toMatch(/every PG is clean {2,}\d+ s/);
    expect(stdout).toMatch(/ {2}misplaced █[█▇▆▅▄▃▂▁ ]{55} 23\n/);
    expect(stdout).toMatch(/osd\.\d+: (local|remote) slots \(osd_max_backfills\)/);
    expect(stdout).toMatch(/times as fast +osd_max_backfills=\d/);
    const wide = stdout.split("\n").filter((line) => line.length > 80);
    expect(wide.slice(1), "all but the verdict").toEqual([]);
  });

  it("lets failures be found out, and a second one happen later", async () => {
    const found = await report([plan, "--fail", "osd.0", "--at", "1h", "--fail", "osd.7"]);
    const moments = found.moments.map(
      ({ at_seconds, text }: { at_seconds: number; text: string }) => [at_seconds, text].join(" "),
    );
    expect(moments).toEqual([
      "0 fail osd.0",
      "20 osd.0 is down",
      "620 osd.0 is marked out after 600 s",
      "3600 fail osd.7",
      "3620 osd.7 is down",
      "4220 osd.7 is marked out after 600 s",
    ]);
    expect(found.settled_seconds.low).toBeGreaterThan(4220);
    expect(found.osds.every(({ peak_ratio }: { peak_ratio: number }) => peak_ratio < 0.9)).toBe(
      true,
    );
  });

  it("takes rates from a file, and says which", async () => {
    const rates = join(folder, "rates.yaml");
    await writeFile(rates, "network: { host: 10 MB }\nuncertainty: 0\n");
    const slow = await report([plan, "--run", "ceph osd out 0", "--rates", rates]);
    const fast = await report([plan, "--run", "ceph osd out 0"]);
    expect(slow.settled_seconds.low).toBeGreaterThan(3 * fast.settled_seconds.high);
    expect(slow.paces[0].kind).toMatch(/^network_/);
    const network = slow.assumptions.find(({ name }: { name: string }) => name === "network.host");
    expect(network).toMatchObject({ value: "10000000 bytes per second", source: "given" });
    await writeFile(rates, "devices: { floppy: { iops: 1 } }\n");
    const { stderr, exitCode } = await crushlab(["recovery", plan, "--rates", rates]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("devices.floppy is unknown: expected one of hdd, ssd, nvme");
  });

  it("refuses what it cannot follow, in one line", async () => {
    for (const [args, message] of [
      [[RUN[0] ?? ""], "ceph pg dump"],
      [[plan, "--heal"], "expected --wait or --at"],
      [[plan, "--wait", "2h", "--at", "1h"], "Expected a time that has not passed yet"],
      [[plan, "--force", "9.1"], "expected a PG of this cluster"],
    ] as const) {
      const { stderr, exitCode } = await crushlab(["recovery", ...args]);
      expect({ exitCode, message: stderr.includes(message) ? message : stderr }).toEqual({
        exitCode: 2,
        message,
      });
    }
  });
});
