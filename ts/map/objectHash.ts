import { linuxHash, rjenkinsHash } from "#native";
import { checkObject, describe } from "../base/arguments.ts";
import { CrushlabError } from "../base/errors.ts";

/** How an object's name is hashed. */
export interface ObjectHashOptions {
  /** The pool's `object_hash`. Default: `rjenkins`, as in every pool made today. */
  hash?: "rjenkins" | "linux";
  /** The object's namespace. Default: none. */
  namespace?: string;
  /** Locator key that is hashed in place of the name. Default: none. */
  locator?: string;
}

/** Byte between a namespace and what follows it. */
const NAMESPACE_END = "\u001f";

/**
 * The 32-bit hash of an object's name, from which its PG follows. The pool is not part of it.
 *
 * Source: `pg_pool_t::hash_key` in Ceph's osd_types.cc.
 */
export function objectHash(name: string, options: ObjectHashOptions = {}): number {
  checkObject("options", options);
  const { hash = "rjenkins", namespace = "", locator = "" } = options;
  for (const [label, value] of Object.entries({ name, namespace, locator })) {
    if (typeof value !== "string") {
      throw new CrushlabError(
        "invalid_argument",
        `${label} is ${describe(value)}: expected a string`,
      );
    }
  }
  const key = locator === "" ? name : locator;
  const bytes = new TextEncoder().encode(
    namespace === "" ? key : `${namespace}${NAMESPACE_END}${key}`,
  );
  switch (hash) {
    case "rjenkins":
      return rjenkinsHash(bytes);
    case "linux":
      return linuxHash(bytes);
    default:
      throw new CrushlabError(
        "invalid_argument",
        `hash is ${describe(hash)}: expected "rjenkins" or "linux"`,
      );
  }
}
