import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterChanges, type Change } from "../../ts/change/simulate.ts";
import {
  Cluster,
  CrushlabError,
  capacity,
  compare,
  grow,
  osdUsage,
  type PgSums,
  recommendPgNum,
  sweep,
} from "../../ts/index.ts";
import { LocalEngine } from "../../viz/engine/engine.ts";

/** A cluster that is described, with what happens to it. */
interface Case {
  plan: Record<string, unknown>;
  changes: Change[];
  heal: boolean;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    hosts: fc.integer({ min: 4, max: 7 }),
    osds: fc.integer({ min: 2, max: 4 }),
    size: fc.integer({ min: 2, max: 3 }),
    fillPercent: fc.integer({ min: 1, max: 70 }),
    changes: fc.array(fc.tuple(fc.nat(5), fc.nat(), fc.integer({ min: 3, max: 9 })), {
      maxLength: 3,
    }),
    heal: fc.boolean(),
  })
  .map(({ hosts, osds, size, fillPercent, changes, heal }) => {
    const stored = Math.floor((hosts * osds * 1024 * fillPercent) / 100 / size) + 1;
    const cold = { k: 2, m: 1 };
    const plan = {
      hosts: [{ count: hosts, osds: [{ count: osds, size: "1 TiB" }] }],
      pools: [
        { name: "rbd", size, pg_num: 64, stored: `${stored} GiB`, objects: 10_000 },
        { name: "cold", erasure: cold, pg_num: 16, stored: "20 GiB", objects: 100 },
      ],
    };
    const change = ([kind, which, tenths]: [number, number, number]): Change => {
      const osd = which % (hosts * osds);
      return (
        [
          { fail: osd },
          { recover: osd },
          { wait: "12m" },
          `ceph osd out ${osd}`,
          `ceph osd reweight ${osd} 0.${tenths}`,
          `ceph osd crush reweight osd.${osd} 0.${tenths}`,
        ] as const
      )[kind] as Change;
    };
    return { plan, changes: changes.map(change), heal };
  });

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Every number that two questions about a cluster print. */
async function answersOf(cluster: Cluster) {
  const rates = { rbd: "1 GiB/month" };
  const questions = {
    same: await compare(cluster, cluster),
    swept: await sweep(cluster, { types: "host", copysets: false }),
    room: await capacity(cluster),
    grown: await grow(cluster, { pools: rates, months: 1 }).catch(noRoom),
    advised: await recommendPgNum(cluster),
    spread: await cluster.distribution(),
    used: osdUsage(cluster, await cluster.pgs()),
    outlook: await cluster.outlook(),
  };
  return questions;
}

/** A cluster without an OSD to grow on has no answer; all else would be a fault. */
function noRoom(error: unknown): undefined {
  expect(error).toBeInstanceOf(CrushlabError);
  expect((error as CrushlabError).code).toBe("missing_data");
  return undefined;
}

type Answers = Awaited<ReturnType<typeof answersOf>>;

function checkPgs({ same, spread, swept, outlook, room, grown }: Answers): void {
  const pgs = new Map(spread.osds.map((osd) => [osd.id, osd]));
  for (const osd of same.osds) {
    const placed = pgs.get(osd.osd);
    expect(osd.pgsBefore, `PGs of osd.${osd.osd}`).toBe(placed?.pgs ?? 0);
    expect(osd.primariesBefore, `primaries of osd.${osd.osd}`).toBe(placed?.primaries ?? 0);
  }
  const { before, healed, pgsBefore, backfillToofullBytes } = same.summary;
  expect(outlook.summary.before).toEqual(before);
  expect(swept.start.pgs).toBe(pgsBefore);
  // Ceph does not call a PG undersized that is down or incomplete; a sweep counts those, too, as
  // PGs that fewer OSDs serve than they should.
  const short = ({ pgsUndersized, pgsDown, pgsIncomplete }: PgSums) =>
    pgsUndersized + pgsDown + pgsIncomplete;
  expect(swept.start.pgsUndersized).toBe(short(before));
  expect(swept.start.pgsBelowMinSize).toBe(pgsBefore - before.pgsActive);
  expect(swept.start.pgsLost).toBe(before.pgsDown + before.pgsIncomplete);
  expect(swept.start.pgsUndersizedHealed).toBe(short(healed));
  expect(outlook.summary.backfillToofullBytes).toBe(backfillToofullBytes);
  const lacking = sum(room.pools.map(({ pgsShort }) => pgsShort));
  expect(grown?.plans[0]?.pgsShort ?? lacking).toBe(lacking);
}

