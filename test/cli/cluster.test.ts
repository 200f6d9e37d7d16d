import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Cluster } from "../../ts/index.ts";
import { crushlab } from "../support/cli.ts";
import { GOLDEN_BLUESTORE, GOLDEN_LAB, LAB } from "../support/lab.ts";

const MAP = join(LAB, "osdmap.bin");
const PG_DUMP = join(LAB, "pg-dump.json.gz");
/** A time in JSON. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const golden = (name: string) => readFile(join(GOLDEN_LAB, name), "utf8");
/** Ceph prints an empty line before JSON. */
const goldenJson = async (name: string) => JSON.parse(await golden(name));

describe("crushlab tree", () => {
  it("prints what ceph osd tree prints", async () => {
    expect((await crushlab(["tree", MAP])).stdout).toBe(await golden("osd-tree.txt"));
    const down = await crushlab(["tree", join(GOLDEN_LAB, "host4-down-osdmap.bin")]);
    expect(down.stdout).toBe(await golden("host4-down-osd-tree.txt"));
  });

  it("prints what ceph osd df tree prints where sizes are known", async () => {
    const { stdout } = await crushlab(["tree", MAP, join(LAB, "osd-df-tree.json")]);
    expect(stdout).toBe(await golden("osd-df-tree.txt"));
    const states = await crushlab(["tree", MAP, join(LAB, "osd-df-tree.json"), "--no-df"]);
    expect(states.stdout).toBe(await golden("osd-tree.txt"));
  });

  it("tells data, omap and metadata apart, an OSD without a size included", async () => {
    const expected = await readFile(join(GOLDEN_BLUESTORE, "osd-df-tree.txt"), "utf8");
    for (const sizes of ["osd-df-tree.json", "pg-dump.json.gz"]) {
      const files = ["osdmap.bin", sizes].map((name) => join(GOLDEN_BLUESTORE, name));
      expect((await crushlab(["tree", ...files])).stdout).toBe(expected);
    }
    const { stdout } = await crushlab(["tree", join(GOLDEN_BLUESTORE, "osdmap.bin"), "--df"]);
    expect(stdout).toMatch(/ 1\.00000 +- +- +- +- +- +- +- +- +\d+ +up +osd\.0/);
  });

  it("gives programs the keys of Ceph's own JSON", async () => {
    for (const [folder, answers] of [
      [LAB, GOLDEN_LAB],
      [GOLDEN_BLUESTORE, GOLDEN_BLUESTORE],
    ] as const) {
      const files = [join(folder, "osdmap.bin"), join(folder, "osd-df-tree.json")];
      const tree = JSON.parse((await crushlab(["tree", ...files, "--json"])).stdout);
      const expected = JSON.parse(await readFile(join(answers, "osd-tree.json"), "utf8"));
      const df = JSON.parse(await readFile(join(folder, "osd-df-tree.json"), "utf8"));
      for (const list of ["nodes", "stray"] as const) {
        expect(tree[list]).toHaveLength(expected[list].length);
        for (const [at, node] of expected[list].entries()) {
          expect(tree[list][at]).toMatchObject(node);
          const { reweight: _, utilization, var: variance, pgs, ...sizes } = df[list][at];
          expect(tree[list][at]).toMatchObject({ ...sizes, ...(node.id >= 0 && { pgs }) });
          expect(tree[list][at].utilization).toBeCloseTo(utilization, 5);
          expect(tree[list][at].var).toBeCloseTo(variance, 5);
          // Where there are weight sets they are in it, and nowhere else.
          expect(tree[list][at].pool_weights).toEqual(node.pool_weights);
        }
      }
      expect(tree.summary.total_kb).toBe(df.summary.total_kb);
      expect(tree.summary.total_kb_used_meta).toBe(df.summary.total_kb_used_meta);
      expect(tree.summary.dev).toBeCloseTo(df.summary.dev, 5);
    }
  });
});

