import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { CrushMap, crushtool } from "../../ts/index.ts";
import { crushlab } from "../support/cli.ts";
import { clusterText } from "../support/maps.ts";

const TEXT = clusterText({ racks: 2, hostsPerRack: 2, osdsPerHost: 2 });

describe("crushlab", () => {
  it("prints its version", async () => {
    expect((await crushlab(["--version"])).stdout).toBe(`${packageJson.version}\n`);
  });

  it("shows an example in the help of each command", async () => {
    for (const command of [[], ["whatif"], ["explain"], ["completion"]]) {
      const { stdout, exitCode } = await crushlab([...command, "--help"]);
      expect(stdout).toMatch(/\nExamples?:\n {2}/);
      expect(exitCode).toBe(0);
    }
  });

  it("knows the command that was meant", async () => {
    const { stderr, exitCode } = await crushlab(["whatiff"]);
    expect(stderr).toBe("crushlab: unknown command 'whatiff' (Did you mean whatif?)\n");
    expect(exitCode).toBe(2);
  });

  it("completes commands and options in three shells", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const { stdout, exitCode } = await crushlab(["completion", shell]);
      expect(stdout).toContain("crushlab complete");
      expect(exitCode).toBe(0);
    }
    const commands = await crushlab(["complete", "--", ""]);
    expect(commands.stdout).toMatch(/^whatif\t/m);
    const options = await crushlab(["complete", "--", "whatif", "--"]);
    expect(options.stdout).toMatch(/^--rule\t/m);
  });

  it.each([
    ["sweep map.bin --type", "rack"],
    ["grow map.bin --failure-domain", "host"],
    ["whatif map.bin --by", "row"],
    ["pgnum --preset", "openstack-rgw"],
    ["pgnum --release", "squid"],
    ["sweep map.bin --require", "host: healed, below backfillfull"],
    ["sweep map.bin --pairs", "all"],
  ])("completes the words that %s takes", async (line, word) => {
    const { stdout, exitCode } = await crushlab(["complete", "--", ...line.split(" "), ""]);
    expect(exitCode).toBe(0);
    expect(stdout.split("\n").map((text) => text.split("\t")[0])).toContain(word);
  });
});

describe("crushlab explain", () => {
  it("tells the story of a mapping", async () => {
    const args = ["explain", "-", "--rule", "replicated", "--size", "3", "--x", "8"];
    const { stdout, exitCode } = await crushlab(args, { stdin: TEXT });
    const map = CrushMap.fromText(TEXT);
    const names = [...map.place({ rule: 0, size: 3, x: 8 })].map((osd) => `osd.${osd}`);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ok: x 8 finds 3 OSDs\.\n\n/);
    expect(stdout).toContain("take default\nchooseleaf firstn 0 type host\n  position 0\n");
    expect(stdout).toMatch(/default \(root, straw2\) with r = 0: r\d wins\n +r\d +straw +−\d/);
    expect(stdout.trimEnd().endsWith(`x 8 is placed on ${names.join(", ")}`)).toBe(true);
  });

  it("says why a position stays empty", async () => {
    const args = ["explain", "-", "--rule", "erasure", "--size", "3", "--x", "8"];
    const out = ["--out", "host=h0", "--out", "host=h1"];
    const { stdout } = await crushlab([...args, ...out], { stdin: TEXT });
    expect(stdout).toContain("is out: its reweight does not let it hold this input");
    expect(stdout).toMatch(/position \d stays empty: all tries are used up/);
    expect(stdout).toMatch(/… \d+ more tries in vain/);
    expect(stdout).toContain("1 of 3 positions stay empty");
    expect(stdout).toMatch(/^warning: x 8 finds 2 of 3 OSDs\.\n\n/);
    const all = await crushlab([...args, ...out, "--tries", "999"], { stdin: TEXT });
    expect(all.stdout).not.toContain("in vain");
  });

  it("tells of every algorithm", async () => {
    const marks = { uniform: "place", list: "point", tree: "node", straw: "straw" };
    for (const [algorithm, mark] of Object.entries(marks)) {
      const shape = { racks: 2, hostsPerRack: 2, osdsPerHost: 2, algorithm };
      const args = ["explain", "-", "--rule", "0", "--size", "2", "--x", "1"];
      const { stdout, exitCode } = await crushlab(args, { stdin: clusterText(shape) });
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(new RegExp(`default \\(root, ${algorithm}\\) .*\n.*${mark} `));
    }
  });
});

describe("crushlab crushtool", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "crushlab-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("compiles, decompiles and maps", async () => {
    const [text, binary] = [join(folder, "map.txt"), join(folder, "map.bin")];
    const map = CrushMap.fromText(TEXT);
    await map.save(text, "text");
    const pacific = ["--release", "16.2.15"];
    const compiled = await crushlab(["crushtool", ...pacific, "-c", text, "-o", binary]);
    expect(compiled).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(await readFile(binary)).toEqual(Buffer.from(map.toBinary()));
    expect((await crushlab(["crushtool", ...pacific, "-d", binary])).stdout).toContain("min_size");
    expect(CrushMap.fromText(map.toText()).toBinary()).toEqual(map.toBinary());
    const test = ["-i", binary, "--test", "--rule", "0", "--num-rep", "3", "--show-mappings"];
    const { stdout } = await crushlab(["crushtool", ...test, "--min-x", "5", "--max-x", "6"]);
    const placed = [5, 6].map((x) => [...map.place({ rule: 0, size: 3, x })].join(","));
    expect(stdout).toContain(`CRUSH rule 0 x 5 [${placed[0]}]\nCRUSH rule 0 x 6 [${placed[1]}]\n`);
  });

  it("prints as the release that is asked for", async () => {
    const binary = join(folder, "release.bin");
    await CrushMap.fromText(TEXT).save(binary, "binary");
    const shown = async (release?: string, ...args: string[]) => {
      const options = release ? { release } : {};
      const { stdout } = await crushtool([...args, "-d", binary], options);
      return /# weight \d+\.(\d+)/.exec(new TextDecoder().decode(stdout))?.[1]?.length;
    };
    expect(await shown()).toBe(5);
    expect(await shown("pacific")).toBe(3);
    expect(await shown("18.2.7")).toBe(5);
    expect(await shown("18.2.7", "--release", "16")).toBe(3);
    const odd = await crushtool(["-d", binary], { release: "mimic" });
    expect([odd.exitCode, odd.stderr]).toEqual([1, expect.stringContaining("20.2.4 (tentacle)")]);
    await expect(crushtool([], { release: 18 as never })).rejects.toThrow("such as 18.2.7");
    const asReef = await crushlab(["osdmaptool", "-v"], { env: { CRUSHLAB_RELEASE: "reef" } });
    expect(asReef.stdout).toContain("ceph version 18.2.7 ");
  });

  it("takes all options itself", async () => {
    const { stdout, exitCode } = await crushlab(["crushtool", "--help"]);
    expect(stdout).toContain("--show-mappings");
    expect(exitCode).toBe(0);
  });

  it("is a function, too", async () => {
    const stdin = CrushMap.fromText(TEXT).toBinary();
    const { stdout, exitCode } = await crushtool(["-i", "-", "--tree"], { stdin });
    expect(new TextDecoder().decode(stdout)).toContain("rack r0");
    expect(exitCode).toBe(0);
    const missing = await crushtool(["-i", join(folder, "missing"), "--tree"]);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain("No such file or directory");
  });
});
