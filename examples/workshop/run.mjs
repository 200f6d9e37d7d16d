// Checks an exercise of the workshop: node run.mjs 3, or with --solution the given solution. A
// lesson is a folder with exercise.ts, solution.ts and check.ts. With --show it runs show.ts, where
// a lesson has one.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";

const HERE = dirname(fileURLToPath(import.meta.url));
/** Inside of the package, so that `import "crushlab"` finds it. */
const BUILT = join(HERE, "../../dist");

const [number, ...options] = process.argv.slice(2);
const lesson = /^[1-8]$/.test(number ?? "")
  ? readdirSync(HERE).find((name) => name.startsWith(`0${number}-`))
  : undefined;
const [option = "--exercise", ...more] = options;
const known = ["--exercise", "--solution", ...(hasShow(lesson) ? ["--show"] : [])];
if (!lesson || more.length > 0 || !known.includes(option)) {
  process.stderr.write("usage: npm run workshop -- LESSON [--solution]   (LESSON is 1 to 8)\n");
  process.exit(2);
}

const folder = join(BUILT, `workshop-${process.pid}`);
mkdirSync(folder, { recursive: true });
try {
  if (option === "--show") {
    await compiled("show");
  } else {
    const { Cluster } = await import("crushlab");
    const { check } = await compiled("check");
    const attempt = await compiled(option.slice(2));
    const cluster = await Cluster.load(join(HERE, "cluster.yaml"));
    process.stdout.write(`Lesson ${number}: right! ${await check(attempt, cluster)}\n`);
  }
} catch (error) {
  process.stdout.write(`Lesson ${number}: not yet: ${error?.message ?? error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

/** Whether a lesson has something to show. */
function hasShow(name) {
  return name !== undefined && existsSync(join(HERE, name, "show.ts"));
}

/** A module of the lesson, as JavaScript. */
function compiled(name) {
  const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 };
  const source = readFileSync(join(HERE, lesson, `${name}.ts`), "utf8");
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, transpileModule(source, { compilerOptions }).outputText);
  return import(pathToFileURL(path).href);
}
