// Makes the page from its sources and the WebAssembly, twice: dist/viz is a folder for any static
// host, dist/viz.html the same in one file. `npm run build:viz` calls it when both are there.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { marked } from "marked";

const ROOT = join(import.meta.dirname, "..");
const VIZ = join(ROOT, "viz");
const WASM = join(ROOT, "dist/wasm");
const FOLDER = join(ROOT, "dist/viz");
const FILE = join(ROOT, "dist/viz.html");

/** The WebAssembly is packed by ourselves: not every static host would do it. */
const BEST = { level: 9 };

const shared = {
  bundle: true,
  minify: true,
  target: "es2023",
  format: "iife",
  outdir: FOLDER,
  legalComments: "none",
  logLevel: "warning",
  loader: { ".yaml": "text" },
};

/** Lessons become HTML here, so that the page needs no reader of Markdown. */
const lessons = {
  name: "lessons",
  setup(bundle) {
    bundle.onLoad({ filter: /\.md$/ }, ({ path }) => ({
      contents: marked.parse(readFileSync(path, "utf8")),
      loader: "text",
    }));
  },
};

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
await build({ ...shared, entryPoints: { page: join(VIZ, "app/main.ts") }, plugins: [lessons] });
await build({
  ...shared,
  entryPoints: { worker: join(VIZ, "engine/worker.ts") },
  plugins: [core()],
});
await build({ ...shared, entryPoints: { style: join(VIZ, "style.css") } });
copyFileSync(join(VIZ, "index.html"), join(FOLDER, "index.html"));
writeFileSync(
  join(FOLDER, "core.bin"),
  gzipSync(readFileSync(join(WASM, "crushlab_bg.wasm")), BEST),
);
writeFileSync(FILE, oneFile());

/** Puts the WebAssembly in the place of the native binding, and does without files by path. */
function core() {
  return {
    name: "core",
    setup(bundle) {
      const module = { path: join(WASM, "crushlab.js") };
      bundle.onResolve({ filter: /^(#native|crushlab-wasm)$/ }, () => module);
      bundle.onResolve({ filter: /\/files\.ts$/ }, () => ({
        path: join(VIZ, "engine/noFiles.ts"),
      }));
    },
  };
}

/** The page in one file. What it may run is told by its hash, so that nothing else can run. */
function oneFile() {
  const read = (name) => readFileSync(join(FOLDER, name), "utf8");
  const script = read("page.js").replaceAll("</script", "<\\/script");
  const style = read("style.css");
  const program = read("worker.js").replaceAll("</script", "<\\/script");
  const wasm = readFileSync(join(FOLDER, "core.bin"));
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)} 'wasm-unsafe-eval'`,
    `style-src ${hashOf(style)}`,
    "worker-src blob:",
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const carried = [
    `<script type="text/plain" id="worker-program">${program}</script>`,
    `<script type="text/plain" id="wasm">${wasm.toString("base64")}</script>`,
    '<script type="application/json" id="embedded"></script>',
  ].join("\n");
  return replaceOnce(
    replaceOnce(
      replaceOnce(read("index.html"), /content="default-src[^"]*"/, `content="${policy}"`),
      /<link rel="stylesheet"[^>]*>/,
      `<style>${style}</style>`,
    ),
    /<script src="page\.js" defer><\/script>/,
    `${carried}\n<script>${script}</script>`,
  );
}

function replaceOnce(text, pattern, replacement) {
  if (!pattern.test(text)) {
    throw new Error(`viz/index.html has no ${pattern}`);
  }
  return text.replace(pattern, () => replacement);
}

function hashOf(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
