import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { crushlab } from "../support/cli.ts";

const GOLDEN = new URL("../golden/", import.meta.url);
const MAP = new URL("osdmap/cluster.osdmap", GOLDEN).pathname;

/** The release whose tool made the golden file. */
const OF_PACIFIC = ["--release", "16.2.15"];

/** What osdmaptool printed for a command line of the golden file, and its exit code. */
async function expected(commandLine: string): Promise<{ stdout: string; exitCode: number }> {
  const text = await readFile(new URL("osdmaptool/expected.txt", GOLDEN), "utf8");
  const lines = text.split("\n");
  const start = lines.indexOf(`$ ${commandLine}`) + 1;
  const end = lines.findIndex((line, index) => index >= start && line.startsWith("["));
  const stdout = lines.slice(start, end).map((line) => `${line.slice(2)}\n`);
  return { stdout: stdout.join(""), exitCode: Number(lines[end]?.slice(1, -1)) };
}

describe("crushlab osdmaptool", () => {
  it("prints what osdmaptool prints", async () => {
    for (const args of [["--print"], ["--test-map-pgs-dump", "--pool", "2"], ["--mark-out", "2"]]) {
      const { stdout, exitCode } = await crushlab(["osdmaptool", ...OF_PACIFIC, MAP, ...args]);
      expect({ stdout, exitCode }).toEqual(await expected(["cluster.map", ...args].join(" ")));
    }
  });

  it("takes all options itself", async () => {
    const { stdout, exitCode } = await crushlab(["osdmaptool", ...OF_PACIFIC, "--help"]);
    expect({ stdout, exitCode }).toEqual(await expected("--help"));
  });

  it("finds upmaps", async () => {
    const asked = ["--upmap", "-", "--upmap-pool", "rbd", "--upmap-seed", "7"];
    const deviation = ["--upmap-deviation", "1"];
    const { stdout, exitCode } = await crushlab(["osdmaptool", MAP, ...asked, ...deviation]);
    expect(stdout).toMatch(/^ceph osd pg-upmap-items 2\.[0-9a-f]+ \d+ \d+/m);
    expect(exitCode).toBe(0);
  });

  it("says what deals out primaries in its place", async () => {
    const { stderr, exitCode } = await crushlab(["osdmaptool", MAP, "--read", "-"]);
    expect(stderr).toContain("--read is not followed here: 'crushlab balance MAP --read'");
    expect(exitCode).toBe(1);
  });
});