function checkBytes(cluster: Cluster, { same, swept, room, grown, used }: Answers): void {
  const isIn = new Map(cluster.osds.map(({ id, reweight }) => [id, reweight > 0]));
  const nodes = used.nodes.filter(({ id }) => id >= 0 && isIn.get(id));
  expect(room.usedBytes).toBe(sum(nodes.map(({ usage }) => usage?.usedBytes ?? 0)));
  expect(room.totalBytes).toBe(sum(nodes.map(({ usage }) => usage?.totalBytes ?? 0)));
  const by = new Map(used.nodes.map((node) => [node.id, node.usage]));
  for (const { osd, fill } of same.osds) {
    expect(fill?.usedBeforeBytes, `osd.${osd}`).toBe(by.get(osd)?.usedBytes);
  }
  const isServing = new Map(cluster.osds.map(({ id, isUp }) => [id, isUp && isIn.get(id)]));
  if (grown) {
    const end = sum(
      same.osds.map(({ osd, fill }) => (isServing.get(osd) ? (fill?.usedAfterBytes ?? 0) : 0)),
    );
    // Growth counts in parts of bytes, what-if in whole ones, a shard at a time.
    const used = grown.plans[0]?.usedBytes ?? 0;
    expect(Math.abs(used - end)).toBeLessThanOrEqual(4 * same.summary.pgsBefore);
  }
  const fills = same.osds.filter(({ osd }) => cluster.osds.some((o) => o.id === osd && o.isUp));
  const fullest = Math.max(...fills.map(({ fill }) => fill?.afterRatio ?? 0));
  expect(swept.start.fullestRatio).toBe(fullest);
}

function checkPgNum(cluster: Cluster, { advised, spread }: Answers): void {
  for (const { id, pgNum, pgNumTarget } of cluster.pools) {
    expect(advised.pools.find((pool) => pool.id === id)?.pgNum).toBe(pgNumTarget || pgNum);
  }
  // A number of PGs is chosen for the OSDs that are in, whether they are up or not.
  if (cluster.osds.every(({ isUp, reweight }) => isUp || reweight === 0)) {
    const used = spread.osds.filter(({ pgsAsked }) => pgsAsked > 0);
    const { pgsPerOsdToday } = advised;
    expect(pgsPerOsdToday?.max).toBe(Math.max(...used.map(({ pgs }) => pgs)));
    expect(pgsPerOsdToday?.min).toBe(Math.min(...used.map(({ pgs }) => pgs)));
  }
}

/** The page, after the same changes to the same plan. */
async function checkPage({ plan, changes, heal }: Case, { spread, used }: Answers) {
  const bytes = new TextEncoder().encode(JSON.stringify(plan));
  const engine = new LocalEngine();
  const { snapshot } = await engine.open([{ name: "plan.yaml", bytes }]);
  const how = { heal, staged: true, config: {} };
  const steps = await engine.simulate(snapshot.handle, changes, how);
  const shown = steps.at(-1)?.snapshot ?? snapshot;
  const pgs = new Map(spread.osds.map((osd) => [osd.id, osd]));
  const sizes = new Map(used.nodes.map((node) => [node.id, node.usage]));
  for (const osd of shown.osds) {
    expect(osd.pgs, `PGs of osd.${osd.id}`).toBe(pgs.get(osd.id)?.pgs ?? 0);
    expect(osd.primaries, `primaries of osd.${osd.id}`).toBe(pgs.get(osd.id)?.primaries ?? 0);
    expect(osd.totalBytes).toBe(sizes.get(osd.id)?.totalBytes);
  }
}

describe("questions about one cluster", () => {
  it("agree on every number that two of them print", async () => {
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const start = Cluster.fromPlan(one.plan);
        const possible: Change[] = [];
        let cluster = start;
        for (const change of one.changes) {
          try {
            cluster = await afterChanges(start, [...possible, change], { heal: one.heal });
            possible.push(change);
          } catch (error) {
            expect((error as CrushlabError).code).toBe("command_refused");
          }
        }
        const answers = await answersOf(cluster);
        checkPgs(answers);
        checkBytes(cluster, answers);
        checkPgNum(cluster, answers);
        await checkPage({ ...one, changes: possible }, answers);
        asked += 1;
      }),
      { numRuns: 100 },
    );
    expect(asked).toBe(100);
  });
});
