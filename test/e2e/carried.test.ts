import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeInBrowser, factsIn, settled, startViz } from "../support/browser.ts";
import { crushlab } from "../support/cli.ts";
import { LAB } from "../support/lab.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const STATES = join(ROOT, "test/golden/cluster");
const FILES = ["osdmap.bin", "pg-dump.json.gz"].map((name) => join(LAB, name));

/** What the page's report and the command line's JSON have to agree on. */
function expected(summary: Record<string, number>): Record<string, string> {
  return {
    "PGs that change": String(summary.pgs_changed),
    "PGs with data to move": String(summary.pgs_moved),
    "Shards moved": String(summary.shards_moved),
    "Shards rebuilt": String(summary.shards_rebuilt),
    "Least possible": String(summary.shards_moved_least),
  };
}

describeInBrowser("a page that carries its data", (visit) => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "crushlab-"));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  /** Runs a command that writes a page, opens that as a file, and gives what it shows. */
  const shown = async (args: readonly string[]) => {
    const file = join(folder, "page.html");
    const { stdout, stderr, exitCode } = await crushlab([...args, "--json", "--html", file]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    const opened = await visit(pathToFileURL(file).href);
    await settled(opened.page);
    await opened.page.locator(".report .facts").waitFor();
    const facts = await factsIn(opened.page, ".report");
    const commands = await opened.page.locator(".steps li").allTextContents();
    expect([...opened.complaints, ...opened.foreign]).toEqual([]);
    await opened.page.context().close();
    return { facts, commands, steps: JSON.parse(stdout).steps };
  };

  it("shows what whatif has printed, data not moving between the steps", async () => {
    const changes = ["--run", "ceph osd out 3", "--fail", "host=host4"];
    const { facts, commands, steps } = await shown(["whatif", ...FILES, ...changes]);
    expect(commands).toEqual(["start", "ceph osd out 3", "fail host=host4"]);
    expect(facts).toMatchObject(expected(steps[1].summary));
  });

  it("shows the steps of a pg_num, or leaves them out as the command line was told", async () => {
    const command = "ceph osd pool set images pg_num 32";
    const all = await shown(["whatif", ...FILES, "--heal", "--run", command]);
    expect(all.commands).toHaveLength(all.steps.length + 1);
    const few = await shown(["whatif", ...FILES, "--heal", "--no-staged", "--run", command]);
    expect(few.commands).toEqual(["start", command]);
    expect(all.commands.length).toBeGreaterThan(few.commands.length);
  });

  it("lets it happen with the settings that the command line was given", async () => {
    const changes = ["--fail", "host=host4", "--wait", "60s"];
    const setting = ["--config", "mon_osd_down_out_interval=60"];
    const { facts, steps } = await shown(["whatif", ...FILES, ...changes, ...setting]);
    expect(steps[1].summary.shards_moved).toBeGreaterThan(0);
    expect(facts).toMatchObject(expected(steps[1].summary));
    const byDefault = await shown(["whatif", ...FILES, ...changes]);
    expect(byDefault.facts["Shards moved"]).toBe("0");
  });

  it("shows what diff has printed", async () => {
    const states = ["start.osdmap", "stop-6-4.osdmap"].map((name) => join(STATES, name));
    const { facts, steps } = await shown(["diff", ...states]);
    expect(facts).toMatchObject(expected(steps[0].summary));
  });

  it("is handed out to this machine's own name only, and nothing beside it", async () => {
    const { address, close } = await startViz(FILES);
    try {
      const { port, pathname } = new URL(address);
      expect(pathname).toMatch(/^\/[\w-]{22}\/$/);
      const answer = (path: string, ...hosts: string[]) =>
        new Promise<IncomingMessage>((resolve, reject) => {
          const headers = hosts.flatMap((host) => ["Host", host]);
          request({ port, path, host: "127.0.0.1", setHost: false, headers }, (response) => {
            response.resume();
            resolve(response);
          })
            .on("error", reject)
            .end();
        });
      const status = async (...asked: [string, ...string[]]) => (await answer(...asked)).statusCode;
      expect(await status(pathname, `127.0.0.1:${port}`)).toBe(200);
      expect(await status(pathname, `localhost:${port}`)).toBe(200);
      expect(await status(pathname, `evil.example:${port}`)).toBe(403);
      const twice = await status(pathname, `127.0.0.1:${port}`, `evil.example:${port}`);
      expect([400, 403]).toContain(twice);
      expect(await status("/", `127.0.0.1:${port}`)).toBe(404);
      const { headers } = await answer(pathname, `127.0.0.1:${port}`);
      const policy = headers["content-security-policy"];
      expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-.*; frame-ancestors 'none'$/);
      expect(await status("/package.json", `127.0.0.1:${port}`)).toBe(404);
      expect(await status("/../package.json", `127.0.0.1:${port}`)).toBe(404);
      const taken = await crushlab(["viz", ...FILES, "--port", port]);
      expect(taken.exitCode).toBe(2);
      expect(taken.stderr).toContain(`cannot listen on port ${port}: it is taken`);
    } finally {
      close();
    }
  });

  it("has the settings and the steps of a scenario, also in its address", async () => {
    const script = join(folder, "scenario.yaml");
    const steps = "steps: [{ fail: host=host4 }, { wait: 60s }]";
    await writeFile(script, `config: { mon_osd_down_out_interval: 60 }\n${steps}\n`);
    const { address, close } = await startViz([...FILES, "--script", script]);
    try {
      const { page } = await visit(address);
      await settled(page);
      await page.locator(".settings", { hasText: "mon_osd_down_out_interval=60" }).waitFor();
      const moved = (await factsIn(page, ".report"))["Shards moved"];
      expect(Number(moved)).toBeGreaterThan(0);
      const second = await visit(page.url());
      await settled(second.page);
      await second.page.locator(".steps li").nth(2).waitFor();
      expect((await factsIn(second.page, ".report"))["Shards moved"]).toBe(moved);
      await Promise.all([page.context().close(), second.page.context().close()]);
    } finally {
      close();
    }
    const unknown = await crushlab(["viz", ...FILES, "--config", "mon_osd_down_out=60"]);
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toContain("mon_osd_down_out_interval");
  });

  it("is refused where the files make no cluster", async () => {
    const { stderr, exitCode } = await crushlab(["viz", join(ROOT, "package.json")]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^crushlab: .*package\.json/);
  });
});
