import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cluster } from "../../ts/index.ts";
import schema from "../../ts/schema/plan.schema.json" with { type: "json" };
import { crushlab } from "../support/cli.ts";

const isPlan = new Ajv2020({ allowUnionTypes: true }).compile(schema);

/** Four racks of hosts, so that a rule may go from hosts to racks. */
const PLAN = `
racks:
  - { count: 4, hosts: [{ count: 2, osds: [{ count: 3, size: 8 TB }] }] }
pools:
  - { name: rbd, pg_num: 256, size: 3, stored: 20 TiB, failure_domain: host }
  - { name: ec, pg_num: 64, erasure: { k: 2, m: 2 }, stored: 10 TiB, failure_domain: host }
`;

const CHANGE = [
  ...["--run", "ceph osd crush rule create-replicated racks default rack"],
  ...["--run", "ceph osd pool set rbd crush_rule racks"],
];

/** A host in another rack: its shards may stay. */
const MOVE = ["--run", "ceph osd crush move host3 root=default rack=rack1"];

let folder: string;
let cluster: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crushlab-"));
  cluster = join(folder, "plan.yaml");
  await writeFile(cluster, PLAN);
});
afterAll(() => rm(folder, { recursive: true }));

interface Stage {
  commands: string[];
  misplaced_ratio: number | null;
  fullest_ratio: number | null;
  hours: number | null;
}

/** A plan as programs read it; it has to be as its schema says. */
async function plan(...args: string[]) {
  const { stdout, stderr, exitCode } = await crushlab(["plan", ...args, "--json"]);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  const report = JSON.parse(stdout);
  expect(isPlan(report), JSON.stringify(isPlan.errors)).toBe(true);
  const inStages = report.stages.flatMap(({ commands }: Stage) => commands);
  expect(report.commands).toEqual(inStages);
  return report;
}

/** What a cluster moves by some commands, all together. */
async function moved(commands: string[], ...args: string[]): Promise<number> {
  const script = join(folder, "commands.sh");
  await writeFile(script, `${commands.join("\n")}\n`);
  const run = ["whatif", cluster, ...args, "--script", script, "--summary", "--json"];
  return JSON.parse((await crushlab(run)).stdout).total.summary.shards_moved;
}

