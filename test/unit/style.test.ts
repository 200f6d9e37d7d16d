import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ROOT, read, sources } from "../support/sources.ts";

const LINE_LENGTH_MAX = 100;
const FILE_LINES_MAX = 500;
const FUNCTION_LINES_MAX = 70;

const FILES = sources();
const CODE = FILES.filter((path) => /\.(rs|ts|mjs)$/.test(path));
const lines = (path: string) => read(path).split("\n");

/** Tables of numbers that are data, not code. */
const TABLES = new Set(["crates/crush/src/ln_table.rs"]);

describe("style", () => {
  it("keeps lines within 100 columns", () => {
    const found = CODE.flatMap((path) =>
      lines(path).flatMap((line, at) =>
        [...line].length > LINE_LENGTH_MAX ? [`${path}:${at + 1}: break this line`] : [],
      ),
    );
    expect(found).toEqual([]);
  });

  it("keeps files within 500 lines", () => {
    const found = CODE.filter((path) => !TABLES.has(path))
      .filter((path) => lines(path).length > FILE_LINES_MAX + 1)
      .map((path) => `${path}: ${lines(path).length} lines: split it by concept`);
    expect(found).toEqual([]);
  });

  it("keeps functions within 70 lines", () => {
    const found = CODE.flatMap((path) =>
      longFunctions(lines(path)).map((line) => `${path}:${line}: move straight work into helpers`),
    );
    expect(found).toEqual([]);
  });

  it("leaves no markers behind", () => {
    const marker = new RegExp(["TO", "DO|FIX", "ME|XX", "X"].join(""));
    const found = FILES.filter((path) => /\.(rs|ts|mjs|md|toml)$/.test(path)).flatMap((path) =>
      lines(path).flatMap((line, at) =>
        marker.test(line) ? [`${path}:${at + 1}: do it or say why not`] : [],
      ),
    );
    expect(found).toEqual([]);
  });
});

describe("package-lock.json", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };

  it("names the builds of packages for every platform", () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) =>
          !(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages),
      ),
    );
    expect(missing, "run npm run lock").toEqual([]);
  });

  it("names no registry", () => {
    expect(read("package-lock.json")).not.toContain('"resolved"');
  });
});

/** First lines of functions that are too long: from `fn` or `function` to the closing brace. */
function longFunctions(source: readonly string[]): number[] {
  const start = /^(\s*)(?:export )?(?:pub(?:\([a-z]+\))? )?(?:async )?(?:const )?(?:fn|function) /;
  return source.flatMap((line, at) => {
    const indent = start.exec(line)?.[1];
    if (indent === undefined) {
      return [];
    }
    const length = source.slice(at).indexOf(`${indent}}`);
    return length + 1 > FUNCTION_LINES_MAX ? [at + 1] : [];
  });
}

describe("the root", () => {
  /** What belongs there; all else has a folder. */
  const ALLOWED = new Set([
    ...[".ci", ".github", "crates", "examples", "scripts", "test", "ts", "viz"],
    ...["README.md", "ARCHITECTURE.md", "DECISIONS.md", "CONTRIBUTING.md", "CHANGELOG.md"],
    "LICENSE",
    ...["Cargo.toml", "Cargo.lock", "rustfmt.toml"],
    ...["package.json", "package-lock.json", ".npmrc", "biome.json"],
    ...["tsconfig.json", "tsup.config.ts", "vitest.config.ts"],
    ...[".git", ".gitignore"],
  ]);

  it("holds nothing else", () => {
    const ignored = read(".gitignore").trim().split("\n");
    const isIgnored = (name: string) =>
      ignored.some(
        (line) => line === `/${name}/` || (line[0] === "*" && name.endsWith(line.slice(1))),
      );
    const found = readdirSync(ROOT).filter((name) => !ALLOWED.has(name) && !isIgnored(name));
    expect(found, "give it a folder, or name it here").toEqual([]);
  });
});
