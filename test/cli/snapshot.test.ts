import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { Cluster } from "../../ts/index.ts";
import { crushlab } from "../support/cli.ts";

const FAKE = fileURLToPath(new URL("../support/fakeCeph.mjs", import.meta.url));
const GOLDEN = fileURLToPath(new URL("../golden/snapshot", import.meta.url));
const FILES = ["osdmap.bin", "pg-dump.json.gz", "osd-df-tree.json", "df-detail.json"].map((name) =>
  join(GOLDEN, name),
);
/** The map of the golden files. */
const EPOCH = 40;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "crushlab snapshot-"));
});

/** `--ceph` for the fake ceph, which behaves so. */
function fake(behaviour: string): string {
  return `'${process.execPath}' '${FAKE}' '${folder}' '${behaviour}'`;
}

/** Takes a snapshot into a file, and returns what came of it. */
async function snapshot(behaviour: string, ...more: string[]) {
  const file = join(folder, "snapshot.json");
  const result = await crushlab(["snapshot", "--ceph", fake(behaviour), "-o", file, ...more]);
  return { ...result, file };
}

/** What Ceph was asked, each question once. */
function asked(): string[] {
  const lines = readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
  return [...new Set(lines.map((line) => (JSON.parse(line) as string[]).join(" ")))];
}

function stateOf(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, "utf8"));
}

describe("snapshot", () => {
  it("saves one file that holds what the recorded files hold", async () => {
    const { exitCode, stdout, stderr, file } = await snapshot("well");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/snapshot\.json: data of .* UTC, epoch 40 · 6 OSDs · 3 pools · 25 PGs/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const [taken, files] = [await Cluster.load(file), await Cluster.load(FILES)];
    expect(Buffer.from(taken.toBinary())).toEqual(Buffer.from(files.toBinary()));
    expect([...taken.recordedPgs()]).toEqual([...files.recordedPgs()]);
    expect([taken.osds, taken.pools]).toEqual([files.osds, files.pools]);
    expect(taken.missing).toEqual([]);
    const { recording } = taken;
    expect(recording?.epoch).toBe(EPOCH);
    expect(Date.now() - Number(recording?.recordedAt)).toBeLessThan(60_000);
    const { command, versions, health } = { ...recording?.snapshot };
    expect(command).toContain("fakeCeph.mjs");
    expect(versions).toMatchObject({ osd: { [Object.keys(versionsOf())[0] ?? ""]: 6 } });
    expect(health).toMatchObject({ checks: { OSDMAP_FLAGS: "noscrub flag(s) set" } });
  });

  it("asks what --list prints, and nothing that changes a cluster", async () => {
    await snapshot("well");
    const { stdout } = await crushlab(["snapshot", "--list"]);
    const listed = stdout.split("\n").map((line) => line.split("  ")[0]?.replace(/^ceph /, ""));
    for (const question of asked()) {
      expect(listed).toContain(question.replace(String(EPOCH), "EPOCH"));
    }
    expect(asked()).toHaveLength(8);
    for (const line of listed) {
      expect(line).toMatch(/^$|stat|getmap|dump|df|versions|health/);
    }
  });

  it("takes the settings of monitors and managers, as --config does", async () => {
    const { file } = await snapshot("well");
    const { settings } = stateOf(file).more as Record<string, object>;
    expect(settings).toEqual({
      mon_allow_pool_delete: "true",
      osd_pool_default_size: "3",
      target_max_misplaced_ratio: "0.100000",
    });
    const remove = "ceph osd pool delete acme-archive acme-archive --yes-i-really-really-mean-it";
    const allowed = await crushlab(["tree", file, "--run", remove]);
    expect(allowed.exitCode).toBe(0);
    const refused = await crushlab(["tree", ...FILES, "--run", remove]);
    expect(refused.stderr).toContain("mon_allow_pool_delete");
  });

  it("names its file by epoch and time in a folder, and writes where it is told", async () => {
    const { stdout } = await crushlab(["snapshot", "--ceph", fake("well"), "-o", folder]);
    const name = readdirSync(folder).find((one) => one.startsWith("ceph-snapshot"));
    expect(name).toMatch(/^ceph-snapshot-e40-\d{8}T\d{6}Z\.json$/);
    expect(stdout).toContain(name);
    const packed = join(folder, "small.json.gz");
    await crushlab(["snapshot", "--ceph", fake("well"), "-o", packed]);
    expect(gunzipSync(readFileSync(packed)).toString()).toMatch(/^\{"crushlab_state":1/);
    const piped = await crushlab(["snapshot", "--ceph", fake("well"), "-o", "-"]);
    expect(JSON.parse(piped.stdout)).toMatchObject({ crushlab_state: 1 });
  });

  it("never writes over what is not a regular file, and tells before it asks", async () => {
    const [link, target] = [join(folder, "link"), join(folder, "target")];
    writeFileSync(target, "kept");
    symlinkSync(target, link);
    for (const path of [link, "/dev/null"]) {
      const { exitCode, stderr } = await crushlab(["snapshot", "--ceph", fake("well"), "-o", path]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`cannot write ${path}: it is not a regular file`);
    }
    expect(readFileSync(target, "utf8")).toBe("kept");
    expect(() => readFileSync(join(folder, "calls"))).toThrow();
    const { stderr } = await crushlab(["snapshot", "-o", join(folder, "none", "file")]);
    expect(stderr).toMatch(/^crushlab: .*\n$/);
  });

  it("passes words on as they are, without a shell", async () => {
    const odd = join(folder, "$(touch x); `touch y` *");
    mkdirSync(odd);
    const ceph = `'${process.execPath}' '${FAKE}' "${odd.replaceAll(/[$`]/g, "\\$&")}" well`;
    const { exitCode } = await crushlab(["snapshot", "--ceph", ceph, "-o", "-"], { cwd: folder });
    expect(exitCode).toBe(0);
    expect(readdirSync(odd)).toEqual(["calls"]);
    expect(readdirSync(folder)).toEqual(["$(touch x); `touch y` *"]);
  });
});

