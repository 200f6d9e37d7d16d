import { checkName, describe } from "./arguments.ts";
import { CrushlabError } from "./errors.ts";

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** The longest time that may pass, in seconds: a hundred years. */
const SECONDS_MAX = 100 * 365 * SECONDS.d;

/**
 * Seconds that a number, or a text such as `90`, `90s`, `10m`, `2h` or `1d` means.
 *
 * @throws {CrushlabError} `invalid_argument`.
 */
export function readSeconds(duration: number | string): number {
  const [, digits, unit = "s"] =
    /^(\d+)\s*([smhd]?)$/.exec(String(checkName("a time", duration)).trim()) ?? [];
  const seconds = Number(digits) * SECONDS[(unit || "s") as keyof typeof SECONDS];
  if (digits === undefined || !(seconds >= 1 && seconds <= SECONDS_MAX)) {
    throw new CrushlabError(
      "invalid_argument",
      `a time is ${describe(duration)}: expected whole seconds, or 90s, 10m, 2h, 1d`,
    );
  }
  return seconds;
}
