import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const run = promisify(execFile);

describe("the package", () => {
  it("can be imported and required by its name, with the same exports", async () => {
    const script = 'import("crushlab").then((all) => console.log(Object.keys(all).join()))';
    const { stdout } = await run(process.execPath, ["-e", script], { cwd: ROOT });
    const required = createRequire(join(ROOT, "package.json"))("crushlab") as object;
    expect(stdout.trim().split(",").sort()).toEqual(Object.keys(required).sort());
    expect(Object.keys(required)).toContain("CrushMap");
  });

  it("has types that a strict stranger can use from both kinds of module", async () => {
    const folder = await mkdtemp(join(ROOT, "dist", "types-"));
    try {
      const use = 'export const path = (map: CrushMap): Promise<void> => map.save("m", "text");\n';
      const files = ["esm.mts", "cjs.cts"].map((name) => join(folder, name));
      for (const file of files) {
        await writeFile(file, `import { type CrushMap } from "crushlab";\n${use}`);
      }
      const options = [
        "--ignoreConfig",
        "--noEmit",
        "--strict",
        "--module",
        "nodenext",
        "--types",
        "node",
      ];
      const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
      const { stdout } = await run(process.execPath, [compiler, ...options, ...files]);
      expect(stdout).toBe("");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("ships what it needs and nothing else", async () => {
    const pack = ["pack", "--dry-run", "--json", "--ignore-scripts"];
    const { stdout } = await run("npm", pack, { cwd: ROOT });
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    const shipped = files.map(({ path }) => path);
    const native = expect.stringMatching(/^crates\/node\/binding\/crushlab\..*\.node$/);
    expect(shipped).toEqual(expect.arrayContaining([native, "dist/index.d.cts", "dist/cli.js"]));
    const expected =
      /^(dist|crates\/node\/binding|ts\/schema)\/|^(package\.json|LICENSE|[A-Z]+\.md)$/;
    expect(shipped.filter((path) => !expected.test(path))).toEqual([]);
  });
});
