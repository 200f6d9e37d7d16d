//! A pool's PGs: where they are, and which of them may move.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crushlab_crush::{Map, NONE};
use crushlab_monitor::command::clean::{Fit, UpmapCheck};
use crushlab_osdmap::{OsdMap, PgId, PoolMapper, PoolMapping, map_pool};

use crate::flow::Lock;
use crate::scope::Scope;
use crate::take::{Take, Unfit, takes_of};
use crate::target::{Load, Targets};

/// PGs of which one has to take an upmap for a pool to be balanced.
const PGS_TRIED: usize = 16;

/// A pool as it is.
pub(crate) struct PoolState<'a> {
    pub(crate) id: i64,
    pub(crate) name: &'a str,
    /// Whether shards have places of their own.
    pub(crate) is_positional: bool,
    pub(crate) mapping: PoolMapping,
    pub(crate) takes: Vec<TakeState>,
    /// PGs that may move, in order.
    pub(crate) pgs: Vec<Movable>,
    /// PGs that stay as they are: short of OSDs, against the rule without upmaps, or merging.
    pub(crate) fixed_pgs: u64,
    /// Shards of these on OSDs that the rule cannot give all that it asks for, by OSD.
    pub(crate) strays: BTreeMap<i32, u32>,
}

/// A PG that may move.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Movable {
    pub(crate) seed: u32,
    /// Whether its upmaps break the rule, so that it starts without them.
    pub(crate) is_repaired: bool,
}

/// One part of the rule, with what it has to do with the pool.
pub(crate) struct TakeState {
    pub(crate) take: Take,
    pub(crate) targets: Targets,
    /// First position of its shards in a PG.
    pub(crate) first: usize,
    /// Shards by node, as they are.
    pub(crate) present: Vec<u32>,
    /// Shards by node of PGs that stay as they are.
    pub(crate) fixed: Vec<u32>,
    /// PGs that may move.
    pub(crate) groups: u32,
    /// Whether other parts of the rule may choose the same OSDs or buckets.
    pub(crate) overlaps: bool,
    /// By node, whether its shards may leave, and others enter.
    pub(crate) locks: Vec<Lock>,
}

impl TakeState {
    pub(crate) fn load(&self) -> Load<'_> {
        let TakeState { take, targets, fixed, groups, present, locks, .. } = self;
        Load { take, targets, fixed, groups: *groups, present, locks }
    }

    /// Whether all its shards may go everywhere.
    pub(crate) fn is_open(&self) -> bool {
        self.locks.iter().all(|lock| *lock == Lock::OPEN)
    }

    pub(crate) fn has_place(&self, place: usize) -> bool {
        (self.first..self.first + self.take.positions).contains(&place)
    }

    /// The OSDs of a PG that this part of the rule places, by node; `None` where one is not below
    /// what it takes, or is missing.
    pub(crate) fn nodes_of(&self, osds: &[i32]) -> Option<Vec<usize>> {
        let own = osds.get(self.first..self.first + self.take.positions)?;
        own.iter().map(|osd| self.take.osds.get(osd).copied()).collect()
    }
}

/// Why a pool is not balanced, in words.
pub(crate) type Refused = String;

/// The maps that pools are looked at in.
pub(crate) struct Maps<'a> {
    pub(crate) crush: &'a Map,
    /// The map, with PGs in the order that upmaps leave them in.
    pub(crate) plain: &'a OsdMap,
    /// The same without upmaps.
    pub(crate) bare: &'a OsdMap,
    /// What may move.
    pub(crate) scope: &'a Scope,
}

