import type { ObjectLocation } from "../../cluster/locate.ts";
import { NONE } from "../../map/place.ts";
import { printable } from "../../text/format.ts";

/** An object that was asked for, and where it is. */
export interface Located {
  epoch: number;
  pool: { id: number; name: string };
  /** Its name, with its namespace and a slash before it where it has one. */
  object: string;
  location: ObjectLocation;
}

/** What `ceph osd map` prints. */
export function locationText({ epoch, pool, object, location }: Located): string {
  const { up, upPrimary, acting, actingPrimary } = location;
  return [
    `osdmap e${epoch} pool '${printable(pool.name)}' (${pool.id})`,
    `object '${printable(object)}' -> pg ${rawPgid(location)} (${location.pgid})`,
    `-> up (${osdList(up)}, p${upPrimary}) acting (${osdList(acting)}, p${actingPrimary})`,
  ].join(" ");
}

/** What `ceph osd map -f json` prints. */
export function locationJson({ epoch, pool, object, location }: Located): object {
  return {
    epoch,
    pool: pool.name,
    pool_id: pool.id,
    objname: object,
    raw_pgid: rawPgid(location),
    pgid: location.pgid,
    up: location.up,
    up_primary: location.upPrimary,
    acting: location.acting,
    acting_primary: location.actingPrimary,
  };
}

function rawPgid({ pool, hash }: ObjectLocation): string {
  return `${pool}.${hash.toString(16)}`;
}

/** OSDs as Ceph lists them: [4,NONE,3]. */
export function osdList(osds: readonly number[]): string {
  return `[${osds.map((osd) => (osd === NONE ? "NONE" : osd)).join(",")}]`;
}
