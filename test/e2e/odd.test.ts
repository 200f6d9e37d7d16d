import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInBrowser, settled } from "../support/browser.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const OSDMAP = join(ROOT, "examples/data/lab/osdmap.bin");
const VIEWS = ["Remap", "Distribution", "PG and object", "Compare", "Workshop", "Cluster"];
const HEAD = "# begin crush map\n# devices\n";

/** The text of a map: its devices, its types, its buckets. */
function mapText(devices: number, types: readonly string[], buckets: readonly string[]): string {
  const lines = Array.from({ length: devices }, (_, id) => `device ${id} osd.${id}`);
  const named = types.map((name, id) => `type ${id} ${name}`);
  return `${HEAD}${[...lines, "# types", ...named, "# buckets", ...buckets].join("\n")}\n`;
}

function bucket(type: string, name: string, id: number, items: readonly string[]): string {
  const inside = items.map((item) => `item ${item} weight 1.000`).join("\n");
  return `${type} ${name} {\nid ${id}\nalg straw2\nhash 0\n${inside}\n}`;
}

/** Roots with a host and an OSD each. */
function roots(count: number): string {
  const places = Array.from({ length: count }, (_, at) => at);
  return mapText(
    count,
    ["osd", "host", "root"],
    places.flatMap((at) => [
      bucket("host", `host${at}`, -2 * at - 1, [`osd.${at}`]),
      bucket("root", `root${at}`, -2 * at - 2, [`host${at}`]),
    ]),
  );
}

/** Buckets each of which holds the one before it. */
function chain(count: number): string {
  const buckets = Array.from({ length: count }, (_, at) =>
    bucket("host", `b${at}`, -at - 1, [at === 0 ? "osd.0" : `b${at - 1}`]),
  );
  return mapText(1, ["osd", "host"], buckets);
}

/** Buckets side by side in one root. */
function wide(count: number): string {
  const hosts = Array.from({ length: count }, (_, at) =>
    bucket("host", `h${at}`, -at - 2, at === 0 ? ["osd.0"] : []),
  );
  const names = Array.from({ length: count }, (_, at) => `h${at}`);
  return mapText(1, ["osd", "host", "root"], [...hosts, bucket("root", "all", -1, names)]);
}

/** Bytes that repeat only after a long time, the same on every run. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let at = 0; at < length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes.writeInt32LE(state, at);
  }
  return bytes;
}

describeInBrowser("odd files in a browser", (visit) => {
  const open = async (view: string) => {
    const opened = await visit(`#view=${view}&example=small`);
    await settled(opened.page);
    return opened;
  };

  const choose = async (page: Page, name: string, content: string | Buffer) => {
    await page.getByRole("button", { name: "Open" }).click();
    const file = { name, mimeType: "application/octet-stream", buffer: Buffer.from(content) };
    await page.locator("#open-files").setInputFiles(file);
  };

  /** Goes through all views, and lets something happen to an example. */
  const isUsable = async (page: Page) => {
    for (const view of VIEWS) {
      await page.getByRole("link", { name: view }).click();
      await page.locator("#stage > *").waitFor();
    }
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByRole("button", { name: /^Four hosts/ }).click();
    await page.locator(".cluster-facts", { hasText: "Four hosts" }).waitFor();
    await page.getByRole("combobox", { name: /What happens next/ }).fill("ceph osd out 3");
    await page.getByRole("button", { name: "Run" }).click();
    await page.locator(".steps li", { hasText: "ceph osd out 3" }).waitFor();
  };

  it.each([
    ["one OSD", roots(1), "1 OSD"],
    ["five roots", roots(5), "5 OSDs"],
    ["no OSD and no bucket", mapText(0, ["osd", "host"], []), "0 OSDs"],
    ["10,000 buckets side by side", wide(10_000), "1 OSD"],
    ["200 buckets inside one another", chain(200), "1 OSD"],
  ])("draws a map with %s", async (_, text, facts) => {
    const { page, complaints } = await open("cluster");
    await choose(page, "map.txt", text);
    await page.locator(".cluster-facts", { hasText: new RegExp(`${facts} `) }).waitFor();
    expect(await page.locator(".drawing > .is-shown").count()).toBe(1);
    await isUsable(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each([
    ["an unknown file", Buffer.from("PK\u0003\u0004 not a map"), "odd.bin"],
    ["a truncated OSDMap", readFileSync(OSDMAP).subarray(0, 900), "odd.bin"],
    ["an empty file", Buffer.alloc(0), "odd.bin"],
    ["50 MB of noise", noise(50_000_000), "odd.bin"],
    ["10,000 buckets inside one another", Buffer.from(chain(10_000)), "odd.bin"],
  ])("says what is wrong with %s, also in a view without a timeline", async (_, content, words) => {
    const { page, complaints } = await open("compare");
    await choose(page, "odd.bin", content);
    const message = page.locator(".message.is-error");
    await message.waitFor({ timeout: 20_000 });
    expect(await message.textContent()).toContain(words);
    expect((await message.textContent())?.length).toBeLessThan(300);
    expect(await page.locator(".cluster-facts").textContent()).toContain("Four hosts");
    await isUsable(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