impl<'a> PoolState<'a> {
    /// A pool ready to be balanced.
    pub(crate) fn new(
        maps: &Maps<'a>,
        id: i64,
        check: &mut UpmapCheck<'_>,
        threads: NonZeroUsize,
    ) -> Result<PoolState<'a>, Refused> {
        let mut state = PoolState::mapped(maps, id, threads)?;
        for take in &mut state.takes {
            take.locks = maps.scope.locks_of(&take.take);
        }
        let pending = maps.plain.pools.get(&id).map_or(0, |pool| pool.pg_num_pending);
        state.sort_pgs(pending, maps.scope);
        state.check_upmaps(maps, check)?;
        for take in &mut state.takes {
            let shards: u32 = take.take.osds.values().map(|osd| take.present[*osd]).sum();
            take.targets = Targets::new(&take.take, f64::from(shards));
            take.groups = state.pgs.len() as u32;
            if !take.is_open() {
                take.targets.within(&take.take, &take.present, &take.locks);
            }
        }
        Ok(state)
    }

    /// A pool's PGs and what its rule asks for; nothing is counted yet.
    pub(crate) fn mapped(
        maps: &Maps<'a>,
        id: i64,
        threads: NonZeroUsize,
    ) -> Result<PoolState<'a>, Refused> {
        let mapper = PoolMapper::new(maps.plain, maps.crush, id)
            .map_err(|error| error.to_string())?
            .ignoring_down();
        let pool = mapper.pool();
        let rule = mapper.rule_id().and_then(|rule| maps.crush.rule(rule));
        let rule = rule.ok_or("no rule of the map fits it")?;
        let weights = &maps.plain.osd_weights;
        let takes = takes_of(maps.crush, rule, usize::from(pool.size), weights)
            .map_err(|unfit: Unfit| unfit.to_string())?;
        Ok(PoolState {
            id,
            name: &pool.name,
            is_positional: !pool.can_shift_osds(),
            mapping: map_pool(&mapper, threads),
            takes: with_places(takes),
            pgs: Vec::new(),
            fixed_pgs: 0,
            strays: BTreeMap::new(),
        })
    }

    /// Tells PGs that may move from those that stay, and counts both. A PG that merges with
    /// another loses its upmaps.
    fn sort_pgs(&mut self, pg_num_pending: u32, scope: &Scope) {
        for seed in 0..self.mapping.len() as u32 {
            let Some(pg) = self.mapping.get(seed) else { continue };
            let (is_kept, is_raw_kept) = (self.is_kept(pg.up), self.is_kept(pg.raw));
            let may_change = is_kept || scope.allows(pg.up, pg.raw);
            let is_movable = seed < pg_num_pending && is_raw_kept && may_change;
            for (place, osd) in pg.up.iter().enumerate() {
                // Where a replica is missing the others move up, into places of another part.
                let has = |take: &&TakeState| take.take.osds.contains_key(osd);
                let mut able = self.takes.iter().enumerate().filter(|(_, take)| has(take));
                let first = able.clone().next();
                let own = able.find(|(_, take)| take.has_place(place)).or(first);
                let Some((index, _)) = own else {
                    if *osd >= 0 && *osd != NONE && !is_movable {
                        *self.strays.entry(*osd).or_default() += 1;
                    }
                    continue;
                };
                let take = &mut self.takes[index];
                let Some(node) = take.take.osds.get(osd) else { continue };
                take.present[*node] += 1;
                take.fixed[*node] += u32::from(!is_movable);
            }
            match is_movable {
                true => self.pgs.push(Movable { seed, is_repaired: !is_kept }),
                false => self.fixed_pgs += 1,
            }
        }
    }

    /// Whether a PG has all its OSDs and these keep to the rule, counted at every level.
    pub(crate) fn is_kept(&self, osds: &[i32]) -> bool {
        let positions: usize = self.takes.iter().map(|take| take.take.positions).sum();
        let is_whole = osds.len() >= positions && osds[positions..].iter().all(|osd| *osd == NONE);
        let kept = |take: &TakeState| {
            take.nodes_of(osds).is_some_and(|nodes| {
                take.take.is_kept(&nodes) && !(take.overlaps && self.meets(take, &nodes, osds))
            })
        };
        is_whole && self.takes.iter().all(kept)
    }

    /// Whether other parts of the rule have placed shards in a bucket of these.
    fn meets(&self, take: &TakeState, nodes: &[usize], osds: &[i32]) -> bool {
        let used = self.used_by_others(take, osds);
        let depth = take.take.osd_depth().min(1);
        nodes.iter().any(|node| used.contains(&take.take.above(*node, depth)))
    }

    /// Buckets of the first level of a part of the rule that other parts have shards in.
    pub(crate) fn used_by_others(&self, take: &TakeState, osds: &[i32]) -> Vec<usize> {
        let own = take.first..take.first + take.take.positions;
        let others = osds.iter().enumerate().filter(|(place, _)| !own.contains(place));
        let nodes = others.filter_map(|(_, osd)| take.take.osds.get(osd));
        nodes.map(|node| take.take.above(*node, 1)).collect()
    }

    /// Refuses pools whose upmaps Ceph drops whatever they are: those where not even what CRUSH
    /// chose passes the monitors' test.
    fn check_upmaps(&self, maps: &Maps<'_>, check: &mut UpmapCheck<'_>) -> Result<(), Refused> {
        let tried = self.pgs.iter().take(PGS_TRIED);
        let mut raws = tried.filter_map(|pg| Some((pg.seed, self.mapping.get(pg.seed)?.raw)));
        let passes = raws.any(|(seed, raw)| {
            matches!(check.fit(maps.bare, PgId::new(self.id, seed), raw), Fit::Kept)
        });
        if passes || self.pgs.is_empty() {
            return Ok(());
        }
        Err("Ceph drops every upmap of it: the monitors count the buckets of all parts of its \
             rule together, and find too many; reweights or a weight set can even it out"
            .to_owned())
    }
}

/// Parts of a rule with their places in a PG; what has to do with PGs is still empty.
fn with_places(takes: Vec<Take>) -> Vec<TakeState> {
    let overlaps: Vec<bool> = takes
        .iter()
        .enumerate()
        .map(|(index, take)| {
            let others = takes.iter().enumerate().filter(|(other, _)| *other != index);
            let mut others = others.map(|(_, other)| other);
            others.any(|other| take.osds.keys().any(|osd| other.osds.contains_key(osd)))
        })
        .collect();
    let mut first = 0;
    let placed = takes.into_iter().zip(overlaps).map(|(take, overlaps)| {
        let own = first;
        first += take.positions;
        TakeState {
            targets: Targets::new(&take, 0.0),
            first: own,
            present: vec![0; take.nodes.len()],
            fixed: vec![0; take.nodes.len()],
            groups: 0,
            overlaps,
            locks: vec![Lock::OPEN; take.nodes.len()],
            take,
        }
    });
    placed.collect()
}
