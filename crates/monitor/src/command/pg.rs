//! Exceptions for single PGs: upmaps, and who acts for the time being.

use crushlab_crush::NONE;
use crushlab_osdmap::model::Release;
use crushlab_osdmap::{PgId, PgWorkspace, Pool, PoolMapper};

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::Pending;
use super::signature::Signature;
use super::value::{Argument, Kind, any, required, several};

const PG: &[Argument] = &[required("pgid", Kind::Pg)];
const PG_AND_OSDS: &[Argument] = &[required("pgid", Kind::Pg), several("id", Kind::Osd)];
const PG_AND_OSD: &[Argument] = &[required("pgid", Kind::Pg), required("id", Kind::Osd)];

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new("osd pg-upmap", PG_AND_OSDS, "Says which OSDs shall hold a PG.", upmap),
    Signature::new("osd rm-pg-upmap", PG, "Takes that back.", remove_upmap),
    Signature::new(
        "osd pg-upmap-items",
        PG_AND_OSDS,
        "Replaces OSDs of a PG: from, to, from, to.",
        upmap_items,
    ),
    Signature::new("osd rm-pg-upmap-items", PG, "Takes that back.", remove_upmap_items),
    Signature::new(
        "osd pg-upmap-primary",
        PG_AND_OSD,
        "Says which of its OSDs shall be a PG's primary (Reef and later).",
        upmap_primary,
    )
    .since(Release::REEF),
    Signature::new("osd rm-pg-upmap-primary", PG, "Takes that back.", remove_upmap_primary)
        .since(Release::REEF),
    Signature::new(
        "osd rm-pg-upmap-primary-all",
        &[],
        "Takes that back for all PGs (Reef and later).",
        remove_all_upmap_primaries,
    )
    .since(Release::REEF),
    Signature::new(
        "osd pg-temp",
        &[required("pgid", Kind::Pg), any("id", Kind::Osd)],
        "Says which OSDs act for a PG; without OSDs, takes that back.",
        pg_temp,
    ),
    Signature::new("osd primary-temp", PG_AND_OSD, "Says which OSD acts as primary.", primary_temp),
    Signature::new(
        "osd rm-primary-temp",
        PG,
        "Takes that back (Reef and later).",
        remove_primary_temp,
    )
    .since(Release::REEF),
];

/// The PG that is named, which has to exist, and its pool.
fn existing_pg<'a>(
    pending: &Pending<'a>,
    arguments: &Arguments,
) -> Result<(PgId, &'a Pool), Refusal> {
    let pg = arguments.pg("pgid");
    let pool = pending.before.pools.get(&pg.pool).filter(|pool| pg.seed < pool.pg_num);
    let pool = pool.ok_or_else(|| Refusal::missing(format!("pgid '{pg}' does not exist")))?;
    Ok((pg, pool))
}

/// Refuses what clients that the cluster lets in would not understand.
fn check_clients(pending: &Pending<'_>, feature: &str, release: Release) -> Result<(), Refusal> {
    if pending.before.require_min_compat_client >= release.number() {
        return Ok(());
    }
    Err(Refusal::denied(format!(
        "{feature} needs clients of {release} or later: \
         'ceph osd set-require-min-compat-client {release}' first"
    )))
}

/// OSDs that exist, each once.
fn distinct_osds(pending: &mut Pending<'_>, osds: &[i32]) -> Result<Vec<i32>, Refusal> {
    let mut distinct: Vec<i32> = Vec::with_capacity(osds.len());
    for osd in osds {
        if *osd != NONE {
            pending.existing(*osd)?;
        }
        if distinct.contains(osd) {
            pending.note(format!("osd.{osd} is given twice"));
        } else {
            distinct.push(*osd);
        }
    }
    Ok(distinct)
}

fn check_count(pool: &Pool, count: usize) -> Result<(), Refusal> {
    let (least, most) = (usize::from(pool.min_size), usize::from(pool.size));
    if (least..=most).contains(&count) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "num of osds ({count}): expected min_size to size of the pool, {least} to {most}"
    )))
}

fn upmap(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    check_clients(pending, "pg-upmap", Release::LUMINOUS)?;
    let (pg, pool) = existing_pg(pending, arguments)?;
    let osds = arguments.osds("id");
    check_count(pool, osds.len())?;
    let osds = distinct_osds(pending, &osds)?;
    pending.note(format!("set {pg} pg_upmap mapping to {osds:?}"));
    pending.change.pg_upmap.insert(pg, Some(osds));
    pending.propose();
    Ok(())
}

fn remove_upmap(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    check_clients(pending, "pg-upmap", Release::LUMINOUS)?;
    let (pg, _) = existing_pg(pending, arguments)?;
    pending.change.pg_upmap.insert(pg, None);
    pending.note(format!("clear {pg} pg_upmap mapping"));
    pending.propose();
    Ok(())
}

