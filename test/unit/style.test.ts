import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const LINE_LENGTH_MAX = 100;
const FILE_LINES_MAX = 500;
const FUNCTION_LINES_MAX = 70;

/** Folders and files that are generated, or data. */
const NOT_OURS = [
  /^(node_modules|target|dist|coverage)$/,
  /^\.git$/,
  /^crates\/node\/binding$/,
  /^examples\/data$/,
  /^test\/(golden|data)$/,
  /^crates\/[^/]+\/tests\/data$/,
  /^package-lock\.json$/,
];

function sources(folder = ""): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (NOT_OURS.some((pattern) => pattern.test(path))) {
      return [];
    }
    return entry.isDirectory() ? sources(path) : [path];
  });
}

const FILES = sources();
const CODE = FILES.filter((path) => /\.(rs|ts|mjs)$/.test(path));
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
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

describe("arrows", () => {
  /** What each crate may use, directly or not. */
  const ALLOWED: Readonly<Record<string, readonly string[]>> = {
    wire: [],
    crush: [],
    kernel: ["crush"],
    schemes: ["crush"],
    crushmap: ["wire", "crush"],
    osdmap: ["crushmap", "kernel", "crush", "wire"],
    plan: ["osdmap", "crushmap", "kernel", "crush", "wire"],
    compat: ["plan", "osdmap", "crushmap", "kernel", "crush", "wire"],
    node: ["compat", "plan", "schemes", "osdmap", "crushmap", "kernel", "crush", "wire"],
    wasm: ["plan", "schemes", "osdmap", "crushmap", "kernel", "crush", "wire"],
  };

  it("points one way between crates", () => {
    const found = readdirSync(join(ROOT, "crates")).flatMap((crate) => {
      const manifest = read(`crates/${crate}/Cargo.toml`);
      const used = [...manifest.matchAll(/^crushlab-(\w+)/gm)].map(([, name = ""]) => name);
      const wrong = used.filter((name) => !ALLOWED[crate]?.includes(name));
      return wrong.map((name) => `crates/${crate}/Cargo.toml: ${crate} must not use ${name}`);
    });
    expect(found).toEqual([]);
  });

  it("leaves the core without dependencies", () => {
    const [, dependencies = ""] =
      /\[dependencies\]\n([^[]*)/.exec(read("crates/crush/Cargo.toml")) ?? [];
    expect(dependencies.trim()).toBe("");
  });

  it("leads from the command line to the library and never back", () => {
    const found = FILES.filter((path) => path.startsWith("ts/")).flatMap((path) =>
      imports(path).flatMap((target) => {
        const isUp = target.startsWith("ts/") || target === "package.json";
        const isBack = !path.startsWith("ts/cli/") && target.startsWith("ts/cli/");
        const isRender = path.startsWith("ts/cli/render/") && target.startsWith("ts/cli/commands/");
        return !isUp || isBack || isRender ? [`${path}: must not import ${target}`] : [];
      }),
    );
    expect(found).toEqual([]);
  });

  it("re-exports in the index and does nothing else there", () => {
    const statements = read("ts/index.ts").replaceAll(
      /export (type )?\{[^}]*\} from "[^"]+";/g,
      "",
    );
    expect(statements.trim()).toBe("");
  });
});

/** Files of this repository that a TypeScript file imports. */
function imports(path: string): string[] {
  const found = [...read(path).matchAll(/from "(\.[^"]+)"/g)].map(([, target = ""]) => target);
  return found.map((target) => relative(ROOT, join(ROOT, dirname(path), target)));
}
