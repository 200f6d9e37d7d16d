// Holds the drop-ins to Ceph's own tools of several releases, and keeps the scores:
//
//   node scripts/judges.mjs [--maps N] [DIR...]
//
// Each DIR is a folder with crushtool and osdmaptool, or the root of a system that has them (as
// root); those of CRUSHLAB_JUDGES (separated as in PATH) where none is named, after the tools that
// are installed. A folder that is not there is said to be left out. Exits with 1 on a difference.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const SEED = "500000";

const args = process.argv.slice(2);
const at = args.indexOf("--maps");
const [, maps = "200"] = at < 0 ? [] : args.splice(at, 2);
const named = args.length > 0 ? args : fromEnvironment();

let isEqual = true;
for (const folder of named) {
  const tool = ["usr/bin/crushtool", "crushtool"].find((path) => existsSync(join(folder, path)));
  if (!tool) {
    process.stdout.write(`left out: ${folder} has no crushtool\n`);
    continue;
  }
  process.stdout.write(`== ${folder}\n`);
  const package_ = ["run", "--release", "--quiet", "-p", "crushlab-conformance", "--"];
  const what = ["--maps", maps, "--seed", SEED, "--brief", "--judge", folder, "--record"];
  const run = spawnSync("cargo", [...package_, ...what], { cwd: ROOT, stdio: "inherit" });
  isEqual &&= run.status === 0;
}
process.exitCode = isEqual ? 0 : 1;

/** The folder of the installed tools, and those that the environment names. */
function fromEnvironment() {
  const installed = (process.env.PATH ?? "")
    .split(delimiter)
    .find((folder) => existsSync(join(folder, "crushtool")));
  const others = (process.env.CRUSHLAB_JUDGES ?? "").split(delimiter).filter(Boolean);
  return [...(installed ? [installed] : []), ...others];
}