fn upmap_items(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    check_clients(pending, "pg-upmap", Release::LUMINOUS)?;
    let (pg, pool) = existing_pg(pending, arguments)?;
    let osds = arguments.osds("id");
    if !osds.len().is_multiple_of(2) {
        return Err(Refusal::invalid("expected pairs of OSDs: from, to, from, to"));
    }
    if osds.len() / 2 > usize::from(pool.size) {
        return Err(Refusal::invalid(format!(
            "num of osd pairs ({}): expected at most the pool's size, {}",
            osds.len() / 2,
            pool.size
        )));
    }
    let mut pairs = Vec::new();
    for pair in osds.chunks_exact(2) {
        let &[from, to] = pair else { continue };
        if from == to {
            pending.note(format!("from osd.{from} == to osd.{to}"));
            continue;
        }
        pending.existing(from)?;
        if to != NONE {
            pending.existing(to)?;
        }
        if !pairs.contains(&(from, to)) {
            pairs.push((from, to));
        }
    }
    if pairs.is_empty() {
        return Err(Refusal::invalid("no valid upmap items (pairs): expected OSDs that differ"));
    }
    let words: Vec<String> = pairs.iter().map(|(from, to)| format!("{from}->{to}")).collect();
    pending.note(format!("set {pg} pg_upmap_items mapping to [{}]", words.join(",")));
    pending.change.pg_upmap_items.insert(pg, Some(pairs));
    pending.propose();
    Ok(())
}

fn remove_upmap_items(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    check_clients(pending, "pg-upmap", Release::LUMINOUS)?;
    let (pg, _) = existing_pg(pending, arguments)?;
    pending.change.pg_upmap_items.insert(pg, None);
    pending.note(format!("clear {pg} pg_upmap_items mapping"));
    pending.propose();
    Ok(())
}

/// The primary of a PG, and the OSDs that serve it.
fn served_by(pending: &mut Pending<'_>, pg: PgId) -> Result<(i32, Vec<i32>), Refusal> {
    let map = pending.before;
    let mapper = pending.placing_crush().map(|crush| PoolMapper::new(map, crush, pg.pool));
    let Some(Ok(mapper)) = mapper else {
        return Err(Refusal::invalid(format!("pg {pg} has no OSDs")));
    };
    let mut workspace = PgWorkspace::new();
    let placed = mapper.map_pg(pg.seed, &mut workspace);
    Ok((placed.acting_primary, placed.acting.to_vec()))
}

/// Refuses pools whose shards have their places.
fn check_replicated(pool: &Pool) -> Result<(), Refusal> {
    if pool.is_erasure() {
        return Err(Refusal::invalid("pg-upmap-primary is for replicated pools only"));
    }
    Ok(())
}

fn upmap_primary(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    check_clients(pending, "pg-upmap-primary", Release::REEF)?;
    let (pg, pool) = existing_pg(pending, arguments)?;
    let osd = pending.existing(arguments.osd("id"))?;
    check_replicated(pool)?;
    let (primary, mut acting) = served_by(pending, pg)?;
    if primary == osd {
        return Err(Refusal::invalid(format!("osd.{osd} is already primary for pg {pg}")));
    }
    let Some(position) = acting.iter().skip(1).position(|other| *other == osd) else {
        return Err(Refusal::invalid(format!("osd.{osd} is not in acting set for pg {pg}")));
    };
    acting.swap(0, position + 1);
    if !pending.rule_facts(pool.crush_rule).is_allowed(pool.size, &acting) {
        return Err(Refusal::invalid(format!(
            "can't change primary for pg {pg} to osd.{osd}: the rule does not allow it"
        )));
    }
    pending.note(format!("change primary for pg {pg} to osd.{osd}"));
    pending.change.pg_upmap_primaries.insert(pg, Some(osd));
    pending.propose();
    Ok(())
}

fn remove_upmap_primary(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    check_clients(pending, "pg-upmap-primary", Release::REEF)?;
    let (pg, pool) = existing_pg(pending, arguments)?;
    check_replicated(pool)?;
    pending.change.pg_upmap_primaries.insert(pg, None);
    pending.note(format!("clear {pg} pg_upmap_primary mapping"));
    pending.propose();
    Ok(())
}

fn remove_all_upmap_primaries(pending: &mut Pending<'_>, _: &Arguments) -> Result<(), Refusal> {
    check_clients(pending, "pg-upmap-primary", Release::REEF)?;
    let pgs = pending.before.pg_upmap_primaries.keys();
    pending.change.pg_upmap_primaries = pgs.map(|pg| (*pg, None)).collect();
    pending.note("cleared all pg_upmap_primary mappings");
    pending.propose();
    Ok(())
}

fn pg_temp(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (pg, pool) = existing_pg(pending, arguments)?;
    let osds = arguments.osds("id");
    if osds.is_empty() {
        pending.change.pg_temp.insert(pg, None);
        pending.note(format!("done cleaning up pg_temp of {pg}"));
        pending.propose();
        return Ok(());
    }
    for osd in &osds {
        pending.existing(*osd)?;
    }
    check_count(pool, osds.len())?;
    pending.note(format!("set {pg} pg_temp mapping to {osds:?}"));
    pending.change.pg_temp.insert(pg, Some(osds));
    pending.propose();
    Ok(())
}

fn primary_temp(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (pg, _) = existing_pg(pending, arguments)?;
    let osd = pending.existing(arguments.osd("id"))?;
    if pending.before.require_min_compat_client != 0 {
        check_clients(pending, "primary-temp", Release::FIREFLY)?;
    }
    pending.note(format!("set {pg} primary_temp mapping to {osd}"));
    pending.change.primary_temp.insert(pg, Some(osd));
    pending.propose();
    Ok(())
}

fn remove_primary_temp(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (pg, _) = existing_pg(pending, arguments)?;
    pending.change.primary_temp.insert(pg, None);
    pending.note(format!("clear {pg} primary_temp mapping"));
    pending.propose();
    Ok(())
}
