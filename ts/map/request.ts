import type { NativeRequest, NativeReweights } from "#native";
import { checkObject, checkPool, checkSize, describe } from "../base/arguments.ts";
import { CrushlabError } from "../base/errors.ts";
import type { MapIndex } from "./mapIndex.ts";

/**
 * Reweights (`ceph osd reweight`) by OSD id, from 0 (out) to 1 (in). OSDs that are not named are
 * in.
 */
export type Reweights = Readonly<Record<number, number>>;

/** What all mappings of a call have in common. */
export interface MappingOptions {
  /** The rule's name or id. */
  rule: string | number;
  /** Devices for each input: the pool's size, or k + m. From 1 to 4096. */
  size: number;
  /** Reweights of the OSDs that are not fully in. Default: all are in. */
  reweights?: Reweights;
  /**
   * A pool's id, 0 or above. Then x is the number of one of its PGs: it is hashed with the pool's
   * id, as Ceph does, and the pool's choose_args count. Default: x is mapped as it is, as
   * `crushtool --test` does.
   */
  pool?: number;
}

/** 16.16 fixed point, as the OSDMap stores reweights. */
const ONE = 0x1_0000;

/** Checks the options, and puts them the way the binding takes them. */
export function nativeRequest(index: MapIndex, options: MappingOptions): NativeRequest {
  checkObject("options", options);
  const size = checkSize(options.size);
  const pool = checkPool(options.pool);
  return {
    rule: index.rule(options.rule).id,
    size,
    reweights: nativeReweights(index, options.reweights ?? {}),
    ...(pool !== undefined && { pool }),
  };
}

/** Checks reweights, and puts them the way the binding takes them. */
export function nativeReweights(index: MapIndex, reweights: Reweights): NativeReweights {
  const entries = Object.entries(reweights);
  const { maxDevices } = index.data;
  for (const [osd, reweight] of entries) {
    if (!/^\d+$/.test(osd) || Number(osd) >= maxDevices) {
      throw new CrushlabError(
        "unknown_item",
        `reweights name OSD ${osd}: expected an id from 0 to ${maxDevices - 1}`,
      );
    }
    if (typeof reweight !== "number" || !(reweight >= 0 && reweight <= 1)) {
      throw new CrushlabError(
        "invalid_argument",
        `the reweight of osd.${osd} is ${describe(reweight)}: expected a number from 0 to 1`,
      );
    }
  }
  return {
    osds: Int32Array.from(entries, ([osd]) => Number(osd)),
    // Ceph's tools read reweights as 32-bit floats and cut what 16.16 cannot hold.
    reweights: Uint32Array.from(entries, ([, reweight]) => Math.trunc(Math.fround(reweight) * ONE)),
  };
}
