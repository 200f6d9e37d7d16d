//! What OSDs hold after the loss of a failure domain, once the cluster has healed.
//!
//! Where the OSDs of a domain go out, a PG keeps its OSDs unless it has one of them: CRUSH rejects
//! an OSD by its reweight alone, and those that it took are in the result. That does not hold for
//! rules of several blocks and for MSR rules, whose PGs are all placed again, and PGs with upmaps
//! are placed again, too.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crushlab_crush::{Op, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP, Rule};
use crushlab_osdmap::{OsdMap, PgId, PgWorkspace, PoolMapper};

use super::error::GrowthError;
use super::spread::{Load, PoolSpread, Spread, add, without};
use super::state::State;
use crushlab_compare::Cancelled;
use crushlab_compare::progress::Progress;

/// A failure domain that may be lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Domain {
    pub(super) id: i32,
    pub(super) name: String,
    pub(super) osds: Vec<i32>,
}

/// The buckets of a type that have OSDs which are in use, highest id first: as they were made.
///
/// # Errors
/// [`GrowthError::NoDomain`].
pub(super) fn domains(state: &State, type_name: &str) -> Result<Vec<Domain>, GrowthError> {
    let crush = &state.map.crush;
    let is_used = |osd: &i32| state.map.is_up(*osd) && state.map.is_in(*osd);
    let domain = |id: i32, osds: Vec<i32>| {
        let name = crush.item_name(id).map_or_else(|| id.to_string(), str::to_owned);
        (!osds.is_empty()).then_some(Domain { id, name, osds })
    };
    let type_id = crush.type_id(type_name);
    let found: Vec<Domain> = match type_id {
        Some(0) => (0..state.map.max_osd() as i32)
            .filter(|osd| is_used(osd) && crush.is_in_tree(*osd))
            .filter_map(|osd| domain(osd, vec![osd]))
            .collect(),
        Some(type_id) => (crush.core.buckets.iter().flatten())
            .filter(|bucket| i32::from(bucket.type_id) == type_id)
            // A shadow is the same hosts once more.
            .filter(|bucket| crush.item_class(bucket.id).is_none())
            .filter_map(|bucket| {
                let below = crush.devices_under(bucket.id).into_iter().filter(is_used);
                domain(bucket.id, below.collect())
            })
            .collect(),
        None => Vec::new(),
    };
    if found.is_empty() {
        let known = crush.types.values().cloned().collect();
        return Err(GrowthError::NoDomain { type_name: type_name.to_owned(), known });
    }
    Ok(found)
}

/// The bucket of a type that each OSD is in.
pub(super) fn domain_names(domains: &[Domain]) -> BTreeMap<i32, &str> {
    let osds = domains.iter().flat_map(|one| one.osds.iter().map(|osd| (*osd, one.name.as_str())));
    osds.collect()
}

/// What OSDs hold after the loss of each domain, told to `each` with the domain's place in the
/// list. The answers are in the order of the list.
pub(super) fn after_each_loss<T: Send>(
    state: &State,
    spread: &Spread,
    domains: &[Domain],
    threads: NonZeroUsize,
    progress: &Progress,
    each: impl Fn(usize, &Load) -> T + Sync,
) -> Result<Vec<T>, Cancelled> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::with_capacity(domains.len()));
    let work = || {
        let _entered = progress.enter();
        let mut map = state.map.clone();
        let mut workspace = PgWorkspace::new();
        while !progress.is_cancelled() {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(domain) = domains.get(place) else { break };
            let kept = (map.osd_states.clone(), map.osd_weights.clone());
            without(&mut map, &domain.osds);
            let load = loaded(state, spread, domain, &map, &mut workspace);
            (map.osd_states, map.osd_weights) = kept;
            let answer = each(place, &load);
            // A thread that panicked holds no lock that others could not go on with.
            found.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((place, answer));
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.get().min(domains.len()) {
            scope.spawn(work);
        }
        work();
    });
    if progress.is_cancelled() {
        return Err(Cancelled);
    }
    let mut found = found.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    found.sort_unstable_by_key(|(place, _)| *place);
    Ok(found.into_iter().map(|(_, answer)| answer).collect())
}

/// What OSDs hold without a domain. `map` is the state's map in which it is gone.
fn loaded(
    state: &State,
    spread: &Spread,
    domain: &Domain,
    map: &OsdMap,
    workspace: &mut PgWorkspace,
) -> Load {
    let mut load = spread.load.clone();
    for (pool, per_byte) in spread.pools.iter().zip(&mut load.per_stored_byte) {
        let Ok(mapper) = PoolMapper::new(map, &state.crush, pool.pool) else { continue };
        for seed in touched(state, pool, domain) {
            let index = seed as usize;
            let (Some(before), Some(share), Some(held)) =
                (pool.mapping.up.get(index), pool.shares.get(index), pool.held_bytes.get(index))
            else {
                continue;
            };
            let after = mapper.map_pg(seed, workspace).up;
            add(&mut load.used_bytes, before, -held);
            add(per_byte, before, -share);
            add(&mut load.used_bytes, after, *held);
            add(per_byte, after, *share);
        }
    }
    for osd in domain.osds.iter().filter_map(|osd| usize::try_from(*osd).ok()) {
        if let Some(total) = load.total_bytes.get_mut(osd) {
            *total = 0.0;
        }
    }
    load
}

/// The PGs of a pool that the loss can touch, each once.
fn touched(state: &State, pool: &PoolSpread, domain: &Domain) -> Vec<u32> {
    let pg_num = pool.shares.len() as u32;
    let rule = PoolMapper::new(&state.map, &state.crush, pool.pool)
        .ok()
        .and_then(|mapper| state.crush.rule(mapper.rule_id()?));
    if !rule.is_some_and(is_plain) {
        return (0..pg_num).collect();
    }
    let of_osd = |osd: &i32| [pool.raw_pgs.of(*osd), pool.up_pgs.of(*osd)].concat();
    let mut pgs: Vec<u32> = domain.osds.iter().flat_map(of_osd).collect();
    pgs.extend(exceptions(&state.map, pool.pool));
    pgs.sort_unstable();
    pgs.dedup();
    pgs.retain(|pg| *pg < pg_num);
    pgs
}

/// PGs of a pool that have upmaps.
fn exceptions(map: &OsdMap, pool: i64) -> impl Iterator<Item = u32> + '_ {
    let range = PgId::new(pool, 0)..=PgId::new(pool, u32::MAX);
    let upmaps = map.pg_upmap.range(range.clone()).map(|(pg, _)| *pg);
    let items = map.pg_upmap_items.range(range).map(|(pg, _)| *pg);
    upmaps.chain(items).map(|pg| pg.seed)
}

/// Whether a PG's result tells all OSDs that CRUSH took.
fn is_plain(rule: &Rule) -> bool {
    let blocks = rule.steps.iter().filter(|step| step.op == Op::Emit).count();
    blocks == 1 && !matches!(rule.rule_type, RULE_TYPE_MSR_FIRSTN | RULE_TYPE_MSR_INDEP)
}
