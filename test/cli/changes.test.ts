import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cluster } from "../../ts/index.ts";
import { crushlab } from "../support/cli.ts";

/** Six hosts, and the pools' data. */
const PLAN = `
hosts: [{ count: 6, osds: [{ count: 4, size: 1 TiB }] }]
pools: [{ name: data, size: 3, pg_num: 128, stored: 4 TiB }]
`;
const FAIL = ["--fail", "host=host2"];
const LOST = [...FAIL, "--wait", "10m"];
const CHANGES = ["fail host=host2", "wait 10m"];

let folder: string;
let plan: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crushlab-"));
  plan = join(folder, "plan.yaml");
  await writeFile(plan, PLAN);
});
afterAll(() => rm(folder, { recursive: true }));

/** A question about a cluster: its command, and what stands behind the file. */
interface Question {
  name: string;
  rest: readonly string[];
}

/** Every question that prints an object of its own. */
const QUESTIONS: readonly Question[] = [
  { name: "sweep", rest: [] },
  { name: "capacity", rest: [] },
  { name: "grow", rest: ["--pool", "data=+1TiB/month", "--from", "2027-01-01"] },
  { name: "pgnum", rest: [] },
  { name: "pgs", rest: [] },
  { name: "tree", rest: [] },
  { name: "distribution", rest: [] },
  { name: "map", rest: ["data", "a"] },
];

async function asked({ name, rest }: Question, changes: readonly string[]) {
  return crushlab([name, plan, ...rest, ...changes]);
}

async function askedJson(question: Question, changes: readonly string[]) {
  const { stdout, stderr, exitCode } = await asked(question, [...changes, "--json"]);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  return JSON.parse(stdout);
}

