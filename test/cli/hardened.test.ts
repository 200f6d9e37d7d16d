import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeWhole } from "../../ts/base/files.ts";
import { Cluster, CrushlabError, CrushMap, simulate } from "../../ts/index.ts";
import { crushlab } from "../support/cli.ts";
import { LAB } from "../support/lab.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const OSDMAP = join(LAB, "osdmap.bin");
const PLAN = join(ROOT, "examples/workshop/cluster.yaml");

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crushlab-hardened-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("output", () => {
  it("goes into a FIFO, and leaves it one", async () => {
    const fifo = join(folder, "fifo");
    execFileSync("mkfifo", [fifo]);
    const reader = spawn("sh", ["-c", 'cat "$0" > "$0.read"', fifo], { stdio: "ignore" });
    const closed = new Promise((resolve) => reader.on("close", resolve));
    await writeWhole(fifo, "told");
    expect(statSync(fifo).isFIFO()).toBe(true);
    await closed;
    expect(readFileSync(`${fifo}.read`, "utf8")).toBe("told");
  });

  it("leaves devices what they are, and says in one line that one is full", async () => {
    await writeWhole("/dev/null", "gone");
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    const full = writeWhole("/dev/full", "too much");
    await expect(full).rejects.toThrow("cannot write /dev/full: no space left");
    const args = [join(ROOT, "dist/cli.js"), "tree", OSDMAP];
    const quoted = [process.execPath, ...args].map((word) => `'${word}'`).join(" ");
    const { status, stderr } = spawnSync("sh", ["-c", `${quoted} > /dev/full`]);
    const [last] = stderr.toString().trim().split("\n").slice(-1);
    expect(last).toBe("crushlab: cannot write to standard output: no space left");
    expect(status).toBe(2);
  });

  it("is no JSON that a terminal would act on", async () => {
    const name = "a\u009b31m\u202eb";
    const plan = join(folder, "names.json");
    const cluster = Cluster.fromPlan({
      racks: [{ count: 1, hosts: [{ count: 3, osds: [{ count: 1, size: "1 TB" }] }] }],
      pools: [{ name, size: 3, pg_num: 8, stored: "1 GB" }],
    });
    await cluster.save(plan);
    const { stdout } = await crushlab(["capacity", plan, "--json"]);
    expect(stdout).not.toMatch(/[\u0080-\u009f\u202e]/u);
    expect(JSON.stringify(JSON.parse(stdout))).toContain(name);
  });
});

describe("errors", () => {
  it("repeat nothing that steers a terminal, and no more than a few lines", async () => {
    const evil = `--\u001b[31m\u009b${"x".repeat(5000)}`;
    for (const args of [[evil], ["tree", evil], ["tree", OSDMAP, "--run", evil.slice(2)]]) {
      const { exitCode, stderr } = await crushlab(args);
      expect(exitCode).toBe(2);
      expect(stderr).not.toMatch(/(?!\n)\p{Cc}/u);
      expect(stderr.length).toBeLessThan(800);
    }
  });

  it.each([
    [
      ["explain", PLAN, "--pool", "photos"],
      /^crushlab: of a cluster, --pg, or --pool and --object/,
    ],
    [
      ["whatif", PLAN, "--out", "osd.3"],
      /^crushlab: --out is for a CRUSH map alone.*--run 'ceph osd out 3'/,
    ],
    [
      ["whatif", OSDMAP, "--run", "ceph osd out 3", "--json", "--json-lines"],
      /expected one of them/,
    ],
  ])("lead to what was meant: %j", async (args, expected) => {
    const { exitCode, stderr } = await crushlab(args);
    expect(stderr).toMatch(expected);
    expect(exitCode).toBe(2);
  });

  it("are not needed for help", async () => {
    const { exitCode, stdout } = await crushlab(["help", "whatif"]);
    expect(stdout).toMatch(/^Usage: crushlab whatif/);
    expect(exitCode).toBe(0);
  });
});

describe("memory", () => {
  it("has one budget, which can be raised", async () => {
    const plan = join(folder, "large.yaml");
    const pool = (name: string) => `{ name: ${name}, size: 3, pg_num: 5000000, stored: 1 TB }`;
    const osds = "racks: [{ count: 1, hosts: [{ count: 3, osds: [{ count: 1, size: 8 TB }] }] }]";
    writeFileSync(plan, `${osds}\npools: [${pool("a")}, ${pool("b")}]\n`);
    const { exitCode, stderr } = await crushlab(["tree", plan]);
    expect(stderr).toMatch(/PG shards, expected at most \d+ in 1024 MiB of memory/);
    expect(exitCode).toBe(2);
    const small = await crushlab(["tree", OSDMAP, "--memory", "1 MiB"]);
    expect(small.stderr).toMatch(/^crushlab: memory is/);
    const enough = await crushlab(["tree", OSDMAP, "--memory", "64MiB"]);
    expect(enough.exitCode).toBe(0);
  });

  it("is not taken for what gzip blows up", async () => {
    const bomb = join(folder, "bomb.gz");
    writeFileSync(bomb, gzipSync(Buffer.alloc(2 ** 26, " ")));
    const { exitCode, stderr } = await crushlab(["tree", bomb, "--memory", "16MiB"]);
    expect(stderr).toMatch(/gzip: found more than 16777216 bytes/);
    expect(exitCode).toBe(2);
    rmSync(bomb);
    expect(existsSync(bomb)).toBe(false);
  });
});

describe("callers", () => {
  const commands = ["ceph osd out 3"];

  it("whose onProgress fails hear of it, and of nothing else", async () => {
    const cluster = await Cluster.load(OSDMAP);
    const onProgress = () => {
      throw new Error("mine");
    };
    const failed = await simulate(cluster, commands, { onProgress }).catch((error) => error);
    expect(failed).toBeInstanceOf(CrushlabError);
    expect(failed.code).toBe("invalid_argument");
    expect(failed.cause.message).toBe("mine");
  });

  it("cannot make one word take for ever", async () => {
    const cluster = await Cluster.load(OSDMAP);
    const word = "x".repeat(2e8);
    expect(() => cluster.run(`ceph osd ${word}`)).toThrow(/a word of more than 4096 characters/);
    const map = CrushMap.fromText("device 0 osd.0\ntype 0 osd\n");
    expect(() => map.place({ rule: word, size: 1, x: 1 })).toThrow(CrushlabError);
  });
});
