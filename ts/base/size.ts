import { parseBytes } from "#native";
import { describe } from "./arguments.ts";
import { CrushlabError, callNative } from "./errors.ts";

/**
 * Bytes: a whole number, or a text with its unit such as `8 TiB` or `7.68TB`. Units of 1,000 are B,
 * kB, MB, GB, TB, PB and EB, units of 1,024 KiB, MiB, GiB, TiB, PiB and EiB; `T` alone is none.
 */
export type Size = number | string;

/**
 * The bytes of a size, from `min` on.
 *
 * @throws {CrushlabError} `invalid_argument`, with `name` for what the size is of.
 */
export function readSize(name: string, value: Size, min = 0): number {
  const bytes = typeof value === "string" ? readText(name, value) : value;
  if (typeof bytes !== "number" || !Number.isSafeInteger(bytes) || bytes < min) {
    const expected = `expected whole bytes from ${min} to 2^53 - 1, or a size such as 8 TiB`;
    throw new CrushlabError("invalid_argument", `${name} is ${describe(value)}: ${expected}`);
  }
  return bytes;
}

function readText(name: string, text: string): number {
  try {
    return callNative(() => parseBytes(text));
  } catch (error) {
    if (error instanceof CrushlabError) {
      throw new CrushlabError(error.code, `${name}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
