import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { CrushMap } from "../../ts/index.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const GOLDEN = join(ROOT, "test/golden");
const text = (path: string) => readFileSync(path, "utf8");

/** Value of an option, and all values of one that may be repeated. */
function option(command: string, name: string): number {
  return Number(new RegExp(`--${name} (\\S+)`).exec(command)?.[1]);
}

function reweights(command: string): Record<number, number> {
  const pairs = command.matchAll(/--weight (\S+) (\S+)/g);
  return Object.fromEntries([...pairs].map(([, osd, weight]) => [Number(osd), Number(weight)]));
}

describe("golden mappings of crushtool", async () => {
  const [, ...blocks] = text(join(GOLDEN, "mappings/vectors.txt")).split(/^\$ /m);
  it.each(blocks.map((block) => block.trimEnd().split("\n")))("%s", async (command, ...lines) => {
    const path = /-i (\S+)/.exec(command ?? "")?.[1] ?? "";
    const map = await CrushMap.load(join(ROOT, path));
    const rule = option(command ?? "", "rule");
    const size = option(command ?? "", "num-rep");
    const request = { rule, size, reweights: reweights(command ?? "") };
    const first = option(command ?? "", "min-x");
    const placed = lines.map((_, at) => {
      const osds = map.place({ ...request, x: first + at });
      return `CRUSH rule ${rule} x ${first + at} [${[...osds].join(",")}]`;
    });
    expect(placed).toEqual(lines);
    const to = first + lines.length - 1;
    const many = await map.placeMany({ ...request, from: first, to });
    const rows = lines.map((_, at) => {
      const row = many.osds.subarray(at * size, at * size + (many.lengths[at] ?? 0));
      return `CRUSH rule ${rule} x ${first + at} [${row.join(",")}]`;
    });
    expect(rows).toEqual(lines);
  });
});

describe("golden maps of crushtool", () => {
  const folder = join(GOLDEN, "crushmap");
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".bin"))
    .map((name) => name.slice(0, -".bin".length));

  // crushtool's own text, but for weights, which lose digits there.
  const WEIGHT = /-?\d+\.\d+/g;
  const rest = (printed: string) => printed.replaceAll(WEIGHT, "WEIGHT");
  const weights = (printed: string) => [...printed.matchAll(WEIGHT)].map(([one]) => Number(one));

  it.each(names)("%s", (name) => {
    const map = CrushMap.fromBinary(readFileSync(join(folder, `${name}.bin`)));
    const [ours, theirs] = [map.toText(), text(join(folder, `${name}.decompiled`))];
    expect(rest(ours)).toBe(rest(theirs));
    const rounded = weights(theirs);
    weights(ours).forEach((weight, at) => {
      expect(Math.abs(weight - (rounded[at] ?? Number.NaN))).toBeLessThanOrEqual(0.00051);
    });
    const dump = join(folder, `${name}.dump.json`);
    if (existsSync(dump)) {
      expect(map.toJson()).toEqual(JSON.parse(text(dump)));
    }
  });
});
