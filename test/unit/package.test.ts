import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const run = promisify(execFile);

describe("the package", () => {
  it("can be imported and required by its name, with the same exports", async () => {
    const script = 'import("crushlab").then((all) => console.log(Object.keys(all).join()))';
    const { stdout } = await run(process.execPath, ["-e", script], { cwd: ROOT });
    const required = createRequire(join(ROOT, "package.json"))("crushlab") as object;
    expect(stdout.trim().split(",").sort()).toEqual(Object.keys(required).sort());
    expect(Object.keys(required)).toContain("CrushMap");
  });
});
