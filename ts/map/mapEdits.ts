import type {
  NativeClassEdit,
  NativeCrushMap,
  NativeNewRule,
  NativeReclassifyBuckets,
  NativeRuleEdit,
  NativeTreeEdit,
} from "#native";
import { checkInteger, checkList, checkObject, describe } from "../base/arguments.ts";
import { CrushlabError } from "../base/errors.ts";
import type { RuleType } from "./mapData.ts";

/** A place: bucket names by type, such as `{ host: "h1", rack: "r1" }`. */
export type Location = Readonly<Record<string, string>>;

/** A device and where it goes. */
export interface ItemPlacement {
  /** The device's id, 0 or above. */
  id: number;
  /** CRUSH weight, by convention in TiB. */
  weight: number;
  /** Default: `osd.` and the id. */
  name?: string;
  /** Buckets that do not exist are made, up to the first that does. */
  location: Location;
}

/** A rule that takes one root and spreads over one failure domain. */
export interface NewRule {
  name: string;
  /** The bucket to take. */
  root: string;
  /** Type of which no two replicas share a bucket. */
  failureDomain: string;
  /** Device class to keep to. Default: any. */
  class?: string;
}

/** What becomes of old trees and buckets that stand for a device class. */
export interface Reclassification {
  /** Class by name of a root, as `crushtool --reclassify-root`. */
  roots?: Readonly<Record<string, string>>;
  /** Buckets by `%SUFFIX`, `PREFIX%` or name, as `crushtool --reclassify-bucket`. */
  buckets?: readonly { match: string; class: string; parent: string }[];
}

/** Highest id of a device, which is a signed 32-bit number. */
const OSD_MAX = 2 ** 31 - 3;
/** Id of the weight set that pools without one of their own use. */
const COMPAT_SET = -1;

/**
 * The edits that `crushtool` and `ceph osd crush …` make. Each leaves the map as it is and returns
 * a new one; each throws `CrushlabError` with code `invalid_edit` where Ceph refuses the same.
 */
export abstract class MapEdits<Self> {
  /** The map that a change of the binding's makes of this one. */
  protected abstract edited(change: (native: NativeCrushMap) => NativeCrushMap): Self;

  /** Puts a device at a place (`ceph osd crush add`). */
  addItem(item: ItemPlacement): Self {
    return this.#editTree({ kind: "insert_item", ...placement(item) });
  }

  /** Puts a device at a place and takes it from all others, with this weight (`crush set`). */
  updateItem(item: ItemPlacement): Self {
    return this.#editTree({ kind: "update_item", ...placement(item) });
  }

  /** Puts a device at a place; one that has a weight keeps it (`crush create-or-move`). */
  createOrMoveItem(item: ItemPlacement): Self {
    return this.#editTree({ kind: "create_or_move_item", ...placement(item) });
  }

  /** Moves a device, or a bucket with all it holds (`crush move`). */
  moveItem(name: string, location: Location): Self {
    return this.#editTree({ kind: "move_item", name, location });
  }

  /** Removes a device or an empty bucket, everywhere or below one bucket (`crush rm`). */
  removeItem(name: string, ancestor?: string): Self {
    const below = ancestor === undefined ? {} : { ancestor };
    return this.#editTree({ kind: "remove_item", name, unlink: false, ...below });
  }

  /** Takes an item out of the buckets that hold it; a bucket stays in the map (`crush unlink`). */
  unlinkItem(name: string, ancestor?: string): Self {
    const below = ancestor === undefined ? {} : { ancestor };
    return this.#editTree({ kind: "remove_item", name, unlink: true, ...below });
  }

  /** Gives a device or a bucket another name (`crush rename-bucket`). */
  renameItem(name: string, to: string): Self {
    return this.#editTree({ kind: "rename_item", name, to });
  }

  /** Sets the CRUSH weight of an item (`crush reweight`). */
  reweightItem(name: string, weight: number): Self {
    return this.#editTree({ kind: "reweight_item", name, weight });
  }

  /** Sets the CRUSH weight of every device below a bucket (`crush reweight-subtree`). */
  reweightSubtree(name: string, weight: number): Self {
    return this.#editTree({ kind: "reweight_subtree", name, weight });
  }

  /** Adds up the weights of all buckets again (`crush reweight-all`). */
  reweightAll(): Self {
    return this.#editTree({ kind: "reweight_all" });
  }

  /** Makes an empty bucket, at a place or as a root (`crush add-bucket`). */
  addBucket(name: string, type: string, location: Location = {}): Self {
    return this.#editTree({ kind: "add_bucket", name, typeName: type, location });
  }

  /** Puts a bucket into a further place (`crush link`). */
  linkBucket(name: string, location: Location): Self {
    return this.#editTree({ kind: "link_bucket", name, location });
  }

  /** Takes a bucket with all it holds out of its parent; it becomes a root. */
  detachBucket(name: string): Self {
    return this.#editTree({ kind: "detach_bucket", name });
  }

  /** Exchanges what two buckets hold, and their names (`crush swap-bucket`). */
  swapBuckets(name: string, other: string): Self {
    return this.#editTree({ kind: "swap_buckets", name, other });
  }

  /** Makes straw2 buckets of all straw buckets (`crush set-all-straw-buckets-to-straw2`). */
  convertStrawToStraw2(): Self {
    return this.#editTree({ kind: "convert_straw_to_straw_2" });
  }

  /** Gives a device a class (`crush set-device-class`). */
  setDeviceClass(osd: number, className: string): Self {
    const id = checkInteger("osd", osd, 0, OSD_MAX);
    return this.#editClasses({ kind: "set_device_class", id, className });
  }

