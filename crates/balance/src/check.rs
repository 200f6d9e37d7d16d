//! Upmaps that are there: whether they keep to the rule, whether Ceph keeps them, whether they do
//! anything.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use crushlab_compare::Progress;
use crushlab_crush::Map;
use crushlab_crushmap::CrushMap;
use crushlab_monitor::command::clean::{Fit, UpmapCheck};
use crushlab_osdmap::{OsdMap, PgId, PgMapping};
use serde::Serialize;

use crate::balance::{chosen_pools, without_exceptions};
use crate::pool::{Maps, PoolState};
use crate::reason::name;
use crate::report::BalanceError;
use crate::scope::Scope;
use crate::upmap::{Entry, commands_for, entry_for};

/// What is wrong with upmaps.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UpmapReport {
    /// PGs with an upmap, of the pools that were asked about.
    pub upmapped_pgs: u64,
    /// Ceph's commands that repair all that is found.
    pub commands: Vec<String>,
    /// What is found, by PG.
    pub findings: Vec<UpmapFinding>,
}

/// What is wrong with a PG's upmap.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UpmapFinding {
    /// The PG, as Ceph prints it.
    pub pg: String,
    /// What is wrong.
    pub kind: UpmapProblem,
    /// Its OSDs.
    pub osds: Vec<i32>,
    /// Why.
    pub reason: String,
    /// Ceph's commands that put it right.
    pub commands: Vec<String>,
}

/// What may be wrong with an upmap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UpmapProblem {
    /// It breaks the rule, counted per bucket, and Ceph keeps it.
    BreaksRule,
    /// Ceph drops it with the next map.
    IsDropped,
    /// Ceph drops some of its pairs with the next map.
    LosesPairs,
    /// It is kept, and the PG is where it would be without it.
    HasNoEffect,
}

/// Looks through the upmaps of some pools, of all where there are none.
///
/// # Errors
/// [`BalanceError::NoSuchPool`], [`BalanceError::Cancelled`].
pub fn check_upmaps(
    map: &OsdMap,
    crush: &Map,
    pools: &[i64],
    threads: NonZeroUsize,
    progress: &Progress,
) -> Result<UpmapReport, BalanceError> {
    let (plain, bare) = without_exceptions(map);
    let maps = Maps { crush, plain: &plain, bare: &bare, scope: &Scope::default() };
    let mut check = UpmapCheck::new(&map.crush);
    let mut report = UpmapReport::default();
    for id in chosen_pools(map, pools)? {
        if progress.is_cancelled() {
            return Err(BalanceError::Cancelled);
        }
        let pgs = PgId::new(id, 0)..=PgId::new(id, u32::MAX);
        let full = map.pg_upmap.range(pgs.clone()).map(|(pg, _)| *pg);
        let items = map.pg_upmap_items.range(pgs).map(|(pg, _)| *pg);
        let pgs: BTreeSet<PgId> = full.chain(items).collect();
        report.upmapped_pgs += pgs.len() as u64;
        // Without a state it is not known what the rule asks for; Ceph's own test is.
        let state = PoolState::mapped(&maps, id, threads);
        for pg in pgs {
            report.findings.extend(look_at(&maps, state.as_ref().ok(), pg, &mut check));
        }
        progress.advance(map.pools.get(&id).map_or(0, |pool| u64::from(pool.pg_num)));
    }
    let commands = report.findings.iter().flat_map(|finding| finding.commands.iter().cloned());
    report.commands = commands.collect();
    Ok(report)
}

fn look_at(
    maps: &Maps<'_>,
    state: Option<&PoolState<'_>>,
    pg: PgId,
    check: &mut UpmapCheck<'_>,
) -> Option<UpmapFinding> {
    let mapping = state?.mapping.get(pg.seed)?;
    let finding = |kind, reason: String, entry: &Entry| UpmapFinding {
        pg: pg.to_string(),
        kind,
        osds: mapping.up.to_vec(),
        reason,
        commands: commands_for(maps.plain, pg, entry),
    };
    let dropped = "Ceph drops it with the next map: an OSD is out, has no weight under the rule, \
                   shares a failure domain, or CRUSH has chosen the same";
    match check.fit(maps.plain, pg, mapping.raw) {
        Fit::Cancelled => Some(finding(UpmapProblem::IsDropped, dropped.to_owned(), &Entry::None)),
        Fit::Changed(pairs) => {
            let pairs = Entry::Items(pairs);
            let reason = "pairs whose first OSD CRUSH does not choose, or whose second is out";
            let kept_full = maps.plain.pg_upmap.contains_key(&pg);
            let entry = if kept_full { full_entry(state?, mapping) } else { pairs };
            Some(finding(UpmapProblem::LosesPairs, reason.to_owned(), &entry))
        }
        Fit::Kept if mapping.up == mapping.raw => {
            let reason = "the PG is where it would be without it";
            Some(finding(UpmapProblem::HasNoEffect, reason.to_owned(), &Entry::None))
        }
        Fit::Kept => {
            let reason = broken_rule(&maps.plain.crush, state?, mapping)?;
            Some(finding(UpmapProblem::BreaksRule, reason, &Entry::None))
        }
    }
}

/// The entry that says what a PG has now in one piece.
fn full_entry(state: &PoolState<'_>, mapping: PgMapping<'_>) -> Entry {
    let parts: Vec<usize> = state.takes.iter().map(|take| take.take.positions).collect();
    entry_for(mapping.raw, mapping.up, &parts, state.is_positional)
}

/// Why a PG breaks the rule, where it does and CRUSH alone does not.
fn broken_rule(crush: &CrushMap, state: &PoolState<'_>, mapping: PgMapping<'_>) -> Option<String> {
    if state.is_kept(mapping.up) || !state.is_kept(mapping.raw) {
        return None;
    }
    let broken = state.takes.iter().find_map(|take| {
        let (node, shards, most) = take.take.too_many(&take.nodes_of(mapping.up)?)?;
        let bucket = name(crush, take.take.nodes[node].id);
        Some(format!("{shards} of its shards are in {bucket}, where the rule has {most} at most"))
    });
    Some(broken.unwrap_or_else(|| {
        "its OSDs are not those that the rule takes, or more buckets than it chooses".to_owned()
    }))
}
