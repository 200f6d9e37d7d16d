import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cluster } from "../../ts/index.ts";
import schema from "../../ts/schema/whatif.schema.json" with { type: "json" };
import { crushlab } from "../support/cli.ts";
import { GOLDEN_LAB, LAB } from "../support/lab.ts";
import { validator } from "../support/schema.ts";

const MAP = join(LAB, "osdmap.bin");
const FILES = [MAP, join(LAB, "pg-dump.json.gz"), join(LAB, "osd-df-tree.json")];
/** The page without data; there is none where no compiler for WebAssembly is. */
const PAGE = join(LAB, "../../../dist/viz.html");
const GOLDEN_CLUSTER = join(GOLDEN_LAB, "../cluster");
const OUT = ["--run", "ceph osd out 3"];

const isReport = validator(schema);
const isStep = validator({ $defs: schema.$defs, $ref: "#/$defs/step" });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crushlab-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("crushlab whatif on a cluster", () => {
  it("prints one JSON object as its schema says", async () => {
    const asked = [...OUT, "--fail", "host=host4", "--wait", "10m", "--by", "host"];
    const { stdout, stderr, exitCode } = await crushlab(["whatif", ...FILES, ...asked, "--json"]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    const report = JSON.parse(stdout);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    expect(report.steps.map(({ command }: { command: string }) => command)).toEqual([
      "ceph osd out 3",
      "fail host=host4",
      "wait 10m",
    ]);
    const [out] = report.steps;
    expect(out.pgs).toHaveLength(out.summary.pgs_changed);
    expect(out.pgs[0]).toMatchObject({
      pgid: expect.stringMatching(/^\d+\.[0-9a-f]+$/),
      before: { state: "active+clean", acting_primary: expect.any(Number) },
      after: { state: "active+remapped+backfill_wait" },
    });
    expect(out.moves_by.type).toBe("host");
    expect(report.missing).toEqual([]);
  });

  it("takes settings of monitors, from options and from a scenario", async () => {
    const scenario = join(folder, "settings.yaml");
    await writeFile(scenario, "config: {mon_osd_down_out_interval: 9000}\nsteps: [wait: 10m]\n");
    const asked = ["--fail", "host=host4", "--script", scenario, "--json"];
    const movedWith = async (...more: string[]) => {
      const { stdout } = await crushlab(["whatif", ...FILES, ...asked, ...more]);
      return JSON.parse(stdout).steps[1].summary.pgs_changed;
    };
    expect(await movedWith()).toBe(0);
    expect(await movedWith("--config", "mon_osd_down_out_interval=60")).toBeGreaterThan(0);
  });

  it.each([
    ["mon_osd_down_out_intervall=60", "did you mean mon_osd_down_out_interval?"],
    ["mon_osd_down_out_interval=soon", "expected a whole number of seconds"],
    ["mon_osd_down_out_interval", "has no value"],
    ["__proto__=1", "there is no setting"],
  ])("refuses --config %s in one line", async (config, words) => {
    const { stdout, stderr, exitCode } = await crushlab([
      "whatif",
      MAP,
      ...OUT,
      "--config",
      config,
    ]);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
    expect(stderr).toContain(words);
    expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
  });

  it("prints the summary alone", async () => {
    const whole = await crushlab(["whatif", MAP, ...OUT, "--json"]);
    const { stdout } = await crushlab(["whatif", MAP, ...OUT, "--json", "--summary"]);
    const report = JSON.parse(stdout);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    expect(Object.keys(report.steps[0])).toEqual([
      "command",
      "is_stage",
      "verdict",
      "notes",
      "summary",
    ]);
    expect(report.total).toEqual({ summary: JSON.parse(whole.stdout).total.summary });
    const lines = await crushlab(["whatif", MAP, ...OUT, "--json-lines", "--summary"]);
    expect(JSON.parse(lines.stdout)).toEqual(report.steps[0]);
    const { stderr, exitCode } = await crushlab(["whatif", MAP, ...OUT, "--summary"]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe("crushlab: --summary is for --json and --json-lines\n");
  });

  it("prints a line of JSON for each step", async () => {
    const asked = [...OUT, "--run", "ceph osd in 3", "--json-lines"];
    const { stdout } = await crushlab(["whatif", MAP, ...asked]);
    const steps = stdout.trimEnd().split("\n");
    expect(steps).toHaveLength(2);
    for (const step of steps) {
      expect(isStep(JSON.parse(step)), JSON.stringify(isStep.errors)).toBe(true);
    }
  });

  it("shows a summary first, the worst OSDs, and a matrix, in the room there is", async () => {
    const env = { COLUMNS: "100" };
    const { stdout } = await crushlab(["whatif", ...FILES, ...OUT, "--top", "3"], { env });
    const order = ["What if: ceph osd out 3", "PGs that move", "Fullest OSDs", "Where shards go"];
    const places = order.map((text) => stdout.indexOf(text));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    expect(stdout).toMatch(/misplaced +0 +\d+ +0\n/);
  });

  it("says when the data is not known, and counts PGs", async () => {
    const { stdout } = await crushlab(["whatif", MAP, "--fail", "host=host4", "--wait", "10m"]);
    expect(stdout).toContain("The data is not known: PGs and shards are counted, not bytes.");
    expect(stdout).toContain("Step 2: wait 10m\n");
    expect(stdout).toContain("\n  osd.8 is marked out after 600 s");
    expect(stdout).toContain("What each step moves");
  });

  it("takes the ceph lines of a shell script", async () => {
    const script = join(folder, "work.sh");
    const lines = ["#!/bin/sh", "set -e", "# first", "ceph osd set noout", "", "sleep 5"];
    await writeFile(script, [...lines, "ceph osd crush reweight \\", "  osd.4 2.0", ""].join("\n"));
    const args = ["whatif", MAP, "--script", script, "--json"];
    const { steps } = JSON.parse((await crushlab(args)).stdout);
    const commands = steps.map(({ command }: { command: string }) => command.replace(/ +/g, " "));
    expect(commands).toEqual(["ceph osd set noout", "ceph osd crush reweight osd.4 2.0"]);
    await writeFile(script, "ceph osd out 3\nfor i in 1 2; do\n");
    const wrong = await crushlab(["whatif", MAP, "--script", script]);
    expect(wrong.stderr).toMatch(/^crushlab: .*work.sh: line 2: .+\n$/);
    expect(wrong.exitCode).toBe(2);
  });

  it("says in one line what is wrong, and exits with 2", async () => {
    const lines = await Promise.all(
      [
        ["--run", "ceph osd ot 3"],
        ["--run", "ceph osd pool set none size 2"],
        ["--fail", "host=hots1"],
        ["--wait", "soon"],
        [...OUT, "--by", "hots"],
        [...OUT, "--rule", "0"],
        ["--json-lines"],
        [],
      ].map(async (args) => {
        const { stdout, stderr, exitCode } = await crushlab(["whatif", MAP, ...args]);
        expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
        expect(stderr.trimEnd().split("\n")).toHaveLength(1);
        return stderr.trimEnd();
      }),
    );
    expect(lines).toEqual([
      expect.stringContaining("did you mean 'ceph osd out'?"),
      expect.stringContaining("ceph osd pool set none size 2: Error ENOENT"),
      "crushlab: the map has no host hots1 (did you mean host1?)",
      'crushlab: a time is "soon": expected whole seconds, or 90s, 10m, 2h, 1d',
      expect.stringContaining("the map has no bucket type hots"),
      "crushlab: --rule is for a CRUSH map alone, not with changes of a cluster",
      "crushlab: --json-lines is for a cluster and what happens to it (--run, --fail, …)",
      "crushlab: nothing happens: --run, --fail or --script missing (--help shows an example)",
    ]);
  });
});

describe("crushlab diff", () => {
  const AFTER = join(GOLDEN_LAB, "out-3-osdmap.bin");
  const WITH = ["--with", FILES[1] ?? "", "--with", FILES[2] ?? ""];

  it("tells what two states differ in as whatif does", async () => {
    const diff = JSON.parse((await crushlab(["diff", MAP, AFTER, ...WITH, "--json"])).stdout);
    expect(isReport(diff), JSON.stringify(isReport.errors)).toBe(true);
    const whatIf = JSON.parse((await crushlab(["whatif", ...FILES, ...OUT, "--json"])).stdout);
    const [real] = diff.steps;
    const [predicted] = whatIf.steps;
    expect(real.moves).toEqual(predicted.moves);
    expect(real.summary.moved_bytes).toBe(predicted.summary.moved_bytes);
    const text = await crushlab(["diff", MAP, AFTER, ...WITH, "--by", "rack"]);
    expect(text.stdout).toContain("Where shards go: from (1 of 1)");
    expect(text.exitCode).toBe(0);
  });

  it("predicts what the later map does not tell: who serves PGs while data moves", async () => {
    const edited = join(folder, "edited.osdmap");
    await (await Cluster.load(MAP)).run("ceph osd out 3").save(edited);
    const diff = JSON.parse((await crushlab(["diff", MAP, edited, ...WITH, "--json"])).stdout);
    const whatIf = JSON.parse((await crushlab(["whatif", ...FILES, ...OUT, "--json"])).stdout);
    const [step] = diff.steps;
    expect(step.summary).toEqual(whatIf.steps[0].summary);
    expect(step.pgs).toEqual(whatIf.steps[0].pgs);
    expect(step.summary.after.misplaced_object_copies).toBeGreaterThan(0);
    expect(step.notes).toEqual([expect.stringMatching(/no pg_temp: "right after" is predicted/)]);
    const { stdout } = await crushlab(["diff", MAP, edited, ...WITH]);
    expect(stdout).toContain('"right after" is predicted');
    // A cluster's own map while data moves.
    const maps = ["healthy", "out"].map((name) => join(GOLDEN_CLUSTER, `${name}.osdmap`));
    const real = JSON.parse((await crushlab(["diff", ...maps, "--json"])).stdout);
    expect(real.steps[0].notes).toEqual([]);
    expect(real.steps[0].pgs[0].after.state).toBe("active+remapped+backfill_wait");
  });

  it("names a file that cannot be used", async () => {
    const { stderr, exitCode } = await crushlab(["diff", MAP, "no/such/file"]);
    expect(stderr).toBe("crushlab: cannot read no/such/file: no such file or directory\n");
    expect(exitCode).toBe(2);
  });
});

describe.skipIf(!existsSync(PAGE))("--html", () => {
  it("writes one page that needs nothing else, with every name as text", async () => {
    const page = join(folder, "page.html");
    const hostile = "ceph osd crush rm '<img src=x onerror=alert(1)>'";
    const { exitCode } = await crushlab([
      "whatif",
      ...FILES,
      ...OUT,
      "--run",
      hostile,
      "--html",
      page,
    ]);
    const html = await readFile(page, "utf8");
    expect(exitCode).toBe(0);
    // The page is long: what fails must not print all of it.
    expect(html.includes("<img")).toBe(false);
    const addresses = html.match(/<(script|link|img)\b[^>]* (src|href)="[^"]*"/g);
    expect(addresses).toEqual(['<link rel="icon" href="data:,"']);
    expect(html.includes("default-src 'none'")).toBe(true);
    const [, carried = ""] = /id="embedded">(.*?)<\/script>/.exec(html) ?? [];
    const { changes, files } = JSON.parse(carried);
    expect(changes).toEqual([{ run: "ceph osd out 3" }, { run: hostile }]);
    expect(files).toHaveLength(FILES.length);
  });

  it("says when the file cannot be written", async () => {
    const page = join(folder, "none", "page.html");
    const { stdout, stderr, exitCode } = await crushlab(["whatif", MAP, ...OUT, "--html", page]);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
    expect(stderr).toBe(`crushlab: cannot write ${page}: no such file or directory\n`);
  });
});

describe("ts/schema/whatif.schema.json", () => {
  it("is shipped", async () => {
    const { files, exports } = JSON.parse(await readFile("package.json", "utf8"));
    expect(files).toContain("ts/schema");
    expect(exports["./schema/whatif.schema.json"]).toBe("./ts/schema/whatif.schema.json");
  });
});
