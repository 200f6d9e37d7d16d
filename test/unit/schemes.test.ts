import { describe, expect, it } from "vitest";
import { compareSchemes, type SchemeNode } from "../../ts/index.ts";

const nodes: SchemeNode[] = Array.from({ length: 10 }, (_, id) => ({ id, weight: 1 }));

describe("compareSchemes", () => {
  it("tells what a node more moves with each scheme", async () => {
    const change = { add: { id: 10, weight: 1 } };
    const reports = await compareSchemes({ nodes, change, keys: 20_000 });
    const moved = new Map(reports.map(({ scheme, movedShare }) => [scheme, movedShare]));
    expect(moved.size).toBe(11);
    expect(moved.get("straw2")).toBeCloseTo(1 / 11, 2);
    expect(moved.get("modulo")).toBeCloseTo(10 / 11, 2);
    for (const { leastShare, copies, nodes: held } of reports) {
      expect(leastShare).toBeCloseTo(1 / 11, 10);
      expect(copies).toBe(20_000);
      expect(held.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(held.reduce((sum, { after }) => sum + after, 0)).toBe(20_000);
    }
    for (const { movedShare, sampleBefore, sampleAfter } of reports) {
      const moved = sampleBefore.filter((id, at) => id !== sampleAfter[at]);
      expect(sampleAfter).toHaveLength(512);
      expect(moved.length / 512).toBeCloseTo(movedShare, 0);
    }
  });

  it("follows a failure, a reweight and a removal", async () => {
    const [failed] = await compareSchemes({
      nodes,
      change: { fail: 3 },
      replicas: 3,
      schemes: ["straw2"],
    });
    expect(failed?.nodes[3]).toMatchObject({ id: 3, after: 0, askedAfter: 0 });
    expect(failed?.movedShare).toBeCloseTo(0.1, 2);
    const change = { reweight: { id: 3, weight: 2 } };
    const [jump, rendezvous] = await compareSchemes({
      nodes,
      change,
      schemes: ["jump", "rendezvous"],
    });
    expect(jump).toMatchObject({ followsWeights: false, movedCopies: 0 });
    // From a tenth to two elevenths.
    expect(rendezvous?.leastShare).toBeCloseTo(2 / 11 - 1 / 10, 10);
    expect(rendezvous?.movedShare).toBeCloseTo(rendezvous?.leastShare ?? 0, 2);
    const [maglev] = await compareSchemes({ nodes, change: { remove: 0 }, schemes: ["maglev"] });
    expect(maglev).toMatchObject({ hashesPerLookup: 1, readsPerLookup: 1, tableBytes: 262_148 });
  });

  it("refuses what makes no sense, in one line", async () => {
    const change = { fail: 3 };
    const wrong: [unknown, RegExp][] = [
      [{ nodes: [], change }, /nodes is not a list of 1 to 4096/],
      [{ nodes, change: {} }, /exactly one of add, remove, reweight and fail/],
      [{ nodes, change: { fail: 3, remove: 4 } }, /exactly one/],
      [{ nodes, change: { fail: 77 } }, /there is no node 77/],
      [{ nodes, change, replicas: 10 }, /10 replicas on 9 nodes/],
      [{ nodes, change, schemes: ["straw3"] }, /there is no scheme "straw3"/],
      [{ nodes: [{ id: 0, weight: 0 }], change }, /nodes\[0\]\.weight is 0/],
      [{ nodes: [...nodes, nodes[0]], change }, /two nodes with the id 0/],
    ];
    for (const [options, message] of wrong) {
      await expect(compareSchemes(options as never)).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringMatching(message),
      });
    }
  });
});
