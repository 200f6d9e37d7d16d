// `npm run lock`: brings package-lock.json in line with package.json, for every platform. Where a
// registry lacks the builds of a package for other platforms, npm leaves them out of the lock file,
// and `npm ci` then refuses it everywhere. They are put back here: their version is exact in the
// package that wants them, and their names say which platform they are for. Every entry
// gets its checksum.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, ROOT, run } from "./setup.mjs";

const LOCK = join(ROOT, "package-lock.json");
const SYSTEMS = ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony"];
const PROCESSORS = ["arm64", "arm", "x64", "ia32", "ppc64", "riscv64", "s390x", "loong64"];

if (run("npm", ["install", "--package-lock-only", "--no-audit", "--no-fund"]) !== 0) {
  fail("npm could not bring package-lock.json in line with package.json");
}
const lock = JSON.parse(readFileSync(LOCK, "utf8"));
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const isThere =
      `node_modules/${name}` in lock.packages || `${path}/node_modules/${name}` in lock.packages;
    if (!isThere) {
      lock.packages[`node_modules/${name}`] = {
        version,
        ...platform(name.split("/").at(-1).split("-")),
        ...(entry.dev && { dev: true }),
        optional: true,
      };
    }
  }
}
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path !== "" && entry.integrity === undefined) {
    lock.packages[path] = withIntegrity(path.split("node_modules/").at(-1), entry);
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(
  LOCK,
  `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`,
);

/** An entry with the checksum of what it stands for: `npm ci` compares what it gets with that. */
function withIntegrity(name, { version, ...rest }) {
  const asked = spawnSync("npm", ["view", `${name}@${version}`, "dist.integrity"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const integrity = asked.stdout?.trim();
  if (!integrity) {
    fail(`package-lock.json: no checksum of ${name}@${version} is to be had`);
  }
  return { version, integrity, ...rest };
}

/** What a platform's package says of itself, from the words of its name. */
function platform(words) {
  const os = words.includes("win32") ? "win32" : SYSTEMS.find((system) => words.includes(system));
  const cpu = words.includes("wasm32") ? "wasm32" : PROCESSORS.find((one) => words.includes(one));
  if (!cpu) {
    fail(`package-lock.json: cannot tell which platform ${words.join("-")} is for`);
  }
  const libc = words.includes("musl") ? "musl" : words.includes("gnu") ? "glibc" : undefined;
  return {
    ...(libc && os === "linux" && { libc: [libc] }),
    cpu: [cpu],
    ...(os && { os: [os] }),
  };
}
