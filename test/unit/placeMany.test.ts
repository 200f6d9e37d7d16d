import { describe, expect, it } from "vitest";
import { CrushMap } from "../../ts/index.ts";
import { clusterText } from "../support/maps.ts";

const map = CrushMap.fromText(clusterText({ racks: 2, hostsPerRack: 3, osdsPerHost: 2 }));

describe("placeMany", () => {
  it("places a range, its last input included, as place does", async () => {
    const { osds, lengths } = await map.placeMany({ rule: 0, size: 3, from: 10, to: 500 });
    expect(lengths).toHaveLength(491);
    for (const [at, length] of lengths.entries()) {
      const row = osds.subarray(at * 3, at * 3 + length);
      expect(row).toEqual(map.place({ rule: 0, size: 3, x: 10 + at }));
    }
  });

  it("places a list, on any number of threads", async () => {
    const xs = Uint32Array.from({ length: 20_000 }, (_, at) => at * 7);
    const one = await map.placeMany({ rule: 1, size: 4, xs, threads: 1 });
    const three = await map.placeMany({ rule: 1, size: 4, xs: [...xs], threads: 3 });
    expect(three).toEqual(one);
  });

  it("tells how far it is", async () => {
    const seen: [number, number][] = [];
    const onProgress = (done: number, total: number) => seen.push([done, total]);
    await map.placeMany({ rule: 0, size: 3, to: 9_999, onProgress });
    expect(seen.at(-1)).toEqual([10_000, 10_000]);
  });

  it("does not begin when it was told to stop", async () => {
    const reason = new Error("enough");
    const early = map.placeMany({ rule: 0, size: 3, to: 9, signal: AbortSignal.abort(reason) });
    await expect(early).rejects.toMatchObject({ code: "aborted", cause: reason });
  });

  it("refuses what makes no sense", async () => {
    const wrong = [
      { rule: 0, size: 3 },
      { rule: 0, size: 3, from: 5, to: 4 },
      { rule: 0, size: 3, xs: [1], to: 4 },
      { rule: 0, size: 3, xs: [-1] },
      { rule: 0, size: 3, to: 9, threads: 0 },
      { rule: 0, size: 4096, to: 2 ** 31 },
    ];
    for (const options of wrong) {
      await expect(map.placeMany(options)).rejects.toMatchObject({ code: "invalid_argument" });
    }
  });
});
