// `npm test`: builds what is missing and runs every test: cargo's and vitest's. A test that needs
// Ceph's own tools, a browser or a compiler for WebAssembly prints a line "SKIPPED: …" where they
// are not installed; these lines are shown again at the end, and with CRUSHLAB_REQUIRE_ALL set each
// is a failure. Lines "LEFT OUT: …" are shown, too. The last line counts what passed and failed.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPage } from "./page.mjs";
import { ROOT, run, setUp } from "./setup.mjs";
import { HOW_TO_GET_WASM, setUpWasm } from "./wasm.mjs";

setUp();
const hasWasm = setUpWasm();
const leftOut = new Set();
if (hasWasm) {
  buildPage();
  // It needs packages that are there only now.
  const { setUpPackage } = await import("./package.mjs");
  await setUpPackage();
}
// Tests on live clusters wait most of the time: TypeScript's run beside them, and print afterwards.
run("cargo", ["test", "--workspace", "--no-run", "--quiet"]);
const running = runVitest();
const rust = await runCargo();
const { output, ...typescript } = await running;
process.stdout.write(output);
const skipped = [...rust.skipped, ...typescript.skipped];
if (!hasWasm) {
  skipped.push(`the library on the WebAssembly core: ${HOW_TO_GET_WASM}`);
}
for (const line of leftOut) {
  process.stdout.write(`${line}\n`);
}
for (const what of skipped) {
  process.stdout.write(`skipped: ${what}\n`);
}
const mustNotSkip = Boolean(process.env.CRUSHLAB_REQUIRE_ALL);
const passed = rust.passed + typescript.passed;
const failed = rust.failed + typescript.failed + (mustNotSkip ? skipped.length : 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

/** Runs all Rust tests; a build that fails counts as one failure. */
async function runCargo() {
  // Cargo hides what a test prints unless it is asked for.
  const args = ["test", "--workspace", "--no-fail-fast", "--", "--show-output"];
  const cargo = spawn("cargo", args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  cargo.stdout.setEncoding("utf8");
  cargo.stdout.on("data", (text) => {
    output += text;
    process.stdout.write(text);
  });
  const code = await new Promise((resolve) => cargo.on("close", resolve).on("error", resolve));
  const skipped = [...output.matchAll(/^SKIPPED: (.*)$/gm)].map(([, what]) => what);
  // What nothing but a variable asks for is no failure.
  for (const [line] of output.matchAll(/^LEFT OUT: .*$/gm)) {
    leftOut.add(line);
  }
  const totals = { passed: 0, failed: 0, skipped };
  for (const [, passed, failed] of output.matchAll(
    /^test result: .*?(\d+) passed; (\d+) failed/gm,
  )) {
    totals.passed += Number(passed);
    totals.failed += Number(failed);
  }
  return code === 0 || totals.failed > 0 ? totals : { ...totals, failed: 1 };
}

/** Runs all TypeScript tests; a run that ends without results counts as one failure. */
async function runVitest() {
  // A WebAssembly core that could not be brought up to date would be a test of yesterday's.
  const projects = hasWasm ? [] : ["--project=native"];
  const folder = mkdtempSync(join(tmpdir(), "crushlab-test-"));
  const report = join(folder, "vitest.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile=${report}`];
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", ...projects, ...reporters];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  const code = await new Promise((resolve) => child.on("close", resolve).on("error", resolve));
  try {
    const result = JSON.parse(readFileSync(report, "utf8"));
    const suites = result.testResults.flatMap(({ assertionResults }) => assertionResults);
    const skipped = suites.filter(({ status }) => status !== "passed" && status !== "failed");
    const failed = Math.max(result.numFailedTests, code === 0 ? 0 : 1);
    const names = skipped.map(({ fullName }) => fullName);
    return { passed: result.numPassedTests, failed, skipped: names, output };
  } catch {
    return { passed: 0, failed: 1, skipped: [], output };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