describe("crushlab explain with a cluster", () => {
  it("tells how an object and a PG find their OSDs", async () => {
    const cluster = await Cluster.load(MAP);
    const { pgid, up } = cluster.locate("images", "rbd_header.1");
    const names = up.map((osd) => `osd.${osd}`).join(", ");
    const of = await crushlab(["explain", MAP, "--pool", "images", "--object", "rbd_header.1"]);
    expect(of.stdout).toMatch(
      /^(ok|notice): .*\nmap of epoch .*\n\nosdmap e\d+ pool .images. .* 'rbd_header\.1' -> pg /,
    );
    expect(of.stdout.trimEnd().endsWith(`PG ${pgid} is placed on ${names}`)).toBe(true);
    const pg = await crushlab(["explain", MAP, "--pg", pgid]);
    expect(of.stdout).toContain(pg.stdout.split("\n\n").slice(1).join("\n\n"));
    const without = await crushlab(["explain", MAP, "--pg", pgid, "--out", `osd.${up[0]}`]);
    expect(without.stdout).toContain(`osd.${up[0]} is out`);
    const after = cluster.run(`osd out ${up[0]}`).locate("images", "rbd_header.1").up;
    const placed = after.map((osd) => `osd.${osd}`).join(", ");
    expect(without.stdout.trimEnd().endsWith(`is placed on ${placed}`)).toBe(true);
  });

  it("says what it needs", async () => {
    const wrong: [string[], RegExp][] = [
      [["--pg", "data"], /"data" is not a PG: expected a pool's id and a hexadecimal number/],
      [["--pg", "1.ffff"], /there is no PG 1\.ffff: the last is 1\./],
      [["--object", "a"], /--object needs --pool/],
      [["--pg", "1.0", "--x", "1"], /--x is for a CRUSH map alone/],
      [["--rule", "0", "--size", "3", "--x", "1", "--pool", "rbd"], /needs a pool's id/],
    ];
    for (const [args, message] of wrong) {
      const { stderr, stdout, exitCode } = await crushlab(["explain", MAP, ...args]);
      expect([exitCode, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(message);
    }
  });
});

describe("crushlab map", () => {
  const OBJECTS = ["rbd_header.1", "a b", "default.4439.1_operate.py"];

  it("prints what ceph osd map prints", async () => {
    const lines = (await golden("osd-map.txt")).split("\n");
    for (const pool of ["images", "archive", "index"]) {
      const plain = await crushlab(["map", MAP, pool, ...OBJECTS]);
      const blue = await crushlab(["map", MAP, pool, ...OBJECTS, "--namespace", "blue"]);
      const printed = [plain.stdout.split("\n"), blue.stdout.split("\n")];
      const both = OBJECTS.flatMap((_, at) => printed.map((one) => one[at]));
      expect(both).toEqual(lines.splice(0, 6));
    }
    const down = join(GOLDEN_LAB, "host4-down-osdmap.bin");
    const { stdout } = await crushlab(["map", down, "archive", "rbd_header.1"]);
    expect(stdout).toBe(await golden("host4-down-osd-map.txt"));
  });

  it("prints JSON with Ceph's keys", async () => {
    const args = ["map", MAP, "archive", "a b", "--namespace", "blue", "--json"];
    const expected = await goldenJson("osd-map.json");
    const { verdict, warnings, data, ...found } = JSON.parse((await crushlab(args)).stdout);
    expect(found).toEqual(expected);
    expect(data.epoch).toBe(found.epoch);
    expect(verdict.severity).toMatch(/^(ok|notice)$/);
    expect(warnings.map(({ code }: { code: string }) => code)).toContain("missing_osd_sizes");
    const two = await crushlab([...args, "--namespace", "blue", "--with", PG_DUMP, "--json"]);
    expect(JSON.parse(two.stdout)).toMatchObject(expected);
  });
});

describe("crushlab pgs", () => {
  it("lists every PG in three forms", async () => {
    const cluster = await Cluster.load([MAP, PG_DUMP]);
    const recorded = [...cluster.recordedPgs({ pools: ["archive"] })];
    const pgs = ["pgs", MAP, PG_DUMP, "--pool", "archive"];
    const lines = (await crushlab([...pgs, "--json-lines"])).stdout.trimEnd().split("\n");
    const expected = recorded.map((pg) => ({
      pgid: pg.pgid,
      raw: expect.any(Array),
      up: pg.up,
      acting: pg.acting,
      up_primary: pg.upPrimary,
      acting_primary: pg.actingPrimary,
      state: "active+clean",
      recorded_state: pg.state,
    }));
    expect(lines.map((line) => JSON.parse(line))).toEqual(expected);
    expect(JSON.parse((await crushlab([...pgs, "--json"])).stdout)).toEqual({
      verdict: { severity: expect.stringMatching(/^(ok|notice)$/), text: expect.any(String) },
      warnings: expect.any(Array),
      data: {
        epoch: cluster.info.epoch,
        recorded_at: expect.stringMatching(TIME),
        map_modified_at: expect.stringMatching(TIME),
      },
      epoch: cluster.info.epoch,
      pgs: expected,
    });
    const [head = "", list = ""] = (await crushlab(pgs)).stdout.trimEnd().split("\n\n");
    expect(head).toMatch(/^(ok|notice): /);
    const table = list.split("\n");
    expect(table).toHaveLength(33);
    expect(table[1]?.split(/ +/)).toEqual([
      "3.0",
      expect.stringMatching(/^\[\d+,\d+,\d+\]$/),
      `[${recorded[0]?.up}]`,
      String(recorded[0]?.upPrimary),
      `[${recorded[0]?.acting}]`,
      String(recorded[0]?.actingPrimary),
      "active+clean",
      "active+clean",
    ]);
  });

  it("says in what state each PG is by the map alone, as the cluster did", async () => {
    const map = join(GOLDEN_LAB, "host4-down-osdmap.bin");
    const dump = join(GOLDEN_LAB, "host4-down-pg-dump.json.gz");
    const alone = JSON.parse((await crushlab(["pgs", map, "--json"])).stdout).pgs;
    const { pgs } = JSON.parse((await crushlab(["pgs", map, dump, "--json"])).stdout);
    const states = new Set<string>();
    for (const [at, { pgid, state, recorded_state }] of pgs.entries()) {
      expect({ pgid, state }).toEqual({ pgid, state: recorded_state });
      // Without a dump nobody knows that a PG has no objects, of which no copy can be missing.
      const isEmpty = state === "active+undersized";
      const expected = isEmpty ? `${state}+degraded` : state;
      expect(alone[at]).toMatchObject({ pgid, state: expected, recorded_state: null });
      states.add(state);
    }
    expect([...states].sort()).toEqual([
      "active+clean",
      "active+undersized",
      "active+undersized+degraded",
    ]);
    const { stdout } = await crushlab(["pgs", map, "--pool", "archive"]);
    const [, list = ""] = stdout.split("\n\n");
    expect(list.split("\n", 1)[0]?.split(/ {2,}/).at(-1)).toBe("STATE");
    expect(stdout).toContain("active+undersized+degraded");
  });

  it("compares with what the cluster recorded", async () => {
    const same = await crushlab(["pgs", MAP, PG_DUMP, "--check"]);
    expect(same).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^ok: All PGs are where .* recorded them\.\ndata of .*\n\n113 PGs compared, 0 differ\n$/,
      ),
      stderr: "",
    });
    const other = join(GOLDEN_LAB, "out-3-pg-dump.json.gz");
    const { stdout, exitCode } = await crushlab(["pgs", MAP, other, "--check", "--json"]);
    const check = JSON.parse(stdout);
    expect(exitCode).toBe(1);
    expect(check.summary.pgs_differing).toBe(check.pgs.length);
    expect(check.verdict).toEqual({
      severity: "warning",
      text: `${check.pgs.length} of 113 PGs are not where the cluster recorded them.`,
    });
    for (const { mapped, recorded } of check.pgs) {
      expect(mapped.up).toContain(3);
      expect(recorded.up).not.toContain(3);
    }
  });
});

describe("crushlab distribution", () => {
  it("shows a matrix with its sums in the room there is", async () => {
    for (const width of [60, 80, 160]) {
      const { stdout } = await crushlab(["distribution", MAP], { env: { COLUMNS: `${width}` } });
      const [head = "", ...rest] = stdout.split("\n\n");
      expect(head).toMatch(/^(ok|notice): /);
      const lines = rest.join("\n\n").split("\n");
      expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(width);
      for (const word of ["images", "archive", "index", "primary", "asked", "off by"]) {
        expect(stdout).toContain(word);
      }
      expect(lines.filter((line) => line.startsWith("  osd.5 ")).length).toBe(
        lines.filter((line) => /^ {2}all\b/.test(line)).length,
      );
    }
  });

  it("gives programs the library's numbers", async () => {
    const spread = await (await Cluster.load(MAP)).distribution();
    const printed = JSON.parse((await crushlab(["distribution", MAP, "--json"])).stdout);
    expect(printed.summary).toEqual({
      osds: 12,
      shards: 339,
      deviation_standard_ratio: spread.deviationStandard,
    });
    for (const [at, { pgs, pgsByPool, pgsAsked }] of spread.osds.entries()) {
      const names = spread.pools.map(({ name }, pool) => [name, pgsByPool[pool]]);
      expect(printed.osds[at]).toMatchObject({
        pgs,
        pgs_asked: pgsAsked,
        pgs_by_pool: Object.fromEntries(names),
      });
    }
  });
});

describe("commands on clusters", () => {
  it("say in one line what is wrong, and exit with 2", async () => {
    const lines = await Promise.all(
      [
        ["pgs", "no/such/file"],
        ["pgs", join(LAB, "osd-dump.json")],
        ["pgs", MAP, "--pool", "imags"],
        ["pgs", MAP, "--check"],
        ["map", MAP, "images", "a", "--hash", "-1"],
        ["tree", "package.json"],
        ["distribution", MAP, MAP],
      ].map(async (args) => {
        const { stdout, stderr, exitCode } = await crushlab(args);
        expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
        expect(stderr.trimEnd().split("\n")).toHaveLength(1);
        return stderr.trimEnd().replaceAll(`${LAB}/`, "");
      }),
    );
    expect(lines).toEqual([
      "crushlab: cannot read no/such/file: no such file or directory",
      expect.stringMatching(/^crushlab: osd-dump.json: ceph osd dump holds no CRUSH map: add /),
      expect.stringContaining('there is no pool "imags"'),
      expect.stringContaining("add the output of ceph pg dump -f json"),
      expect.stringContaining("Expected a whole number from 0 to 4294967295"),
      expect.stringMatching(/^crushlab: package.json: /),
      expect.stringMatching(/^crushlab: osdmap.bin: holds a binary OSDMap, and so does /),
    ]);
  });
});
