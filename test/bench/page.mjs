// `npm run bench:page`: how quick the page is with 10,000 OSDs and 100,000 PGs in headless
// Chromium. Prints the medians of three runs, and with --write records them in page.json.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const ROOT = join(import.meta.dirname, "..", "..");
const PAGE = pathToFileURL(join(ROOT, "dist/viz.html")).href;
const RUNS = 3;
const PLAY_MS = 2500;
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];

const found = spawnSync("sh", ["-c", "command -v chromium || command -v google-chrome"]);
const executablePath = found.stdout.toString().trim();
const runs = [];
for (let run = 0; run < RUNS; run += 1) {
  runs.push(await measure());
  process.stderr.write(`run ${run + 1} of ${RUNS}: ${JSON.stringify(runs.at(-1))}\n`);
}
const names = Object.keys(runs[0]);
const result = {
  osds: 10_000,
  pgs: 100_000,
  cores: cpus().length,
  load_average: loadavg()[0],
  ...Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name]))])),
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
if (process.argv.includes("--write")) {
  writeFileSync(join(import.meta.dirname, "page.json"), `${JSON.stringify(result, null, 2)}\n`);
}

/** One run: opens the large example, lets a host fail and go out, and counts frames on the way. */
async function measure() {
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  try {
    const started = performance.now();
    await page.goto(`${PAGE}#view=remap&example=huge`);
    await page.locator(".cluster-facts", { hasText: "10,000 OSDs" }).waitFor({ timeout: 0 });
    await page.locator(".drawing > canvas.is-shown").first().waitFor();
    const firstDrawing = performance.now() - started;
    const failed = await page.evaluate(timeOf, ["fail host=host7", 2]);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.evaluate(timeOf, ["wait 10m", 3]);
    const frames = await page.evaluate(countFrames, PLAY_MS);
    return {
      first_drawing_ms: Math.round(firstDrawing),
      host_failed_and_redrawn_ms: Math.round(failed),
      frames_per_second: Math.round((frames * 1000) / PLAY_MS),
    };
  } finally {
    await browser.close();
  }
}

/** Types a command, and gives the time until the step is drawn. Runs in the page. */
async function timeOf([command, entries]) {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  document.querySelector(".command input").value = command;
  const started = performance.now();
  document.querySelector(".command button").click();
  while (document.querySelectorAll(".steps li").length < entries) {
    await frame();
  }
  await frame();
  return performance.now() - started;
}

/** Frames that are drawn in some time. Runs in the page. */
async function countFrames(duration) {
  const started = performance.now();
  let frames = 0;
  while (performance.now() - started < duration) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    frames += 1;
  }
  return frames;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
