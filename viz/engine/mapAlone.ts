import { Cluster } from "../../ts/cluster/cluster.ts";
import { CrushMap } from "../../ts/map/crushMap.ts";
import type { Rule } from "../../ts/map/mapData.ts";
import type { SourceFile } from "./contract.ts";

/** Rules that get a pool; a map with more of them shows the first. */
const POOLS_MAX = 8;
/** PGs that all made-up pools together put on an OSD, about. */
const PGS_PER_OSD = 100;
/** Fewest and most PGs of a made-up pool. */
const PG_NUM = { min: 8, max: 32_768 } as const;
/** Copies of a made-up pool whose rule does not say how many. */
const SIZE = { replicated: 3, erasure: 6 } as const;
const EPOCH = { created: "2020-01-01T00:00:00.000000+0000", fsid: "0".repeat(8) } as const;

/**
 * A cluster around a CRUSH map that came alone: all of its devices are up and in, and each rule has
 * a pool. Nothing where the file is no CRUSH map.
 */
export async function clusterOfMap(
  file: SourceFile,
): Promise<{ cluster: Cluster; madeUp: string } | undefined> {
  const map = mapIn(file.bytes);
  if (!map) {
    return undefined;
  }
  const placed = new Set(map.buckets.flatMap(({ items }) => items.map(({ id }) => id)));
  const osds = map.devices.filter(({ id }) => placed.has(id)).map(({ id }) => id);
  const rules = map.rules.filter(({ type }) => type !== "unknown").slice(0, POOLS_MAX);
  const dump = {
    ...headOf(osds),
    pools: rules.map((rule, at) => poolOf(rule, at + 1, osds.length / rules.length)),
    osds: osds.map(osdEntry),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(dump));
  const crush = { name: file.name, bytes: map.toBinary() };
  const cluster = await Cluster.read([{ name: "the OSDs made up for it", bytes }, crush]);
  const pools = rules.length === 0 ? "" : "and a pool for each rule ";
  const madeUp = `A CRUSH map alone: OSDs that are all up and in ${pools}were made up for it.`;
  return { cluster, madeUp };
}

function mapIn(bytes: Uint8Array): CrushMap | undefined {
  if (bytes.length === 0) {
    // As a text it would be a map with nothing in it; who gives an empty file wants to know.
    return undefined;
  }
  try {
    return CrushMap.read(bytes);
  } catch {
    // What is wrong with the file is told by the reader of clusters, which knows more forms.
    return undefined;
  }
}

function headOf(osds: readonly number[]) {
  return {
    epoch: 1,
    fsid: `${EPOCH.fsid}-0000-0000-0000-000000000000`,
    created: EPOCH.created,
    modified: EPOCH.created,
    flags: "sortbitwise,recovery_deletes,purged_snapdirs,pglog_hardlimit",
    full_ratio: 0.95,
    backfillfull_ratio: 0.9,
    nearfull_ratio: 0.85,
    max_osd: osds.reduce((max, id) => Math.max(max, id + 1), 0),
    require_min_compat_client: "luminous",
    require_osd_release: "pacific",
  };
}

function osdEntry(osd: number) {
  const none = { addrvec: [] };
  return {
    osd,
    uuid: `${EPOCH.fsid}-0000-0000-0000-000000000000`,
    up: 1,
    in: 1,
    weight: 1,
    primary_affinity: 1,
    public_addrs: none,
    cluster_addrs: none,
    heartbeat_back_addrs: none,
    heartbeat_front_addrs: none,
    state: ["exists", "up"],
  };
}

function poolOf(rule: Rule, pool: number, osds: number) {
  const isErasure = rule.type === "erasure" || rule.type === "msr_indep";
  const size = sizeOf(rule, isErasure);
  const wanted = Math.log2(Math.max(1, (osds * PGS_PER_OSD) / size));
  const pgNum = Math.min(PG_NUM.max, Math.max(PG_NUM.min, 2 ** Math.round(wanted)));
  return {
    pool,
    pool_name: rule.name,
    create_time: EPOCH.created,
    flags: 1,
    type: isErasure ? 3 : 1,
    size,
    min_size: isErasure ? Math.max(1, size - 1) : Math.floor(size / 2) + 1,
    crush_rule: rule.id,
    object_hash: 2,
    pg_num: pgNum,
    pg_placement_num: pgNum,
    pg_num_target: pgNum,
    pg_placement_num_target: pgNum,
  };
}

/** What the rule's counts multiply to, where they are all fixed. */
function sizeOf({ steps }: Rule, isErasure: boolean): number {
  const fallback = isErasure ? SIZE.erasure : SIZE.replicated;
  let size = 0;
  let product = 1;
  for (const step of steps) {
    if ("count" in step) {
      product *= step.count > 0 ? step.count : Number.NaN;
    } else if (step.op === "emit") {
      size += product;
      product = 1;
    }
  }
  return Number.isFinite(size) && size > 0 ? size : fallback;
}
