import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";
import { describe, expect, it } from "vitest";
import { crushlab } from "../support/cli.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const readme = await readFile(join(ROOT, "README.md"), "utf8");

describe("documents", () => {
  it("show what the command prints today", async () => {
    const [, args = "", shown] =
      /<!-- example: (whatif .*) -->\n```\n([^`]*)```/.exec(readme) ?? [];
    const { stdout } = await crushlab(args.split(" "), { cwd: ROOT, env: { COLUMNS: "80" } });
    expect(stdout).toBe(shown);
  });

  it("show code that runs", async () => {
    const [, code = ""] = /<!-- example: readme.ts -->\n```ts\n([^`]*)```/.exec(readme) ?? [];
    const folder = await mkdtemp(join(tmpdir(), "crushlab-"));
    try {
      const here = code
        .replace('"crushlab"', JSON.stringify(pathToFileURL(join(ROOT, "dist/index.js")).href))
        .replace("examples/data", join(ROOT, "examples/data"))
        .replace("larger.crush.txt", join(folder, "larger.crush.txt"));
      const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 };
      const { outputText } = transpileModule(here, { compilerOptions });
      const script = join(folder, "readme.mjs");
      await writeFile(script, outputText);
      await import(/* @vite-ignore */ pathToFileURL(script).href);
      expect(existsSync(join(folder, "larger.crush.txt"))).toBe(true);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("link to files that exist", async () => {
    const documents = readdirSync(ROOT).filter((name) => name.endsWith(".md"));
    const broken: string[] = [];
    for (const name of documents) {
      const text = await readFile(join(ROOT, name), "utf8");
      for (const [, target = ""] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
        if (!existsSync(join(ROOT, target))) {
          broken.push(`${name}: ${target}`);
        }
      }
    }
    expect(broken).toEqual([]);
  });
});
