import { describe, expect, it } from "vitest";
import { CrushMap } from "../../ts/index.ts";
import { clusterText } from "../support/maps.ts";

// A root with three OSDs of weight 1, 1 and 2. The draws for x 7 were checked with Ceph 16.2.15.
const FLAT = `tunable choose_local_tries 0
tunable choose_local_fallback_tries 0
tunable choose_total_tries 50
tunable chooseleaf_descend_once 1
tunable chooseleaf_vary_r 1
tunable chooseleaf_stable 1
tunable straw_calc_version 1
tunable allowed_bucket_algs 54
device 0 osd.0
device 1 osd.1
device 2 osd.2
type 0 osd
type 1 root
root r {
  id -1
  alg straw2
  hash 0
  item osd.0 weight 1.000
  item osd.1 weight 1.000
  item osd.2 weight 2.000
}
rule a {
  id 0
  type replicated
  min_size 1
  max_size 10
  step take r
  step choose firstn 0 type osd
  step emit
}
`;

describe("explain", () => {
  const map = CrushMap.fromText(FLAT);

  it("shows every draw with its hash and length", () => {
    const { events } = map.explain({ rule: "a", size: 1, x: 7 });
    const draws = events.flatMap((event) => (event.kind === "draw" ? [event] : []));
    expect(draws.map(({ item, hash, draw }) => [item, hash, draw.value])).toEqual([
      [0, 21461, -432320691],
      [1, 49672, -107333251],
      [2, 43965, -77294588],
    ]);
    expect(events).toContainEqual({ kind: "chose", bucket: -1, item: 2 });
  });

  it("shows collisions and retries until a position is filled", () => {
    const { events, osds } = map.explain({ rule: "a", size: 2, x: 7 });
    expect([...osds]).toEqual([2, 0]);
    const collisions = events.filter(
      (event) => event.kind === "refused" && event.reason === "collision",
    );
    expect(collisions).toHaveLength(4);
    expect(events).toContainEqual({ kind: "placed", position: 1, item: 0 });
  });

  it("shows the steps of the rule as plain data", () => {
    const { events } = map.explain({ rule: "a", size: 2, x: 7 });
    expect(events.flatMap((event) => (event.kind === "step" ? [event.step] : []))).toEqual([
      { op: "take", item: -1 },
      { op: "choose_firstn", count: 0, typeId: 0, type: "osd" },
      { op: "emit" },
    ]);
  });

  it("agrees with place for every algorithm", () => {
    for (const algorithm of ["uniform", "list", "tree", "straw", "straw2"]) {
      const shape = { racks: 2, hostsPerRack: 2, osdsPerHost: 2, algorithm };
      const cluster = CrushMap.fromText(clusterText(shape));
      for (let x = 0; x < 50; x++) {
        const question = { rule: 1, size: 4, x };
        expect(cluster.explain(question).osds).toEqual(cluster.place(question));
      }
    }
  });
});
