import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { Cluster, compareSchemes, NONE } from "../../ts/index.ts";
import { violations } from "../support/axe.ts";
import { describeInBrowser } from "../support/browser.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The right answers to the exercises 1 to 7, worked out by the library in Node. */
async function answers(cluster: Cluster): Promise<string[]> {
  const beach = cluster.locate("photos", "beach.jpg");
  const nodes = Array.from({ length: 20 }, (_, id) => ({ id, weight: 1 }));
  const reports = await compareSchemes({ nodes, change: { fail: 10 }, keys: 20_000 });
  const [most] = reports
    .filter(({ scheme }) => scheme !== "modulo")
    .sort((a, b) => b.movedShare - a.movedShare);
  const { events } = cluster.explain("1.9");
  const first = events.slice(
    0,
    events.findIndex(({ kind }) => kind === "chose"),
  );
  const draws = first.flatMap((event) => (event.kind === "draw" ? [event] : []));
  const [loser] = draws.sort((a, b) => (a.draw.value ?? 0) - (b.draw.value ?? 0));
  const refused = cluster.explain("1.2a").events.filter(({ kind }) => kind === "refused");
  const pgs = [...(await cluster.pgs())];
  const photos = pgs.filter(({ pool }) => pool === 1).flatMap(({ up }) => up);
  const counts = new Map<number, number>();
  for (const osd of photos) {
    counts.set(osd, (counts.get(osd) ?? 0) + 1);
  }
  const [fullest] = [...counts].sort(([, a], [, b]) => b - a);
  const [holed] = await cluster.fail("osd.10").pgs({ pools: ["archive"] });
  return [
    `${beach.pgid} osd.${beach.upPrimary}`,
    most?.scheme ?? "",
    cluster.crush.index.name(loser?.item ?? 0).replace(/~.*/, ""),
    String(refused.length),
    String(pgs.filter(({ up }) => up.includes(9)).length),
    `osd.${fullest?.[0]}`,
    String(holed?.up.indexOf(NONE)),
  ];
}

describeInBrowser("the workshop in a browser", (visit) => {
  const check = async (page: Page, answer: string) => {
    await page.getByLabel("Your answer").fill(answer);
    await page.getByRole("button", { name: "Check" }).click();
    await page.locator(".verdict:not(:empty)").waitFor();
    return (await page.locator(".verdict").textContent()) ?? "";
  };

  it("knows a right answer from a wrong one in each lesson", async () => {
    const cluster = await Cluster.load(join(ROOT, "examples/workshop/cluster.yaml"));
    const right = await answers(cluster);
    const { page, complaints, foreign } = await visit("#view=workshop&lesson=1");
    for (const [at, answer] of right.entries()) {
      await page.locator(".lessons button").nth(at).click();
      await page
        .locator(".lesson h1")
        .filter({ hasText: `${at + 1} ` })
        .waitFor();
      expect(await check(page, "nonsense")).toMatch(/^Not yet\. /);
      await page.getByLabel("Your answer").fill(answer);
      await page.getByRole("button", { name: "Check" }).click();
      await page.locator(".verdict.is-right").waitFor();
    }
    expect([complaints, foreign]).toEqual([[], []]);
  });

  it.each(["light", "dark"] as const)("has no barriers in %s", async (colorScheme) => {
    const address = `#view=workshop&lesson=4`;
    const { page } = await visit(address, { colorScheme });
    await page.locator(".lesson h1").waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it("sends to the views and takes their outcome for the last exercise", async () => {
    const { page } = await visit("#view=workshop&lesson=8");
    await page.getByRole("button", { name: "Check" }).click();
    await page.locator(".verdict:not(:empty)").waitFor();
    expect(await page.locator(".verdict").textContent()).toContain("not a rack that fails");
    await page.getByRole("link", { name: "rack2 fails" }).click();
    await page.locator(".steps button[aria-current]").filter({ hasText: "rack2" }).waitFor();
    await page.getByRole("link", { name: "Workshop" }).click();
    await page.getByRole("button", { name: "Check" }).click();
    await page.locator(".verdict:not(:empty)").waitFor();
    expect(await page.locator(".verdict").textContent()).toMatch(/^Not yet\. \d+ PGs take no /);
  });
});
