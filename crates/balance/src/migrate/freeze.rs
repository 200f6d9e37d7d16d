//! The upmaps with which nothing moves, or as little as the rules let.
//!
//! A PG's data is on some OSDs, and a change of the map asks for others. Where the rule lets the
//! data stay, an upmap says so: pairs, or the whole list where erasure-coded shards would change
//! places. What the monitors would drop with the next map is no upmap: each is held to their test
//! ([`UpmapCheck`]), and the map that all commands leave is mapped again for the numbers.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crushlab_compare::{Holders, Progress};
use crushlab_crush::Map;
use crushlab_monitor::command::clean::UpmapCheck;
use crushlab_osdmap::model::map_flag;
use crushlab_osdmap::{OsdMap, PgId, Pool, PoolMapper, PoolMapping, map_pool};

use super::entry::{Pg, after_commands, fitting_entry};
use super::keep::kept;
use super::plan::{PlanException, PlanPool, PlanReport, PlanStage, Why};
use super::shards::{Form, is_osd, moves};
use super::why::why;
use crate::balance::{check_clients, without_exceptions};
use crate::pool::{Maps, PoolState};
use crate::report::BalanceError;
use crate::scope::Scope;
use crate::upmap::{Entry, commands_for};

/// A cluster after a change, with its data where it was.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a> {
    /// The map after the change.
    pub map: &'a OsdMap,
    /// The checked form of the map's own CRUSH map.
    pub crush: &'a Map,
    /// Where the data is of PGs that it is not on their up sets of.
    pub holders: &'a Holders,
    /// Threads to place PGs on.
    pub threads: NonZeroUsize,
}

/// The upmaps that keep data where it is after a change. `changes` are the commands of the change,
/// which the plan then contains; none where it has been made. Progress counts PGs.
///
/// # Errors
/// [`BalanceError::Cancelled`], [`BalanceError::OldClients`].
pub fn freeze(
    present: &Present<'_>,
    changes: &[String],
    progress: &Progress,
) -> Result<PlanReport, BalanceError> {
    let (plain, bare) = without_exceptions(present.map);
    let maps = Maps { crush: present.crush, plain: &plain, bare: &bare, scope: &Scope::default() };
    let mut by_pool: BTreeMap<i64, Vec<(PgId, &[i32])>> = BTreeMap::new();
    for (pg, osds) in present.holders.iter() {
        by_pool.entry(pg.pool).or_default().push((pg, osds));
    }
    let mut found = Found {
        maps: &maps,
        frozen: plain.clone(),
        check: UpmapCheck::new(&present.map.crush),
        report: PlanReport { action: "freeze", ..PlanReport::default() },
        least: Some(0),
        upmaps: Vec::new(),
    };
    for (id, pool) in &plain.pools {
        if progress.is_cancelled() {
            return Err(BalanceError::Cancelled);
        }
        let held = by_pool.remove(id).unwrap_or_default();
        found.add_pool(*id, &held, present.threads);
        progress.advance(u64::from(pool.pg_num));
    }
    if !found.upmaps.is_empty() {
        check_clients(present.map)?;
    }
    let Found { mut report, least, upmaps, .. } = found;
    report.shards_moved_least = least;
    count_moved(present, &upmaps, &mut report);
    add_stages(present.map, changes, upmaps, &mut report);
    add_notes(&mut report);
    Ok(report)
}

/// What is found, pool by pool.
struct Found<'a> {
    maps: &'a Maps<'a>,
    /// The map with the upmaps found so far.
    frozen: OsdMap,
    check: UpmapCheck<'a>,
    report: PlanReport,
    least: Option<u64>,
    upmaps: Vec<String>,
}

