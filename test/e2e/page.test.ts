import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { violations } from "../support/axe.ts";
import { describeInBrowser, factsIn, settled, startViz } from "../support/browser.ts";
import { crushlab } from "../support/cli.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const DATA = join(ROOT, "examples/data");
const VIEWS = ["cluster", "remap", "distribution", "pg", "compare"];

describeInBrowser("the page in a browser", (visit) => {
  const open = async (hash: string, options = {}) => {
    const opened = await visit(hash, options);
    await settled(opened.page);
    return opened;
  };

  /** Chooses files, given as texts, in the dialog that opens them. */
  const choose = async (page: Page, texts: readonly { name: string; text: string }[]) => {
    await page.getByRole("button", { name: "Open" }).click();
    const files = texts.map(({ name, text }) => ({
      name,
      mimeType: "application/octet-stream",
      buffer: Buffer.from(text),
    }));
    await page.locator("#open-files").setInputFiles(files);
  };

  it.each(VIEWS.flatMap((view) => [[view, "light"] as const, [view, "dark"] as const]))(
    "shows %s in %s without errors, foreign requests or barriers",
    async (view, colorScheme) => {
      const steps = encodeURIComponent("fail host=host2\nceph osd out 4 5 6 7");
      const { page, complaints, foreign } = await open(
        `#view=${view}&example=racks&steps=${steps}&at=2`,
        { colorScheme },
      );
      expect(await page.locator(".drawing > .is-shown").count()).toBe(1);
      await page.getByRole("button", { name: "Table" }).click();
      expect(await page.locator(".table-box tbody tr").count()).toBeGreaterThan(0);
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      expect(foreign).toEqual([]);
      await page.context().close();
    },
  );

  it("is small: its files together, and the one that holds all of it", () => {
    const folder = join(ROOT, "dist/viz");
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    // One core answers all questions, in the page, in browsers and where there is no binding.
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_500_000);
    expect(statSync(join(ROOT, "dist/viz.html")).size).toBeLessThan(2_500_000);
  });

  it.each(VIEWS)("shows %s on a phone within its width", async (view) => {
    const viewport = { width: 390, height: 844 };
    const { page } = await open(`#view=${view}&example=small`, { viewport });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(viewport.width);
    await page.context().close();
  });

  it.each([
    [
      "OSDMap and data",
      ["lab/osdmap.bin", "lab/pg-dump.json.gz", "lab/osd-df-tree.json"],
      "12 OSDs",
    ],
    ["osd dump and crush dump", ["lab/osd-dump.json", "lab/crush-dump.json"], "12 OSDs"],
    ["binary CRUSH map", ["lab.crush.bin"], "12 OSDs"],
    ["text of a CRUSH map", ["hybrid.crush.txt"], "72 OSDs"],
    ["JSON of a CRUSH map", ["lab/crush-dump.json"], "12 OSDs"],
    ["description in YAML", ["../workshop/cluster.yaml"], "24 OSDs"],
  ])("opens %s", async (_, names, facts) => {
    const { page, complaints } = await open("#example=racks");
    await page.getByRole("button", { name: "Open" }).click();
    await page.locator("#open-files").setInputFiles(names.map((name) => join(DATA, name)));
    await page.locator(".cluster-facts", { hasText: facts }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("opens a report that is dropped, and a map that is pasted beside the dialog", async () => {
    const { page, complaints } = await open("#example=racks");
    const read = (name: string) => JSON.parse(readFileSync(join(DATA, "lab", name), "utf8"));
    const report = { osdmap: read("osd-dump.json"), crushmap: read("crush-dump.json") };
    /** Lets files or a text come as a browser does. */
    const give = (kind: "drop" | "paste", name: string, text: string) =>
      page.evaluate(
        ([kind, name, text]) => {
          const data = new DataTransfer();
          if (name === "") {
            data.setData("text/plain", text);
          } else {
            data.items.add(new File([text], name));
          }
          const options = { bubbles: true, cancelable: true };
          document.body.dispatchEvent(
            kind === "drop"
              ? new DragEvent(kind, { ...options, dataTransfer: data })
              : new ClipboardEvent(kind, { ...options, clipboardData: data }),
          );
        },
        [kind, name, text] as const,
      );
    await give("drop", "report.json", JSON.stringify(report));
    await page.locator(".cluster-facts", { hasText: "report.json 12 OSDs" }).waitFor();
    await give("paste", "", readFileSync(join(DATA, "hybrid.crush.txt"), "utf8"));
    await page.locator(".cluster-facts", { hasText: "pasted text 72 OSDs" }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("opens a pasted description, and says what is wrong with one", async () => {
    const { page } = await open("#example=small");
    const paste = async (text: string) => {
      await page.getByRole("button", { name: "Open" }).click();
      await page.locator("#open-text").fill(text);
      await page.getByRole("button", { name: "Open the text" }).click();
    };
    await paste("hosts: [{ count: 5, osds: [{ count: 2, size: 1 TB }] }]");
    await page.locator(".cluster-facts", { hasText: "10 OSDs" }).waitFor();
    await paste("hosts: [{ count: 5, osds: [{ size: much }] }]");
    await page.locator(".message.is-error", { hasText: "much" }).waitFor();
    await page.context().close();
  });

  it("gives the numbers that the command line gives for a failed host", async () => {
    const files = ["osdmap.bin", "pg-dump.json.gz", "osd-df-tree.json"];
    const paths = files.map((name) => join(DATA, "lab", name));
    const { stdout } = await crushlab(["whatif", ...paths, "--fail", "host=host4", "--json"]);
    const { summary } = JSON.parse(stdout).steps[0];
    const served = await startViz([...paths, "--fail", "host=host4"]);
    try {
      const { page, complaints, foreign } = await visit(served.address);
      await settled(page);
      await page.getByRole("button", { name: "fail host=host4" }).click();
      const facts = await factsIn(page, ".report");
      expect(facts).toMatchObject({
        "PGs that change": String(summary.pgs_changed),
        "Shards moved": String(summary.shards_moved),
        "Shards rebuilt": String(summary.shards_rebuilt),
        "Least possible": String(summary.shards_moved_least),
      });
      const row = page.locator(".report tr", { hasText: "undersized" }).locator("td");
      const sums = [summary.before, summary.after, summary.healed];
      expect(await row.allTextContents()).toEqual([
        "undersized",
        ...sums.map((one) => String(one.pgs_undersized)),
      ]);
      expect([...complaints, ...foreign]).toEqual([]);
      await page.context().close();
    } finally {
      served.close();
    }
  });

  it("lets data move between steps where that is asked for, as --heal does", async () => {
    const files = ["osdmap.bin", "pg-dump.json.gz", "osd-df-tree.json"];
    const paths = files.map((name) => join(DATA, "lab", name));
    const changes = ["--run", "ceph osd out 2", "--run", "ceph osd in 2"];
    const moved = async (...options: string[]) => {
      const { stdout } = await crushlab(["whatif", ...paths, ...changes, ...options, "--json"]);
      return String(JSON.parse(stdout).steps[1].summary.shards_moved);
    };
    const [stays, heals] = [await moved(), await moved("--heal")];
    expect(stays).not.toBe(heals);
    const served = await startViz([...paths, ...changes]);
    try {
      const { page } = await visit(served.address);
      await settled(page);
      await page.getByRole("button", { name: "ceph osd in 2" }).click();
      expect((await factsIn(page, ".report"))["Shards moved"]).toBe(stays);
      expect(new URL(page.url()).hash).not.toContain("heal");
      const heal = page.getByRole("checkbox", { name: "Data moves between steps" });
      await heal.check();
      await page.waitForFunction(() => location.hash.includes("heal=yes"));
      await settled(page);
      await page.getByRole("button", { name: "ceph osd in 2" }).click();
      expect((await factsIn(page, ".report"))["Shards moved"]).toBe(heals);
      await page.context().close();
    } finally {
      served.close();
    }
  });

  it("plays, scrubs, takes back and shares a timeline", async () => {
    const { page } = await open("#view=remap&example=small", { reducedMotion: "no-preference" });
    const run = async (command: string) => {
      await page.getByRole("combobox", { name: /What happens next/ }).fill(command);
      await page.getByRole("button", { name: "Run" }).click();
    };
    const slider = page.getByRole("slider", { name: "Place on the timeline" });
    await run("ceph osd out 3");
    await page.getByRole("button", { name: "Pause" }).click();
    await run("fail host=host2");
    await page.getByRole("button", { name: "fail host=host2" }).waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await slider.fill("25");
    const half = "step 1 of 2: ceph osd out 3, 50 % of the data has moved";
    expect(await slider.getAttribute("aria-valuetext")).toBe(half);
    await page.getByRole("button", { name: "start" }).click();
    expect(await slider.getAttribute("aria-valuetext")).toBe("at the start");
    await page.getByRole("button", { name: "ceph osd out 3" }).click();
    const moved = (await factsIn(page, ".report"))["Shards moved"];
    const shared = page.url();
    await page.getByRole("button", { name: "Undo" }).click();
    expect(await page.getByRole("button", { name: "fail host=host2" }).count()).toBe(0);
    await page.context().close();
    const second = await visit(shared);
    await settled(second.page);
    await second.page.getByRole("button", { name: "fail host=host2" }).waitFor();
    expect((await factsIn(second.page, ".report"))["Shards moved"]).toBe(moved);
    await second.page.context().close();
  });

  it("takes a scenario with its settings from a file, and saves and shares it", async () => {
    const { page } = await open("#view=remap&example=small");
    const text =
      "config: { mon_osd_down_out_interval: 30 }\nsteps: [{ fail: host=host2 }, { wait: 40s }]\n";
    await choose(page, [{ name: "steps.yaml", text }]);
    await page.getByRole("button", { name: "wait 40s" }).click();
    expect(await page.locator(".settings").textContent()).toBe(
      "Settings: mon_osd_down_out_interval=30",
    );
    const moved = (await factsIn(page, ".report"))["Shards moved"];
    expect(Number(moved)).toBeGreaterThan(0);
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save steps" }).click(),
    ]);
    expect(JSON.parse(readFileSync(await saved.path(), "utf8"))).toEqual({
      config: { mon_osd_down_out_interval: 30 },
      steps: [{ fail: "host=host2" }, { wait: "40s" }],
    });
    const second = await visit(page.url());
    await settled(second.page);
    await second.page.locator(".steps li").nth(2).waitFor();
    expect((await factsIn(second.page, ".report"))["Shards moved"]).toBe(moved);
    await Promise.all([page.context().close(), second.page.context().close()]);
  });

  it("takes a cluster and a script at once, and says which line of one is wrong", async () => {
    const { page } = await open("#view=remap&example=racks");
    const cluster = "hosts: [{ count: 5, osds: [{ count: 2, size: 1 TB }] }]\n";
    const script = "#!/bin/sh\nset -e\nceph osd set noout\nceph osd out 3\n";
    await choose(page, [
      { name: "five.yaml", text: cluster },
      { name: "maintenance", text: script },
    ]);
    await page.locator(".steps li", { hasText: "ceph osd out 3" }).waitFor();
    await page.locator(".cluster-facts", { hasText: "10 OSDs" }).waitFor();
    expect(await page.locator(".steps li").count()).toBe(3);
    await choose(page, [{ name: "loop.sh", text: "ceph osd out 3\nfor i in 1 2; do\n" }]);
    const message = page.locator(".message.is-error", { hasText: "loop.sh" });
    expect(await message.textContent()).toContain("(line 2)");
    expect(await page.locator(".steps li").count()).toBe(3);
    await page.context().close();
  });

  it("shows Ceph's own refusal of a command", async () => {
    const { page } = await open("#view=remap&example=small");
    const input = page.getByRole("combobox", { name: /What happens next/ });
    await input.fill("ceph osd pool set data size 99");
    await input.press("Enter");
    await page.locator(".message.is-error").waitFor();
    await input.fill("ceph osd frobnicate");
    await input.press("Enter");
    await page.locator(".message.is-error", { hasText: "frobnicate" }).waitFor();
    expect(await page.locator(".steps li").count()).toBe(1);
    await page.context().close();
  });

  it("steps through a PG to the OSDs that the command line gives", async () => {
    const paths = [join(DATA, "lab/osdmap.bin")];
    const served = await startViz(paths);
    try {
      const { page } = await visit(`${served.address}#view=pg`);
      await settled(page);
      const pool = await page.locator("#pg-pool option").first().textContent();
      await page.locator("#pg-object").fill("some-object");
      const { stdout } = await crushlab(["map", ...paths, pool ?? "", "some-object"]);
      const [, pgid = "", up = ""] = /\((\d+\.[0-9a-f]+)\) -> up \(\[([\d,]+)\]/.exec(stdout) ?? [];
      await page.locator(".readout h3", { hasText: `PG ${pgid}` }).waitFor();
      const names = up.split(",").map((osd) => `osd.${osd}`);
      expect((await factsIn(page, ".readout")).Up).toBe(names.join(", "));
      await page.getByRole("button", { name: "Forwards" }).click();
      expect(await page.locator(".place").textContent()).toMatch(/^2 of/);
      await page.getByRole("button", { name: "To the end" }).click();
      expect(await page.locator(".drawing svg").first().textContent()).toContain("acting");
      await page.context().close();
    } finally {
      served.close();
    }
  });

  it("draws names as text, never as markup", async () => {
    const hostile = "<img src=x onerror=alert(1)>";
    const dump = readFileSync(join(DATA, "lab/crush-dump.json"), "utf8");
    const buffer = Buffer.from(dump.replaceAll("host4", hostile));
    const { page, complaints } = await open("#example=racks");
    await page.getByRole("button", { name: "Open" }).click();
    const file = { name: `${hostile}.json`, mimeType: "application/json", buffer };
    await page.locator("#open-files").setInputFiles(file);
    await page.locator(".cluster-facts", { hasText: "12 OSDs" }).waitFor();
    for (const view of ["PG and object", "Distribution", "Remap", "Cluster"]) {
      await page.getByRole("link", { name: view }).click();
      await page.getByRole("button", { name: "Table" }).click();
    }
    expect(await page.locator(".drawing svg").first().textContent()).toContain("<img");
    expect(await page.locator("img").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("saves a drawing as SVG and as PNG", async () => {
    const { page } = await open("#example=small");
    const saved = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name, exact: true }).click(),
      ]);
      return readFileSync(await download.path());
    };
    const svg = (await saved("SVG")).toString();
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain(">host1</text>");
    expect((await saved("PNG")).subarray(1, 4).toString()).toBe("PNG");
    await page.context().close();
  });

  it("saves what moves at this moment, and what the colours stand for", async () => {
    const steps = encodeURIComponent("ceph osd out 3 4 5");
    const { page } = await open(`#view=remap&example=small&steps=${steps}&at=1`);
    await page.getByRole("slider", { name: "Place on the timeline" }).fill("25");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "SVG", exact: true }).click(),
    ]);
    const svg = readFileSync(await download.path(), "utf8");
    expect(svg.match(/<circle [^>]*r="2.2" fill="#0072b2"/g)?.length).toBeGreaterThan(5);
    for (const label of await page.locator(".legend li").allTextContents()) {
      expect(svg).toContain(`>${label}</text>`);
    }
    expect(svg).toContain(">What moves: ceph osd out 3 4 5</text>");
    await page.context().close();
  });

  it.each(["light", "dark"] as const)("has no barriers in any drawing in %s", async (scheme) => {
    const { page } = await open("#view=cluster&example=racks", { colorScheme: scheme });
    const found: Record<string, unknown> = {};
    const forms = {
      Cluster: ["Sunburst", "Tree"],
      Distribution: ["Histogram", "Matrix"],
      "PG and object": ["To the end"],
      Compare: ["Balance", "Cost"],
    };
    for (const [view, names] of Object.entries(forms)) {
      await page.getByRole("link", { name: view }).click();
      for (const name of names) {
        await page.getByRole("button", { name, exact: true }).click();
        found[name] = await violations(page);
      }
    }
    await page.getByRole("button", { name: "Open" }).click();
    found.dialog = await violations(page);
    await page.locator("#open-text").fill("no cluster");
    await page.getByRole("button", { name: "Open the text" }).click();
    await page.locator(".message.is-error").waitFor();
    found.error = await violations(page);
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, []])));
    expect(Object.keys(found)).toHaveLength(9);
    await page.context().close();
  });

  it("takes a whole what-if with the keys alone", async () => {
    const { page } = await open("#view=cluster&example=racks");
    const { keyboard } = page;
    const focused = () =>
      page.evaluate(() => {
        const { activeElement: at } = document;
        return at?.getAttribute("aria-label") ?? at?.textContent ?? "";
      });
    const tabTo = async (name: string) => {
      for (let tabs = 0; (await focused()) !== name; tabs += 1) {
        expect(tabs, `no Tab leads to ${name}`).toBeLessThan(150);
        await keyboard.press("Tab");
      }
    };
    await tabTo("Open\u2026");
    await keyboard.press("Enter");
    await tabTo("Four hosts: 12 OSDs, one pool");
    await keyboard.press("Enter");
    await page.locator(".cluster-facts", { hasText: "12 OSDs" }).waitFor();
    await tabTo("Remap");
    await keyboard.press("Enter");
    await tabTo("What happens next: a Ceph command, fail, recover or wait");
    await keyboard.type("fail host=host2");
    await keyboard.press("Enter");
    await page.locator(".steps li").nth(1).waitFor();
    await keyboard.type("wait 10m");
    await keyboard.press("Enter");
    await page.locator(".steps li").nth(2).waitFor();
    expect((await factsIn(page, ".report"))["Shards rebuilt"]).not.toBe("0");
    await tabTo("Place on the timeline");
    await keyboard.press("Home");
    expect(await page.locator(".report h3").textContent()).toBe("Nothing has happened yet");
    await keyboard.press("End");
    expect(await page.locator(".report h3").textContent()).toBe("wait 10m");
    await tabTo("Table");
    await keyboard.press("Enter");
    expect(await page.locator(".table-box tbody tr").count()).toBeGreaterThan(0);
    await tabTo("Undo");
    await keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelectorAll(".steps li").length === 2);
    await page.context().close();
  });

  it("can be used with the keys alone", async () => {
    const { page } = await open("#example=small");
    await page.locator(".drawing").focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) {
      await page.keyboard.press(key);
    }
    expect(await page.locator(".readout h3").textContent()).toBe("host host2");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await page.locator(".inspector h3").textContent()).toBe("Selected: osd.3");
    await page.locator(".inspector").getByRole("button", { name: "Mark out" }).press("Enter");
    await page.locator(".steps", { hasText: "ceph osd out 3" }).waitFor();
    expect((await factsIn(page, ".readout")).Out).toBe("1");
    await page.context().close();
  });

  it("reads ribbons out to the keys", async () => {
    const steps = encodeURIComponent("ceph osd out 3 4 5");
    const { page } = await open(`#view=remap&example=small&steps=${steps}&at=1`);
    await page.locator(".drawing").focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowDown", "ArrowDown"]) {
      await page.keyboard.press(key);
    }
    const heading = await page.locator(".readout h3").textContent();
    expect(heading).toMatch(/^host2 \u2192 host\d$/);
    await page.getByRole("button", { name: "Table" }).click();
    const [from, to, shards] = await page
      .locator(".table-box tbody tr")
      .first()
      .locator("td")
      .all();
    expect(heading).toBe(`${await from?.textContent()} \u2192 ${await to?.textContent()}`);
    expect((await factsIn(page, ".readout")).Shards).toBe(await shards?.textContent());
    await page.context().close();
  });
});
