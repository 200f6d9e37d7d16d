import { describe, expect, it } from "vitest";
import { CrushMap } from "../../ts/index.ts";
import { failure } from "../support/failure.ts";
import { clusterText } from "../support/maps.ts";

const map = CrushMap.fromText(clusterText({ racks: 2, hostsPerRack: 2, osdsPerHost: 2 }));
const bucket = (one: CrushMap, name: string) => one.buckets.find((found) => found.name === name);
const items = (one: CrushMap, name: string) =>
  bucket(one, name)?.items.map(({ id }) => one.index.name(id));
const device = (one: CrushMap, id: number) => one.devices.find((found) => found.id === id);

describe("edits", () => {
  it("leave the map as it is", () => {
    const before = map.toText();
    const after = map.reweightItem("osd.0", 5).removeItem("osd.1").addBucket("r9", "rack");
    expect(map.toText()).toBe(before);
    expect(after.toText()).not.toBe(before);
  });

  it("add, update, move and remove items", () => {
    const location = { host: "h9", rack: "r1", root: "default" };
    const added = map.addItem({ id: 8, weight: 2.5, location });
    expect(items(added, "h9")).toEqual(["osd.8"]);
    expect(bucket(added, "default")?.weight).toBe(10.5);
    const updated = added.updateItem({ id: 8, weight: 1, location: { host: "h0" } });
    expect([items(updated, "h0"), items(updated, "h9")]).toEqual([["osd.0", "osd.1", "osd.8"], []]);
    const kept = added.createOrMoveItem({ id: 8, weight: 1, location: { host: "h0" } });
    expect(bucket(kept, "h0")?.weight).toBe(4.5);
    expect(items(map.moveItem("h0", { rack: "r1" }), "r1")).toEqual(["h2", "h3", "h0"]);
    expect(items(map.removeItem("osd.0"), "h0")).toEqual(["osd.1"]);
    expect(bucket(map.unlinkItem("h0"), "h0")?.weight).toBe(2);
  });

  it("make, link, detach, swap and rename buckets", () => {
    expect(items(map.addBucket("r2", "rack", { root: "default" }), "default")).toHaveLength(3);
    expect(items(map.linkBucket("h0", { rack: "r1" }), "r1")).toEqual(["h2", "h3", "h0"]);
    expect(items(map.detachBucket("r0"), "default")).toEqual(["r1"]);
    expect(items(map.swapBuckets("h0", "h3"), "r0")).toEqual(["h3", "h1"]);
    expect(items(map.renameItem("h0", "node0"), "r0")).toEqual(["node0", "h1"]);
  });

  it("set weights", () => {
    expect(bucket(map.reweightItem("osd.0", 3), "default")?.weight).toBe(10);
    expect(bucket(map.reweightSubtree("r0", 2), "r0")?.weight).toBe(8);
    expect(map.reweightAll().toText()).toBe(map.toText());
  });

  it("turn straw into straw2", () => {
    const shape = { racks: 1, hostsPerRack: 2, osdsPerHost: 2, algorithm: "straw" };
    const converted = CrushMap.fromText(clusterText(shape)).convertStrawToStraw2();
    expect(new Set(converted.buckets.map(({ algorithm }) => algorithm))).toEqual(
      new Set(["straw2"]),
    );
  });

  it("set classes and their shadow trees", () => {
    const classed = map.setDeviceClass(0, "ssd").setDeviceClass(4, "ssd");
    expect(device(classed, 0)?.class).toBe("ssd");
    expect(items(classed, "h0~ssd")).toEqual(["osd.0"]);
    expect(device(classed.renameClass("ssd", "flash"), 4)?.class).toBe("flash");
    expect(device(classed.removeClass("ssd"), 4)).not.toHaveProperty("class");
    expect(device(classed.removeDeviceClass(0), 0)).not.toHaveProperty("class");
    const all = map.setSubtreeClass("r0", "hdd").rebuildClassRoots();
    expect(bucket(all, "default~hdd")?.weight).toBe(4);
    expect(failure(() => classed.createClass("ssd")).code).toBe("invalid_edit");
    const reclassified = map.setSubtreeClass("default", "hdd").reclassify({
      roots: { default: "hdd" },
    });
    expect(bucket(reclassified, "default~hdd")?.id).toBe(bucket(map, "default")?.id);
  });

  it("add, rename and remove rules", () => {
    const rule = { name: "new", root: "default", failureDomain: "rack" };
    const steps = (one: CrushMap) => one.rules.find(({ name }) => name === "new")?.steps;
    expect(steps(map.addReplicatedRule(rule))).toContainEqual({
      op: "chooseleaf_firstn",
      count: 0,
      typeId: 2,
      type: "rack",
    });
    const flash = map.setDeviceClass(0, "ssd").addErasureRule({ ...rule, class: "ssd", chunks: 3 });
    expect(flash.place({ rule: "new", size: 3, x: 1 })).toContain(0);
    expect(map.addSimpleRule(rule, "indep", "erasure").rules.at(-1)?.type).toBe("erasure");
    expect(map.renameRule("erasure", "ec").rules.at(-1)?.name).toBe("ec");
    expect(map.removeRule("erasure").rules).toHaveLength(1);
  });

  it("set tunables", () => {
    expect(map.setTunablesProfile("bobtail").tunables.chooseleafVaryR).toBe(0);
    expect(map.setTunable("choose_total_tries", 99).tunables.chooseTotalTries).toBe(99);
  });

  it("keep weight sets", () => {
    const compat = map.createWeightSet("compat").reweightWeightSet("compat", "osd.0", [0]);
    const placed = (one: CrushMap) =>
      Array.from({ length: 200 }, (_, x) => [...one.place({ rule: 0, size: 2, x })]).flat();
    expect(placed(map)).toContain(0);
    expect(placed(compat)).not.toContain(0);
    expect(compat.removeWeightSet("compat").toText()).toBe(map.toText());
  });

  it("say why they are refused", () => {
    const refused = [
      () => map.moveItem("nothing", { rack: "r0" }),
      () => map.addItem({ id: 0, weight: -1, location: { host: "h0" } }),
      () => map.moveItem("r0", { host: "h0" }),
      () => map.removeItem("default"),
      () => map.removeRule("nothing"),
      () => map.setTunablesProfile("nothing"),
    ];
    expect(refused.map((edit) => failure(edit).code)).toEqual(refused.map(() => "invalid_edit"));
    const wrong = [
      () => map.addItem({ id: -1, weight: 1, location: { host: "h0" } }),
      () => map.reweightItem("osd.0", "heavy" as never),
      () => map.addErasureRule({ name: "n", root: "default", failureDomain: "host", chunks: 0 }),
    ];
    expect(wrong.map((edit) => failure(edit).code)).toEqual(wrong.map(() => "invalid_argument"));
  });
});
