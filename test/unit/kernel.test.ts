import { describe, expect, it } from "vitest";
import { CrushMap, kernels } from "../../ts/index.ts";
import { clusterText } from "../support/maps.ts";

const map = CrushMap.fromText(clusterText({ racks: 2, hostsPerRack: 3, osdsPerHost: 2 }));
const reweights = { 1: 0, 4: 0.5 };

describe("kernels", () => {
  it("tells which one runs, among those that do", () => {
    const { running, available, cores } = kernels();
    expect(available).toContain("scalar");
    expect(available).toContain(running);
    expect(cores).toBeGreaterThanOrEqual(1);
  });

  it("all place the same", async () => {
    const request = { rule: 0, size: 3, to: 9_999, reweights };
    const plain = await map.placeMany({ ...request, kernel: "scalar" });
    for (const kernel of kernels().available) {
      expect(await map.placeMany({ ...request, kernel })).toEqual(plain);
      const path = map.placementPath({ rule: 0, size: 3, kernel });
      expect(path).toContain(kernel);
    }
  });

  it("says why a map is placed one input at a time", () => {
    const straw = clusterText({ racks: 2, hostsPerRack: 3, osdsPerHost: 2, algorithm: "straw" });
    const path = CrushMap.fromText(straw).placementPath({ rule: 0, size: 3 });
    expect(path).toMatch(/straw/);
  });

  it("refuses one that there is not", async () => {
    const request = { rule: 0, size: 3, to: 9, kernel: "fast" as never };
    await expect(map.placeMany(request)).rejects.toMatchObject({ code: "unknown_kernel" });
  });
});
