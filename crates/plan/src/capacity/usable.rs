//! What CRUSH makes of failure domains of unequal size, measured beside the bound.
//!
//! CRUSH draws by weight, and cannot give a domain more than one shard of a PG. Where some domains
//! are much larger than others, it therefore fills the small ones more than their share, and space
//! on the large ones stays empty. How much can be stored is found by placing PGs: as many as the
//! pool has, and so many that their number no longer matters.

use std::num::NonZeroUsize;

use crushlab_crush::{Mapper, NONE};
use crushlab_osdmap::Pool;
use serde::Serialize;

use super::domains::RuleDomains;
use super::layout::PoolLayout;
use super::subject::Subject;
use crushlab_compare::Cancelled;
use crushlab_compare::place_many::{Inputs, place_many};
use crushlab_compare::progress::Progress;
use crushlab_compare::shape::PoolShape;

/// What a pool could store if the OSDs were empty and there were no other pool, in bytes of which
/// each object is counted once, until the first OSD is full.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Usable {
    /// Type of the failure domains, such as `host`; empty where the rule chooses nothing.
    pub failure_domain: String,
    /// What no placement can exceed.
    pub bound_bytes: u64,
    /// The largest failure domain.
    pub largest_domain: Option<i32>,
    /// The bound when that one is lost; 0 where too few are left to hold a PG.
    pub bound_without_largest_bytes: u64,
    /// What CRUSH makes of it with very many PGs.
    pub crush_bytes: Option<u64>,
    /// The OSD that is full first then.
    pub crush_osd: Option<i32>,
    /// How many PGs were placed to find out.
    pub crush_pgs: u32,
    /// What it makes of it with the PGs that the pool has, upmaps included.
    pub pgs_bytes: Option<u64>,
    /// The OSD that is full first with these.
    pub pgs_osd: Option<i32>,
}

/// PGs on each OSD for which their number no longer matters much: the spread is 3 %.
const SHARDS_PER_OSD: usize = 1000;
/// Bounds of the number of PGs that are placed.
const PGS_MIN: usize = 1 << 12;
const PGS_MAX: usize = 1 << 20;

impl Usable {
    /// Measures a pool of the subject. `None` where it has no rule.
    ///
    /// # Errors
    /// [`Cancelled`] when `progress` says so.
    pub fn of(
        subject: &Subject<'_>,
        pool: &Pool,
        layout: &PoolLayout,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Option<Usable>, Cancelled> {
        let Some(rule_id) = subject.rule_id(layout.pool) else { return Ok(None) };
        let Some(rule) = subject.crush.rule(rule_id) else { return Ok(None) };
        let shape = PoolShape::of(subject.map, pool);
        let domains = RuleDomains::new(subject, rule, shape.size);
        let parts = shape.readable_size as f64;
        let full = f64::from(subject.map.full_ratio);
        let largest_domain = domains.largest();
        let without = domains.position_bytes_without(largest_domain);
        let pgs = pgs_to_place(subject, shape.size);
        let shares = crush_shares(subject, rule_id, layout.pool, &shape, pgs, threads, progress)?;
        let measured = stored_until_full(subject, |osd| shares.get(osd).copied().unwrap_or(0.0));
        let own = |osd: usize| layout.per_stored_byte.get(osd).copied().unwrap_or(0.0);
        let own = stored_until_full(subject, own);
        Ok(Some(Usable {
            failure_domain: domains.type_name().unwrap_or_default().to_owned(),
            bound_bytes: (domains.position_bytes() * parts * full) as u64,
            largest_domain,
            bound_without_largest_bytes: (without * parts * full) as u64,
            crush_bytes: measured.map(|(bytes, _)| bytes as u64),
            crush_osd: measured.map(|(_, osd)| osd),
            crush_pgs: pgs,
            pgs_bytes: own.map(|(bytes, _)| bytes as u64),
            pgs_osd: own.map(|(_, osd)| osd),
        }))
    }
}

/// A power of two, so that no PG is larger than others.
fn pgs_to_place(subject: &Subject<'_>, size: usize) -> u32 {
    let shards = subject.map.max_osd().saturating_mul(SHARDS_PER_OSD);
    let pgs = (shards / size.max(1)).next_power_of_two();
    pgs.clamp(PGS_MIN, PGS_MAX) as u32
}

/// Bytes on each OSD for each byte stored, with this many PGs and without upmaps.
fn crush_shares(
    subject: &Subject<'_>,
    rule: usize,
    pool: i64,
    shape: &PoolShape,
    pgs: u32,
    threads: NonZeroUsize,
    progress: &Progress,
) -> Result<Vec<f64>, Cancelled> {
    let mut shares = vec![0.0; subject.map.max_osd()];
    let weights = subject.map.osd_weights.as_slice();
    let Some(mapper) = Mapper::new(subject.crush, rule, shape.size, weights) else {
        return Ok(shares);
    };
    let mapper = mapper.with_choose_args(subject.crush.choose_args_for(pool));
    let inputs = Inputs::Range(0..pgs);
    let placed = place_many(&mapper, &inputs, Some(pool), threads, progress).ok_or(Cancelled)?;
    let part = 1.0 / f64::from(pgs) / shape.readable_size as f64;
    for osd in placed.iter().flatten().filter(|osd| **osd != NONE) {
        let slot = usize::try_from(*osd).ok().and_then(|osd| shares.get_mut(osd));
        if let Some(share) = slot.filter(|_| subject.map.is_up(*osd)) {
            *share += part;
        }
    }
    Ok(shares)
}

/// Bytes that can be stored until the first OSD, empty at the start, is full.
fn stored_until_full(
    subject: &Subject<'_>,
    per_stored_byte: impl Fn(usize) -> f64,
) -> Option<(f64, i32)> {
    let full = f64::from(subject.map.full_ratio);
    let room = |(osd, index): (i32, usize)| {
        let stats = subject.osd_stats(osd)?;
        let taken = per_stored_byte(index);
        (taken > 0.0).then(|| (stats.total_bytes as f64 * full / taken, osd))
    };
    let all = (0..).zip(0..subject.map.max_osd()).filter_map(room);
    all.reduce(|least, other| if other.0 < least.0 { other } else { least })
}
