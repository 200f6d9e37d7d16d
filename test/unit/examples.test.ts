import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LAB } from "../support/lab.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const FILES = ["osdmap.bin", "pg-dump.json.gz", "osd-df-tree.json"].map((name) => join(LAB, name));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crushlab-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** What an example prints; it uses the package as it is shipped. */
async function run(name: string, args: readonly string[]): Promise<string> {
  const code = await readFile(join(ROOT, "examples/scripts", name), "utf8");
  const shipped = JSON.stringify(pathToFileURL(join(ROOT, "dist/index.js")).href);
  const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 };
  const { outputText } = transpileModule(code.replace('"crushlab"', shipped), { compilerOptions });
  const script = join(folder, name.replace(/ts$/, "mjs"));
  await writeFile(script, outputText);
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
  return stdout;
}

describe("examples/scripts", () => {
  it("01-lose-a-rack tells of each rack", async () => {
    const printed = await run("01-lose-a-rack.ts", FILES);
    for (const rack of ["rack0", "rack1", "rack2"]) {
      expect(printed).toContain(`${rack} fails:\n  PGs that take no writes: `);
    }
    expect(printed).toMatch(/to be rebuilt: [1-9]\d* MiB; fullest OSD: \d+\.\d %/);
    // Three copies on three racks: with two racks left, PGs stay short.
    expect(printed).toMatch(/stay short of a copy: [1-9]/);
  });

  it("02-add-a-host compares one step with several", async () => {
    const printed = await run("02-add-a-host.ts", FILES);
    const [once, inSteps] = [...printed.matchAll(/at worst (\S+) %/g)].map(([, x]) => Number(x));
    expect(printed).toMatch(/^at once: [1-9]\d* shards move/);
    expect(printed).toContain("\nin 4 steps: ");
    expect(inSteps).toBeLessThan(once ?? 0);
  });

  it("03-host-to-rack counts what a new rule moves", async () => {
    const printed = await run("03-host-to-rack.ts", ["index", "rack", ...FILES]);
    expect(printed).toContain("index: from fast to by-rack\n");
    expect(printed).toMatch(/ {2}[1-9]\d* of 16 PGs move, [1-9]\d* shards\n/);
    expect(printed).toContain("PGs short of a copy when all has moved: 0\n");
    expect(printed).toMatch(/rack\d -> rack\d: \d+/);
  });

  it("04-size-a-cluster measures several targets and creates the pools", async () => {
    const pools = ["vms:size=3,percent=80", "archive:k=4,m=2,percent=20,bulk"];
    const printed = await run("04-size-a-cluster.ts", ["60", "6", ...pools]);
    const found = [...printed.matchAll(/vms: (\d+) PGs \((\w+)\)\n\s+space lost: (\S+) %/g)];
    const pgs = found.map(([, count, limit]) => [Number(count), limit]);
    // 200 PGs per OSD come to 4096, whose 256 an OSD with the other pool's are too many.
    expect(pgs).toEqual([
      [1024, "target_pgs_per_osd"],
      [2048, "target_pgs_per_osd"],
      [2048, "mon_max_pg_per_osd"],
    ]);
    const [few, many] = found.map(([, , , percent]) => Number(percent));
    expect(many).toBeLessThan(few ?? 0);
    expect(printed).toContain("\nceph osd pool create vms 2048\n");
    expect(printed).toContain("\nceph osd erasure-code-profile set archive k=4 m=2\n");
  });

  it("05-can-we-lose-a-rack says which racks must not fail", async () => {
    const printed = await run("05-can-we-lose-a-rack.ts", FILES);
    // Three copies on three racks: with two racks left, PGs stay short.
    expect(printed).toMatch(/^rack: no rack can be lost: without rack\d [1-9]/);
    expect(printed).toMatch(/\ntwo at once: no two racks can be lost at once: /);
    expect(printed).toMatch(/\nhost: any host can be lost: rebuilding host\d fills OSDs the most/);
    expect(printed).toMatch(/\nrack\d: \w+, \d+ PGs stop, \d\.\d\d GiB to rebuild\n/);
    expect(printed).toMatch(/\n1 OSDs lost at once: 0\.00 % of the ways lose data\n/);
  });

  it("06-when-do-we-buy gives the day, and a later one with another host", async () => {
    const printed = await run("06-when-do-we-buy.ts", [
      ...["images", "+20MiB/month", "2x256MiB@rack1"],
      ...FILES,
    ]);
    const days = [...printed.matchAll(/ {2}(\d{4}-\d\d-\d\d): if host\d were lost, osd\.\d+/g)];
    expect(printed).toMatch(/^images grows by \+20MiB\/month, from 2027-01-01 on\nas it is:\n/);
    expect(printed).toMatch(/add host new-host1 of 2 OSDs:\n {2}6 commands, [1-9]\d* MiB move/);
    const [before = "", after = "9999"] = days.map(([, day]) => day);
    expect(before < after, printed).toBe(true);
  });
});
