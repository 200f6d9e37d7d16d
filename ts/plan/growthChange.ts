import type { NativeChange } from "#native";
import { checkInteger, describe } from "../base/arguments.ts";
import { CrushlabError } from "../base/errors.ts";
import { readSize, type Size } from "../base/size.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { FailureTarget } from "../cluster/failureTarget.ts";
import { targetOsds } from "../cluster/targetOsds.ts";

/** A change of a cluster that is paid for. */
export type GrowthChange =
  | { addHost: HostToAdd | string }
  | { replace: OsdReplacement | string }
  | { moveToErasure: MoveToErasure | string };

/** A host that is added. As a text: `NAME=12x16TB:hdd+2x1.92TB:ssd@rack1`. */
export interface HostToAdd {
  /** A name that no other bucket has. Default: `new-host1`, `new-host2`, …. */
  name?: string;
  osds: readonly OsdsToAdd[];
  /** Bucket that it is put into. Default: the root that most pools use. */
  parent?: string;
}

/** Some equal OSDs of a host that is added. */
export interface OsdsToAdd {
  /** From 1 to 1000. */
  count: number;
  size: Size;
  /** Device class. Default: the one that most OSDs have. */
  class?: string;
}

/** OSDs that are replaced by others of another size. As a text: `host=h1=20TB`. */
export interface OsdReplacement {
  osds: FailureTarget;
  size: Size;
}

/** A pool that moves to erasure code. As a text: `POOL=4+2:256@rack`. */
export interface MoveToErasure {
  pool: string | number;
  /** Data shards, 2 or more. */
  k: number;
  /** Coding shards, 1 or more; k + m is at most 255. */
  m: number;
  /** PGs of the new pool. Default: the power of two that keeps as many shards. */
  pgNum?: number;
  /** Its failure domain. Default: that of the old one. */
  failureDomain?: string;
}

/** Most OSDs of a kind in a host. */
const COUNT_MAX = 1000;
/** A device, in bytes: CRUSH weights go from 16 MiB to 64 PiB. */
const DEVICE_MIN = 2 ** 24;
const DEVICE_MAX = 2 ** 56;
const PG_NUM_MAX = 65_536;

/** Changes the way the binding takes them. */
export function nativeChanges(cluster: Cluster, changes: readonly GrowthChange[]): NativeChange[] {
  const taken = new Set(cluster.crush.buckets.map(({ name }) => name));
  return changes.map((change) => nativeChange(cluster, change, taken));
}

function nativeChange(cluster: Cluster, change: GrowthChange, taken: Set<string>): NativeChange {
  if ("addHost" in change) {
    return { host: hostToAdd(change.addHost, taken) };
  }
  if ("replace" in change) {
    const { osds, size } =
      typeof change.replace === "string" ? parseReplace(change.replace) : change.replace;
    return { replace: { osds: targetOsds(cluster, osds), deviceBytes: deviceBytes(size) } };
  }
  if ("moveToErasure" in change) {
    const { moveToErasure: to } = change;
    return { erasure: toErasure(cluster, typeof to === "string" ? parseToErasure(to) : to) };
  }
  const keys = Object.keys(change).join(", ");
  throw new CrushlabError(
    "invalid_argument",
    `a change has the keys ${keys}: expected addHost, replace or moveToErasure`,
  );
}

function hostToAdd(given: HostToAdd | string, taken: Set<string>) {
  const { name, osds, parent } = typeof given === "string" ? parseHost(given) : given;
  if (!Array.isArray(osds) || osds.length === 0) {
    throw new CrushlabError("invalid_argument", "a host to add has no OSDs: expected some");
  }
  const chosen = name ?? unusedName(taken);
  taken.add(chosen);
  return {
    name: chosen,
    osds: osds.map((one: OsdsToAdd) => ({
      count: checkInteger("the number of OSDs", one.count, 1, COUNT_MAX),
      deviceBytes: deviceBytes(one.size),
      ...(one.class !== undefined && { class: one.class }),
    })),
    ...(parent !== undefined && { parent }),
  };
}

function unusedName(taken: ReadonlySet<string>): string {
  let number = 1;
  while (taken.has(`new-host${number}`)) {
    number += 1;
  }
  return `new-host${number}`;
}

function deviceBytes(size: Size): number {
  const bytes = readSize("the size of a device", size, DEVICE_MIN);
  if (bytes > DEVICE_MAX) {
    throw new CrushlabError(
      "invalid_argument",
      `the size of a device is ${describe(size)}: expected 16 MiB to 64 PiB`,
    );
  }
  return bytes;
}

function toErasure(cluster: Cluster, { pool, k, m, pgNum, failureDomain }: MoveToErasure) {
  return {
    pool: cluster.pool(pool).id,
    k: checkInteger("k", k, 2, 254),
    m: checkInteger("m", m, 1, 255 - k),
    ...(pgNum !== undefined && { pgNum: checkInteger("pgNum", pgNum, 1, PG_NUM_MAX) }),
    ...(failureDomain !== undefined && { failureDomain }),
  };
}

function parseHost(text: string): HostToAdd {
  const [, name, groups = "", parent] = /^(?:([^=]+)=)?([^=@]+)(?:@(.+))?$/.exec(text) ?? [];
  const osds = groups.split("+").map((group): OsdsToAdd => {
    const [, count, size = "", className] =
      /^\s*(-?\d+)\s*x\s*([^:]+?)\s*(?::\s*([^\s:]+)\s*)?$/.exec(group) ?? [];
    if (count === undefined) {
      throw new CrushlabError(
        "invalid_argument",
        `a host to add is ${describe(text)}: expected such as new1=12x16TB:hdd@rack1`,
      );
    }
    return { count: Number(count), size, ...(className !== undefined && { class: className }) };
  });
  return {
    osds,
    ...(name !== undefined && { name }),
    ...(parent !== undefined && { parent }),
  };
}

function parseReplace(text: string): OsdReplacement {
  const [, osds, size = ""] = /^(.+)=([^=]+)$/.exec(text) ?? [];
  if (osds === undefined) {
    throw new CrushlabError(
      "invalid_argument",
      `a replacement is ${describe(text)}: expected such as osd.3=20TB or host=h1=20TB`,
    );
  }
  return { osds, size };
}

function parseToErasure(text: string): MoveToErasure {
  const [, pool, k, m, pgNum, failureDomain] =
    /^(.+)=(-?\d+)\+(-?\d+)(?::(-?\d+))?(?:@([^@]+))?$/.exec(text) ?? [];
  if (pool === undefined) {
    throw new CrushlabError(
      "invalid_argument",
      `a move to erasure code is ${describe(text)}: expected such as rbd=4+2 or rbd=4+2:256@rack`,
    );
  }
  return {
    pool,
    k: Number(k),
    m: Number(m),
    ...(pgNum !== undefined && { pgNum: Number(pgNum) }),
    ...(failureDomain !== undefined && { failureDomain }),
  };
}
