// Mappings that crushtool printed, made again: test/golden/mappings, where make.sh says how they
// were made. A Rust test reads the same file.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CrushMap } from "../../ts/index.ts";

const root = join(import.meta.dirname, "../..");
const vectors = readFileSync(join(root, "test/golden/mappings/vectors.txt"), "utf8");

function option(words: readonly string[], name: string): string {
  const value = words[words.indexOf(name) + 1];
  if (!words.includes(name) || value === undefined) {
    throw new Error(`the command has no ${name}`);
  }
  return value;
}

function reweights(words: readonly string[]): Record<number, number> {
  const found: Record<number, number> = {};
  words.forEach((word, index) => {
    if (word === "--weight") {
      found[Number(words[index + 1])] = Number(words[index + 2]);
    }
  });
  return found;
}

const cases = vectors
  .split("$ crushtool ")
  .slice(1)
  .map((part) => part.trimEnd().split("\n"))
  .map(([command = "", ...lines]) => ({ command: command.trim(), lines }));

describe("mappings that crushtool printed", () => {
  it.each(cases)("$command", async ({ command, lines }) => {
    const words = command.split(" ");
    const map = await CrushMap.load(join(root, option(words, "-i")));
    const rule = Number(option(words, "--rule"));
    const size = Number(option(words, "--num-rep"));
    const request = { rule, size, reweights: reweights(words) };
    const mappings = lines.map((_, x) => [...map.place({ ...request, x })]);
    const printed = mappings.map((osds, x) => `CRUSH rule ${rule} x ${x} [${osds.join(",")}]`);
    expect(printed).toEqual(lines);
    expect(lines).toHaveLength(40);
  });
});
