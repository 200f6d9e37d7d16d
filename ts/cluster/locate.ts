import type { NativeCluster } from "#native";
import { checkInteger, checkObject, UINT32_MAX } from "../base/arguments.ts";
import { CrushlabError, callNative } from "../base/errors.ts";
import { type Pg, pgid } from "./pgTable.ts";

/** How an object is found, beside its name. */
export interface LocateOptions {
  /** Default: the default namespace. */
  namespace?: string | Uint8Array;
  /** Locator key, hashed in place of the name. Default: none. */
  key?: string | Uint8Array;
  /** Used in place of any hash. From 0 to 4294967295. */
  hash?: number;
  /** Follow the cache tier that requests of this kind go to. Default: stay with the pool. */
  access?: "read" | "write";
}

/** Where an object is. */
export interface ObjectLocation extends Omit<Pg, "state"> {
  /** Hash of its name; the PG is what the pool makes of it. */
  hash: number;
}

/** Where an object of a pool is. */
export function locate(
  native: NativeCluster,
  pool: number,
  object: string | Uint8Array,
  options: LocateOptions = {},
): ObjectLocation {
  checkObject("options", options);
  const { hash, access } = options;
  const request = {
    name: bytesOf("object", object),
    namespace: bytesOf("namespace", options.namespace ?? ""),
    key: bytesOf("key", options.key ?? ""),
    ...(hash !== undefined && { hash: checkInteger("hash", hash, 0, UINT32_MAX) }),
    ...(access !== undefined && { forWrite: checkAccess(access) === "write" }),
  };
  const found = callNative(() => native.locate(pool, request));
  return { pgid: pgid(found.pool, found.seed), ...found };
}

function bytesOf(name: string, value: string | Uint8Array): Uint8Array {
  if (typeof value === "string") {
    return new TextEncoder().encode(value);
  }
  if (value instanceof Uint8Array) {
    return value;
  }
  throw new CrushlabError("invalid_argument", `${name} is neither a string nor a Uint8Array`);
}

function checkAccess(access: "read" | "write"): "read" | "write" {
  if (access !== "read" && access !== "write") {
    throw new CrushlabError("invalid_argument", `access is ${access}: expected "read" or "write"`);
  }
  return access;
}
