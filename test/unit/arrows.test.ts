import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { circles } from "../support/circles.ts";
import { moduleUses } from "../support/rustModules.ts";
import { imports, ROOT, read, sources } from "../support/sources.ts";

const CRATES = readdirSync(join(ROOT, "crates"));

/** What each part may use beside itself. */
type Arrows = Readonly<Record<string, readonly string[]>>;

describe("crates", () => {
  /** What each crate may use, directly or not. */
  const ALLOWED: Arrows = {
    wire: [],
    crush: [],
    kernel: ["crush"],
    schemes: ["crush"],
    crushmap: ["wire", "kernel", "crush"],
    osdmap: ["crushmap", "kernel", "crush", "wire"],
    monitor: ["osdmap", "crushmap", "kernel", "crush", "wire"],
    compare: ["monitor", "osdmap", "crushmap", "kernel", "crush", "wire"],
    balance: ["compare", "monitor", "osdmap", "crushmap", "kernel", "crush", "wire"],
    recovery: ["compare", "monitor", "osdmap", "crushmap", "kernel", "crush", "wire"],
    plan: ["compare", "monitor", "osdmap", "crushmap", "kernel", "crush", "wire"],
    cluster: [
      ...["balance", "plan", "recovery", "compare", "monitor", "osdmap", "crushmap", "kernel"],
      ...["crush", "wire"],
    ],
    compat: ["monitor", "osdmap", "crushmap", "kernel", "crush", "wire"],
    node: [
      ...["cluster", "compat", "balance", "plan", "recovery", "compare", "monitor", "schemes"],
      ...["osdmap", "crushmap", "kernel", "crush", "wire"],
    ],
    wasm: [
      ...["cluster", "balance", "plan", "recovery", "compare", "monitor", "schemes", "osdmap"],
      ...["crushmap", "kernel", "crush", "wire"],
    ],
  };

  /** Most files of one crate that may all need each other. */
  const CIRCLE_MAX = 3;

  it("use each other one way", () => {
    const found = CRATES.flatMap((crate) => {
      const manifest = read(`crates/${crate}/Cargo.toml`);
      const used = [...manifest.matchAll(/^crushlab-(\w+)/gm)].map(([, name = ""]) => name);
      const wrong = used.filter((name) => !ALLOWED[crate]?.includes(name));
      return wrong.map((name) => `crates/${crate}/Cargo.toml: ${crate} must not use ${name}`);
    });
    expect(found).toEqual([]);
  });

  it("leave the core without dependencies", () => {
    const [, dependencies = ""] =
      /\[dependencies\]\n([^[]*)/.exec(read("crates/crush/Cargo.toml")) ?? [];
    expect(dependencies.trim()).toBe("");
  });

  it.each(CRATES)("have no large circle of modules: %s", (crate) => {
    const large = circles(moduleUses(crate)).filter(({ length }) => length > CIRCLE_MAX);
    expect(large, "modules that all need each other").toEqual([]);
  });

  it("are read with what their modules use", () => {
    const used = moduleUses("wire");
    expect([...(used.get("crates/wire/src/reader.rs") ?? [])]).toEqual([
      "crates/wire/src/error.rs",
    ]);
    expect(circles(moduleUses("osdmap")).flat()).not.toContain("crates/osdmap/src/lib.rs");
  });
});

describe("circles", () => {
  it("are found, the larger first", () => {
    const graph = new Map([
      ["a", ["b"]],
      ["b", ["c", "e"]],
      ["c", ["a", "elsewhere"]],
      ["d", ["a", "d"]],
      ["e", ["f"]],
      ["f", ["e"]],
    ]);
    expect(circles(graph)).toEqual([
      ["a", "b", "c"],
      ["e", "f"],
    ]);
  });
});

describe("the library", () => {
  const LIBRARY = ["plan", "change", "cluster", "text", "map", "base"];
  /** What each folder of `ts` may use. */
  const ALLOWED: Arrows = {
    base: [],
    map: ["base"],
    text: ["map", "base"],
    cluster: ["map", "base"],
    change: ["cluster", "map", "base"],
    plan: ["change", "cluster", "map", "base"],
    tools: ["base"],
    cli: [...LIBRARY, "tools"],
    "index.ts": [...LIBRARY, "tools"],
    browser: ["index.ts"],
  };

  it("has folders that use each other one way", () => {
    expect(wrongArrows("ts", ALLOWED)).toEqual([]);
  });

  it("uses nothing outside of it", () => {
    const found = typeScript("ts").flatMap((path) =>
      imports(path)
        .filter((target) => !target.startsWith("ts/") && target !== "package.json")
        .map((target) => `${path}: must not import ${target}`),
    );
    expect(found).toEqual([]);
  });

  it("has reports that know no command", () => {
    const found = typeScript("ts/cli/render").flatMap((path) =>
      imports(path).filter((target) => target.startsWith("ts/cli/commands/")),
    );
    expect(found).toEqual([]);
  });

  it("has no circle of files", () => {
    expect(circles(importsBelow("ts"))).toEqual([]);
  });

  it("re-exports in the index and does nothing else there", () => {
    const statements = read("ts/index.ts").replaceAll(
      /export (type )?\{[^}]*\} from "[^"]+";/g,
      "",
    );
    expect(statements.trim()).toBe("");
  });
});

