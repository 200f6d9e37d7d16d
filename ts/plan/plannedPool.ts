import { type NativePlannedPool, parsePlannedPool, pgcalcPreset, pgcalcPresetNames } from "#native";
import { checkInteger, checkText, describe, UINT32_MAX } from "../base/arguments.ts";
import { CrushlabError, callNative } from "../base/errors.ts";
import { readSize, type Size } from "../base/size.ts";
import { suggestionHint } from "../base/suggest.ts";

/** A pool that is planned, or what an existing pool is to be given. */
export interface PlannedPool {
  name: string;
  /** Number of replicas. Default: 3. */
  size?: number;
  /** Data chunks of an erasure code, in place of `size`; together with `m`. */
  k?: number;
  /** Coding chunks of an erasure code. */
  m?: number;
  /** Percent of the data on its OSDs that it will have. */
  percent?: number;
  /** target_size_ratio. Default: the percent, where bytes are not given either. */
  targetSizeRatio?: number;
  /** target_size_bytes, in bytes or as `2 TiB`. */
  targetSizeBytes?: Size;
  /** pg_autoscale_bias. */
  bias?: number;
  /** pg_num_min. */
  pgNumMin?: number;
  /** pg_num_max. */
  pgNumMax?: number;
  /** Whether it has the flag bulk. */
  bulk?: boolean;
}

const SIZE_MAX = 255;

/** A pool as the binding takes it: checked, or read from its text, `rbd:size=3,percent=40`. */
export function readPlannedPool(pool: PlannedPool | string): NativePlannedPool {
  if (typeof pool === "string") {
    return callNative(() => parsePlannedPool(pool));
  }
  if (typeof pool?.name !== "string" || pool.name === "") {
    throw new CrushlabError("invalid_argument", "a pool has no name");
  }
  const { name, targetSizeBytes: bytes } = pool;
  const at = (key: string) => `${key} of pool ${name}`;
  const whole = (key: "size" | "k" | "m" | "pgNumMin" | "pgNumMax", max: number) =>
    pool[key] !== undefined && { [key]: checkInteger(at(key), pool[key], 1, max) };
  const decimal = (key: "percent" | "targetSizeRatio" | "bias", max: number) =>
    pool[key] !== undefined && { [key]: checkNumber(at(key), pool[key], max) };
  const isErasure = pool.k !== undefined || pool.m !== undefined;
  if (isErasure && (pool.k === undefined || pool.m === undefined || pool.size !== undefined)) {
    throw new CrushlabError(
      "invalid_argument",
      `pool ${name}: expected either size, or both k and m`,
    );
  }
  return {
    name,
    ...whole("size", SIZE_MAX),
    ...whole("k", SIZE_MAX - 1),
    ...whole("m", SIZE_MAX - 1),
    ...whole("pgNumMin", UINT32_MAX),
    ...whole("pgNumMax", UINT32_MAX),
    ...decimal("percent", 100),
    ...decimal("targetSizeRatio", 1_000_000),
    ...decimal("bias", 1000),
    ...(bytes !== undefined && { targetSizeBytes: readSize(at("targetSizeBytes"), bytes, 1) }),
    ...(pool.bulk !== undefined && { bulk: pool.bulk === true }),
  };
}

function checkNumber(what: string, value: unknown, max: number): number {
  if (typeof value !== "number" || !(value >= 0 && value <= max)) {
    throw new CrushlabError(
      "invalid_argument",
      `${what} is ${describe(value)}: expected a number from 0 to ${max}`,
    );
  }
  return value;
}

/**
 * The pools of one of PGCalc's use cases, each with its percent of the data: `all-in-one`,
 * `openstack`, `openstack-rgw`, `rgw-only` or `rbd-librados`.
 *
 * @throws {CrushlabError} `invalid_argument`, with the nearest name as a hint.
 */
export function pgcalcPools(preset: string): PlannedPool[] {
  checkText("preset", preset);
  const pools = callNative(() => pgcalcPreset(String(preset)));
  if (!pools) {
    const known = pgcalcPresetNames();
    throw new CrushlabError(
      "invalid_argument",
      `preset is ${describe(preset)}: expected one of ${known.join(", ")}`,
      suggestionHint(String(preset), known),
    );
  }
  return pools.map(({ name, percent = 0 }) => ({ name, percent }));
}
