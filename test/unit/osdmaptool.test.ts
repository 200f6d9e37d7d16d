import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Cluster, osdmaptool } from "../../ts/index.ts";
import { LAB } from "../support/lab.ts";

const MAP = join(LAB, "osdmap.bin");
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

it("answers as the command line does, and keeps what is printed", async () => {
  const { exitCode, stdout } = await osdmaptool([MAP, "--test-map-object", "o", "--pool", "1"]);
  expect(exitCode).toBe(0);
  const cluster = await Cluster.load(MAP);
  const { up } = cluster.locate(1, "o");
  expect(text(stdout)).toContain(` object 'o' -> 1.`);
  expect(text(stdout)).toContain(`[${up.join(",")}]`);
});

it("writes the files that arguments name", async () => {
  const folder = await mkdtemp(join(tmpdir(), "crushlab-"));
  try {
    const made = join(folder, "made.bin");
    expect(await osdmaptool(["--createsimple", "5", made])).toMatchObject({ exitCode: 0 });
    expect((await Cluster.load(made)).osds).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("leaves complaints in the result, and refuses what are no arguments", async () => {
  const missing = await osdmaptool([join(LAB, "nothing.bin"), "--print"]);
  expect(missing.exitCode).not.toBe(0);
  expect(missing.stderr).toContain("nothing.bin");
  await expect(osdmaptool([1 as never])).rejects.toMatchObject({ code: "invalid_argument" });
});
