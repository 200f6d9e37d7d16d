import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import schema from "../../ts/schema/sweep.schema.json" with { type: "json" };
import { crushlab } from "../support/cli.ts";
import { LAB } from "../support/lab.ts";
import { validator } from "../support/schema.ts";

const MAP = join(LAB, "osdmap.bin");
const FILES = [MAP, join(LAB, "pg-dump.json.gz"), join(LAB, "osd-df-tree.json")];
const isReport = validator(schema);

/** Six hosts with room to spare, and the same with none. */
const ROOMY = `
hosts: [{ count: 6, osds: [{ count: 4, size: 1 TiB }] }]
pools: [{ name: data, size: 3, pg_num: 512, stored: 4 TiB }]
`;
const TIGHT = ROOMY.replace("stored: 4 TiB", "stored: 6.6 TiB");

let folder: string;
let roomy: string;
let tight: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crushlab-"));
  roomy = join(folder, "roomy.yaml");
  tight = join(folder, "tight.yaml");
  await writeFile(roomy, ROOMY);
  await writeFile(tight, TIGHT);
});
afterAll(() => rm(folder, { recursive: true }));

async function swept(args: readonly string[]) {
  const { stdout, stderr } = await crushlab(["sweep", ...args, "--json"]);
  expect(stderr).toBe("");
  const report = JSON.parse(stdout);
  expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
  return report;
}

describe("crushlab sweep", () => {
  it("prints one JSON object as its schema says", async () => {
    const report = await swept([...FILES, "--type", "rack", "--type", "osd", "--pairs", "all"]);
    expect(report.types.map(({ type }: { type: string }) => type)).toEqual(["rack", "osd"]);
    expect(report.failures).toHaveLength(3 + 3 + 12 + 66);
    expect(report).toMatchObject({ shows: "bytes", data_basis: "counted", has_fill: true });
    expect(report.start).toMatchObject({ pgs: 113, pgs_undersized: 0, pgs_lost: 0 });
  });

  it("gives the numbers of whatif for each failure", async () => {
    const { failures } = await swept([...FILES, "--type", "host"]);
    for (const failure of failures) {
      const osds = await osdsOf(failure.failed);
      const fail = ["--fail", `host=${failure.failed}`, "--run", `ceph osd out ${osds}`];
      const { stdout } = await crushlab(["whatif", ...FILES, ...fail, "--json"]);
      const { steps, total } = JSON.parse(stdout);
      const [failed, out] = steps;
      expect(failure).toMatchObject({
        pgs_undersized: failed.summary.after.pgs_undersized,
        pgs_below_min_size: 113 - failed.summary.after.pgs_active,
        pgs_lost: failed.summary.after.pgs_down,
        pgs_undersized_healed: out.summary.healed.pgs_undersized,
        rebuild_bytes: total.summary.rebuilt_bytes,
        moved_bytes: total.summary.moved_bytes,
      });
      const { fill } = total.osds.find(({ osd }: { osd: number }) => osd === failure.fullest_osd);
      expect(failure.fullest_ratio).toBe(fill.after_ratio);
    }
  });

  it("says first what a person needs to know", async () => {
    const { stdout, exitCode } = await crushlab(["sweep", roomy]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^\w+: .*\n\nAny host can be lost: rebuilding host\d fills .*, up to [\d.]+ % on osd\.\d+\./,
    );
    const bad = await crushlab(["sweep", tight]);
    expect(bad.stdout).toMatch(
      /^\w+: .*\n\nNo host can be lost: .* ends at [\d.]+ % on osd\.\d+, and \d+ PGs find no/,
    );
    expect(bad.stdout).toContain("no room for");
    expect(stdout).toMatch(/Copysets: 512 PGs on \d+ sets of OSDs; each of 24 OSDs shares data/);
    expect(stdout).toContain("Bytes are estimates");
    for (const width of ["60", "80", "120"]) {
      const printed = await crushlab(["sweep", ...FILES, "--top", "3"], {
        env: { COLUMNS: width },
      });
      expect(printed.stdout).toContain("Worst failures (3 of 6)");
    }
  });

  it("tells how full OSDs would get were there room, which requirements go by", async () => {
    const plan = join(folder, "short.yaml");
    await writeFile(plan, ROOMY.replace("stored: 4 TiB", "stored: 5.8 TiB"));
    const { failures, requirements } = await swept([plan, "--require", "host: below 91%"]);
    for (const { pgs_backfill_toofull, fullest_ratio, fullest_wanted_ratio } of failures) {
      expect(pgs_backfill_toofull).toBeGreaterThan(0);
      expect(fullest_ratio).toBeLessThan(0.9);
      expect(fullest_wanted_ratio).toBeGreaterThan(0.91);
    }
    expect(requirements[0]).toMatchObject({ is_met: false, failing: failures.length });
    const { stdout } = await crushlab(["sweep", plan]);
    expect(stdout).toMatch(/no room for +with room\n +host\d +no room .* 10\d\.\d %$/m);
    expect(stdout).toContain("with room: were there room for all that moves.");
    expect((await crushlab(["sweep", roomy])).stdout).not.toContain("with room");
  });

  it("counts shards where bytes are not known", async () => {
    const report = await swept([MAP, "--type", "host"]);
    expect(report).toMatchObject({ shows: "shards", data_basis: "unknown", has_fill: false });
    for (const failure of report.failures) {
      expect(failure).toMatchObject({
        rebuild_bytes: null,
        fullest_osd: null,
        fullest_ratio: null,
      });
      expect(failure.rebuild_shards + failure.pgs_undersized_healed).toBeGreaterThan(0);
    }
    const { stdout } = await crushlab(["sweep", MAP]);
    expect(stdout).toContain("shards are counted, not bytes");
    expect(stdout).toContain("most PGs");
  });

  it("tells racks, which no monitor marks out, from hosts", async () => {
    const { stdout } = await crushlab(["sweep", ...FILES, "--type", "rack"]);
    expect(stdout).toContain("Ceph marks no whole rack out by itself");
    const { types } = await swept([...FILES, "--type", "rack", "--type", "host"]);
    expect(types.map((one: { goes_out_by_itself: boolean }) => one.goes_out_by_itself)).toEqual([
      false,
      true,
    ]);
    const config = ["--config", "mon_osd_down_out_subtree_limit=root"];
    const other = await swept([...FILES, "--type", "rack", ...config]);
    expect(other.types[0].goes_out_by_itself).toBe(true);
    const never = ["--type", "host", "--config", "mon_osd_down_out_interval=0"];
    expect((await swept([...FILES, ...never])).types[0].goes_out_by_itself).toBe(false);
  });

  it("samples pairs as its seed says, and tells how sure it is", async () => {
    const args = [roomy, "--type", "osd", "--pairs=40"];
    const [one, same, other] = await Promise.all([
      swept([...args, "--seed", "7"]),
      swept([...args, "--seed", "7", "--threads", "1"]),
      swept([...args, "--seed", "8"]),
    ]);
    expect(one).toEqual(same);
    expect(one.failures).not.toEqual(other.failures);
    const { pairs, pairs_sentence } = one.types[0];
    expect(pairs).toMatchObject({ all: 276, evaluated: 40 });
    expect(pairs_sentence).toMatch(/^of 276 pairs of OSDs 40 were drawn: /);
    for (const { share, share_low, share_high } of pairs.verdicts) {
      expect(share_low).toBeLessThanOrEqual(share);
      expect(share_high).toBeGreaterThan(share_low);
    }
  });

  it("counts the losses that lose data", async () => {
    const { copysets } = await swept([roomy, "--losses", "2", "--losses", "3"]);
    expect(copysets.losses).toEqual([
      expect.objectContaining({ osds_lost: 2, combinations: 276, share: 0, method: "exact" }),
      expect.objectContaining({ osds_lost: 3, combinations: 2024, method: "exact" }),
    ]);
    expect(copysets.losses[1].share).toBeCloseTo(copysets.copysets / 2024, 12);
    expect((await swept([roomy, "--no-copysets"])).copysets).toBeNull();
  });
});

