import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Change, simulate } from "../../ts/change/simulate.ts";
import { Cluster } from "../../ts/cluster/cluster.ts";
import type { StepData } from "../../viz/engine/contract.ts";
import { LocalEngine } from "../../viz/engine/engine.ts";

const PATH = new URL("../../viz/examples/racks.yaml", import.meta.url);
const FILE = { name: "racks.yaml", bytes: new Uint8Array(readFileSync(PATH)) };
const HOW = { heal: true, staged: true, config: {} };

/** One change of each kind that counts are brought up to date for in a way of its own. */
const CHANGES: readonly Change[] = [
  { fail: "host=host3" },
  { wait: "10m" },
  "ceph osd reweight 20 0.5",
  "ceph osd crush reweight osd.30 2",
  "ceph osd pool set machines pg_num 512",
  "ceph osd pool create more 32",
];

async function opened() {
  const engine = new LocalEngine();
  const { snapshot } = await engine.open([FILE]);
  return { engine, start: snapshot.handle };
}

describe("the page's engine", () => {
  it("counts PGs after each change as if all of them had been placed", async () => {
    const { engine, start } = await opened();
    const steps = await engine.simulate(start, CHANGES, HOW);
    const expected = await simulate(await Cluster.read([FILE]), CHANGES, { heal: true });
    expect(steps.length).toBe(expected.steps.length);
    expect(steps.length).toBeGreaterThan(CHANGES.length);
    for (const [at, { cluster }] of expected.steps.entries()) {
      const { pools, osds } = steps[at]?.snapshot ?? { pools: [], osds: [] };
      expect(pools.map(({ id }) => id)).toEqual(cluster.pools.map(({ id }) => id));
      for (const [place, { id }] of pools.entries()) {
        const placed = await cluster.distribution({ pools: [id] });
        const by = new Map(placed.osds.map((one) => [one.id, one]));
        for (const osd of osds) {
          expect(osd.pgsByPool[place]).toBe(by.get(osd.id)?.pgs ?? 0);
          expect(osd.askedByPool[place]).toBeCloseTo(by.get(osd.id)?.pgsAsked ?? 0, 9);
        }
      }
    }
  });

  it("goes on after steps that are known as one that goes through all of them", async () => {
    const { engine, start } = await opened();
    const numbers = ({ command, summary, osdChanges, moves, snapshot }: StepData) => {
      return { command, summary, osdChanges, moves, osds: snapshot.osds };
    };
    const first = await engine.simulate(start, CHANGES.slice(0, 2), HOW);
    const known = first.map(({ snapshot }) => snapshot.handle);
    const later = await engine.simulate(start, CHANGES, HOW, known);
    const all = await engine.simulate(start, CHANGES, HOW);
    expect([...first, ...later].map(numbers)).toEqual(all.map(numbers));
  });

  it("keeps the tree of a state where a change leaves the CRUSH map alone", async () => {
    const { engine, start } = await opened();
    const [fail, , , weight] = await engine.simulate(start, CHANGES.slice(0, 4), HOW);
    const [out] = await engine.simulate(start, ["ceph osd out 7"], HOW);
    expect(out?.snapshot.tree).toBe(fail?.snapshot.tree);
    expect(weight?.snapshot.tree).not.toBe(fail?.snapshot.tree);
  });

  it("goes through changes with the settings that are given", async () => {
    const { engine, start } = await opened();
    const changes = [{ fail: "host=host3" }, { wait: "60s" }];
    const outs = async (config: Record<string, string>) => {
      const steps = await engine.simulate(start, changes, { ...HOW, config });
      return steps.at(-1)?.snapshot.osds.filter(({ isIn }) => !isIn).length;
    };
    expect(await outs({})).toBe(0);
    expect(await outs({ mon_osd_down_out_interval: "60" })).toBe(4);
  });
});
