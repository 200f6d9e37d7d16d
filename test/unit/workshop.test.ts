import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const WORKSHOP = join(ROOT, "examples/workshop");
const LESSONS = readdirSync(WORKSHOP).filter((name) => /^\d\d-/.test(name));
const TEXTS = [...LESSONS.map((lesson) => join(lesson, "README.md")), "TEACHING.md"];

/** A command and what it prints. */
const CONSOLE = /```console\n\$ (.*)\n([^`]*)```/g;

/** What is true by definition, whatever the cluster: bits, defaults, and what an exercise asks. */
const DEFINED: Readonly<Record<string, readonly string[]>> = {
  "01-object-to-pg/README.md": ["32"],
  "02-why-not-modulo/README.md": ["100,000"],
  "03-drawing-straws/README.md": ["16", "65,535"],
  "04-failure-domains/README.md": ["50", "4096"],
  "06-pg-num/README.md": ["1.2"],
  "07-erasure-codes/README.md": ["2147483647"],
  "08-your-own-cluster/README.md": ["200", "85"],
  "TEACHING.md": ["10", "15", "32", "2147483647"],
};

/** Runs a line as the lessons tell to type it: both streams, and whether it went well. */
function type(line: string): Promise<{ printed: string; failed: boolean }> {
  const script = `crushlab() { node "$ROOT/dist/cli.js" "$@"; }\n${line}`;
  const env = { ...process.env, ROOT, COLUMNS: "100", NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile("bash", ["-c", script], { cwd: WORKSHOP, env }, (error, stdout, stderr) => {
      resolve({ printed: stdout || stderr, failed: error !== null });
    });
  });
}

describe("workshop", () => {
  it("has eight lessons of the same shape", () => {
    expect(LESSONS).toHaveLength(8);
    for (const lesson of LESSONS) {
      const files = readdirSync(join(WORKSHOP, lesson));
      expect(files).toEqual(
        expect.arrayContaining(["README.md", "check.ts", "exercise.ts", "solution.ts"]),
      );
    }
  });

  it.each(LESSONS)("%s: the exercise waits to be done, the solution is right", async (lesson) => {
    const number = Number(lesson.slice(0, 2));
    const undone = await type(`npm run --silent workshop -- ${number}`);
    expect(undone.failed).toBe(true);
    expect(undone.printed).toMatch(new RegExp(`^Lesson ${number}: not yet: .+\n$`));
    const done = await type(`npm run --silent workshop -- ${number} --solution`);
    expect(done.printed).toMatch(new RegExp(`^Lesson ${number}: right! .+\n$`));
    expect(done.failed).toBe(false);
  });

  it.each(TEXTS)("%s shows what the commands print today", async (name) => {
    const path = join(WORKSHOP, name);
    const text = await readFile(path, "utf8");
    let today = text;
    for (const [block, line = "", shown] of text.matchAll(CONSOLE)) {
      const { printed } = await type(line);
      today = today.replace(block, () => `\`\`\`console\n$ ${line}\n${printed}\`\`\``);
      expect(process.env.CRUSHLAB_UPDATE_DOCUMENTS ? shown : printed).toBe(shown);
    }
    if (today !== text) {
      await writeFile(path, today);
    }
  });

  it.each(TEXTS)("%s names no number that was not printed", async (name) => {
    const text = await readFile(join(WORKSHOP, name), "utf8");
    const blocks = [...text.matchAll(/```[^`]*```/g)].map(([block]) => block).join("\n");
    const prose = text.replace(/```[^`]*```/g, "").replace(/`[^`]*`|\]\([^)]*\)/g, "");
    const numbers = [...prose.matchAll(/\d[\d,.]*\d/g)].map(([number]) => number);
    const unknown = numbers.filter(
      (number) => !blocks.includes(number) && !DEFINED[name]?.includes(number),
    );
    expect(unknown).toEqual([]);
  });

  it("says how it is used when it is used wrongly", async () => {
    for (const args of ["", "9", "1 --show", "2 --shw", "2 --show more"]) {
      const { printed, failed } = await type(`npm run --silent workshop -- ${args}`);
      expect(failed).toBe(true);
      expect(printed).toContain("usage: npm run workshop -- LESSON [--solution]");
    }
  });
});
