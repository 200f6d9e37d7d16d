import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LAB } from "../support/lab.ts";
import { ROOT, read } from "../support/sources.ts";
import { type Installed, installTarball } from "../support/tarball.ts";

const MAP = join(ROOT, "examples/data/hybrid.crush.txt");
const OSDMAP = join(LAB, "osdmap.bin");
const PLACE = '{ rule: "ssd_primary", size: 3, x: 7 }';
/** Where that rule puts input 7, as crushtool says it. */
const PLACED = "[36,21,35]";
const TIMEOUT = 240_000;

/** The WebAssembly core is in the package where a compiler for it is. */
const hasWasm = existsSync(join(ROOT, "dist/wasm.js"));

let installed: Installed;

beforeAll(async () => {
  installed = await installTarball();
}, TIMEOUT);
afterAll(() => installed?.remove());

describe("the tarball", () => {
  it("has what is needed and nothing else", () => {
    const { files } = installed;
    const expected = [
      ...["dist/cli.js", "dist/index.cjs", "dist/index.js", "dist/index.d.ts", "dist/index.d.cts"],
      ...["ts/schema/whatif.schema.json", "crates/osdmap/schema/cluster.schema.json"],
      ...["README.md", "CHANGELOG.md", "LICENSE", "package.json"],
    ];
    expect(files).toEqual(expect.arrayContaining(expected));
    const known = new RegExp(
      [
        "^dist/[\\w-]+\\.(js|cjs|d\\.ts|d\\.cts|html)$",
        "^crates/node/binding/(index|crushlab)\\.",
        "^(ts|crates/osdmap)/schema/\\w+\\.schema\\.json$",
        "^viz/pictures/remap\\.png$",
        "^(package\\.json|LICENSE|README\\.md|CHANGELOG\\.md)$",
      ].join("|"),
    );
    expect(files.filter((path) => !known.test(path))).toEqual([]);
  });

  it("has no chunk of an earlier build", () => {
    const chunks = installed.files.filter((path) => /^dist\/.*-[A-Z0-9]{8}\.js$/.test(path));
    const used = new Set(["dist/cli.js", "dist/index.cjs"]);
    for (const path of used) {
      for (const [, name] of read(path).matchAll(/["']\.\/([\w-]+\.js)["']/g)) {
        used.add(`dist/${name}`);
      }
    }
    expect(chunks.filter((path) => !used.has(path))).toEqual([]);
  });

  it("has the pictures of its README", () => {
    const pictures = [...read("README.md").matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)];
    expect(pictures.length).toBeGreaterThan(0);
    for (const [, path = ""] of pictures) {
      expect(installed.files).toContain(path);
    }
  });

  it("has a binding without what debuggers need", () => {
    const name = installed.files.find((path) => path.endsWith(".node")) ?? "none";
    const bytes = readFileSync(join(installed.native.package, name));
    if (process.platform !== "linux") {
      return;
    }
    // Types of sections as elf.h has them: 2 is a table of symbols that only debuggers read.
    const [start, size, count] = [
      Number(bytes.readBigUInt64LE(0x28)),
      bytes.readUInt16LE(0x3a),
      bytes.readUInt16LE(0x3c),
    ];
    const types = Array.from({ length: count }, (_, at) =>
      bytes.readUInt32LE(start + at * size + 4),
    );
    expect(types.length).toBeGreaterThan(0);
    expect(types).not.toContain(2);
  });

  it("satisfies publint", async () => {
    const pkgDir = installed.native.package;
    const { messages, pkg } = await publint({ pkgDir, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg as never))).toEqual([]);
  });

  it("has types that every way of resolution finds", async () => {
    const data = createPackageFromTarballData(await readFile(installed.tarball));
    const result = await checkPackage(data, { entrypoints: [".", "wasm"] });
    const problems = "problems" in result ? result.problems : [{ kind: "NoTypes" }];
    // crushlab/wasm is an ES module and nothing else, on purpose.
    const isMeant = (one: object) =>
      "entrypoint" in one && one.entrypoint === "./wasm" && JSON.stringify(one).includes("ESM");
    expect(problems.filter((one) => !isMeant(one))).toEqual([]);
  });
});

