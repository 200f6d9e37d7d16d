//! Reweights by how full OSDs are, or by how many PGs they hold.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use crushlab_crushmap::edit::Errno;
use crushlab_osdmap::model::FULL_WEIGHT;
use crushlab_osdmap::{BlockMapper, BlockWorkspace, PoolMapper};

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::Pending;
use super::signature::Signature;
use super::value::{Argument, DECIMAL, Kind, WHOLE, any, flag, optional};

const BY_UTILIZATION: &[Argument] = &[
    optional("oload", WHOLE),
    optional("max_change", DECIMAL),
    optional("max_osds", WHOLE),
    flag("no_increasing"),
];
const BY_PG: &[Argument] = &[
    optional("oload", WHOLE),
    optional("max_change", DECIMAL),
    optional("max_osds", WHOLE),
    any("pools", Kind::Text),
];

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd reweight-by-utilization",
        BY_UTILIZATION,
        "Lowers the reweights of OSDs that are too full, and raises those of others.",
        |pending, arguments| by_utilization(pending, arguments, true),
    ),
    Signature::new(
        "osd test-reweight-by-utilization",
        BY_UTILIZATION,
        "Says what reweight-by-utilization would do.",
        |pending, arguments| by_utilization(pending, arguments, false),
    ),
    Signature::new(
        "osd reweight-by-pg",
        BY_PG,
        "Lowers the reweights of OSDs with too many PGs, and raises those of others.",
        |pending, arguments| by_pg(pending, arguments, true),
    ),
    Signature::new(
        "osd test-reweight-by-pg",
        BY_PG,
        "Says what reweight-by-pg would do.",
        |pending, arguments| by_pg(pending, arguments, false),
    ),
];

/// How reweights may change.
struct Limits {
    /// From this percentage of the average an OSD is too full.
    overload_percent: i64,
    /// Most that a reweight changes by, in 16.16.
    max_change: u32,
    max_osds: usize,
    /// Whether reweights may only be lowered.
    no_increasing: bool,
}

fn limits(pending: &Pending<'_>, arguments: &Arguments) -> Result<Limits, Refusal> {
    let config = pending.config();
    let overload_percent = arguments.optional_whole("oload").unwrap_or(120);
    if overload_percent <= 100 {
        return Err(Refusal::invalid(format!(
            "oload is {overload_percent}: expected a percentage above 100, such as 120"
        )));
    }
    let change = arguments.optional_decimal("max_change");
    let change = change.unwrap_or(config.mon_reweight_max_change);
    if change <= 0.0 {
        return Err(Refusal::invalid(format!("max_change is {change}: expected more than 0")));
    }
    let osds = arguments.optional_whole("max_osds");
    let osds = osds.unwrap_or(i64::from(config.mon_reweight_max_osds));
    let max_osds = usize::try_from(osds)
        .ok()
        .filter(|osds| *osds > 0)
        .ok_or_else(|| Refusal::invalid(format!("max_osds is {osds}: expected more than 0")))?;
    Ok(Limits {
        overload_percent,
        max_change: (change * f64::from(FULL_WEIGHT)) as u32,
        max_osds,
        no_increasing: arguments.has("no_increasing"),
    })
}

fn by_utilization(
    pending: &mut Pending<'_>,
    arguments: &Arguments,
    is_real: bool,
) -> Result<(), Refusal> {
    let limits = limits(pending, arguments)?;
    let usage = &pending.context.osd_usage;
    let total: u64 = usage.values().map(|osd| osd.total_bytes).sum();
    let used: u64 = usage.values().map(|osd| osd.used_bytes).sum();
    let least = pending.config().mon_reweight_min_bytes_per_osd;
    let least = least.saturating_mul(usage.len() as u64);
    if usage.is_empty() || total < least || used < least {
        return Err(Refusal::new(
            Errno::Edom,
            format!(
                "OSDs hold {used} of {total} bytes: expected {least} or more; without the fill of \
                 OSDs (ceph osd df) there is nothing to go by"
            ),
        ));
    }
    let average = used as f32 / total as f32;
    let fill = usage.iter().filter(|(_, osd)| osd.total_bytes > 0);
    let fill = fill.map(|(id, osd)| (*id, osd.used_bytes as f32 / osd.total_bytes as f32));
    let changes = changes(pending, &limits, average, fill.collect());
    finish(pending, changes, is_real);
    Ok(())
}