describe("crushlab plan", () => {
  it("freezes a change: what moves is what the rule forces to", async () => {
    const report = await plan("freeze", cluster, ...CHANGE);
    expect(report.shards_moved).toBe(report.shards_moved_least);
    expect(report.shards_moved).toBeGreaterThan(50);
    expect(report.exceptions).toHaveLength(report.shards_moved);
    const kinds = new Set(report.exceptions.map(({ kind }: { kind: string }) => kind));
    expect([...kinds]).toEqual(["domain_taken"]);
    expect(report.commands[0]).toBe("ceph osd set norebalance");
    expect(report.commands.at(-1)).toBe("ceph osd unset norebalance");
    expect(await moved(report.commands)).toBe(report.shards_moved);
    const { stdout } = await crushlab(["plan", "freeze", cluster, ...CHANGE]);
    expect(stdout).toContain("the fewest that the rules let");
    expect(stdout).toContain("Shards that cannot stay");
  });

  it("lets nothing move where every shard may stay", async () => {
    const report = await plan("freeze", cluster, ...MOVE);
    expect(report.shards_moved_unplanned).toBeGreaterThan(100);
    expect(report).toMatchObject({ shards_moved: 0, shards_moved_least: 0, exceptions: [] });
    expect(await moved(report.commands)).toBe(0);
  });

  it("releases a change in stages under limits", async () => {
    const limits = ["--max-misplaced", "3%", "--max-fill", "0.8", "--rate", "100MB"];
    const report = await plan("release", cluster, ...MOVE, ...limits);
    const limited = report.stages.filter((stage: Stage) => stage.misplaced_ratio !== null);
    expect(limited.length).toBeGreaterThan(3);
    for (const { misplaced_ratio, fullest_ratio, hours } of limited) {
      expect(misplaced_ratio).toBeLessThanOrEqual(0.03);
      expect(fullest_ratio).toBeLessThanOrEqual(0.8);
      expect(hours).toBeGreaterThan(0);
    }
    expect(await moved(report.commands)).toBe(report.shards_moved);
    expect(report.verdict.text).toContain("no OSD is fuller than");
  });

  it("drains hosts, and says when each is empty", async () => {
    const hosts = ["--osds", "host=host1", "--osds", "host=host3"];
    const report = await plan("order", cluster, ...hosts, "--max-misplaced", "10%");
    expect(report.emptied.map(({ name }: { name: string }) => name).sort()).toEqual([
      "host=host1",
      "host=host3",
    ]);
    expect(await moved(report.commands)).toBe(report.shards_moved);
    const drained = await plan("drain", cluster, ...hosts, "--max-misplaced", "10%");
    expect(drained.commands).toEqual(report.commands);
  });

  it("goes back from half-way", async () => {
    const { commands } = await plan("release", cluster, ...MOVE);
    const half: string[] = commands.slice(0, commands.length / 2);
    const script = join(folder, "half.sh");
    await writeFile(script, `${half.join("\n")}\n`);
    const args = [cluster, "--script", script, "--first", cluster];
    const back = await plan("undo", ...args);
    expect(back.commands.join()).toContain("ceph osd crush move host3 rack=rack2 root=default");
    expect(await moved([...half, ...back.commands])).toBe(0);
  });

  it("says how a cluster becomes what an edited CRUSH map says", async () => {
    const edited = join(folder, "edited.crush");
    const map = (await Cluster.load(cluster)).run("ceph osd crush reweight osd.3 4").crush;
    await writeFile(edited, map.toBinary());
    const report = await plan("advise", cluster, "--crush", edited);
    expect(report.commands).toContain("ceph osd crush reweight osd.3 4");
    expect(report.commands.join("\n")).not.toContain("setcrushmap");
    expect(await moved(report.commands)).toBeGreaterThan(0);
    expect((await crushlab(["plan", "advise", cluster])).stderr).toContain("--to or --crush");
  });

  it("writes a script that asks, and only prints with --dry-run", async () => {
    const script = join(folder, "freeze.sh");
    const args = ["plan", "freeze", cluster, ...CHANGE, "--script-out", script, "--commands"];
    const { stdout } = await crushlab(args);
    const { stdout: printed } = await promisify(execFile)("bash", [script, "--dry-run"]);
    const lines = printed.split("\n").filter((line) => line.startsWith("+ "));
    expect(lines.map((line) => line.slice(2))).toEqual(stdout.trimEnd().split("\n"));
    expect(printed).toContain("Stage 1 of 3");
    expect(await readFile(script, "utf8")).toContain("Go on? [y/N]");
  });

  it("says in one line what is wrong, and what is possible", async () => {
    const failed = async (...args: string[]) => {
      const { stderr, exitCode } = await crushlab(["plan", ...args]);
      expect(stderr.trimEnd().split("\n").length, stderr).toBe(1);
      expect(exitCode).not.toBe(0);
      return stderr;
    };
    expect(await failed("drain", cluster, "--osds", "osd.99")).toContain("osd.99");
    expect(await failed("drain", cluster)).toContain("--osds is missing");
    const tight = ["--osds", "host=host1", "--max-fill", "10%"];
    expect(await failed("drain", cluster, ...tight)).toMatch(/a limit of [\d.]+ % at most/);
    const few = ["--osds", "host=host1", "--max-misplaced", "0.000001"];
    expect(await failed("drain", cluster, ...few)).toContain("is possible");
    expect(await failed("drain", cluster, "--max-fill", "2")).toContain("0.05 or 5%");
  });
});
