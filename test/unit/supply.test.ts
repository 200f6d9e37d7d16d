import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, read } from "../support/sources.ts";

interface Entry {
  version?: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
}

describe("what comes from elsewhere", () => {
  it("has a checksum, and is taken from whichever registry the user has", () => {
    const { packages } = JSON.parse(read("package-lock.json")) as {
      packages: Record<string, Entry>;
    };
    const entries = Object.entries(packages).filter(([path]) => path !== "");
    expect(entries.length).toBeGreaterThan(100);
    const unchecked = entries.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"));
    expect(unchecked.map(([path]) => path)).toEqual([]);
    expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });
});

describe("unsafe code", () => {
  /** The kernels have some, each argued; bindings are made of macros that write it. */
  const ALLOWED = ["crates/kernel", "crates/node", "crates/wasm"];

  it("is forbidden everywhere else", () => {
    const below = (folder: string) => readdirSync(join(ROOT, folder)).map((n) => `${folder}/${n}`);
    const crates = [...below("crates"), "crates/wasm/napi", "crates/wasm/napi-derive"];
    const open = crates.filter((crate) => !ALLOWED.includes(crate));
    for (const crate of open) {
      expect(read(`${crate}/Cargo.toml`), crate).toMatch(/\[lints\]\nworkspace = true/);
    }
    expect(read("Cargo.toml")).toContain('unsafe_code = "forbid"');
    expect(read("crates/wasm/glue/src/main.rs")).toContain("#![forbid(unsafe_code)]");
  });
});
