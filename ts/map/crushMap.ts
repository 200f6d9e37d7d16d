import { NativeCrushMap } from "#native";
import { wrongKind } from "../base/arguments.ts";
import { CrushlabError, callNative, type ErrorDetails } from "../base/errors.ts";
import { readBytes, writeWhole } from "../base/files.ts";
import type { Kernel } from "../base/kernel.ts";
import { explain, type Trace } from "./explain.ts";
import {
  type Bucket,
  type Device,
  type ItemType,
  type Rule,
  readMapData,
  readWeightSets,
  type Tunables,
  type WeightSet,
} from "./mapData.ts";
import { MapEdits } from "./mapEdits.ts";
import { MapIndex } from "./mapIndex.ts";
import { type PlaceOptions, place } from "./place.ts";
import { type PlaceManyOptions, type Placements, placeMany, placementPath } from "./placeMany.ts";
import type { MappingOptions } from "./request.ts";

/** The forms a CRUSH map is written in. */
export type MapFormat = "binary" | "text" | "json";

/** What the binding knows a map as. For this package's own modules. */
export let nativeOf: (map: CrushMap) => NativeCrushMap;
/** The map that the binding knows as this. For this package's own modules. */
export let crushMapOf: (native: NativeCrushMap) => CrushMap;

/** A CRUSH map that was read and checked. It never changes: edits return a new one. */
export class CrushMap extends MapEdits<CrushMap> {
  readonly #native: NativeCrushMap;
  #index: MapIndex | undefined;
  #weightSets: readonly WeightSet[] | undefined;

  private constructor(native: NativeCrushMap) {
    super();
    this.#native = native;
  }

  /**
   * Reads the bytes of `ceph osd getcrushmap` or `crushtool -o`, of any release.
   *
   * @throws {CrushlabError} `invalid_binary` with the offset, or `invalid_map`.
   */
  static fromBinary(bytes: Uint8Array): CrushMap {
    checkBytes(bytes);
    return new CrushMap(callNative(() => NativeCrushMap.fromBinary(bytes)));
  }

  /**
   * Reads the text that `crushtool -d` prints and `crushtool -c` takes.
   *
   * @throws {CrushlabError} `invalid_text` with line and column, or `invalid_map`.
   */
  static fromText(text: string): CrushMap {
    if (typeof text !== "string") {
      throw new CrushlabError("invalid_argument", "text is not a string");
    }
    return new CrushMap(callNative(() => NativeCrushMap.fromText(text)));
  }

  /**
   * Reads what `ceph osd crush dump`, `crushtool --dump` or `ceph report` print: the bytes or text
   * of the file, or the object in it.
   *
   * @throws {CrushlabError} `invalid_json` or `invalid_map`.
   */
  static fromJson(json: string | Uint8Array | object): CrushMap {
    if (typeof json === "string") {
      return CrushMap.fromJson(new TextEncoder().encode(json));
    }
    if (json instanceof Uint8Array) {
      return new CrushMap(callNative(() => NativeCrushMap.fromJson(json)));
    }
    checkJson(json);
    return new CrushMap(callNative(() => NativeCrushMap.fromJsonValue(json)));
  }

  /**
   * Reads a map in whichever of the three forms it has.
   *
   * @throws {CrushlabError} `unknown_format`, or what the reader of that form throws.
   */
  static read(bytes: Uint8Array): CrushMap {
    checkBytes(bytes);
    return CrushMap.#read(bytes, {});
  }

  /**
   * Reads a file in whichever of the three forms it has.
   *
   * @throws {CrushlabError} `file_error`, or what `read` throws; each with the path.
   */
  static async load(path: string): Promise<CrushMap> {
    return CrushMap.#read(await readBytes(path), { path });
  }