impl Found<'_> {
    fn add_pool(&mut self, id: i64, held: &[(PgId, &[i32])], threads: NonZeroUsize) {
        let Some(pool) = self.maps.plain.pools.get(&id) else { return };
        let mut sums = PlanPool {
            id,
            name: pool.name.clone(),
            shards: u64::from(pool.pg_num) * u64::from(pool.size),
            ..PlanPool::default()
        };
        if !held.is_empty() {
            match PoolState::mapped(self.maps, id, threads) {
                Ok(state) => self.add_pgs(&state, held, &mut sums),
                Err(reason) => self.leave_pool(id, held, &reason, threads, &mut sums),
            }
        }
        self.report.shards += sums.shards;
        self.report.shards_moved_unplanned += sums.shards_moved_unplanned;
        self.report.pools.push(sums);
    }

    fn add_pgs(&mut self, state: &PoolState<'_>, held: &[(PgId, &[i32])], sums: &mut PlanPool) {
        let parts: Vec<usize> = state.takes.iter().map(|take| take.take.positions).collect();
        if state.takes.iter().any(|take| take.overlaps) {
            self.least = None;
        }
        let pool = self.maps.plain.pools.get(&state.id);
        let pending = pool.map_or(0, |pool| pool.pg_num_pending);
        let form = pool.map_or(Form { positional: false, size: 0 }, form_of);
        for (pg, held) in held {
            let Some(mapping) = state.mapping.get(pg.seed) else { continue };
            let due = moves(held, mapping.up, form);
            if due.is_empty() {
                continue;
            }
            sums.shards_moved_unplanned += due.len() as u64;
            let wanted = kept(state, held, mapping.raw, pg.seed);
            let stays = match &wanted {
                Some(wanted) => moves(held, wanted, form),
                None => due.clone(),
            };
            let least = stays.len().min(due.len()) as u64;
            self.least = self.least.map(|sum| sum + least);
            let entry = match (pg.seed < pending, wanted) {
                (false, _) => Err(Why::Merging),
                (true, None) => Err(Why::TooFewOsds),
                (true, Some(_)) if stays.len() >= due.len() => Ok(None),
                (true, Some(wanted)) => {
                    let own = Pg { id: *pg, raw: mapping.raw, parts: &parts, form };
                    let entry = fitting_entry(&mut self.frozen, &mut self.check, &own, &wanted);
                    entry.map(|entry| Some((entry, wanted))).ok_or(Why::UpmapDropped)
                }
            };
            match entry {
                Ok(Some((entry, wanted))) => {
                    self.name_moves(state, *pg, &stays, &wanted);
                    self.upmaps.extend(commands_for(self.maps.plain, *pg, &entry));
                    sums.pgs_upmapped += 1;
                    sums.pgs_upmapped_whole += u64::from(matches!(entry, Entry::Full(_)));
                }
                Ok(None) => self.name_moves(state, *pg, &due, mapping.up),
                Err(kind) => self.name_all(*pg, &due, kind, reason_of(kind)),
            }
        }
    }

    /// Names shards that move since the rule does not let them stay.
    fn name_moves(
        &mut self,
        state: &PoolState<'_>,
        pg: PgId,
        moves: &[(i32, i32)],
        placed: &[i32],
    ) {
        for (from, to) in moves {
            let (kind, reason) = why(self.maps.plain, state, *from, placed);
            self.report.except(exception(pg, *from, *to, kind, reason));
        }
    }

    fn name_all(&mut self, pg: PgId, moves: &[(i32, i32)], kind: Why, reason: &str) {
        for (from, to) in moves {
            self.report.except(exception(pg, *from, *to, kind, reason.to_owned()));
        }
    }

    /// Counts a pool whose rule is not known as trees: nothing is frozen that may break it.
    fn leave_pool(
        &mut self,
        id: i64,
        held: &[(PgId, &[i32])],
        reason: &str,
        threads: NonZeroUsize,
        sums: &mut PlanPool,
    ) {
        self.least = None;
        let Ok(mapper) = PoolMapper::new(self.maps.plain, self.maps.crush, id) else { return };
        let mapper = mapper.ignoring_down();
        let form = form_of(mapper.pool());
        let mapping = map_pool(&mapper, threads);
        for (pg, held) in held {
            let Some(mapping) = mapping.get(pg.seed) else { continue };
            let due = moves(held, mapping.up, form);
            sums.shards_moved_unplanned += due.len() as u64;
            self.name_all(*pg, &due, Why::UnknownRule, reason);
        }
    }
}