describe("the page", () => {
  /** What each folder of `viz` may use. */
  const ALLOWED: Arrows = {
    engine: [],
    examples: [],
    layout: ["engine"],
    scene: ["engine"],
    state: ["engine"],
    ui: ["scene", "state", "engine"],
    lessons: ["state", "layout", "engine"],
    views: ["lessons", "ui", "state", "scene", "layout", "engine"],
    app: ["views", "ui", "state", "scene", "examples", "engine"],
  };

  it("has folders that use each other one way", () => {
    expect(wrongArrows("viz", ALLOWED)).toEqual([]);
  });

  it("has views that know nothing of each other", () => {
    const folder = (path: string) => /^viz\/views\/(\w+)\//.exec(path)?.[1];
    const found = typeScript("viz/views").flatMap((path) =>
      imports(path)
        .filter((target) => folder(path) && folder(target) && folder(path) !== folder(target))
        .map((target) => `${path}: must not import ${target}`),
    );
    expect(found).toEqual([]);
  });

  it("uses the library, and nothing of the command line", () => {
    const isAllowed = (target: string) =>
      /^(viz|examples\/workshop)\//.test(target) || /^ts\/(?!cli\/|tools\/)\w+\//.test(target);
    const found = typeScript("viz").flatMap((path) =>
      imports(path)
        .filter((target) => !isAllowed(target))
        .map((target) => `${path}: must not import ${target}`),
    );
    expect(found).toEqual([]);
  });

  it("has no circle of files", () => {
    expect(circles(importsBelow("viz"))).toEqual([]);
  });
});

function typeScript(folder: string): string[] {
  return sources(folder).filter((path) => path.endsWith(".ts"));
}

function importsBelow(folder: string): Map<string, string[]> {
  return new Map(typeScript(folder).map((path) => [path, imports(path)]));
}

/** Imports between parts of a folder that must not be; parts without a rule, too. */
function wrongArrows(folder: string, allowed: Arrows): string[] {
  const part = (path: string) => path.split("/")[1] ?? "";
  return typeScript(folder).flatMap((path) => {
    const from = part(path);
    const rule = allowed[from];
    if (!rule) {
      return [`${path}: no rule says what it may import`];
    }
    return imports(path)
      .filter((target) => target.startsWith(`${folder}/`))
      .filter((target) => part(target) !== from && !rule.includes(part(target)))
      .map((target) => `${path}: must not import ${target}`);
  });
}
