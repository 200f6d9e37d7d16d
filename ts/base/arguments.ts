import { CrushlabError } from "./errors.ts";

/** The largest 32-bit number. */
export const UINT32_MAX = 0xffff_ffff;

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
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