pub(crate) fn form_of(pool: &Pool) -> Form {
    Form { positional: !pool.can_shift_osds(), size: usize::from(pool.size) }
}

fn exception(pg: PgId, from: i32, to: i32, kind: Why, reason: String) -> PlanException {
    PlanException {
        pg: pg.to_string(),
        from_osd: from,
        to_osd: Some(to).filter(|osd| is_osd(*osd)),
        kind,
        reason,
    }
}

fn reason_of(kind: Why) -> &'static str {
    match kind {
        Why::Merging => "its PG is merged with another, which drops its upmaps",
        Why::TooFewOsds => {
            "the rule finds too few OSDs for the PG, and the monitors drop upmaps \
                            with holes"
        }
        _ => {
            "the monitors would drop the upmap: they count the buckets of all parts of the rule \
              together, and find too many"
        }
    }
}

/// Counts what moves in the map that the commands leave, as the monitors would have it.
fn count_moved(present: &Present<'_>, upmaps: &[String], report: &mut PlanReport) {
    let (after, refused) = after_commands(present.map, upmaps);
    report.notes.extend(refused);
    let (plain, _) = without_exceptions(&after);
    let mut mapped: Option<(Form, PoolMapping)> = None;
    let mut moved: BTreeMap<i64, u64> = BTreeMap::new();
    for (pg, held) in present.holders.iter() {
        if mapped.as_ref().is_none_or(|(_, mapping)| mapping.pool != pg.pool) {
            let mapper = PoolMapper::new(&plain, present.crush, pg.pool).ok();
            mapped = mapper.map(|mapper| {
                let mapping = map_pool(&mapper.ignoring_down(), present.threads);
                (form_of(mapper.pool()), mapping)
            });
        }
        let Some((form, mapping)) = &mapped else { continue };
        let Some(mapping) = mapping.get(pg.seed) else { continue };
        let moves = moves(held, mapping.up, *form).len() as u64;
        *moved.entry(pg.pool).or_default() += moves;
    }
    for pool in &mut report.pools {
        pool.shards_moved = moved.get(&pool.id).copied().unwrap_or(0);
        report.shards_moved += pool.shards_moved;
    }
}

fn add_stages(map: &OsdMap, changes: &[String], upmaps: Vec<String>, report: &mut PlanReport) {
    if upmaps.is_empty() && changes.is_empty() {
        return;
    }
    let is_held = map.flags & map_flag::NOREBALANCE != 0;
    let hold = |word: &str| match is_held {
        true => Vec::new(),
        false => vec![format!("ceph osd {word} norebalance")],
    };
    let stage = |title: &str, commands, shards_moved| PlanStage {
        title: title.to_owned(),
        commands,
        shards_moved,
        ..PlanStage::default()
    };
    report.add_stage(stage("hold the data", hold("set"), 0));
    report.add_stage(stage("make the change", changes.to_vec(), 0));
    report.add_stage(stage("say that data stays where it is", upmaps, 0));
    let moved = report.shards_moved;
    report.add_stage(stage("let the rest move", hold("unset"), moved));
    if is_held {
        let note = "norebalance is set, and stays set: unset it when the commands have been run";
        report.notes.push(note.to_owned());
    }
}

fn add_notes(report: &mut PlanReport) {
    if report.commands.is_empty() {
        return;
    }
    let note = "switch off the managers' balancer first (ceph balancer off): it would take upmaps \
                away again";
    report.notes.push(note.to_owned());
    let whole: u64 = report.pools.iter().map(|pool| pool.pgs_upmapped_whole).sum();
    if whole > 0 {
        let pgs = if whole == 1 { "1 PG gets its" } else { &format!("{whole} PGs get their") };
        report.notes.push(format!(
            "{pgs} whole list (pg-upmap), as shards would change places: the managers' balancer \
             leaves such PGs alone"
        ));
    }
}