fn by_pg(pending: &mut Pending<'_>, arguments: &Arguments, is_real: bool) -> Result<(), Refusal> {
    let limits = limits(pending, arguments)?;
    let pools = chosen_pools(pending, arguments)?;
    let counts = pgs_by_osd(pending, &pools);
    let weight = |osd: i32| {
        let crush = &pending.before.crush;
        crush.item_weight(osd).map_or(0.0, |weight| f64::from(weight) / f64::from(FULL_WEIGHT))
    };
    let counted: Vec<(i32, u32)> =
        counts.into_iter().filter(|(osd, _)| weight(*osd) > 0.0).collect();
    let pgs: u64 = counted.iter().map(|(_, count)| u64::from(*count)).sum();
    let least = u64::from(pending.config().mon_reweight_min_pgs_per_osd);
    if counted.is_empty() || pgs / (counted.len() as u64) < least {
        return Err(Refusal::new(
            Errno::Edom,
            format!(
                "there are {pgs} PGs on {} OSDs: expected {least} per OSD or more",
                counted.len()
            ),
        ));
    }
    let weights: f64 = counted.iter().map(|(osd, _)| weight(*osd)).sum();
    let average = (pgs as f64 / weights) as f32;
    let load = counted.iter().map(|(osd, count)| (*osd, (f64::from(*count) / weight(*osd)) as f32));
    let changes = changes(pending, &limits, average, load.collect());
    finish(pending, changes, is_real);
    Ok(())
}

fn chosen_pools(pending: &Pending<'_>, arguments: &Arguments) -> Result<BTreeSet<i64>, Refusal> {
    let names = arguments.texts("pools");
    if names.is_empty() {
        return Ok(pending.before.pools.keys().copied().collect());
    }
    names.into_iter().map(|name| pending.pool(name).map(|(id, _)| id)).collect()
}

/// Number of PGs that each OSD acts for.
fn pgs_by_osd(pending: &mut Pending<'_>, pools: &BTreeSet<i64>) -> BTreeMap<i32, u32> {
    let mut counts = BTreeMap::new();
    let map = pending.before;
    let Some(crush) = pending.placing_crush() else { return counts };
    let mut workspace = BlockWorkspace::new();
    for pool in pools {
        let Ok(mapper) = PoolMapper::new(map, crush, *pool) else { continue };
        let seeds = 0..mapper.pool().pg_num;
        let Ok(()) = BlockMapper::new(&mapper).map_block(seeds, &mut workspace, |_, pg| {
            for osd in pg.acting.iter().filter(|osd| map.exists(**osd)) {
                *counts.entry(*osd).or_insert(0) += 1;
            }
            Ok::<(), Infallible>(())
        });
    }
    counts
}

/// New reweights of the OSDs that are furthest from the average (`reweight::by_utilization`).
fn changes(
    pending: &Pending<'_>,
    limits: &Limits,
    average: f32,
    mut load: Vec<(i32, f32)>,
) -> Vec<(i32, u32)> {
    let distance = |load: f32| (load - average).abs();
    load.sort_by(|(_, a), (_, b)| distance(*b).total_cmp(&distance(*a)));
    let overloaded = f64::from(average) * limits.overload_percent as f64 / 100.0;
    let mut changes = Vec::new();
    for (osd, load) in load {
        let weight = pending.before.osd_weight(osd);
        if weight == 0 || changes.len() >= limits.max_osds {
            continue;
        }
        let fair = ((average / load) * weight as f32) as u32;
        if f64::from(load) >= overloaded {
            changes.push((osd, fair.max(weight.saturating_sub(limits.max_change))));
        } else if !limits.no_increasing && load <= average {
            let raised = fair.min(weight.saturating_add(limits.max_change)).min(FULL_WEIGHT);
            if raised > weight {
                changes.push((osd, raised));
            }
        }
    }
    changes
}

fn finish(pending: &mut Pending<'_>, changes: Vec<(i32, u32)>, is_real: bool) {
    if changes.is_empty() {
        pending.note("no change");
    }
    for (osd, weight) in changes {
        let share = |weight: u32| f64::from(weight) / f64::from(FULL_WEIGHT);
        let old = share(pending.before.osd_weight(osd));
        pending.note(format!("osd.{osd} weight {old:.4} -> {:.4}", share(weight)));
        if is_real {
            pending.set_osd_weight(osd, weight);
            pending.propose();
        }
    }
}
