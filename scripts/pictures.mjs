// `npm run pictures`: renews the pictures of viz/TOUR.md from the page as it was built, in headless
// Chromium at the size of a projector. Look at them before they are committed.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { setUpPage } from "./page.mjs";
import { ROOT } from "./setup.mjs";

const STEPS = encodeURIComponent("fail host=host3\nwait 10m");
const SIZE = { width: 1280, height: 720 };
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];

/** Each picture: where the page is, and what is done there. */
const PICTURES = {
  cluster: { at: `view=cluster&example=racks&steps=${STEPS}&at=2` },
  remap: {
    at: `view=remap&example=racks&steps=${STEPS}&at=2`,
    act: (page) => page.getByRole("slider", { name: "Place on the timeline" }).fill("75"),
  },
  distribution: { at: "view=distribution&example=racks" },
  pg: {
    at: "view=pg&example=racks",
    act: (page) => page.locator(".story button").nth(5).click(),
  },
  compare: { at: "view=compare&example=racks" },
  workshop: { at: "view=workshop&lesson=3" },
};

setUpPage();
const found = spawnSync("sh", ["-c", "command -v chromium || command -v google-chrome"]);
const executablePath = found.stdout.toString().trim();
const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
try {
  for (const [name, { at, act }] of Object.entries(PICTURES)) {
    const page = await browser.newPage({ viewport: SIZE, reducedMotion: "reduce" });
    await page.goto(`${pathToFileURL(join(ROOT, "dist/viz.html")).href}#${at}`);
    await page.locator(".drawing > .is-shown, .lesson h1").first().waitFor();
    await page.waitForFunction(
      (steps) => document.querySelectorAll(".steps li").length === steps,
      at.includes("steps=") ? 3 : 1,
    );
    await act?.(page);
    await page.mouse.move(0, 0);
    await page.evaluate(() => document.activeElement?.blur());
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
    await page.screenshot({ path: join(ROOT, `viz/pictures/${name}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
}
