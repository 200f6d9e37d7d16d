import { describe } from "../base/arguments.ts";
import { CrushlabError } from "../base/errors.ts";
import { readSize } from "../base/size.ts";

/**
 * How fast a pool grows: stored bytes a month (below 0 it shrinks), a part of what it stores a
 * month (0.05 for 5 %), or a text: `+2TiB/month`, `500 GB/week`, `5%/year`.
 */
export type GrowthRate = string | { bytesPerMonth: number } | { partPerMonth: number };

/** Days of an average month and year. */
const YEAR_DAYS = 365.25;
/** Days of a twelfth of an average year. */
const MONTH_DAYS = YEAR_DAYS / 12;

const PERIOD_DAYS: Readonly<Record<string, number>> = {
  day: 1,
  week: 7,
  month: MONTH_DAYS,
  quarter: MONTH_DAYS * 3,
  year: YEAR_DAYS,
};

/** Bytes a month that are more than any cluster grows by: 2^60. */
const BYTES_MAX = 2 ** 60;

/** A rate by the month, as the binding takes it. */
export interface MonthlyGrowth {
  bytesPerMonth?: number;
  partPerMonth?: number;
}

/**
 * A rate by the month.
 *
 * @throws {CrushlabError} `invalid_argument`.
 */
export function readGrowth(pool: string | number, rate: GrowthRate): MonthlyGrowth {
  const growth = typeof rate === "string" ? readText(pool, rate) : { ...rate };
  const { bytesPerMonth, partPerMonth } = growth as MonthlyGrowth;
  const isBytes = isWithin(bytesPerMonth, -BYTES_MAX, BYTES_MAX);
  const isPart = isWithin(partPerMonth, -1, 100);
  if (isBytes === isPart) {
    throw refused(pool, rate);
  }
  return isBytes ? { bytesPerMonth: bytesPerMonth as number } : ({ partPerMonth } as MonthlyGrowth);
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === "number" && value >= min && value <= max;
}

function refused(pool: string | number, rate: unknown): CrushlabError {
  return new CrushlabError(
    "invalid_argument",
    `the growth of pool ${describe(pool)} is ${describe(rate)}: expected such as +2TiB/month, ` +
      "500 GB/week or 5%/year (day, week, month, quarter, year)",
  );
}

function readText(pool: string | number, text: string): MonthlyGrowth {
  const [, sign = "", amount = "", period = ""] =
    /^\s*([+-]?)\s*([^/]+?)\s*\/\s*([a-z]+)\s*$/.exec(text) ?? [];
  const days = PERIOD_DAYS[period];
  if (amount === "" || days === undefined) {
    throw refused(pool, text);
  }
  const months = days / MONTH_DAYS;
  const factor = sign === "-" ? -1 : 1;
  const [, percent] = /^(\d+(?:\.\d+)?)\s*%$/.exec(amount) ?? [];
  if (percent !== undefined) {
    const part = (factor * Number(percent)) / 100;
    return { partPerMonth: (1 + Math.max(-1, part)) ** (1 / months) - 1 };
  }
  const bytes = readSize(`the growth of pool ${describe(pool)}`, amount);
  return { bytesPerMonth: (factor * bytes) / months };
}