describe.skipIf(!hasWasm).each(["native", "wasm"] as const)("installed, on %s", (core) => {
  const project = () => installed[core];

  it("has a command that says which core it runs on", async () => {
    const version = await project().cli("--version", "--verbose");
    const [, what] = /^core: (.*)$/m.exec(version) ?? [];
    expect(what).toMatch(core === "native" ? /^native binding$/ : /^WebAssembly, as there is no/);
  });

  it("answers the same", async () => {
    const args = ["whatif", OSDMAP, join(LAB, "pg-dump.json.gz"), "--fail", "host=host4", "--json"];
    const [here, there] = [await project().cli(...args), await installed.native.cli(...args)];
    expect(JSON.parse(here)).toHaveProperty("verdict");
    expect(here).toBe(there);
  });

  it("is an ES module and a CommonJS module with the same classes", async () => {
    const script = `
      import { createRequire } from "node:module";
      import * as esm from "crushlab";
      const cjs = createRequire(import.meta.url)("crushlab");
      const map = await esm.CrushMap.load(${JSON.stringify(MAP)});
      let error;
      try { cjs.objectHash(7); } catch (thrown) { error = thrown; }
      const same = Object.keys(cjs).every((name) => esm[name] === cjs[name]);
      const isOurs = error instanceof esm.CrushlabError;
      console.log(JSON.stringify([[...map.place(${PLACE})], same, isOurs]));`;
    expect(JSON.parse(await project().script("esm.mjs", script))).toEqual([
      JSON.parse(PLACED),
      true,
      true,
    ]);
  });

  it("works in a worker", async () => {
    await project().write(
      "work.cjs",
      `const { CrushMap } = require("crushlab");
       const { parentPort } = require("node:worker_threads");
       CrushMap.load(${JSON.stringify(MAP)}).then((map) =>
         parentPort.postMessage([...map.place(${PLACE})]));`,
    );
    const script = `
      const { Worker } = require("node:worker_threads");
      const worker = new Worker(require.resolve("./work.cjs"));
      worker.on("message", (placed) => console.log(JSON.stringify(placed)));`;
    expect((await project().script("worker.cjs", script)).trim()).toBe(PLACED);
  });

  it("makes a page", async () => {
    const args = ["whatif", OSDMAP, "--run", "ceph osd out 3", "--html", "page.html"];
    await project().cli(...args);
    const page = await readFile(join(project().folder, "page.html"), "utf8");
    expect(page).toMatch(/<script type="application\/json" id="embedded">\{/);
  });

  it("has tools where it can, and says so where it cannot", async () => {
    const asked = project()
      .cli("crushtool", "-i", MAP, "--tree")
      .then(
        () => "",
        ({ stderr }: { stderr: string }) => stderr,
      );
    const said = await asked;
    expect(said).toMatch(core === "native" ? /input|unable|crushtool/ : /needs .* native binding/);
    expect(said.trim().split("\n").length).toBeLessThan(4);
  });
});

describe("types", () => {
  const USE = `
    import { Cluster, CrushlabError, type CrushMap } from "crushlab";
    export const save = (map: CrushMap): Promise<void> => map.save("m", "text");
    export const load = (): Promise<Cluster> => Cluster.load("osdmap.bin");
    export const codeOf = (error: unknown) => (error instanceof CrushlabError ? error.code : null);
    `;
  const WASM = `import init, { objectHash } from "crushlab/wasm";
    export const hash = async (): Promise<number> => { await init(); return objectHash("a"); };\n`;

  it.each([
    { kind: "nodenext", files: ["next.mts", "common.cts"], options: { module: "nodenext" } },
    {
      kind: "bundlers",
      files: ["bundled.ts"],
      options: { module: "esnext", moduleResolution: "bundler" },
    },
    {
      kind: "node10",
      files: ["old.ts"],
      options: { module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "6.0" },
    },
  ])("are strict, and found by $kind", async ({ kind, files, options }) => {
    const { native } = installed;
    for (const file of files) {
      await native.write(file, file.endsWith(".cts") ? USE : USE + WASM);
    }
    const shared = { strict: true, noEmit: true, target: "es2022", lib: ["es2023", "dom"] };
    const compilerOptions = { ...shared, types: [], ...options };
    const config = await native.write(`${kind}.json`, JSON.stringify({ compilerOptions, files }));
    const command = [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", config];
    const said = await native.run(process.execPath, command).catch(({ stdout }) => stdout);
    expect(said).toBe("");
  });
});

describe.skipIf(!hasWasm)("crushlab/wasm", () => {
  const ASK = `
    import init, { CrushMap, CrushlabError, crushtool } from "crushlab/wasm";
    export const answer = async (text) => {
      await init();
      const map = CrushMap.read(new TextEncoder().encode(text));
      const codeOf = (error) => error instanceof CrushlabError && error.code;
      const refused = await crushtool([]).catch(codeOf);
      return JSON.stringify({ placed: [...map.place(${PLACE})], refused });
    };`;
  const ANSWER = { placed: JSON.parse(PLACED), refused: "unavailable" };

  it("runs in Node without anything else of the package", async () => {
    const script = `${ASK}
      import { readFileSync } from "node:fs";
      console.log(await answer(readFileSync(${JSON.stringify(MAP)}, "utf8")));`;
    expect(JSON.parse(await installed.wasm.script("wasm.mjs", script))).toEqual(ANSWER);
  });

  it.each(["esm", "iife"] as const)("is bundled for a browser as %s", async (format) => {
    const entry = await installed.native.write("browser.js", `${ASK}\nglobalThis.answer = answer;`);
    const { warnings, errors, outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      format,
      platform: "browser",
      write: false,
      logLevel: "silent",
    });
    expect([...warnings, ...errors]).toEqual([]);
    const [bundle] = outputFiles;
    const made = `${bundle?.text}\nglobalThis.answer(process.argv[2]).then(console.log);`;
    const path = await installed.wasm.write(`bundle.${format === "esm" ? "mjs" : "cjs"}`, made);
    const said = await installed.wasm.run(process.execPath, [path, await readFile(MAP, "utf8")]);
    expect(JSON.parse(said)).toEqual(ANSWER);
  });
});
