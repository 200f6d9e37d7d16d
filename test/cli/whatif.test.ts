import { describe, expect, it } from "vitest";
import { CrushMap, whatIf } from "../../ts/index.ts";
import { crushlab } from "../support/cli.ts";
import { clusterText } from "../support/maps.ts";

const TEXT = clusterText({ racks: 3, hostsPerRack: 4, osdsPerHost: 5 });
const ASK = ["whatif", "-", "--rule", "replicated", "--size", "3"];
const ask = (args: readonly string[], env = {}) =>
  crushlab([...ASK, ...args], { stdin: TEXT, env });

/** Starts every colour. */
const ESCAPE = "\u001b[";

describe("crushlab whatif", () => {
  it("prints the library's numbers as one JSON object", async () => {
    const out = ["--out", "osd.3", "--out", "host=h2"];
    const { stdout, stderr, exitCode } = await ask([...out, "--pgs", "999", "--json"]);
    const report = await whatIf(CrushMap.fromText(TEXT), {
      rule: 0,
      size: 3,
      pgs: 999,
      out: ["osd.3", "host=h2"],
    });
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    expect(JSON.parse(stdout)).toMatchObject({
      rule: { id: 0, name: "replicated" },
      size: 3,
      pool: null,
      out: [3, 10, 11, 12, 13, 14],
      summary: {
        pgs: 999,
        pgs_moved: report.pgsMoved,
        shards_moved: report.shardsMoved,
        shards_moved_least: report.shardsMovedLeast,
        pgs_short_after: 0,
      },
      matrix: report.matrix,
    });
    expect(JSON.parse(stdout).osds).toHaveLength(60);
  });

  it("prints a table that fits, without colours where it is no terminal", async () => {
    for (const width of [80, 120]) {
      const { stdout, exitCode } = await ask(["--out", "rack=r1"], { COLUMNS: String(width) });
      const longest = Math.max(...stdout.split("\n").map((line) => [...line].length));
      expect(exitCode).toBe(0);
      expect(stdout).not.toContain(ESCAPE);
      expect(longest).toBeLessThanOrEqual(width);
      expect(stdout).toContain("What if rack=r1 goes out?");
      expect(stdout).toMatch(/PGs left short +0 /);
      expect(stdout).toContain("Where shards go: from (10 of 20)");
    }
  });

  it("colours when it is told to, unless NO_COLOR says otherwise", async () => {
    const forced = await ask(["--out", "osd.1"], { FORCE_COLOR: "1" });
    expect(forced.stdout).toContain(ESCAPE);
    const plain = await ask(["--out", "osd.1"], { FORCE_COLOR: "1", NO_COLOR: "1" });
    expect(plain.stdout).not.toContain(ESCAPE);
  });

  it("draws every name as it is, escape sequences of a hostile map aside", async () => {
    const json = CrushMap.fromText(TEXT).toJson() as { devices: { id: number; name: string }[] };
    const [device] = json.devices;
    if (device) {
      device.name = "osd\u001b[2J0";
    }
    const stdin = JSON.stringify(json);
    const { stdout, stderr } = await crushlab([...ASK, "--out", "osd.1", "--top", "99"], { stdin });
    expect(stdout + stderr).not.toContain("\u001b");
  });

  it("says in one line what is wrong, and exits with 2", async () => {
    const lines = await Promise.all(
      [
        ["--out", "osd.99"],
        ["--out", "hots=h1"],
        ["--out", "osd.1", "--pgs", "0"],
        ["--out", "osd.1", "--rul", "0"],
        [],
      ].map(async (args) => {
        const { stdout, stderr, exitCode } = await ask(args);
        expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
        expect(stderr.trimEnd().split("\n")).toHaveLength(1);
        return stderr.trimEnd();
      }),
    );
    expect(lines).toEqual([
      "crushlab: the map has no OSD or bucket osd.99 (did you mean osd.9 or osd.19 or osd.29?)",
      "crushlab: the map has no type hots: it has osd, host, rack, root (did you mean host?)",
      "crushlab: option '--pgs <n>' argument '0' is invalid. " +
        "Expected a whole number from 1 to 2147483647.",
      "crushlab: unknown option '--rul' (Did you mean one of --rule, --run?)",
      "crushlab: --out missing (--help shows an example)",
    ]);
  });

  it("names the file that cannot be used", async () => {
    const ask = ["--rule", "0", "--size", "3", "--out", "osd.1"];
    const missing = await crushlab(["whatif", "no/such/map", ...ask]);
    expect(missing.stderr).toBe("crushlab: cannot read no/such/map: no such file or directory\n");
    const wrong = await crushlab(["whatif", "package.json", ...ask]);
    expect(wrong.stderr).toMatch(/^crushlab: package.json: CRUSH map JSON: .*\n$/);
    expect([missing.exitCode, wrong.exitCode]).toEqual([2, 2]);
  });
});
