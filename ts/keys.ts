/** Members whose keys are data (states, levels, names of pools, methods), not names of fields. */
const DATA_KEYS = new Set([
  "pgs_by_state",
  "osds_by_level_before",
  "osds_by_level_worst",
  "osds_by_level_after",
  "methods",
]);

/** An object of the binding, `moved_bytes`, under this package's names, `movedBytes`. */
export function camelKeys(value: unknown): unknown {
  return renamed(value, camel);
}

/** The same back, as JSON for programs has it. */
export function snakeKeys(value: unknown): unknown {
  return renamed(value, snake);
}

function renamed(value: unknown, rename: (key: string) => string): unknown {
  if (typeof value === "bigint") {
    // The binding's form of whole numbers from 2^53 on, which petabytes come to.
    return Number(value);
  }
  if (Array.isArray(value)) {
    return value.map((one) => renamed(one, rename));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      rename(key),
      DATA_KEYS.has(snake(key)) ? member : renamed(member, rename),
    ]),
  );
}

function camel(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function snake(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
