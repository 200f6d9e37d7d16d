import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crushlab } from "../support/cli.ts";
import { LAB } from "../support/lab.ts";

const MAP = join(LAB, "osdmap.bin");
const OUT = ["--run", "ceph osd out 3"];

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crushlab-"));
  const map = await readFile(MAP);
  const small =
    "hosts: [{count: 2, osds: 2, size: 4 TiB}]\npools: [{name: a, size: 3, pg_num: 8}]\n";
  await mkdir(file("folder"));
  await Promise.all(
    Object.entries({
      empty: "",
      cut: map.subarray(0, map.length / 2),
      "cut.gz": (await readFile(join(LAB, "pg-dump.json.gz"))).subarray(0, 300),
      "cut.json": (await readFile(join(LAB, "osd-dump.json"))).subarray(0, 500),
      "other.json": '{"a": 1}',
      noise: Uint8Array.from({ length: 500 }, (_, at) => (at * 97 + 131) % 251),
      "bad.sh": "# a script\nceph osd frob 3\n",
      "bad.yaml": "steps: [frob]\n",
      "small.yaml": small,
    }).map(([name, content]) => writeFile(file(name), content)),
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs it, checks that it fails as it should, and gives its one line. */
async function complaint(args: readonly string[]): Promise<string> {
  const before = (await readdir(folder)).sort();
  const { stdout, stderr, exitCode } = await crushlab(args);
  expect({ args, stdout, exitCode, stderr }).toMatchObject({ stdout: "", exitCode: 2 });
  const lines = stderr.trimEnd().split("\n");
  expect(lines, args.join(" ")).toHaveLength(1);
  expect((await readdir(folder)).sort()).toEqual(before);
  return (lines[0] ?? "").replaceAll(`${folder}/`, "").replaceAll(`${LAB}/`, "");
}

async function expectComplaints(cases: readonly (readonly [string[], RegExp])[]): Promise<void> {
  for (const [args, line] of cases) {
    expect(await complaint(args)).toMatch(line);
  }
}

describe("what cannot be done is said in one line, exits with 2 and writes nothing", () => {
  it("a file that is no cluster", async () => {
    for (const command of ["tree", "pgs", "distribution", "capacity"]) {
      await expectComplaints([
        [[command, "no/such"], /^crushlab: cannot read no\/such: no such file or directory$/],
        [
          [command, file("folder")],
          /^crushlab: folder has no map of a cluster: expected Ceph's outputs /,
        ],
        [[command, file("empty")], /^crushlab: empty: the file is empty$/],
        [[command, file("cut")], /^crushlab: cut: binary OSDMap: byte 2: /],
      ]);
    }
    await expectComplaints([
      [["tree", file("cut.gz")], /^crushlab: cut\.gz: gzip: /],
      [["tree", file("cut.json")], /^crushlab: cut\.json: JSON: line \d+, column \d+: /],
      [["tree", file("other.json")], /JSON of an unknown kind.*: expected the output of ceph rep/],
      [["tree", file("noise")], /^crushlab: noise: /],
      [["tree", join(LAB, "crush-dump.json")], /no file holds an OSDMap: expected the output of /],
      [["diff", MAP, file("empty")], /^crushlab: empty: the file is empty$/],
    ]);
  });

  it("a pool, a PG or an OSD that is not there", async () => {
    await expectComplaints([
      [["pgs", MAP, "--pool", "imags"], /there is no pool "imags": .* \(did you mean images\?\)$/],
      [["map", MAP, "77", "a"], /there is no pool "77": there are device_health_metrics, images/],
      [["explain", MAP, "--pg", "99.0"], /99/],
      [["whatif", MAP, "--run", "ceph osd out x"], /Error EINVAL: invalid osd id 'x'/],
      [["whatif", MAP, "--run", "ceph osd pool set no size 2"], /Error ENOENT: .* pool 'no'/],
      [["whatif", MAP, "--fail", "osd.99"], /osd\.99/],
      [["whatif", MAP, "--fail", "host=no"], /no/],
    ]);
  });

  it("a command or an argument that there is not", async () => {
    await expectComplaints([
      [["xyzzy"], /^crushlab: unknown command 'xyzzy' \(see --help\)$/],
      [["tre", MAP], /^crushlab: unknown command 'tre' \(Did you mean tree\?\)$/],
      [["tree"], /^crushlab: missing required argument 'cluster', or --live \(see --help\)$/],
      [["tree", MAP, "--frob"], /^crushlab: unknown option '--frob' \(see --help\)$/],
      [["pgs", MAP, "--threads", "0"], /Expected a whole number from 1 to 1024/],
      [["whatif", MAP], /nothing happens: --run, --fail or --script missing/],
      [["whatif", MAP, "--run", "ceph osd frob 3"], /unknown command 'osd frob 3': expected one /],
      [["whatif", MAP, "--run", "ceph osd out '3"], /a quote is not closed/],
      [["whatif", MAP, "--run", "osd reweight 3 7"], /weight is '7', expected a number between/],
      [["whatif", MAP, "--wait", "soon"], /a time is "soon": expected whole seconds, or 90s/],
      [["whatif", MAP, ...OUT, "--by", "hots"], /no bucket type hots: .* \(did you mean host\?\)$/],
      [["whatif", MAP, "--script", file("bad.sh")], /bad\.sh: line 2: unknown command 'osd frob/],
      [
        ["whatif", MAP, "--script", file("bad.yaml")],
        /unknown command 'frob': expected one such as/,
      ],
    ]);
  });

  it("a rule that cannot be met", async () => {
    const rule = "ceph osd crush rule create-replicated r default frob";
    await expectComplaints([
      [["whatif", MAP, "--run", rule], /Error EINVAL: .*frob/],
      [["whatif", MAP, "--run", "ceph osd pool create p 8 8 replicated no"], /Error .*no/],
      [["pgs", file("small.yaml")], /small\.yaml: /],
    ]);
  });
});
