import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const KINDS: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
};

/** A browser on this machine; nothing where there is none. */
export function findChromium(): string | undefined {
  const found = NAMES.map((name) => spawnSync("sh", ["-c", `command -v ${name}`])).find(
    ({ status }) => status === 0,
  );
  return found?.stdout.toString().trim();
}

/** What the tests of the page need and do not have; empty where all is there. */
function missingForPage(): string {
  const reasons = [
    ...(findChromium() ? [] : ["chromium is not installed"]),
    ...(existsSync(join(ROOT, "dist/viz.html")) ? [] : ["the page is not built"]),
  ];
  return reasons.join(", ");
}

/** Starts the browser. */
function launch(): Promise<Browser> {
  const executablePath = findChromium();
  return chromium.launch({ args: ARGUMENTS, ...(executablePath && { executablePath }) });
}

/** A page that is being watched. */
export interface WatchedPage {
  page: Page;
  /** Errors and warnings of the console, and what was thrown. */
  complaints: string[];
  /** Addresses of other places than the page's own that were asked for. */
  foreign: string[];
}

/** Opens an address, and notes what should not happen. */
async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const size = { width: 1280, height: 720 };
  const context = await browser.newContext({
    viewport: size,
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== "data:" && protocol !== "blob:" && origin !== new URL(address).origin) {
      foreign.push(request.url());
    }
  });
  await page.goto(address);
  return { page, complaints, foreign };
}

/** Waits until the page has a cluster and is not busy. */
export async function settled(page: Page): Promise<void> {
  await page.locator(".figure").first().waitFor();
  await page.waitForFunction(() => {
    const message = document.querySelector(".timeline > .message");
    return !message?.textContent?.endsWith("\u2026");
  });
}

/** The names and values of a list of facts. */
export async function factsIn(page: Page, selector: string): Promise<Record<string, string>> {
  const texts = await page.locator(`${selector} .facts > *`).allTextContents();
  const pairs = texts.flatMap((text, at): [string, string][] =>
    at % 2 === 0 ? [[text, texts[at + 1] ?? ""]] : [],
  );
  return Object.fromEntries(pairs);
}

/** Serves the page's folder as a static host does. */
async function serveFolder(): Promise<{ address: string; close: () => void }> {
  const server: Server = createServer(async (request, response) => {
    const name = request.url === "/" ? "index.html" : (request.url ?? "").slice(1);
    try {
      const body = await readFile(join(ROOT, "dist/viz", name));
      response.writeHead(200, {
        "content-type": KINDS[extname(name)] ?? "application/octet-stream",
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

/** Runs `crushlab viz` until it is closed. */
export async function startViz(
  args: readonly string[],
): Promise<{ address: string; close: () => void }> {
  const child: ChildProcess = spawn(process.execPath, [join(ROOT, "dist/cli.js"), "viz", ...args]);
  const address = await new Promise<string>((resolve, reject) => {
    let said = "";
    const listen = (text: Buffer) => {
      said += text.toString();
      const [found] = /http:\/\/\S+/.exec(said) ?? [];
      if (found) {
        resolve(found);
      }
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.on("close", () => reject(new Error(`crushlab viz has ended: ${said}`)));
  });
  return { address, close: () => child.kill() };
}

/** Opens an address: one of the served page's own, such as `#view=pg`, or any other. */
export type Visit = (address: string, options?: BrowserContextOptions) => Promise<WatchedPage>;

/** Tests in one browser beside a server of the page; they are skipped where either is missing. */
export function describeInBrowser(name: string, tests: (visit: Visit) => void): void {
  const missing = missingForPage();
  if (missing !== "") {
    process.stdout.write(`SKIPPED: ${name}: ${missing}\n`);
  }
  describe.skipIf(missing !== "")(name, () => {
    let browser: Browser;
    let host: Awaited<ReturnType<typeof serveFolder>>;

    beforeAll(async () => {
      [browser, host] = await Promise.all([launch(), serveFolder()]);
    });

    afterAll(async () => {
      host?.close();
      await browser?.close();
    });

    tests((address, options) => openPage(browser, new URL(address, host.address).href, options));
  });
}