  /** Takes a device's class away (`crush rm-device-class`). */
  removeDeviceClass(osd: number): Self {
    const id = checkInteger("osd", osd, 0, OSD_MAX);
    return this.#editClasses({ kind: "remove_device_class", id });
  }

  /** Gives every device below a bucket a class (`crushtool --set-subtree-class`). */
  setSubtreeClass(name: string, className: string): Self {
    return this.#editClasses({ kind: "set_subtree_class", name, className });
  }

  /** Makes a class that no device has yet (`crush class create`). */
  createClass(className: string): Self {
    return this.#editClasses({ kind: "create_class", className });
  }

  /** Removes a class, from its devices too (`crush class rm`). */
  removeClass(className: string): Self {
    return this.#editClasses({ kind: "remove_class", className });
  }

  /** Gives a class another name (`crush class rename`). */
  renameClass(className: string, to: string): Self {
    return this.#editClasses({ kind: "rename_class", className, to });
  }

  /** Makes the shadow trees of all classes anew (`crushtool --rebuild-class-roots`). */
  rebuildClassRoots(): Self {
    return this.#editClasses({ kind: "rebuild_class_roots" });
  }

  /** Turns trees made for one kind of device into classes (`crushtool --reclassify`). */
  reclassify(what: Reclassification): Self {
    const { roots = {}, buckets = [] } = checkObject("what", what);
    const entries = checkList("buckets", buckets).map((entry): NativeReclassifyBuckets => {
      return { pattern: entry.match, className: entry.class, defaultParent: entry.parent };
    });
    return this.#editClasses({ kind: "reclassify", roots, buckets: entries });
  }

  /** Adds a rule for replicated pools (`crush rule create-replicated`). */
  addReplicatedRule(rule: NewRule): Self {
    return this.addSimpleRule(rule, "firstn", "replicated");
  }

  /** Adds a rule for erasure-coded pools of k + m chunks (`crush rule create-erasure`). */
  addErasureRule(rule: NewRule & { chunks: number }): Self {
    const chunks = checkInteger("chunks", checkObject("rule", rule).chunks, 1, 255);
    return this.#editRules({ kind: "add_erasure_rule", rule: newRule(rule), chunks });
  }

  /** Adds a rule (`crushtool --create-simple-rule`). */
  addSimpleRule(rule: NewRule, mode: "firstn" | "indep", type: RuleType = "replicated"): Self {
    if (!["firstn", "indep"].includes(mode) || !["replicated", "erasure"].includes(type)) {
      throw new CrushlabError(
        "invalid_argument",
        `no simple rule is ${describe(mode)} and ${describe(type)}: ` +
          "expected firstn or indep, replicated or erasure",
      );
    }
    const [indep, erasure] = [mode === "indep", type === "erasure"];
    return this.#editRules({ kind: "add_simple_rule", rule: newRule(rule), indep, erasure });
  }

  /** Removes a rule (`crush rule rm`). */
  removeRule(name: string): Self {
    return this.#editRules({ kind: "remove_rule", name });
  }

  /** Gives a rule another name (`crush rule rename`). */
  renameRule(name: string, to: string): Self {
    return this.#editRules({ kind: "rename_rule", name, to });
  }

  /** Sets all tunables to those of a profile, legacy to default (`crush tunables`). */
  setTunablesProfile(name: string): Self {
    return this.#editRules({ kind: "set_tunables_profile", name });
  }

  /** Sets one tunable by the name it has in the map's text (`crushtool --set-…`). */
  setTunable(name: string, value: number): Self {
    checkInteger("value", value, 0, 2 ** 32 - 1);
    return this.#editRules({ kind: "set_tunable", name, value });
  }

  /** Makes a weight set for a pool, or for all pools that have none (`crush weight-set create`). */
  createWeightSet(pool: number | "compat", positions = 1): Self {
    checkInteger("positions", positions, 1, 4096);
    return this.#editRules({ kind: "create_weight_set", set: weightSetId(pool), positions });
  }

  /** Removes a weight set (`crush weight-set rm`). */
  removeWeightSet(pool: number | "compat"): Self {
    return this.#editRules({ kind: "remove_weight_set", set: weightSetId(pool) });
  }

  /** Sets an item's weights in a weight set, one for each position (`weight-set reweight`). */
  reweightWeightSet(pool: number | "compat", name: string, weights: readonly number[]): Self {
    const set = weightSetId(pool);
    return this.#editRules({
      kind: "reweight_weight_set",
      set,
      name,
      weights: [...checkList("weights", weights)],
    });
  }

  #editTree(edit: NativeTreeEdit): Self {
    return this.edited((native) => native.editTree(edit));
  }

  #editClasses(edit: NativeClassEdit): Self {
    return this.edited((native) => native.editClasses(edit));
  }

  #editRules(edit: NativeRuleEdit): Self {
    return this.edited((native) => native.editRules(edit));
  }
}

function placement(item: ItemPlacement) {
  const id = checkInteger("id", checkObject("item", item).id, 0, OSD_MAX);
  const { weight, name = `osd.${id}`, location } = item;
  return { id, weight, name, location: { ...location } };
}

function newRule(rule: NewRule): NativeNewRule {
  const { name, root, failureDomain } = checkObject("rule", rule);
  return { name, root, failureDomain, ...(rule.class !== undefined && { className: rule.class }) };
}

function weightSetId(pool: number | "compat"): number {
  return pool === "compat" ? COMPAT_SET : checkInteger("pool", pool, 0, Number.MAX_SAFE_INTEGER);
}
