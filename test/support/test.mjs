// `npm test`: builds what is missing and runs every test: cargo's and vitest's. What needs Ceph's
// own tools is left out, and said to be, where they are not installed; with CRUSHLAB_REQUIRE_CEPH
// set that is a failure. The last line counts what passed and what failed.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT, run, setUp } from "./setup.mjs";

/** Cargo packages that compare with Ceph's tools. */
const CEPH_PACKAGES = ["crushlab-conformance"];

setUp();
const hasCeph = spawnSync("crushtool", ["--help"]).error === undefined;
const rust = await runCargo(hasCeph ? [] : CEPH_PACKAGES.flatMap((name) => ["--exclude", name]));
const typescript = runVitest();
const skipped = [...typescript.skipped];
if (!hasCeph) {
  skipped.push(
    "test/conformance: crushtool is not installed (on Debian: apt-get install ceph-base)",
  );
}
for (const what of skipped) {
  process.stdout.write(`skipped: ${what}\n`);
}
const mustNotSkip = Boolean(process.env.CRUSHLAB_REQUIRE_CEPH);
const passed = rust.passed + typescript.passed;
const failed = rust.failed + typescript.failed + (mustNotSkip ? skipped.length : 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

/** Runs all Rust tests; a build that fails counts as one failure. */
async function runCargo(args) {
  const cargo = spawn("cargo", ["test", "--workspace", "--no-fail-fast", ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  cargo.stdout.setEncoding("utf8");
  cargo.stdout.on("data", (text) => {
    output += text;
    process.stdout.write(text);
  });
  const code = await new Promise((resolve) => cargo.on("close", resolve).on("error", resolve));
  const totals = { passed: 0, failed: 0 };
  for (const [, passed, failed] of output.matchAll(
    /^test result: .*?(\d+) passed; (\d+) failed/gm,
  )) {
    totals.passed += Number(passed);
    totals.failed += Number(failed);
  }
  return code === 0 || totals.failed > 0 ? totals : { ...totals, failed: 1 };
}

/** Runs all TypeScript tests; a run that ends without results counts as one failure. */
function runVitest() {
  const folder = mkdtempSync(join(tmpdir(), "crushlab-test-"));
  const report = join(folder, "vitest.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile=${report}`];
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const code = run(process.execPath, [vitest, "run", ...reporters]);
  try {
    const result = JSON.parse(readFileSync(report, "utf8"));
    const suites = result.testResults.flatMap(({ assertionResults }) => assertionResults);
    const skipped = suites.filter(({ status }) => status !== "passed" && status !== "failed");
    const failed = Math.max(result.numFailedTests, code === 0 ? 0 : 1);
    const names = skipped.map(({ fullName }) => fullName);
    return { passed: result.numPassedTests, failed, skipped: names };
  } catch {
    return { passed: 0, failed: 1, skipped: [] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
