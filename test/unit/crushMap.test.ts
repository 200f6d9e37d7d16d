import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CrushMap, NONE } from "../../ts/index.ts";
import { failure } from "../support/failure.ts";
import { clusterText } from "../support/maps.ts";

const TEXT = clusterText({ racks: 2, hostsPerRack: 2, osdsPerHost: 2 });
const map = CrushMap.fromText(TEXT);

describe("reading and writing", () => {
  it("gives the same map back from each form", () => {
    const text = map.toText();
    expect(CrushMap.fromText(text).toText()).toBe(text);
    expect(CrushMap.fromBinary(map.toBinary()).toText()).toBe(text);
    expect(CrushMap.fromJson(map.toJson()).toText()).toBe(text);
    expect(CrushMap.fromJson(JSON.stringify(map.toJson())).toText()).toBe(text);
  });

  it("finds out which form it has", () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const forms = [bytes(map.toText()), map.toBinary(), bytes(JSON.stringify(map.toJson()))];
    expect(forms.map((form) => CrushMap.read(form).toText())).toEqual(
      forms.map(() => map.toText()),
    );
  });

  it("says where a text is wrong", () => {
    const error = failure(() => CrushMap.fromText("device 0 osd.0\ndevice one osd.1\n"));
    expect(error).toMatchObject({ code: "invalid_text", line: 2, column: 8 });
    expect(error.message).toContain("device one osd.1");
  });

  it("says where bytes are wrong", () => {
    const cut = map.toBinary().slice(0, 100);
    expect(failure(() => CrushMap.fromBinary(cut))).toMatchObject({ code: "invalid_binary" });
    expect(failure(() => CrushMap.fromBinary(cut)).offset).toBeGreaterThan(16);
    expect(failure(() => CrushMap.fromBinary(Uint8Array.of(9, 9, 9, 9)))).toMatchObject({
      code: "invalid_binary",
      offset: 0,
    });
  });

  it("says where JSON is wrong", () => {
    expect(failure(() => CrushMap.fromJson("{]"))).toMatchObject({
      code: "invalid_json",
      line: 1,
      column: 2,
    });
    expect(failure(() => CrushMap.fromJson({}))).toMatchObject({ code: "invalid_json" });
  });

  it("refuses what is no input at all", () => {
    const refused = [
      () => CrushMap.fromBinary("text" as never),
      () => CrushMap.fromText(1 as never),
      () => CrushMap.read(undefined as never),
    ];
    expect(refused.map((call) => failure(call).code)).toEqual(
      refused.map(() => "invalid_argument"),
    );
  });
});

describe("files", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "crushlab-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("writes and reads each form", async () => {
    for (const format of ["binary", "text", "json"] as const) {
      const path = join(folder, format);
      await map.save(path, format);
      expect((await CrushMap.load(path)).toText()).toBe(map.toText());
    }
    expect((await readdir(folder)).sort()).toEqual(["binary", "json", "text"]);
  });

  it("names the file that is missing or wrong", async () => {
    const missing = join(folder, "missing");
    await expect(CrushMap.load(missing)).rejects.toMatchObject({
      code: "file_error",
      path: missing,
      message: `cannot read ${missing}: no such file or directory`,
    });
    await expect(map.save(join(folder, "no", "folder"), "text")).rejects.toMatchObject({
      code: "file_error",
    });
  });
});

describe("parts", () => {
  it("are plain data", () => {
    expect(map.types.map(({ name }) => name)).toEqual(["osd", "host", "rack", "root"]);
    expect(map.devices.map(({ name }) => name)).toContain("osd.7");
    expect(map.buckets.find(({ name }) => name === "h1")).toMatchObject({
      type: "host",
      algorithm: "straw2",
      weight: 2,
      items: [
        { id: 2, weight: 1 },
        { id: 3, weight: 1 },
      ],
    });
    expect(map.rules[1]).toMatchObject({
      id: 1,
      name: "erasure",
      type: "erasure",
      steps: [
        { op: "set_chooseleaf_tries", value: 5 },
        { op: "take", item: map.buckets.find(({ name }) => name === "default")?.id },
        { op: "chooseleaf_indep", count: 0, type: "host" },
        { op: "emit" },
      ],
    });
    expect(map.tunables).toMatchObject({ chooseTotalTries: 50, chooseleafStable: 1 });
  });

  it("tell devices' classes and shadows", () => {
    const classed = CrushMap.fromText(TEXT.replace("device 0 osd.0", "device 0 osd.0 class ssd"));
    expect(classed.devices[0]).toEqual({ id: 0, name: "osd.0", class: "ssd" });
    const host = classed.buckets.find(({ name }) => name === "h0");
    const shadow = classed.buckets.find(({ name }) => name === "h0~ssd");
    expect(shadow).toMatchObject({ shadowOf: host?.id, class: "ssd", weight: 1 });
  });
});

describe("place", () => {
  it("takes rules by name, by id and by id as text", () => {
    const placed = (rule: string | number) => map.place({ rule, size: 3, x: 7 });
    expect(placed("replicated")).toEqual(placed(0));
    expect(placed("0")).toEqual(placed(0));
    expect(placed(0)).toHaveLength(3);
  });

  it("leaves out what has reweight 0", () => {
    const [first = NONE] = map.place({ rule: 0, size: 3, x: 7 });
    expect(map.place({ rule: 0, size: 3, x: 7, reweights: { [first]: 0 } })).not.toContain(first);
  });

  it("hashes the PGs of a pool", () => {
    const pool = map.place({ rule: 0, size: 3, x: 0x16, pool: 4 });
    expect(pool).toEqual(map.place({ rule: 0, size: 3, x: 3_510_089_861 }));
  });

  it("leaves holes with indep rules and ends early with firstn rules", () => {
    const holes = map.place({ rule: "erasure", size: 5, x: 1 });
    expect(holes).toHaveLength(5);
    expect([...holes].filter((osd) => osd === NONE)).toHaveLength(1);
    expect(map.place({ rule: "replicated", size: 5, x: 1 })).toHaveLength(4);
  });

  it("refuses what makes no sense", () => {
    const codes = [
      { rule: "replicate", size: 3, x: 0 },
      { rule: 9, size: 3, x: 0 },
      { rule: 0, size: 0, x: 0 },
      { rule: 0, size: 3, x: -1 },
      { rule: 0, size: 3, x: 1.5 },
      { rule: 0, size: 3, x: 0, reweights: { 99: 0 } },
      { rule: 0, size: 3, x: 0, reweights: { 1: 2 } },
      { rule: 0, size: 3, x: 0, pool: -1 },
    ].map((options) => failure(() => map.place(options)).code);
    expect(codes).toEqual([
      "unknown_rule",
      "unknown_rule",
      "invalid_argument",
      "invalid_argument",
      "invalid_argument",
      "unknown_item",
      "invalid_argument",
      "invalid_argument",
    ]);
    expect(failure(() => map.place({ rule: "replicate", size: 3, x: 0 })).hint).toBe(
      "did you mean replicated?",
    );
  });
});
