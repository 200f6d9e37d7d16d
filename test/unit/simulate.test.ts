import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  Cluster,
  type Config,
  compare,
  parseScript,
  readScenario,
  readScript,
  simulate,
} from "../../ts/index.ts";
import { failure } from "../support/failure.ts";
import { GOLDEN_LAB, LAB } from "../support/lab.ts";

const start = await Cluster.load(
  ["osdmap.bin", "pg-dump.json.gz", "osd-df-tree.json"].map((name) => join(LAB, name)),
);
const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

/** Up sets of all PGs. */
async function ups(cluster: Cluster) {
  return [...(await cluster.pgs())].map(({ pgid, up, upPrimary }) => ({ pgid, up, upPrimary }));
}

describe("Cluster.run", () => {
  it("predicts where a cluster puts its PGs after ceph osd out", async () => {
    const after = start.run("ceph osd out 3");
    const real = await Cluster.load(join(GOLDEN_LAB, "out-3-osdmap.bin"));
    expect(await ups(after)).toEqual(await ups(real));
    expect(after.notes).toEqual(["marked out osd.3"]);
    expect(after.info.epoch).toBe(start.info.epoch + 1);
    expect(start.osds[3]?.isIn).toBe(true);
    expect(after.osds[3]?.isIn).toBe(false);
  });

  it("says why Ceph refuses a command, and what may have been meant", () => {
    const unknown = failure(() => start.run("ceph osd ot 3"));
    expect(unknown.code).toBe("invalid_command");
    expect(unknown.message).toContain("ceph osd out");
    const refused = failure(() => start.run("ceph osd pool set none size 2"));
    expect(refused.code).toBe("command_refused");
    expect(failure(() => start.run(7 as never)).code).toBe("invalid_argument");
  });
});

describe("Cluster.fail", () => {
  it("predicts where a cluster puts its PGs after a host has failed", async () => {
    const real = await Cluster.load(join(GOLDEN_LAB, "host4-down-osdmap.bin"));
    for (const target of ["host=host4", "host4", { host: "host4" }]) {
      expect(await ups(start.fail(target))).toEqual(await ups(real));
    }
  });

  it("takes OSDs, buckets and classes, and brings them back", async () => {
    expect(
      start
        .fail(3)
        .osds.filter(({ isUp }) => !isUp)
        .map(({ id }) => id),
    ).toEqual([3]);
    const ssd = start.fail({ class: "ssd" });
    expect(ssd.osds.filter(({ isUp }) => !isUp).map(({ id }) => id)).toEqual([1, 3, 5, 7, 9, 11]);
    expect(await ups(ssd.recover("class=ssd"))).toEqual(await ups(start));
    expect(failure(() => start.fail("host=host44")).code).toBe("unknown_item");
    expect(failure(() => start.fail("class=nvme")).code).toBe("unknown_item");
  });

  it("lets a host go out in time, and a rack stay in", () => {
    const host = start.fail("host=host4").wait("10m");
    expect(host.osds.filter(({ isIn }) => !isIn).map(({ id }) => id)).toEqual([8, 9]);
    expect(host.recover("host=host4").osds.every(({ isIn, isUp }) => isIn && isUp)).toBe(true);
    const early = start.fail("host=host4").wait(300);
    expect(early.osds.every(({ isIn }) => isIn)).toBe(true);
    expect(early.wait(300).osds[8]?.isIn).toBe(false);
    const rack = start.fail("rack=rack2").wait("1d");
    expect(rack.osds.every(({ isIn }) => isIn)).toBe(true);
    expect(failure(() => start.wait("soon")).code).toBe("invalid_argument");
  });
});

describe("Cluster.withConfig", () => {
  it("decides what is refused and what happens by itself", () => {
    const pool = start.pools[0]?.name ?? "";
    const remove = `ceph osd pool rm ${pool} ${pool} --yes-i-really-really-mean-it`;
    expect(failure(() => start.run(remove)).code).toBe("command_refused");
    const may = start.withConfig({ mon_allow_pool_delete: true, mon_osd_down_out_interval: 60 });
    expect(may.run(remove).pools).toHaveLength(start.pools.length - 1);
    expect(failure(() => start.run(remove)).code).toBe("command_refused");
    // It stays through changes.
    const out = may.fail("host=host4").wait(60);
    expect(out.osds.filter(({ isIn }) => !isIn).map(({ id }) => id)).toEqual([8, 9]);
  });

  it("refuses names and values that it does not know", () => {
    const said = (config: object) => failure(() => start.withConfig(config as Config));
    expect(said({ mon_alow_pool_delete: true })).toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("did you mean mon_allow_pool_delete?"),
    });
    expect(said({ mon_max_pg_per_osd: -1 }).message).toBe(
      'mon_max_pg_per_osd is "-1": expected a whole number, 0 or above',
    );
    expect(said({ mon_max_pg_per_osd: null }).message).toMatch(/^config\.mon_max_pg_per_osd is /);
  });
});

