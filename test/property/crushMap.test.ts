import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CrushlabError, CrushMap, NONE, whatIf } from "../../ts/index.ts";
import { clusterText } from "../support/maps.ts";

/** Clusters of every algorithm; a uniform bucket takes one weight only. */
const cluster = fc
  .record({
    racks: fc.integer({ min: 1, max: 4 }),
    hostsPerRack: fc.integer({ min: 1, max: 4 }),
    osdsPerHost: fc.integer({ min: 1, max: 4 }),
    algorithm: fc.constantFrom("uniform", "list", "tree", "straw", "straw2"),
    weights: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 16 }),
  })
  .map(({ weights, ...shape }) => ({
    ...shape,
    weight: (osd: number) =>
      shape.algorithm === "uniform" ? 1 : (weights[osd % weights.length] ?? 1),
  }));

const seed = fc.integer({ min: 0, max: 0xffff_ffff });

describe("CrushMap", () => {
  it("survives text, binary and JSON", () => {
    fc.assert(
      fc.property(cluster, (shape) => {
        const text = CrushMap.fromText(clusterText(shape)).toText();
        const binary = CrushMap.fromText(text).toBinary();
        expect(CrushMap.fromBinary(binary).toText()).toBe(text);
        expect(CrushMap.fromBinary(binary).toBinary()).toEqual(binary);
        expect(CrushMap.fromJson(CrushMap.fromBinary(binary).toJson()).toText()).toBe(text);
      }),
    );
  });

  it("places on distinct devices under distinct hosts", () => {
    fc.assert(
      fc.property(cluster, seed, fc.integer({ min: 1, max: 6 }), (shape, x, size) => {
        const map = CrushMap.fromText(clusterText(shape));
        for (const rule of ["replicated", "erasure"]) {
          const osds = [...map.place({ rule, size, x })].filter((osd) => osd !== NONE);
          const hosts = osds.map((osd) => Math.floor(osd / shape.osdsPerHost));
          expect(new Set(hosts).size).toBe(osds.length);
        }
      }),
    );
  });

  it("places many as it places one", async () => {
    await fc.assert(
      fc.asyncProperty(cluster, fc.array(seed, { maxLength: 50 }), async (shape, xs) => {
        const map = CrushMap.fromText(clusterText(shape));
        const { osds, lengths } = await map.placeMany({ rule: 1, size: 3, xs, threads: 2 });
        for (const [at, x] of xs.entries()) {
          const row = osds.subarray(at * 3, at * 3 + (lengths[at] ?? 0));
          expect(row).toEqual(map.place({ rule: 1, size: 3, x }));
        }
      }),
    );
  });

  it("reads any bytes without more than an error", () => {
    const binary = CrushMap.fromText(
      clusterText({ racks: 2, hostsPerRack: 2, osdsPerHost: 2 }),
    ).toBinary();
    const change = fc.record({
      at: fc.nat(binary.length - 1),
      to: fc.integer({ max: 255, min: 0 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1 }), fc.nat(binary.length), (changes, length) => {
        const bytes = binary.slice(0, length);
        for (const { at, to } of changes) {
          bytes.fill(to, at, at + 1);
        }
        try {
          expect(CrushMap.fromBinary(bytes).toBinary()).toBeInstanceOf(Uint8Array);
        } catch (error) {
          expect(error).toBeInstanceOf(CrushlabError);
          expect(["invalid_binary", "invalid_map"]).toContain((error as CrushlabError).code);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("reads any text without more than an error", () => {
    const word = fc.constantFrom(
      ..."device type rule tunable step take emit item weight { } [ ] 0 1 -1 osd.0 host # \n".split(
        " ",
      ),
    );
    const text = fc.array(fc.oneof(word, fc.string({ unit: "grapheme" })), { maxLength: 40 });
    fc.assert(
      fc.property(text, (words) => {
        try {
          CrushMap.read(new TextEncoder().encode(words.join(" ")));
        } catch (error) {
          expect(error).toBeInstanceOf(CrushlabError);
          expect((error as CrushlabError).code).not.toBe("internal");
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("whatIf", () => {
  it("moves at least the least, and gives what the weights ask for within chance", async () => {
    const size = 3;
    const pgs = 4096;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 6, max: 10 }), fc.nat(), async (hosts, pick) => {
        const shape = { racks: 1, hostsPerRack: hosts, osdsPerHost: 2 };
        const map = CrushMap.fromText(clusterText(shape));
        const out = [pick % (hosts * 2)];
        const report = await whatIf(map, { rule: 0, size, pgs, out });
        expect(report.shardsMoved).toBeGreaterThanOrEqual(report.shardsMovedLeast);
        for (const { pgsBefore, pgsAskedBefore } of report.osds) {
          // Six standard deviations of a binomial distribution.
          const deviation = Math.sqrt(pgsAskedBefore * (1 - pgsAskedBefore / pgs));
          expect(Math.abs(pgsBefore - pgsAskedBefore)).toBeLessThan(6 * deviation);
        }
      }),
      { numRuns: 20 },
    );
  });
});
