import { describe, expect, it } from "vitest";
import { CrushMap } from "../../ts/index.ts";
import { clusterText } from "../support/maps.ts";

describe("an AbortSignal", () => {
  it("ends work that has begun", async () => {
    const map = CrushMap.fromText(clusterText({ racks: 2, hostsPerRack: 3, osdsPerHost: 2 }));
    const reason = new Error("enough");
    const controller = new AbortController();
    const late = map.placeMany({ rule: 0, size: 3, to: 50_000_000, signal: controller.signal });
    controller.abort(reason);
    await expect(late).rejects.toMatchObject({ code: "aborted", cause: reason });
  });
});
