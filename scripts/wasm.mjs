// `npm run build:wasm`: compiles crates/wasm and writes dist/wasm/crushlab.js with the WebAssembly
// beside it. The standard library for WebAssembly comes from rustup's target or, where that is
// missing, from Debian's packages, which bring its sources.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fail, isStale, ROOT, run } from "./setup.mjs";

/** Where the module is, from the repository's root. */
const WASM_FOLDER = "dist/wasm";

const TARGET = "wasm32-unknown-unknown";
const TARGET_FOLDER = "target/wasm";
const GLUE = "crates/wasm/glue/Cargo.toml";
const FEATURES = "-C target-feature=+simd128";

/** Debian's own tools: rustup's come first in PATH. */
const DEBIAN_CARGO = "/usr/bin/cargo";
const DEBIAN_RUSTC = "/usr/bin/rustc";
const DEBIAN_PACKAGES = "rustc-web cargo-web rust-web-src lld";

/** What to do where no toolchain is found. */
export const HOW_TO_GET_WASM =
  `with Rust from https://rustup.rs: rustup target add ${TARGET}, or on Debian: ` +
  `apt-get install --no-install-recommends ${DEBIAN_PACKAGES}`;

/** The toolchain that can compile WebAssembly here; nothing where there is none. */
function wasmToolchain() {
  if (has(join(sysroot("rustc"), "lib/rustlib", TARGET, "lib"))) {
    return { cargo: "cargo", args: [], env: {} };
  }
  const debianSources = join(sysroot(DEBIAN_RUSTC), "lib/rustlib/src/rust/library/std");
  const linker = ["wasm-ld", "rust-lld"].find(
    (name) => spawnSync(name, ["--version"]).error === undefined,
  );
  if (has(DEBIAN_CARGO) && has(debianSources) && linker) {
    return {
      cargo: DEBIAN_CARGO,
      // Small sorts and the like: maps and lists of many types would have large ones each.
      args: ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"],
      env: {
        RUSTC: DEBIAN_RUSTC,
        RUSTC_BOOTSTRAP: "1",
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker,
      },
    };
  }
  return undefined;
}

/** Builds the module where it is missing or older than its sources; gives whether it is there. */
export function setUpWasm() {
  const sources = ["Cargo.toml", "Cargo.lock", "crates"];
  const isNeeded = isStale(`${WASM_FOLDER}/crushlab_bg.wasm`, sources);
  const toolchain = isNeeded ? wasmToolchain() : undefined;
  if (toolchain) {
    process.stderr.write(
      "crushlab: building the WebAssembly core (some minutes the first time) …\n",
    );
    build(toolchain);
  }
  return !isNeeded || toolchain !== undefined;
}

function build({ cargo, args, env }) {
  mkdirSync(join(ROOT, WASM_FOLDER), { recursive: true });
  const compile = ["build", "--package=crushlab-wasm", "--profile=wasm", "--quiet"];
  const where = [`--target=${TARGET}`, `--target-dir=${TARGET_FOLDER}`];
  const all = { ...process.env, CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: FEATURES, ...env };
  const input = `${TARGET_FOLDER}/${TARGET}/wasm/crushlab_wasm.wasm`;
  const glue = ["run", "--quiet", `--manifest-path=${GLUE}`, `--target-dir=${TARGET_FOLDER}`];
  const isBuilt =
    run(cargo, [...compile, ...where, ...args], { env: all }) === 0 &&
    run("cargo", [...glue, "--locked", "--", input, WASM_FOLDER]) === 0;
  if (!isBuilt) {
    fail("the WebAssembly core could not be built: see above");
  }
}

function sysroot(rustc) {
  const { stdout } = spawnSync(rustc, ["--print", "sysroot"], { cwd: ROOT, encoding: "utf8" });
  return stdout?.trim() || "/nowhere";
}

function has(path) {
  return existsSync(path);
}

if (process.argv[1] === import.meta.filename) {
  const toolchain = wasmToolchain();
  if (!toolchain) {
    fail(`no Rust for WebAssembly is here; ${HOW_TO_GET_WASM}`);
  }
  build(toolchain);
}