describe("crushlab sweep --require", () => {
  const REQUIREMENT = "host: healed, below backfillfull";

  it("exits with 1 when it is not met", async () => {
    const met = await crushlab(["sweep", roomy, "--require", REQUIREMENT]);
    expect(met.exitCode).toBe(0);
    expect(met.stdout).toContain(`Required: ${REQUIREMENT}: met by 6 of 6\n`);
    const not = await crushlab([
      "sweep",
      tight,
      "--require",
      REQUIREMENT,
      "--require",
      "osd: active",
    ]);
    expect(not.exitCode).toBe(1);
    expect(not.stdout).toMatch(/below backfillfull: not met by 6 of 6, the worst is host\d\n/);
    expect(not.stdout).toContain("Required: osd: active: met by 24 of 24\n");
    const asJson = await crushlab(["sweep", tight, "--require", REQUIREMENT, "--json"]);
    expect(asJson.exitCode).toBe(1);
    expect(JSON.parse(asJson.stdout).requirements).toEqual([
      {
        text: REQUIREMENT,
        is_met: false,
        checked: 6,
        failing: 6,
        worst: expect.stringMatching(/^host\d$/),
        is_sample: false,
      },
    ]);
  });

  it("goes through pairs where they are required", async () => {
    const { requirements } = await swept([roomy, "--require", "host pairs: readable"]);
    expect(requirements).toEqual([expect.objectContaining({ is_met: true, checked: 15 })]);
  });

  it("says in one line what is wrong, and exits with 2", async () => {
    const lines = await Promise.all(
      [
        [MAP, "--require", "host: below full"],
        [roomy, "--require", "host healed"],
        [roomy, "--require", "host: heeled"],
        [roomy, "--type", "hots"],
        [roomy, "--type", "rack"],
        [roomy, "--pairs=0"],
        [roomy, "--losses", "9"],
      ].map(async (args) => {
        const { stdout, stderr, exitCode } = await crushlab(["sweep", ...args]);
        expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
        expect(stderr.trimEnd().split("\n")).toHaveLength(1);
        return stderr.trimEnd();
      }),
    );
    expect(lines).toEqual([
      expect.stringContaining("add the output of ceph osd df tree -f json"),
      expect.stringContaining("expected a type, ':' and what has to hold"),
      expect.stringContaining("'heeled' is no condition: expected readable"),
      expect.stringContaining("no type 'hots': expected one of osd, host, root"),
      expect.stringContaining("no rack holds OSDs: expected one of osd, host, root"),
      expect.stringContaining("Expected a whole number from 1 on, or all."),
      expect.stringContaining("Expected a whole number from 1 to 8"),
    ]);
  });
});

/** The OSDs of a host of the lab. */
async function osdsOf(host: string): Promise<string> {
  const { nodes } = JSON.parse(await readFile(FILES[2] ?? "", "utf8"));
  const { children } = nodes.find(({ name }: { name: string }) => name === host);
  return children.join(" ");
}
