// `node test/mutations/run.mjs [NAME …] [--record]`: breaks fast paths on purpose, one at a time,
// in a copy of the last commit, and checks that a test fails each time. The list is in list.mjs; a
// name picks those that begin with it. With --record the score is kept in score.json beside this
// file, where it replaces what stood there of the same mutations.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MUTATIONS } from "./list.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "../..");
const COPY = join(ROOT, "target/mutations/tree");
const BUILD = join(ROOT, "target/mutations/build");
const SCORE = join(HERE, "score.json");

const { values, positionals } = parseArgs({
  options: { record: { type: "boolean", default: false } },
  allowPositionals: true,
});
const chosen = MUTATIONS.filter(
  ({ name }) => positionals.length === 0 || positionals.some((start) => name.startsWith(start)),
);

git("worktree", "prune");
git("worktree", "add", "--detach", "--force", COPY, "HEAD");
const score = [];
try {
  for (const test of new Set(chosen.map(({ test }) => test))) {
    if (!passes(test)) {
      throw new Error(`cargo ${test} fails before anything is broken`);
    }
  }
  for (const mutation of chosen) {
    const caught = isCaught(mutation);
    score.push({ name: mutation.name, test: mutation.test, caught });
    process.stdout.write(`${caught ? "caught" : "NOT CAUGHT"}: ${mutation.name}\n`);
  }
} finally {
  git("worktree", "remove", "--force", COPY);
}
const missed = score.filter(({ caught }) => !caught).length;
process.stdout.write(`${score.length - missed} of ${score.length} mutations were caught\n`);
if (values.record) {
  const kept = readScore().filter(({ name }) => score.every((entry) => entry.name !== name));
  const all = MUTATIONS.flatMap(({ name }) => [...score, ...kept].filter((e) => e.name === name));
  writeFileSync(SCORE, `${JSON.stringify(all, null, 2)}\n`);
}
process.exitCode = missed > 0 ? 1 : 0;

/** What was recorded before. */
function readScore() {
  return existsSync(SCORE) ? JSON.parse(readFileSync(SCORE, "utf8")) : [];
}

/** Breaks one place, runs its test and mends the place again. */
function isCaught({ name, file, from, to, test }) {
  const path = join(COPY, file);
  const source = readFileSync(path, "utf8");
  if (source.split(from).length !== 2) {
    throw new Error(`${name}: ${file} does not hold exactly one "${from}"`);
  }
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
  const result = !passes(test);
  writeFileSync(path, source);
  return result;
}

/** Whether a test passes. A tree that does not build at all proves nothing. */
function passes(test) {
  const cargo = (...more) =>
    spawnSync("cargo", ["test", "--quiet", ...test.split(" "), ...more], {
      cwd: COPY,
      env: { ...process.env, CARGO_TARGET_DIR: BUILD },
      encoding: "utf8",
      timeout: 600_000,
    });
  const built = cargo("--no-run");
  if (built.status !== 0) {
    throw new Error(`cargo test ${test} does not build:\n${built.stderr}`);
  }
  return cargo().status === 0;
}

function git(...args) {
  execFileSync("git", args, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
}
