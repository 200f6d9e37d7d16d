//! A change answered from what was recorded, against placing everything again.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crushlab_compare::index::{Changes, Conditions, Record};
use crushlab_compare::{Inputs, Progress};
use crushlab_crush::Map;
use crushlab_crushmap::CrushMap;
use crushlab_crushmap::edit::WeightSets;
use crushlab_kernel::Placements;
use serde::Serialize;

use crate::maps::{RULES, Shape, reweights};
use crate::measure::{Contender, Extent, Rate, Spread, in_turn, timed};

/// PGs of the record.
const PGS: u32 = 1_000_000;
/// What changes: in the middle of the map.
const OSD: usize = 5_003;
const OSDS_PER_HOST: usize = 20;

/// What one kind of change takes.
#[derive(Debug, Serialize)]
pub struct Case {
    change: &'static str,
    /// PGs that it places otherwise, and those that had to be placed again to know them.
    pgs_changed: usize,
    pgs_placed: usize,
    /// Why these were all, where they were.
    every_pg: Option<String>,
    full_milliseconds: Spread,
    shortcut_milliseconds: Spread,
    /// How many times faster.
    ratio: Spread,
    /// The same by processor time.
    processor_ratio: Option<Spread>,
}

/// Measures on M3 with R3, on one thread; `done` is told of each kind of change.
///
/// # Errors
/// An answer is wrong.
pub fn measure(extent: &Extent, mut done: impl FnMut(Case)) -> Result<(), String> {
    let shape = Shape::named("M3").ok_or("there is no map M3")?;
    let (named, map) = shape.read()?;
    let all_in = conditions(map, reweights(shape.osds(), false));
    let osd_out = with_out(&all_in, OSD..OSD + 1);
    let first = OSD - OSD % OSDS_PER_HOST;
    let host_out = with_out(&all_in, first..first + OSDS_PER_HOST);
    let weights = [("CRUSH weight up by a tenth", 1.1), ("CRUSH weight down by a tenth", 0.9)];
    let mut changes = vec![
        ("one OSD out", &all_in, osd_out.clone()),
        ("one OSD back in", &osd_out, all_in.clone()),
        ("one host out", &all_in, host_out),
    ];
    for (change, factor) in weights {
        changes.push((change, &all_in, with_weight(&named, &all_in, factor)?));
    }
    let pgs = PGS / extent.shortened;
    for (change, before, after) in &changes {
        let case = measure_change(extent, pgs, change, before, after);
        done(case.map_err(|error| format!("{change}: {error}"))?);
    }
    Ok(())
}

fn conditions(map: Map, reweights: Vec<u32>) -> Conditions {
    let [rule, _] = &RULES;
    Conditions {
        map: Arc::new(map),
        rule: rule.id,
        result_max: rule.size,
        reweights: reweights.into(),
        choose_args_of: None,
    }
}

fn with_out(conditions: &Conditions, osds: std::ops::Range<usize>) -> Conditions {
    let mut reweights = conditions.reweights.to_vec();
    reweights[osds].fill(0);
    conditions.with_reweights(reweights)
}

fn with_weight(map: &CrushMap, conditions: &Conditions, factor: f32) -> Result<Conditions, String> {
    let mut map = map.clone();
    // Of one of the map's three weights.
    map.reweight_item(&format!("osd.{OSD}"), 3.64 * factor, WeightSets::Update)
        .map_err(|error| error.to_string())?;
    let map = Arc::new(map.map().map_err(|error| error.to_string())?);
    Ok(Conditions { map, ..conditions.clone() })
}

fn measure_change(
    extent: &Extent,
    pgs: u32,
    change: &'static str,
    before: &Conditions,
    after: &Conditions,
) -> Result<Case, String> {
    let (one, progress) = (NonZeroUsize::MIN, Progress::new());
    let inputs = Inputs::Range(0..pgs);
    let no_rule = || "the map has no such rule".to_owned();
    let record = Record::new(before.clone(), inputs, one, &progress).ok_or_else(no_rule)?;
    let shortcut = || record.changes(after, one, &progress).ok_or_else(no_rule);
    let full = || Record::new(after.clone(), Inputs::Range(0..pgs), one, &progress);
    let found = shortcut()?;
    let expected = full().ok_or_else(no_rule)?;
    if with_changes(record.placements(), &found) != *expected.placements() {
        return Err("the shortcut and the full calculation differ".to_owned());
    }
    let contenders = vec![
        Contender { amount: 1.0, run: Box::new(|| Ok(timed(full).0)) },
        Contender { amount: 1.0, run: Box::new(|| Ok(timed(shortcut).0)) },
    ];
    let rates = in_turn(extent.rounds, contenders)?;
    let [full, shortcut] = rates.as_slice() else { return Err("nothing was measured".to_owned()) };
    Ok(Case {
        change,
        pgs_changed: found.pgs.len(),
        pgs_placed: found.placed_pgs.len(),
        every_pg: found.every_pg.map(|reason| reason.to_string()),
        full_milliseconds: milliseconds(full),
        shortcut_milliseconds: milliseconds(shortcut),
        ratio: shortcut.ratio.clone(),
        processor_ratio: shortcut.processor_ratio.clone(),
    })
}

fn milliseconds(rate: &Rate) -> Spread {
    let Spread { median, least, most } = rate.per_second;
    Spread { median: 1e3 / median, least: 1e3 / most, most: 1e3 / least }
}

/// The placements before, with those put in that changed.
fn with_changes(before: &Placements, changes: &Changes) -> Placements {
    let mut all = before.clone();
    let stride = all.stride;
    for (index, pg) in changes.pgs.iter().map(|pg| *pg as usize).enumerate() {
        let from = index * stride..(index + 1) * stride;
        all.devices[pg * stride..(pg + 1) * stride].copy_from_slice(&changes.after.devices[from]);
        all.lengths[pg] = changes.after.lengths[index];
    }
    all
}