describe("compare", () => {
  it("counts what the PGs show", async () => {
    const after = start.run("ceph osd out 3");
    const { summary, osds, moves, pgs } = await compare(start, after, { threads: 2 });
    const changes = [...pgs];
    expect(changes).toHaveLength(summary.pgsChanged);
    const moved = changes.map(({ before, healed }) => {
      const old = new Set(before?.up);
      return healed?.up.filter((osd) => !old.has(osd)).length ?? 0;
    });
    expect(sum(moved)).toBe(summary.shardsMoved);
    expect(sum(moves.map(({ shards }) => shards))).toBe(summary.shardsMoved);
    expect(sum(moves.map(({ bytes }) => bytes))).toBe(summary.movedBytes);
    expect(sum(osds.map(({ receivedBytes }) => receivedBytes))).toBe(summary.movedBytes);
    expect(new Set(moves.map(({ from }) => from))).toEqual(new Set([3]));
    for (const { before, after: now, healed } of changes) {
      expect(before?.up).toContain(3);
      expect(now?.acting).toContain(3);
      expect(healed?.acting).not.toContain(3);
    }
    expect(summary).toMatchObject({ dataBasis: "counted", shardsRebuilt: 0 });
    expect(sum(Object.values(summary.after.pgsByState))).toBe(113);
  });

  it("adds moves up by buckets", async () => {
    const { moves, movesBy } = await compare(start, start.run("ceph osd out 3"));
    for (const type of ["host", "rack", "root"]) {
      expect(sum(movesBy(type).map(({ shards }) => shards))).toBe(
        sum(moves.map(({ shards }) => shards)),
      );
    }
    expect(movesBy("root")).toHaveLength(1);
    expect(failure(() => movesBy("hots")).hint).toBe("did you mean host?");
  });

  it("finds nothing between a state and itself", async () => {
    const { summary, pgs, moves } = await compare(start, start);
    expect(summary).toMatchObject({ pgsChanged: 0, shardsMoved: 0, shardsMovedRatio: null });
    expect([...pgs, ...moves]).toEqual([]);
    expect(pgs.at(0)).toBeUndefined();
  });

  it("reads the acting sets of a state that was recorded", async () => {
    const real = await Cluster.load(join(GOLDEN_LAB, "host4-down-osdmap.bin"));
    const { pgs, summary } = await compare(start, real, { after: "recorded" });
    const table = await real.pgs();
    for (const { pool, seed, after } of pgs) {
      expect(after?.acting).toEqual(table.get(pool, seed)?.acting);
    }
    expect(summary.after.pgsUndersized).toBeGreaterThan(0);
    await expect(compare(start, real, { after: "x" as never })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await expect(compare(start, real, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "aborted",
    });
  });
});

describe("simulate", () => {
  it("compares each step with the one before, and the last state with the first", async () => {
    const { steps, total } = await simulate(
      start,
      [{ fail: "host=host4" }, { wait: "10m" }, "ceph osd out 3"],
      { heal: true },
    );
    const [failed, out, more] = steps;
    expect(steps.map(({ command }) => command)).toEqual([
      "fail host=host4",
      "wait 10m",
      "ceph osd out 3",
    ]);
    expect(failed?.summary).toMatchObject({ shardsMoved: 0, pgsMoved: 0 });
    expect(failed?.summary.after.degradedObjectCopies).toBeGreaterThan(0);
    expect(out?.summary.shardsRebuilt).toBe(out?.summary.shardsMoved);
    expect(more?.summary.before.degradedObjectCopies).toBe(
      out?.summary.healed.degradedObjectCopies,
    );
    expect(await ups(more?.cluster ?? start)).toEqual(
      await ups(start.fail("host=host4").wait("10m").run("ceph osd out 3")),
    );
    expect(total.summary.pgsBefore).toBe(113);
  });

  it("carries out a pg_num step by step", async () => {
    const { steps } = await simulate(start, ["ceph osd pool set images pg_num 128"], {
      pgs: false,
    });
    const last = steps.at(-1)?.cluster.pool("images");
    expect(last).toMatchObject({ pgNum: 128, pgpNum: 128 });
    expect(steps.map(({ isStage }) => isStage)).toEqual([false, ...steps.slice(1).map(() => true)]);
    expect(steps[0]?.summary.shardsMoved).toBe(0);
    expect(sum(steps.map(({ summary }) => summary.shardsMoved))).toBeGreaterThan(0);
    const bare = await simulate(start, ["ceph osd pool set images pg_num 128"], { staged: false });
    expect(bare.steps).toHaveLength(1);
  });

  it("names the change that is refused", async () => {
    const changes = ["ceph osd out 3", "ceph osd pool set none size 2"];
    await expect(simulate(start, changes)).rejects.toMatchObject({
      code: "command_refused",
      message: expect.stringContaining("ceph osd pool set none size 2: Error ENOENT"),
    });
    await expect(simulate(start, [{ burn: "osd.1" } as never])).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });
});

describe("simulate without changes", () => {
  it("has no steps, and a total in which nothing changes", async () => {
    const { steps, total } = await simulate(start, []);
    expect(steps).toEqual([]);
    expect(total.summary).toMatchObject({ pgsChanged: 0, shardsMoved: 0 });
    expect(total.summary).toEqual((await compare(start, start)).summary);
  });
});

describe("parseScript", () => {
  it("says on which line each command stands, and which lines it passes over", () => {
    const text =
      "kubectl get pods\nceph osd out 3\nceph -s\nsudo ceph osd \\\n  in 3\nkubectl get pods\n";
    const { commands, skipped } = parseScript(text);
    expect(commands.map(({ line }) => line)).toEqual([2, 4]);
    expect(skipped.map(({ line }) => line)).toEqual([1, 3]);
    expect(skipped[0]?.text).toContain("kubectl");
  });
});

describe("readScript", () => {
  it("takes ceph's lines and says which line it cannot follow", () => {
    const text = "#!/bin/sh\nset -e\n\nceph osd set noout # why\nceph osd \\\n  out 3\n";
    const [noout, out, ...more] = readScript(text);
    expect(noout).toMatch(/^ceph osd set noout/);
    expect(out?.split(/ +/)).toEqual(["ceph", "osd", "out", "3"]);
    expect(more).toEqual([]);
    // What is not Ceph's is passed over; what is has to be understood.
    expect(readScript("echo\nrm -rf x\nceph -s\n")).toEqual([]);
    expect(failure(() => readScript("echo\nceph osd ot 3\n"))).toMatchObject({
      code: "invalid_command",
      line: 2,
    });
  });
});

describe("readScenario", () => {
  it("takes commands and events", () => {
    const text =
      "steps:\n  - ceph osd out 3\n  - fail: host=h1\n  - wait: 600\n  - run: osd in 3\n";
    const changes = ["ceph osd out 3", { fail: "host=h1" }, { wait: 600 }, { run: "osd in 3" }];
    expect(readScenario(text)).toEqual({ config: {}, changes });
    const config = "config: {mon_allow_pool_delete: true, mon_osd_down_out_interval: 60}\n";
    expect(readScenario(config + text)).toEqual({
      config: { mon_allow_pool_delete: true, mon_osd_down_out_interval: 60 },
      changes,
    });
  });

  it("names what is wrong by its place", () => {
    const message = (text: string) => failure(() => readScenario(text)).message;
    expect(message("[]")).toBe("steps is missing: expected a list of changes");
    expect(message("steps: [{burn: x}]")).toMatch(/^steps\[0\] has the keys burn: expected /);
    expect(message("steps: [a, 7]")).toMatch(/^steps\[1\] is 7: expected a command/);
    expect(message("steps: [{wait: [1]}]")).toBe(
      "steps[0].wait is a list: expected a text or a number",
    );
    expect(message("steps: []\nconfig: [a]")).toBe("config is a list: expected names with values");
    expect(message("steps: []\nconfg: {}")).toBe("confg is unknown: expected steps or config");
    expect(message("steps: [")).toMatch(/^line 2, column 1/);
    expect(message("config: &a 1\nsteps: [*a]")).toMatch(/^line 1, column 9: found an anchor/);
  });
});

describe("files of the laboratory", () => {
  it("name no machine", async () => {
    const dump = await readFile(join(LAB, "osd-dump.json"), "utf8");
    expect(dump).not.toMatch(/\/(home|tmp|root|work)\//);
  });
});
