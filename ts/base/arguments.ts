import { CrushlabError } from "./errors.ts";

/** The largest 32-bit number. */
export const UINT32_MAX = 0xffff_ffff;

/** Most characters of a text that an error repeats. */
const TEXT_MAX = 100;

/** Most devices that a mapping may be asked for. */
const SIZE_MAX = 4096;

/** Refuses what is no whole number from `min` to `max`. */
export function checkInteger(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw new CrushlabError(
      "invalid_argument",
      `${name} is ${describe(value)}: expected a whole number from ${min} to ${max}`,
    );
  }
  return value;
}

/** Refuses what cannot be a number of replicas or shards. */
export function checkSize(value: unknown): number {
  return checkInteger("size", value, 1, SIZE_MAX);
}

/** Refuses what cannot be a pool's id. */
export function checkPool(value: unknown): number | undefined {
  return value === undefined ? undefined : checkInteger("pool", value, 0, Number.MAX_SAFE_INTEGER);
}

/** Refuses what cannot be a number of threads; 0 stands for all there are. */
export function checkThreads(value: unknown): number {
  return value === undefined ? 0 : checkInteger("threads", value, 1, 1024);
}

/** A value as error texts show it. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}\u2026` : value);
    case "object":
      return value === null ? "null" : Array.isArray(value) ? "a list" : "an object";
    case "function":
      return "a function";
    default:
      return String(value);
  }
}

/** The error for a value of the wrong kind. */
export function wrongKind(name: string, value: unknown, expected: string): CrushlabError {
  const message = `${name} is ${describe(value)}: expected ${expected}`;
  return new CrushlabError("invalid_argument", message);
}

/** Refuses what is no object, such as options; `name` says of what. */
export function checkObject<Value extends object>(name: string, value: Value): Value {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrongKind(name, value, "an object");
  }
  return value;
}

/** Refuses what is no text. */
export function checkText(name: string, value: unknown): string {
  if (typeof value !== "string") {
    throw wrongKind(name, value, "a text");
  }
  return value;
}

/** Refuses what is no list. */
export function checkList<Item>(name: string, value: readonly Item[]): readonly Item[] {
  if (!Array.isArray(value)) {
    throw wrongKind(name, value, "a list");
  }
  return value;
}

/** Refuses what is no day, or none that there is. */
export function checkDate(name: string, value: unknown): Date {
  if (!(value instanceof Date)) {
    throw wrongKind(name, value, "a Date");
  }
  if (Number.isNaN(value.getTime())) {
    throw new CrushlabError("invalid_argument", `${name} is not a day: it is an invalid Date`);
  }
  return value;
}

/** A name, or an id in its place. */
export function checkName(name: string, value: unknown): string | number {
  return typeof value === "number" ? value : checkText(name, value);
}
