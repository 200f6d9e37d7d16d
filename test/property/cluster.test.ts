import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cluster, CrushlabError } from "../../ts/index.ts";
import { LAB } from "../support/lab.ts";

const bytes = await readFile(join(LAB, "osdmap.bin"));
const cluster = await Cluster.read([{ name: "osdmap", bytes }]);
const table = await cluster.pgs();

describe("Cluster", () => {
  it("has every object in one of its pool's PGs, on that PG's OSDs", () => {
    const name = fc.oneof(fc.string({ unit: "grapheme" }), fc.uint8Array());
    fc.assert(
      fc.property(fc.constantFrom(...cluster.pools), name, name, (pool, object, namespace) => {
        const { hash, ...location } = cluster.locate(pool.id, object, { namespace });
        expect(table.get(pool.id, location.seed)).toMatchObject(location);
        expect(hash % 16).toBe(pool.pgNum >= 16 ? location.seed % 16 : hash % 16);
      }),
    );
  });

  it("reads any bytes without more than an error", async () => {
    const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change), fc.nat(bytes.length), async (changes, length) => {
        const broken = Uint8Array.from(bytes.subarray(0, length));
        for (const { at, to } of changes) {
          broken.fill(to, at, at + 1);
        }
        try {
          await Cluster.read([{ name: "broken", bytes: broken }]);
        } catch (error) {
          expect(error).toBeInstanceOf(CrushlabError);
          expect(["invalid_cluster", "invalid_map"]).toContain((error as CrushlabError).code);
        }
      }),
      { numRuns: 500 },
    );
  });
});