function versionsOf(): Record<string, number> {
  return JSON.parse(readFileSync(join(GOLDEN, "versions.json"), "utf8")).osd;
}

describe("a map that goes on", () => {
  it("is asked for again until it stands still", async () => {
    const { exitCode, stderr, file } = await snapshot("moving:1");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stateOf(file).warnings).toEqual([]);
  });

  it("is a warning in the file when it does not", async () => {
    const { exitCode, stderr, file } = await snapshot("moving");
    expect(exitCode).toBe(0);
    expect(stderr).toContain("the OSDMap went on from epoch 40 to 41 while it was asked, 3 times");
    const [warning] = stateOf(file).warnings as { code: string }[];
    expect(warning?.code).toBe("epochs_differ");
    const { stdout } = await crushlab(["distribution", file, "--json"]);
    expect(JSON.parse(stdout).warnings[0].code).toBe("epochs_differ");
  });
});

describe("what Ceph does not answer", () => {
  it.each([
    ["silent", "no answer within 3 s (is the cluster reachable?"],
    ["refused", "failed with exit code 13: [errno 13] RADOS permission denied"],
    ["dead", "osd stat -f json: ended by SIGKILL"],
    ["garbage", 'ceph osd stat -f json: found "'],
  ])("is one line: %s", async (behaviour, expected) => {
    const { exitCode, stdout, stderr, file } = await snapshot(behaviour, "--timeout", "3");
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(expected);
    expect(stderr).toMatch(/^crushlab: [^\n]*\n$/);
    expect(stderr).not.toContain("\u001b");
    expect(() => readFileSync(file)).toThrow();
  });

  it("says what to do without a keyring, and without Ceph", async () => {
    const { stderr } = await snapshot("refused");
    expect(stderr).toContain("reading needs a keyring");
    const none = await crushlab(["snapshot", "--ceph", "no-such-ceph", "-o", folder]);
    expect(none.stderr).toMatch(/cannot run no-such-ceph: there is no such program \(say how/);
    const denied = await crushlab(["snapshot", "--ceph", folder.replaceAll(" ", "\\ ")]);
    expect(denied.stderr).toContain("permission denied");
  });

  it("is left out where the map is enough", async () => {
    for (const part of ["pg dump:silent", "pg dump:garbage", "pg dump:refused"]) {
      const { exitCode, stderr, file } = await snapshot(part, "--timeout", "4");
      expect(exitCode).toBe(0);
      expect(stderr).toMatch(/note: ceph pg dump -f json is left out \(/);
      const cluster = await Cluster.load(file);
      expect(cluster.warnings.map(({ code }) => code)).toEqual(["snapshot_incomplete"]);
      expect([...cluster.recordedPgs()]).toEqual([]);
      expect(cluster.osds.every((osd) => osd.totalBytes !== undefined)).toBe(true);
    }
  });

  it.each(["config dump:garbage", "versions:garbage", "health:dead"])(
    "is left out, too: %s",
    async (part) => {
      const { exitCode, file } = await snapshot(part);
      expect(exitCode).toBe(0);
      expect((await Cluster.load(file)).warnings).toHaveLength(1);
    },
  );

  it("is asked for as text where the way to Ceph changes bytes", async () => {
    const { exitCode, file } = await snapshot("terminal");
    expect(exitCode).toBe(0);
    expect(asked()).toContain("osd crush dump -f json");
    const [taken, files] = [await Cluster.load(file), await Cluster.load(FILES)];
    expect((await taken.pgs()).pools).toEqual((await files.pgs()).pools);
    expect((await taken.checkPgs()).differences).toEqual([]);
  });

  it.each([["''"], ["'ceph"], ["  "]])("is a command that is none: %s", async (ceph) => {
    const { exitCode, stderr } = await crushlab(["snapshot", "--ceph", ceph]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^crushlab: .*\n$/);
  });
});