describe("changes before a question", () => {
  it.each(QUESTIONS)("happen to the cluster of $name, and are stated", async (question) => {
    const plain = await askedJson(question, []);
    expect(plain).not.toHaveProperty("changes");
    expect(plain).not.toHaveProperty("healed");
    const failed = await askedJson(question, FAIL);
    expect(failed).toMatchObject({ changes: ["fail host=host2"], healed: false });
    expect(failed.verdict.severity).toMatch(/^(warning|danger)$/);
    const healed = await askedJson(question, [...LOST, "--heal"]);
    expect(healed).toMatchObject({ changes: CHANGES, healed: true });
    // What the command itself says differs, and not only the head.
    const body = ({ verdict: _, changes: __, healed: ___, ...rest }: object & typeof plain) => rest;
    if (question.name !== "map") {
      expect(body(failed)).not.toEqual(body(plain));
    }
  });

  it.each(QUESTIONS)("are stated in one line of the text of $name", async (question) => {
    const isCephs = question.name === "tree" || question.name === "map";
    const line = async (changes: readonly string[]) => {
      const { stdout, stderr } = await asked(question, changes);
      const lines = (isCephs ? stderr : stdout).split("\n");
      return lines.filter((text) => /after \d+ changes?/.test(text)).join("\n");
    };
    const prefix = isCephs ? "crushlab: " : "";
    expect(await line([])).toBe("");
    expect(await line(LOST)).toBe(
      `${prefix}after 2 changes, data not moved yet; --heal lets it move`,
    );
    expect(await line([...FAIL, "--heal"])).toBe(`${prefix}after 1 change and healing`);
    expect(await line([...FAIL, "--heal", "--no-heal"])).toMatch(/data not moved yet/);
  });

  it("move the up set of an object that explain tells of", async () => {
    const start = await Cluster.load(plan);
    const { pgid, up } = start.locate("data", "a");
    const fail = ["--fail", `osd.${up[0]}`, "--wait", "10m"];
    const explain = ["explain", plan, "--pool", "data", "--object", "a", ...fail];
    const { stdout, exitCode } = await crushlab(explain);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\w+: .*\nafter 2 changes, data not moved yet/);
    expect(stdout).toContain(`osd.${up[0]} is out`);
    const after = start
      .fail(up[0] ?? 0)
      .wait("10m")
      .locate("data", "a");
    const names = after.up.map((osd) => `osd.${osd}`).join(", ");
    expect(stdout.trimEnd().endsWith(`PG ${pgid} is placed on ${names}`)).toBe(true);
    expect(after.up).not.toContain(up[0]);
  });

  it("let bytes move with their PGs only with --heal", async () => {
    const used = async (changes: readonly string[]) => {
      const { total_bytes, used_bytes } = await askedJson({ name: "capacity", rest: [] }, changes);
      return used_bytes / total_bytes;
    };
    const before = await used([]);
    const healed = await used([...LOST, "--heal"]);
    // Twenty of the 24 OSDs hold what all held.
    expect(healed / before).toBeCloseTo(24 / 20, 2);
  });

  it("are those of whatif, with what data does between them", async () => {
    const whatif = ["whatif", plan, ...LOST];
    const json = JSON.parse((await crushlab([...whatif, "--json", "--summary"])).stdout);
    expect(json).toMatchObject({ changes: CHANGES, healed: false });
    const healed = JSON.parse((await crushlab([...whatif, "--heal", "--json"])).stdout);
    expect(healed).toMatchObject({ changes: CHANGES, healed: true });
    const { stdout } = await crushlab(whatif);
    expect(stdout).toContain("\n2 changes, data not moved between them; --heal lets it move\n");
    const text = await crushlab([...whatif, "--heal"]);
    expect(text.stdout).toContain("\n2 changes, with healing before the next\n");
    const one = await crushlab(["whatif", plan, ...FAIL]);
    expect(one.stdout).toContain("\n1 change: right after it, and when all data has moved");
  });

  it("come from scripts and scenarios, with their settings", async () => {
    const script = join(folder, "work.sh");
    await writeFile(script, "#!/bin/sh\nceph osd out 3\nceph osd out 7\n");
    const { nodes, changes } = await askedJson({ name: "tree", rest: [] }, [
      "--script",
      script,
      ...FAIL,
    ]);
    expect(changes).toEqual(["ceph osd out 3", "ceph osd out 7", "fail host=host2"]);
    const out = nodes.filter(({ reweight }: { reweight?: number }) => reweight === 0);
    expect(out.map(({ id }: { id: number }) => id)).toEqual([3, 7]);
    const scenario = join(folder, "work.yaml");
    await writeFile(
      scenario,
      "config: {mon_osd_down_out_interval: 30}\nsteps: [{fail: osd.1}, {wait: 1m}]\n",
    );
    const settled = await askedJson({ name: "tree", rest: [] }, ["--script", scenario]);
    expect(settled.nodes.find(({ id }: { id: number }) => id === 1)).toMatchObject({
      status: "down",
      reweight: 0,
    });
  });

  it("say which lines of a script are passed over, and which line is refused", async () => {
    const script = join(folder, "runbook.sh");
    const lines = ["#!/bin/sh", "kubectl get pods", "ceph -s", "ceph osd out 3"];
    await writeFile(script, lines.join("\n"));
    const { warnings } = await askedJson({ name: "tree", rest: [] }, ["--script", script]);
    const skipped = warnings.filter(({ code }: { code: string }) => code === "skipped_line");
    const messages = skipped.map(({ message }: { message: string }) => message);
    expect(messages[0]).toContain(`${script}: line 2: `);
    expect(messages[0]).toContain("kubectl");
    expect(messages[1]).toContain(`${script}: line 3: `);
    expect(messages).toHaveLength(2);
    const { stdout } = await crushlab(["whatif", plan, "--script", script]);
    expect(stdout).toContain(`\nnote: ${script}: line 2: `);
    await writeFile(script, [...lines, "", "ceph osd crush reweight osd.99 1"].join("\n"));
    for (const command of ["whatif", "sweep"]) {
      const refused = await crushlab([command, plan, "--script", script]);
      expect(refused.exitCode).toBe(2);
      expect(refused.stdout).toBe("");
      expect(refused.stderr).toContain(`${script}: line 6: ceph osd crush reweight osd.99 1: `);
    }
  });

  it("find the files that a script names from where the script is", async () => {
    const script = join(folder, "edit.sh");
    const map = (await Cluster.load(plan)).crush.toBinary();
    await writeFile(join(folder, "edited.crush"), map);
    await writeFile(script, "ceph osd setcrushmap -i edited.crush\n");
    const { changes } = await askedJson({ name: "tree", rest: [] }, ["--script", script]);
    expect(changes).toEqual(["ceph osd setcrushmap -i edited.crush"]);
    await writeFile(script, "\nceph osd setcrushmap -i lost.crush\n");
    const lost = await crushlab(["tree", plan, "--script", script]);
    expect(lost).toMatchObject({ exitCode: 2, stdout: "" });
    expect(lost.stderr).toContain(`${script}: line 2: lost.crush: No such file`);
  });

  it("carry a pg_num out, unless --no-staged leaves that out", async () => {
    const grow = ["--run", "ceph osd pool set data pg_num 256"];
    const pgs = async (...more: string[]) =>
      (await askedJson({ name: "pgs", rest: [] }, [...grow, ...more])).pgs;
    expect(await pgs()).toHaveLength(256);
    expect(await pgs("--no-staged")).toHaveLength(128);
  });

  it("are for a cluster, and refused in one line where there is none", async () => {
    const lines = await Promise.all(
      [
        ["pgnum", "--osds", "8", "--pool", "a", ...FAIL],
        ["explain", plan, "--rule", "0", "--size", "3", "--x", "1", ...FAIL],
        ["tree", plan, "--fail", "host=hots2"],
        ["capacity", plan, "--run", "ceph osd frob 3"],
        ["map", plan, "data", "a", "--wait", "soon"],
        ["distribution", plan, "--config", "mon_osd_down_out_intervall=3"],
      ].map(async (args) => {
        const { stdout, stderr, exitCode } = await crushlab(args);
        expect({ stdout, exitCode }, stderr).toEqual({ stdout: "", exitCode: 2 });
        expect(stderr.trimEnd().split("\n")).toHaveLength(1);
        return stderr.trimEnd();
      }),
    );
    expect(lines).toEqual([
      expect.stringContaining("--osds with a cluster or changes of one"),
      expect.stringContaining("are for a cluster, not for a CRUSH map alone"),
      expect.stringContaining("the map has no host hots2"),
      expect.stringContaining("unknown command 'osd frob 3'"),
      expect.stringContaining('a time is "soon"'),
      expect.stringContaining("did you mean mon_osd_down_out_interval?"),
    ]);
  });

  it("are in the help of every command, with the default for healing", async () => {
    for (const command of ["whatif", "viz", "explain", ...QUESTIONS.map(({ name }) => name)]) {
      const { stdout } = await crushlab([command, "--help"]);
      for (const option of ["--run", "--fail", "--recover", "--wait", "--script", "--config"]) {
        expect(stdout, command).toContain(`  ${option} `);
      }
      expect(stdout, command).toMatch(/--no-heal +let it stay where it is \(the default\)/);
      expect(stdout, command).toContain("--no-staged");
      expect(stdout, command).toMatch(/\nExamples:\n {2}/);
    }
  });
});
