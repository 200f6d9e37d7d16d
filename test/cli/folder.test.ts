import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooseOutputs } from "../../ts/cli/outputNames.ts";
import { crushlab } from "../support/cli.ts";
import { LAB } from "../support/lab.ts";

const run = promisify(execFile);

let folder: string;
let report: string;
/** What a sosreport calls the outputs of the lab's cluster. */
const NAMES = {
  "osd-dump.json": "ceph_osd_dump_--format_json-pretty",
  "crush-dump.json": "ceph_osd_crush_dump",
  "pg-dump.json.gz": "ceph_pg_dump_--format_json.gz",
  "osd-df-tree.json": "ceph_osd_df_tree_--format_json-pretty",
  "df-detail.json": "ceph_df_detail_--format_json-pretty",
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crushlab-"));
  report = join(folder, "sosreport-mon1");
  const outputs = join(report, "sos_commands", "ceph_mon", "json_output");
  await mkdir(outputs, { recursive: true });
  for (const [name, there] of Object.entries(NAMES)) {
    await cp(join(LAB, name), join(outputs, there));
  }
  const texts = join(report, "sos_commands", "ceph_mon");
  await writeFile(join(texts, "ceph_osd_dump"), "epoch 3\n");
  await writeFile(join(texts, "ceph_health_detail"), "HEALTH_OK\n");
  await writeFile(join(texts, "ceph_pg_dump_stuck"), "{}");
});
afterAll(() => rm(folder, { recursive: true }));

async function facts(...args: string[]) {
  const { stdout, stderr, exitCode } = await crushlab([...args, "--json"]);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  return JSON.parse(stdout);
}

describe("a folder of Ceph's outputs", () => {
  it("is taken as the files in it, and they are named", async () => {
    const asked = ["capacity", "--fail", "host=host4"];
    const alone = await facts(...asked, ...Object.keys(NAMES).map((name) => join(LAB, name)));
    const whole = await facts(...asked, report);
    expect({ ...whole, cluster: [] }).toEqual({ ...alone, cluster: [] });
    expect(whole.cluster).toHaveLength(Object.keys(NAMES).length);
    expect(whole.cluster[0]).toContain("json_output/ceph_osd_dump_--format_json-pretty");
  });

  it("may be in an archive", async () => {
    const expected = await facts("capacity", report);
    for (const [name, how] of [
      ["report.tar", "-cf"],
      ["report.tar.gz", "-czf"],
    ] as const) {
      const archive = join(folder, name);
      await run("tar", [how, archive, "-C", folder, "sosreport-mon1"]);
      const found = await facts("capacity", archive);
      expect(found.pools).toEqual(expected.pools);
      expect(found.cluster[0]).toContain(
        `${name}:sosreport-mon1/sos_commands/ceph_mon/json_output`,
      );
    }
  });

  it("is refused in one line where it is of no use", async () => {
    const empty = join(folder, "empty");
    await mkdir(empty);
    await symlink(report, join(empty, "elsewhere"));
    const none = await crushlab(["capacity", empty]);
    expect(none).toMatchObject({ exitCode: 2, stdout: "" });
    expect(none.stderr).toBe(
      `crushlab: ${empty} has no map of a cluster: expected Ceph's outputs under the names of ` +
        "their commands, such as ceph_osd_dump.json and ceph_pg_dump.json\n",
    );
    for (const name of ["broken.tar.gz", "broken.tar", "broken.tar.xz"]) {
      const broken = join(folder, name);
      await writeFile(broken, "not an archive".repeat(100));
      const refused = await crushlab(["capacity", broken]);
      expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
      expect(refused.stderr).toMatch(/^crushlab: [^\n]*broken\.tar[^\n]*\n$/);
    }
  });
});

describe("chooseOutputs", () => {
  it("takes nothing from a folder beside the map's, which may be another cluster's", () => {
    const paths = ["a/x/osdmap.bin", "a/y/pg-dump.json", "a/osd-df-tree.json", "a/x/z/df_detail"];
    expect(chooseOutputs(paths)).toEqual([
      "a/x/osdmap.bin",
      "a/osd-df-tree.json",
      "a/x/z/df_detail",
    ]);
  });

  it("takes the best of each kind, and what it needs", () => {
    expect(
      chooseOutputs(["a/ceph_osd_dump", "a/ceph_osd_dump_-f_json", "a/b/osd_crush_dump.json"]),
    ).toEqual(["a/ceph_osd_dump_-f_json", "a/b/osd_crush_dump.json"]);
    expect(
      chooseOutputs(["x/osdmap.bin", "x/osd-dump.json", "x/crush-dump.json", "x/pg-dump.json"]),
    ).toEqual(["x/osdmap.bin", "x/pg-dump.json"]);
    // As people call it; the output of one PG's query is none of a cluster.
    expect(chooseOutputs(["x/osdmap", "x/pg.json", "x/pg_query.json"])).toEqual([
      "x/osdmap",
      "x/pg.json",
    ]);
    expect(chooseOutputs(["deep/er/ceph_report.json", "ceph_report.json"])).toEqual([
      "ceph_report.json",
    ]);
    expect(chooseOutputs(["ceph_pg_dump", "ceph_osd_dumpling", "ceph_pg_dump_stuck"])).toEqual([]);
  });
});
