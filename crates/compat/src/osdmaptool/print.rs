//! `--print`: the map for people (OSDMap.cc, `print`).

use std::fmt::Write as _;

use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::{FULL_WEIGHT, Release};

use super::names::{self, list};
use super::read_balance::ReadBalances;
use super::tree::share;
use super::{blocklist, pool_line};
use crate::number::{STREAM_DIGITS, general};

/// The map as a text.
pub(crate) fn text(map: &OsdMap, read_balances: &ReadBalances, release: Release) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = head(map, release, &mut out);
    let _ = pools(map, read_balances, release, &mut out);
    let _ = osds(map, &mut out);
    let _ = exceptions(map, &mut out);
    out
}

fn stream(value: f32) -> String {
    general(value.into(), STREAM_DIGITS)
}

fn head(map: &OsdMap, tool: Release, out: &mut String) -> std::fmt::Result {
    writeln!(out, "epoch {}", map.epoch)?;
    writeln!(out, "fsid {}", names::uuid(&map.fsid))?;
    writeln!(out, "created {}", names::time(map.created))?;
    writeln!(out, "modified {}", names::time(map.modified))?;
    writeln!(out, "flags {}", names::flags(map.flags, tool))?;
    writeln!(out, "crush_version {}", map.crush_version)?;
    writeln!(out, "full_ratio {}", stream(map.full_ratio))?;
    writeln!(out, "backfillfull_ratio {}", stream(map.backfillfull_ratio))?;
    writeln!(out, "nearfull_ratio {}", stream(map.nearfull_ratio))?;
    if map.require_min_compat_client != 0 {
        let release = names::release(map.require_min_compat_client, tool);
        writeln!(out, "require_min_compat_client {release}")?;
    }
    writeln!(out, "min_compat_client {}", min_compat_client(map, tool))?;
    if map.require_osd_release != 0 {
        let release = names::release(map.require_osd_release, tool);
        writeln!(out, "require_osd_release {release}")?;
    }
    let stretch = &map.stretch;
    writeln!(out, "stretch_mode_enabled {}", stretch.enabled)?;
    if stretch.enabled {
        writeln!(out, "stretch_bucket_count {}", stretch.bucket_count)?;
        writeln!(out, "degraded_stretch_mode {}", stretch.degraded_mode)?;
        writeln!(out, "recovering_stretch_mode {}", stretch.recovering_mode)?;
        writeln!(out, "stretch_mode_bucket {}", stretch.bucket_type)?;
    }
    let snapshot = names::cluster_snapshot(map);
    if !snapshot.is_empty() {
        writeln!(out, "cluster_snapshot {snapshot}")?;
    }
    if map.allow_crimson {
        writeln!(out, "allow_crimson=true")?;
    }
    writeln!(out)
}

fn pools(
    map: &OsdMap,
    read_balances: &ReadBalances,
    release: Release,
    out: &mut String,
) -> std::fmt::Result {
    for (id, pool) in &map.pools {
        write!(out, "pool {id} '{}' {}", pool.name, pool_line::line(pool, release))?;
        let said = read_balances.get(id);
        if let Some(said) = said.filter(|said| said.has_score) {
            write!(out, " read_balance_score {:.2}", said.score_acting)?;
        }
        writeln!(out)?;
        if let Some(said) = said.filter(|said| !said.problem.is_empty()) {
            let kind = if said.has_score { "Warning" } else { "ERROR" };
            writeln!(out, " {kind}: {}", said.problem)?;
        }
        for snap in pool.snaps.values() {
            writeln!(out, "\tsnap {} '{}' {}", snap.id, snap.name, names::time(snap.stamp))?;
        }
        if !pool.removed_snaps.is_empty() {
            writeln!(out, "\tremoved_snaps {}", names::intervals(&pool.removed_snaps))?;
        }
        if let Some(queue) = map.removed_snaps_queue.get(id) {
            writeln!(out, "\tremoved_snaps_queue {}", names::intervals(queue))?;
        }
    }
    writeln!(out)
}

fn osds(map: &OsdMap, out: &mut String) -> std::fmt::Result {
    writeln!(out, "max_osd {}", map.max_osd())?;
    for (index, osd) in map.osds.iter().enumerate() {
        let id = index as i32;
        if !map.exists(id) {
            continue;
        }
        let up = if map.is_up(id) { "up  " } else { "down" };
        let is_in = if map.is_in(id) { "in " } else { "out" };
        write!(out, "osd.{id} {up} {is_in} weight {}", stream(share(map.osd_weight(id))))?;
        if map.primary_affinity(id) != FULL_WEIGHT {
            write!(out, " primary_affinity {}", stream(share(map.primary_affinity(id))))?;
        }
        let info = &osd.info;
        write!(out, " up_from {} up_thru {}", info.up_from, info.up_thru)?;
        write!(out, " down_at {}", info.down_at)?;
        let (first, last) = (info.last_clean_begin, info.last_clean_end);
        write!(out, " last_clean_interval [{first},{last})")?;
        if info.lost_at != 0 {
            write!(out, " lost_at {}", info.lost_at)?;
        }
        write!(out, " {}", names::addresses(&osd.client_addresses))?;
        write!(out, " {}", names::addresses(&osd.cluster_addresses))?;
        write!(out, " {}", names::states_text(map.osd_state(id)))?;
        if osd.uuid != [0; 16] {
            write!(out, " {}", names::uuid(&osd.uuid))?;
        }
        writeln!(out)?;
    }
    writeln!(out)
}

fn exceptions(map: &OsdMap, out: &mut String) -> std::fmt::Result {
    for (pg, osds) in &map.pg_upmap {
        writeln!(out, "pg_upmap {pg} {}", list(osds))?;
    }
    for (pg, pairs) in &map.pg_upmap_items {
        let pairs: Vec<String> = pairs.iter().map(|(from, to)| format!("{from},{to}")).collect();
        writeln!(out, "pg_upmap_items {pg} {}", list(&pairs))?;
    }
    for (pg, osd) in &map.pg_upmap_primaries {
        writeln!(out, "pg_upmap_primary {pg} {osd}")?;
    }
    for (pg, osds) in &map.pg_temp {
        writeln!(out, "pg_temp {pg} {}", list(osds))?;
    }
    for (pg, osd) in &map.primary_temp {
        writeln!(out, "primary_temp {pg} {osd}")?;
    }
    for (addresses, time) in blocklist::hashed(&map.blocklist) {
        let (address, time) = (names::addresses(addresses), names::time(time));
        writeln!(out, "blocklist {address} expires {time}")?;
    }
    for (addresses, time) in blocklist::sorted(&map.range_blocklist) {
        let (address, time) = (names::addresses(addresses), names::time(time));
        writeln!(out, "range blocklist {address} expires {time}")?;
    }
    Ok(())
}

/// The oldest release whose clients understand everything that the map uses, as a tool says it.
pub(crate) fn min_compat_client(map: &OsdMap, tool: Release) -> &'static str {
    map.min_compat_client(tool).name()
}
