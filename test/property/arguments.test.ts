import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import * as library from "../../ts/index.ts";
import { Cluster, CrushlabError, CrushMap } from "../../ts/index.ts";

// What a caller can do wrong: every public function and method is called with arguments of the
// wrong kind, and may refuse them in one way only.

const MAP = `
device 0 osd.0
device 1 osd.1
type 0 osd
type 1 root
root default { id -1 alg straw2 hash 0 item osd.0 weight 1.0 item osd.1 weight 1.0 }
rule data { id 0 type replicated step take default step choose firstn 0 type osd step emit }`;

const PLAN = {
  racks: [{ count: 1, hosts: [{ count: 3, osds: [{ count: 1, size: "1 TB" }] }] }],
  pools: [{ name: "a", size: 3, pg_num: 8, stored: "1 GB" }],
};

/** Values that no function wants, and some that one may. */
const WRONG = [
  ...[null, undefined, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 10n, true],
  ...["", "x", "2026-12-01", "\u001b[31m", "a".repeat(5_000), Symbol("s"), () => 1],
  ...[[], [null], ["x"], [[]], new Uint8Array(3), new Map(), new Date(0), /x/],
  ...[{}, { signal: 1 }, { onProgress: 1 }, { threads: -1 }, { from: "2026-12-01" }, { to: {} }],
  ...[{ rule: null }, { rule: "data", size: "3" }, { rule: 0, size: 2, x: "1" }, { pool: null }],
  ...[{ toString: null }, Object.create(null), { length: 2 }, { host: null }, { osd: -5 }],
];

/** Functions that are not called with wrong arguments: Ceph's tools would write to files. */
const NOT_HERE = new Set(["crushtool", "osdmaptool", "PgTable", "CrushlabError"]);
/** Methods that write to files. */
const WRITES = new Set(["save", "constructor", "edited"]);

interface Target {
  name: string;
  call: (...args: unknown[]) => unknown;
}

function methods(name: string, of: object, from: object): Target[] {
  const names = new Set<string>();
  for (
    let at = from;
    at && at !== Object.prototype && at !== Function.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    Object.getOwnPropertyNames(at).forEach((own) => void names.add(own));
  }
  return [...names]
    .filter((own) => !WRITES.has(own) && !["length", "name", "prototype"].includes(own))
    .filter((own) => typeof (of as Record<string, unknown>)[own] === "function")
    .map((own) => ({
      name: `${name}.${own}`,
      call: (...args) => (of as Record<string, (...args: unknown[]) => unknown>)[own]?.(...args),
    }));
}

let targets: Target[] = [];
let good: unknown[] = [];

beforeAll(async () => {
  const map = CrushMap.fromText(MAP);
  const cluster = Cluster.fromPlan(PLAN as never);
  good = [cluster, map, { rule: 0, size: 2, to: 3 }, ["ceph osd out 0"], "a"];
  const functions = Object.entries(library)
    .filter(([name, value]) => typeof value === "function" && !NOT_HERE.has(name))
    .filter(([name]) => name !== "Cluster" && name !== "CrushMap")
    .map(([name, value]) => ({ name, call: value as Target["call"] }));
  targets = [
    ...functions,
    ...methods("Cluster", Cluster, Cluster),
    ...methods("CrushMap", CrushMap, CrushMap),
    ...methods("cluster", cluster, Object.getPrototypeOf(cluster)),
    ...methods("map", map, Object.getPrototypeOf(map)),
  ];
});

/** What a call throws, at once or later; nothing where it gives an answer. */
async function thrown({ call }: Target, args: unknown[]): Promise<unknown> {
  try {
    const given = await call(...args);
    // What is listed only when it is looked at may fail then.
    if (given && typeof given === "object" && Symbol.iterator in given) {
      for (const _ of given as Iterable<unknown>) break;
    }
    return undefined;
  } catch (error) {
    return error ?? new Error("nothing was thrown");
  }
}

describe("wrong arguments", () => {
  it("are refused by every function in one way", async () => {
    expect(targets.length).toBeGreaterThan(60);
    const rejections: unknown[] = [];
    const note = (reason: unknown) => void rejections.push(reason);
    process.on("unhandledRejection", note);
    const faults = new Map<string, string>();
    const argument = fc.oneof(
      { arbitrary: fc.constantFrom(...WRONG), weight: 4 },
      { arbitrary: fc.nat({ max: good.length - 1 }).map((at) => good[at]), weight: 1 },
      { arbitrary: fc.anything({ maxDepth: 2 }), weight: 1 },
    );
    for (const target of targets) {
      const tries = fc.sample(fc.array(argument, { minLength: 0, maxLength: 3 }), {
        numRuns: 60,
        seed: 7,
      });
      for (const args of [
        ...WRONG.map((one) => [one]),
        ...WRONG.map((one) => [good[0], one]),
        ...tries,
      ]) {
        const error = await thrown(target, args);
        const isFine =
          error === undefined || (error instanceof CrushlabError && error.code !== "internal");
        if (!isFine) {
          faults.set(target.name, `${String(error).slice(0, 200)}`);
        }
      }
    }
    process.off("unhandledRejection", note);
    expect(Object.fromEntries(faults)).toEqual({});
    expect(rejections).toEqual([]);
  });
});
