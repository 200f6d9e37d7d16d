import type { NativeBucket, NativeCrushMap, NativeRule, NativeStep } from "#native";

/** A type of item: device, host, rack, … */
export interface ItemType {
  /** Its number; 0 is the devices' type. */
  id: number;
  name: string;
}

/** A device, usually an OSD. */
export interface Device {
  /** Its id, 0 or above. */
  id: number;
  /** Its name; `osd.` and its id where the map has none. */
  name: string;
  /** Its device class. */
  class?: string;
}

/** Weights that stand in for those of a bucket's items (`choose_args`). */
export interface WeightSet {
  /** Id of the pool that it is for, or all that have none of their own. */
  pool: number | "compat";
  /** The bucket, below 0. */
  bucketId: number;
  /** For each position of the result the weights of all items; the last serves those behind it. */
  weights: number[][];
}

/** An item of a bucket. */
export interface BucketItem {
  /** A device's id (0 or above) or a bucket's (below 0). */
  id: number;
  /** CRUSH weight, by convention in TiB; a multiple of 1/65536. */
  weight: number;
}

/** How a bucket chooses among its items. */
export type BucketAlgorithm = "uniform" | "list" | "tree" | "straw" | "straw2";

/** A bucket: host, rack, root, … or the shadow of one for a device class. */
export interface Bucket {
  /** Its id, below 0. */
  id: number;
  /** Its name; `bucket` and its id where the map has none. */
  name: string;
  typeId: number;
  /** Name of its type. */
  type: string;
  algorithm: BucketAlgorithm;
  /** Number of the hash function; 0 is rjenkins1. */
  hash: number;
  /** Its own weight. */
  weight: number;
  items: BucketItem[];
  /** For a shadow: the bucket it is a shadow of. */
  shadowOf?: number;
  /** For a shadow: the device class it is for. */
  class?: string;
}

/** A step of a rule. */
export type Step =
  | { op: "take"; item: number }
  | { op: "emit" }
  | { op: "noop" }
  | { op: ChooseOp; count: number; typeId: number; type: string }
  | { op: SettingOp; value: number };

/** Steps that choose items. */
export type ChooseOp =
  | "choose_firstn"
  | "choose_indep"
  | "chooseleaf_firstn"
  | "chooseleaf_indep"
  | "choosemsr";

/** Steps that set a tunable for the rest of the rule. */
export type SettingOp =
  | "set_choose_tries"
  | "set_chooseleaf_tries"
  | "set_choose_local_tries"
  | "set_choose_local_fallback_tries"
  | "set_chooseleaf_vary_r"
  | "set_chooseleaf_stable"
  | "set_msr_descents"
  | "set_msr_collision_tries";

/** What a rule is for. */
export type RuleType = "replicated" | "erasure" | "msr_firstn" | "msr_indep" | "unknown";

/** A rule. */
export interface Rule {
  id: number;
  /** Its name; `rule` and its id where the map has none. */
  name: string;
  type: RuleType;
  /** Number of its type. */
  typeId: number;
  /** Smallest pool size it is meant for; without effect. */
  minSize: number;
  /** Largest pool size it is meant for; without effect. */
  maxSize: number;
  steps: Step[];
}

/** The map's tunables. */
export interface Tunables {
  chooseLocalTries: number;
  chooseLocalFallbackTries: number;
  chooseTotalTries: number;
  chooseleafDescendOnce: number;
  chooseleafVaryR: number;
  chooseleafStable: number;
  strawCalcVersion: number;
  /** Sum of `1 << algorithm` over the algorithms that new buckets may use. */
  allowedBucketAlgs: number;
  msrDescents: number;
  msrCollisionTries: number;
}

/** A map's parts as plain data. */
export interface MapData {
  types: ItemType[];
  devices: Device[];
  /** By falling id, shadows included. */
  buckets: Bucket[];
  rules: Rule[];
  tunables: Tunables;
  /** Devices have ids below this. */
  maxDevices: number;
}

const RULE_TYPES: Readonly<Record<number, RuleType>> = {
  1: "replicated",
  3: "erasure",
  4: "msr_firstn",
  5: "msr_indep",
};

/** Takes a map apart. */
export function readMapData(native: NativeCrushMap): MapData {
  const types = native.types();
  const typeNames = new Map(types.map(({ id, name }) => [id, name]));
  const typeName = (id: number) => typeNames.get(id) ?? `type${id}`;
  return {
    types,
    devices: native.devices().map(({ id, name, className }) => ({
      id,
      name: name ?? `osd.${id}`,
      ...(className !== undefined && { class: className }),
    })),
    buckets: native.buckets().map((bucket) => readBucket(bucket, typeName)),
    rules: native.rules().map((rule) => readRule(rule, typeName)),
    tunables: native.tunables(),
    maxDevices: native.maxDevices(),
  };
}

/** Weight sets, bucket by bucket. */
export function readWeightSets(native: NativeCrushMap): WeightSet[] {
  return native.weightSets().map(({ set, bucket, positions, weights }) => {
    const length = weights.length / positions;
    const row = (_: unknown, at: number) =>
      Array.from(weights.subarray(at * length, (at + 1) * length));
    return {
      pool: set < 0 ? "compat" : set,
      bucketId: bucket,
      weights: Array.from({ length: positions }, row),
    };
  });
}

function readBucket(bucket: NativeBucket, typeName: (id: number) => string): Bucket {
  const { id, name, typeId, hash, weight, items, itemWeights, shadowOf, className } = bucket;
  return {
    id,
    name: name ?? `bucket${id}`,
    typeId,
    type: typeName(typeId),
    algorithm: bucket.algorithm as BucketAlgorithm,
    hash,
    weight,
    items: Array.from(items, (item, index) => ({ id: item, weight: itemWeights[index] ?? 0 })),
    ...(shadowOf !== undefined && { shadowOf }),
    ...(className !== undefined && { class: className }),
  };
}

function readRule(rule: NativeRule, typeName: (id: number) => string): Rule {
  const { id, name, ruleType, minSize, maxSize, steps } = rule;
  return {
    id,
    name: name ?? `rule${id}`,
    type: RULE_TYPES[ruleType] ?? "unknown",
    typeId: ruleType,
    minSize,
    maxSize,
    steps: steps.map((step) => readStep(step, typeName)),
  };
}

/** One step as plain data. */
export function readStep({ op, arg1, arg2 }: NativeStep, typeName: (id: number) => string): Step {
  switch (op) {
    case "take":
      return { op, item: arg1 };
    case "emit":
    case "noop":
      return { op };
    case "choose_firstn":
    case "choose_indep":
    case "chooseleaf_firstn":
    case "chooseleaf_indep":
    case "choosemsr":
      return { op, count: arg1, typeId: arg2, type: typeName(arg2) };
    default:
      return { op: op as SettingOp, value: arg1 };
  }
}
