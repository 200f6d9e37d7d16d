/** Members whose keys are data (states, levels, names of pools, methods), not names of fields. */
const DATA_KEYS = new Set([
  "pgs_by_state",
  "osds_by_level_before",
  "osds_by_level_worst",
  "osds_by_level_after",
  "methods",
]);

/** Reports on large clusters have a few names hundreds of thousands of times: each is made once. */
interface Names {
  made: Map<string, Name>;
  make: (key: string) => string;
}

interface Name {
  name: string;
  /** Whether the keys of its value are data. */
  isOfData: boolean;
}

const CAMEL: Names = {
  made: new Map(),
  make: (key) => key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
};
const SNAKE: Names = {
  made: new Map(),
  make: (key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
};

/** `movedBytes` as `moved_bytes`. */
type SnakeCase<Name> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Name;

/** An object under the names that JSON for programs has. */
export type SnakeKeys<Value> = Value extends readonly (infer Item)[]
  ? SnakeKeys<Item>[]
  : Value extends object
    ? { [Key in keyof Value as SnakeCase<Key>]: SnakeKeys<Value[Key]> }
    : Value;

/**
 * A report of the binding, `moved_bytes`, under this package's names, `movedBytes`. What the
 * binding hands over has no type of its own; that it is a `Report` is what tests check against the
 * schema that is made from that type.
 */
export function camelKeys<Report>(value: object): Report {
  return renamed(value, CAMEL) as Report;
}

/** The same back, as JSON for programs has it. */
export function snakeKeys<Value extends object>(value: Value): SnakeKeys<Value> {
  return renamed(value, SNAKE) as SnakeKeys<Value>;
}

/** A name of the binding under this package's. */
export function camelName(name: string): string {
  return nameOf(name, CAMEL).name;
}

function renamed(value: unknown, names: Names): unknown {
  if (typeof value === "bigint") {
    // The binding's form of whole numbers from 2^53 on, which petabytes come to.
    return Number(value);
  }
  if (Array.isArray(value)) {
    return value.map((one) => renamed(one, names));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const found: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const { name, isOfData } = nameOf(key, names);
    found[name] = isOfData ? member : renamed(member, names);
  }
  return found;
}

function nameOf(key: string, { made, make }: Names): Name {
  const known = made.get(key);
  if (known) {
    return known;
  }
  const name = { name: make(key), isOfData: DATA_KEYS.has(SNAKE.make(key)) };
  made.set(key, name);
  return name;
}
