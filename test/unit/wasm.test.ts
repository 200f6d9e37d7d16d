import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { serialize } from "node:v8";
import { describe, expect, it } from "vitest";
// In the project that this test belongs to, this is the WebAssembly core; see vitest.config.ts.
import * as wasm from "#native";
import * as native from "../../crates/node/binding/index.cjs";

type Core = typeof native;

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const GOLDEN = join(ROOT, "test/golden");
const FULL = { osds: new Int32Array(), reweights: new Uint32Array() };
const SOME = { osds: Int32Array.of(1, 5), reweights: Uint32Array.of(0, 0x8000) };

/** Files of a folder of golden data with one of these endings. */
function golden(folder: string, ...endings: string[]): string[] {
  const names = readdirSync(join(GOLDEN, folder));
  return names.filter((name) => endings.some((ending) => name.endsWith(ending)));
}

/** What a call gives, or the error that it throws: its code, text and place. */
function outcome(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    const { message, ...place } = error as Error;
    return { message, ...place };
  }
}

/** What both cores answer. */
function both<T>(ask: (core: Core) => T): [T, T] {
  return [ask(wasm), ask(native)];
}

/** Compares answers in bytes; those that differ are shown. */
function expectSame(here: unknown, there: unknown): void {
  if (!serialize(here).equals(serialize(there))) {
    expect(here).toEqual(there);
  }
}

describe("the WebAssembly core", () => {
  it("has all classes, methods and functions of the native one, but Ceph's tools", () => {
    const members = (core: object) =>
      Object.entries(core as Record<string, { prototype?: object }>).flatMap(([name, value]) => {
        const methods = Object.getOwnPropertyNames(value?.prototype ?? {});
        return [name, ...methods.map((method) => `${name}.${method}`)];
      });
    const isLeftOut = (name: string) => /^__|^(run|capture)(Crushtool|Osdmaptool)/.test(name);
    const here = new Set(members(wasm));
    expect(here).toContain("NativeCluster.run");
    const missing = members(native).filter((name) => !here.has(name) && !isLeftOut(name));
    expect(missing).toEqual([]);
  });

  it.each(golden("crushmap", ".bin", ".txt"))("reads and writes %s the same", (name) => {
    const bytes = readFileSync(join(GOLDEN, "crushmap", name));
    const [here, there] = both(({ NativeCrushMap }) => {
      const map = NativeCrushMap.read(bytes);
      const parts = [map.types(), map.devices(), map.buckets(), map.rules(), map.tunables()];
      return [map.toBinary(), map.toText(), map.toJson(), map.maxDevices(), ...parts];
    });
    expect(Buffer.from(here[0] as Uint8Array)).toEqual(Buffer.from(there[0] as Uint8Array));
    expect(here.slice(1)).toEqual(there.slice(1));
  });

  it.each(golden("crushmap", ".bin"))(
    "maps and explains every rule of %s the same",
    async (name) => {
      const bytes = readFileSync(join(GOLDEN, "crushmap", name));
      const [here, there] = both((core) => {
        const map = core.NativeCrushMap.read(bytes);
        const requests = map.rules().flatMap(({ id }) =>
          [FULL, SOME].flatMap((reweights) => [
            { rule: id, size: 3, reweights },
            { rule: id, size: 6, reweights, pool: 7 },
          ]),
        );
        const placed = requests.map(async (request) => ({
          range: await core.placeRange(map, request, 0, 200, 1, new core.NativeProgress()),
          list: await core.placeList(
            map,
            request,
            Uint32Array.of(4_294_967_295, 17),
            1,
            new core.NativeProgress(),
          ),
          one: core.place(map, request, 23),
          trace: core.explain(map, request, 5),
        }));
        return Promise.all(placed);
      });
      expect((await here).length).toBeGreaterThan(0);
      expectSame(await here, await there);
    },
  );

  it.each(golden("cluster", ".osdmap"))("maps all PGs of %s the same", async (name) => {
    const bytes = readFileSync(join(GOLDEN, "cluster", name));
    const [here, there] = both(async (core) => {
      const cluster = await core.loadCluster([name], [bytes]);
      const pools = cluster.pools().map(({ id }) => id);
      return {
        pools: cluster.pools(),
        osds: cluster.osds(),
        info: cluster.info(),
        missing: cluster.missing(),
        pgs: await core.mapPools(cluster, pools, 1, new core.NativeProgress()),
        spread: await core.distribute(cluster, pools, 1, new core.NativeProgress()),
      };
    });
    expect((await here).pgs.length).toBeGreaterThan(0);
    expectSame(await here, await there);
  });

  it("runs commands and compares states the same", async () => {
    const bytes = readFileSync(join(GOLDEN, "cluster/healthy.osdmap"));
    const commands = ["ceph osd out 3", "ceph osd crush reweight osd.1 0.5", "ceph osd down 2"];
    const [here, there] = both(async (core) => {
      const start = await core.loadCluster(["healthy"], [bytes]);
      const state = start.run(commands, "");
      const changes = commands.map((text) => {
        return { kind: "run", text, names: [], seconds: 0, folder: "" };
      });
      const options = { threads: 1, isRecorded: false, heals: false, listsPgs: true };
      const progress = () => new core.NativeProgress();
      const simulated = async () => {
        const found = await core.simulateChanges(start, changes, true, true, options, progress());
        return [...commands.map((_, at) => found.comparison(at)), found.total()];
      };
      return {
        steps: await simulated(),
        again: await simulated(),
        last: await core.compareClusters(start, state, options, progress()),
        written: Buffer.from(state.toBinary()),
      };
    });
    expect((await here).steps).toHaveLength(commands.length + 1);
    expect((await here).again).toEqual((await here).steps);
    expectSame(await here, await there);
  });

  it("fails the same, in code, words and place", async () => {
    const bytes = readFileSync(join(GOLDEN, "cluster/healthy.osdmap"));
    const tries: ((core: Core) => unknown)[] = [
      ({ NativeCrushMap }) => NativeCrushMap.fromBinary(Uint8Array.of(1, 2, 3)),
      ({ NativeCrushMap }) => NativeCrushMap.fromText("device 0 osd.0\nhost a { id x }"),
      ({ NativeCrushMap }) => NativeCrushMap.fromJson(Buffer.from("{")),
      ({ NativeCrushMap }) => NativeCrushMap.read(Uint8Array.of(0, 1, 2)),
      ({ scriptCommands }) => scriptCommands("ceph osd out 1\nceph 'open"),
    ];
    for (const attempt of tries) {
      const [here, there] = both((core) => outcome(() => attempt(core)));
      expect(here).toHaveProperty("code");
      expect(here).toEqual(there);
    }
    const [here, there] = both(async (core) => {
      const told = ({ code, message }: { code: string; message: string }) => ({ code, message });
      const rejected = core.loadCluster(["junk"], [Uint8Array.of(9, 9)]).then(String, told);
      const cluster = await core.loadCluster(["healthy"], [bytes]);
      return [
        await rejected,
        outcome(() => cluster.run(["ceph osd out banana"], "")),
        outcome(() => cluster.run(["ceph osd rm 0"], "")),
      ];
    });
    expectSame(await here, await there);
  });

  it("hashes object names the same", () => {
    for (const name of ["", "a", "rbd_data.1234", "x".repeat(100)].map((text) =>
      Buffer.from(text),
    )) {
      const [here, there] = both((core) => [core.rjenkinsHash(name), core.linuxHash(name)]);
      expect(here).toEqual(there);
    }
  });
});
