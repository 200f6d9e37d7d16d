import { CrushlabError } from "../base/errors.ts";
import { suggestionHint } from "../base/suggest.ts";
import type { Bucket, Device, MapData, Rule } from "./mapData.ts";

/** Look-ups in a map's parts, by id and by name. */
export class MapIndex {
  readonly data: MapData;
  readonly #items = new Map<number, Device | Bucket>();
  readonly #ids = new Map<string, number>();

  constructor(data: MapData) {
    this.data = data;
    for (const item of [...data.buckets, ...data.devices]) {
      this.#items.set(item.id, item);
      this.#ids.set(item.name, item.id);
    }
  }

  /** The device or bucket with this id. */
  item(id: number): Device | Bucket | undefined {
    return this.#items.get(id);
  }

  /** The bucket with this id. */
  bucket(id: number): Bucket | undefined {
    const item = this.#items.get(id);
    return item && "items" in item ? item : undefined;
  }

  /** Name of a device or bucket; one made from the id where there is none. */
  name(id: number): string {
    return this.#items.get(id)?.name ?? (id < 0 ? `bucket${id}` : `osd.${id}`);
  }

  /** The device or bucket of this name. */
  named(name: string): Device | Bucket | undefined {
    const id = this.#ids.get(name);
    return id === undefined ? undefined : this.#items.get(id);
  }

  /** Names of all devices and buckets. */
  names(): Iterable<string> {
    return this.#ids.keys();
  }

  /** Ids of the devices below an item, or of the item itself if it is one, by rising id. */
  devicesBelow(id: number): number[] {
    const found = new Set<number>();
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (!found.has(next)) {
        found.add(next);
        open.push(...(this.bucket(next)?.items.map((item) => item.id) ?? []));
      }
    }
    return [...found].filter((item) => item >= 0).sort((a, b) => a - b);
  }

  /** The rule with this name or id. */
  rule(nameOrId: string | number): Rule {
    const { rules } = this.data;
    const id = typeof nameOrId === "number" ? nameOrId : /^\d+$/.test(nameOrId) && Number(nameOrId);
    const rule = rules.find(({ name }) => name === nameOrId) ?? rules.find((one) => one.id === id);
    if (!rule) {
      const known = rules.map(({ name, id }) => `${name} (${id})`).join(", ");
      throw new CrushlabError(
        "unknown_rule",
        `the map has no rule ${nameOrId}: it has ${known === "" ? "no rules at all" : known}`,
        suggestionHint(
          String(nameOrId),
          rules.map(({ name }) => name),
        ),
      );
    }
    return rule;
  }
}