  static #read(bytes: Uint8Array, details: ErrorDetails): CrushMap {
    return new CrushMap(callNative(() => NativeCrushMap.read(bytes), details));
  }

  /** The bytes that `crushtool -o` would write. */
  toBinary(): Uint8Array {
    return callNative(() => this.#native.toBinary());
  }

  /**
   * The map's text, from which every release's `crushtool -c` makes the same weights. It is what
   * `crushtool -d` prints, but for weights: five decimals, rounded up.
   */
  toText(): string {
    return callNative(() => this.#native.toText());
  }

  /** The object that `crushtool --dump` would print. */
  toJson(): object {
    return callNative(() => this.#native.toJson());
  }

  /**
   * Writes the map to a file: the whole of it, or nothing.
   *
   * @throws {CrushlabError} `file_error`.
   */
  async save(path: string, format: MapFormat): Promise<void> {
    const content = this.#encode(format);
    await writeWhole(path, content);
  }

  #encode(format: MapFormat): string | Buffer {
    switch (format) {
      case "binary":
        return Buffer.from(this.toBinary());
      case "text":
        return this.toText();
      case "json":
        return `${JSON.stringify(this.toJson(), null, 2)}\n`;
      default:
        throw new CrushlabError(
          "invalid_argument",
          `format is ${format}: expected "binary", "text" or "json"`,
        );
    }
  }

  /** Types of items by rising id. */
  get types(): readonly ItemType[] {
    return this.index.data.types;
  }

  /** Devices by rising id: those that have a name or a place in a bucket. */
  get devices(): readonly Device[] {
    return this.index.data.devices;
  }

  /** Buckets by falling id, shadows of device classes included. */
  get buckets(): readonly Bucket[] {
    return this.index.data.buckets;
  }

  /** Rules by rising id. */
  get rules(): readonly Rule[] {
    return this.index.data.rules;
  }

  /** The tunables. */
  get tunables(): Readonly<Tunables> {
    return this.index.data.tunables;
  }

  /** Weight sets, bucket by bucket. */
  get weightSets(): readonly WeightSet[] {
    this.#weightSets ??= readWeightSets(this.#native);
    return this.#weightSets;
  }

  /** Look-ups by id and name. */
  get index(): MapIndex {
    this.#index ??= new MapIndex(readMapData(this.#native));
    return this.#index;
  }

  /**
   * The devices of one input, in order; `NONE` where an `indep` rule leaves a hole.
   *
   * @throws {CrushlabError} `invalid_argument`, `unknown_rule` or `unknown_item`.
   */
  place(options: PlaceOptions): Int32Array {
    return place(this.#native, this.index, options);
  }

  /**
   * The devices of many inputs, worked out on other threads.
   *
   * @throws {CrushlabError} as `place`, and `aborted`.
   */
  placeMany(options: PlaceManyOptions): Promise<Placements> {
    return placeMany(this.#native, this.index, options);
  }

  /**
   * Which way `placeMany` takes: the name of the kernel that maps inputs side by side, or `scalar`
   * and why only the plain mapper can do it, such as a bucket that is not straw2.
   *
   * @throws {CrushlabError} as `place`, and `unknown_kernel`.
   */
  placementPath(options: MappingOptions & { kernel?: Kernel }): string {
    return placementPath(this.#native, this.index, options);
  }

  /**
   * The devices of one input and how they were found: every draw, collision and retry.
   *
   * @throws {CrushlabError} as `place`.
   */
  explain(options: PlaceOptions): Trace {
    return explain(this.#native, this.index, options);
  }

  protected override edited(change: (native: NativeCrushMap) => NativeCrushMap): CrushMap {
    return new CrushMap(callNative(() => change(this.#native)));
  }

  static {
    nativeOf = (map) => {
      if (typeof map !== "object" || map === null || !(#native in map)) {
        throw wrongKind("map", map, "a CrushMap");
      }
      return map.#native;
    };
    crushMapOf = (native) => new CrushMap(native);
  }
}

function checkBytes(bytes: unknown): void {
  if (!(bytes instanceof Uint8Array)) {
    throw new CrushlabError("invalid_argument", "bytes are no Uint8Array");
  }
}

/** Refuses an object that no JSON can stand for: one with a BigInt in it, or with itself. */
function checkJson(value: object): void {
  try {
    JSON.stringify(value);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CrushlabError("invalid_json", `the object is no JSON: ${message}`, { cause });
  }
}
