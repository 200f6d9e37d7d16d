// Makes a fresh clone ready: installs npm's packages, builds the binding and the TypeScript, each
// only where it is missing or older than its sources. Plain Node, because nothing is installed yet.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

const NODE_MAJOR_MIN = 20;

/** Installs npm's packages where they are missing. Ends the process with a clear line otherwise. */
export function setUpPackages() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < NODE_MAJOR_MIN || (major === NODE_MAJOR_MIN && minor < 19)) {
    fail(`Node ${process.versions.node} is too old: crushlab needs 20.19 or newer`);
  }
  step(
    "installing npm packages",
    isStale("node_modules/.package-lock.json", ["package-lock.json"]),
    [["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]],
  );
}

/** Installs and builds what is missing. Ends the process with a clear line where it cannot. */
export function setUp() {
  setUpPackages();
  const bindingSources = ["Cargo.toml", "Cargo.lock", "crates"];
  const isBindingStale = isStale(bindingFile(), bindingSources);
  if (isBindingStale && spawnSync("cargo", ["--version"]).status !== 0) {
    fail("cargo is missing: install Rust 1.89 or newer from https://rustup.rs");
  }
  step("building the native binding (a minute or two the first time)", isBindingStale, [
    ["npm", "run", "--silent", "build:native"],
  ]);
  const sources = ["ts", "package.json", "package-lock.json", "tsup.config.ts", "tsconfig.json"];
  step("building the command line", isStale("dist/cli.js", sources), [
    ["npm", "run", "--silent", "build:ts", "--", "--silent"],
  ]);
}

/** Runs a command in the repository with this terminal's streams; gives its exit code. */
export function run(command, args, options = {}) {
  return spawnSync(command, args, { cwd: ROOT, stdio: "inherit", ...options }).status ?? 1;
}

/** Says why nothing more can be done, and ends the process. */
export function fail(message) {
  process.stderr.write(`crushlab: ${message}\n`);
  process.exit(1);
}

function step(what, isNeeded, commands) {
  if (!isNeeded) {
    return;
  }
  process.stderr.write(`crushlab: ${what} …\n`);
  for (const [command, ...args] of commands) {
    // What a step prints is of use only if it fails.
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: "utf8" });
    if (status !== 0) {
      process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`);
      fail(`${what} failed: ${[command, ...args].join(" ")}`);
    }
  }
}

/** The binding that was built for this machine, or a file that does not exist. */
function bindingFile() {
  const folder = join(ROOT, "crates/node/binding");
  const built = existsSync(folder) ? readdirSync(folder) : [];
  const marker = `.${process.platform}-${process.arch}`;
  const name = built.find((file) => file.endsWith(".node") && file.includes(marker));
  return `crates/node/binding/${name ?? "none"}`;
}

/** Whether a file is missing, or older than one of its sources. */
export function isStale(target, sources) {
  const path = join(ROOT, target);
  if (!existsSync(path)) {
    return true;
  }
  const built = statSync(path).mtimeMs;
  return sources.some((source) => newest(join(ROOT, source)) > built);
}

/** When the newest file below a path was changed; generated files do not count. */
function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) {
    return stats.mtimeMs;
  }
  const names = readdirSync(path).filter((name) => name !== "binding" && name !== "target");
  return Math.max(0, ...names.map((name) => newest(join(path, name))));
}
