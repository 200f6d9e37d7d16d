//! What happens to a cluster, and what every PG that it touches starts from.

use std::collections::{BTreeMap, BTreeSet};

use crushlab_compare::amounts::{Amount, amounts};
use crushlab_compare::pg_compare::add_offline;
use crushlab_compare::shape::PoolShape;
use crushlab_compare::{ClusterState, DataBasis, Hold};
use crushlab_monitor::config::Config;
use crushlab_osdmap::{Cluster, OsdMap, PgId, PgWorkspace, PoolMapper};

use crate::error::RecoveryError;
use crate::priority::pool_priority;
use crate::rates::DeviceKind;
use crate::sources::Repair;

/// A cluster from one time on, until the next stage.
#[derive(Clone, Debug)]
pub struct Stage<'a> {
    /// When it begins, in seconds; the first at 0.
    pub at_seconds: f64,
    /// The map, and of the first stage where data is.
    pub state: ClusterState<'a>,
    /// PGs that are not just where they should be, or would not be if all data had stayed where it
    /// was at the start.
    pub touched: Vec<PgId>,
    /// Its settings.
    pub config: &'a Config,
    /// OSDs that have stopped though the map does not know yet.
    pub silent: Vec<i32>,
}

/// A pool during a stage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolFacts {
    pub(crate) shape: PoolShape,
    pub(crate) priority: i64,
    pub(crate) repair: Repair,
}

/// A PG that is touched at some time, as it is at the start.
#[derive(Clone, Debug)]
pub(crate) struct PgStart {
    pub(crate) id: PgId,
    pub(crate) amount: Amount,
    /// OSDs that have its data, those that are down included.
    pub(crate) holders: Vec<i32>,
    /// OSDs that served it for the time being.
    pub(crate) temporary: Option<Vec<i32>>,
}

/// Who shall hold the touched PGs in a stage.
#[derive(Clone, Debug, Default)]
struct Targets {
    ends: Vec<usize>,
    osds: Vec<i32>,
    primaries: Vec<i32>,
}

/// Everything that one simulation needs to know, the same for all orders.
#[derive(Debug)]
pub(crate) struct Course<'a> {
    pub(crate) stages: Vec<Stage<'a>>,
    /// By stage.
    pub(crate) pools: Vec<BTreeMap<i64, PoolFacts>>,
    pub(crate) holds: Vec<Hold>,
    pub(crate) pgs: Vec<PgStart>,
    targets: Vec<Targets>,
    /// By OSD.
    pub(crate) kinds: Vec<DeviceKind>,
    /// By OSD; one more than the last host for those that are under none.
    pub(crate) hosts: Vec<u32>,
    /// Names of hosts, by number.
    pub(crate) host_names: Vec<String>,
    /// Bytes that are used and that there are, by OSD.
    pub(crate) used: Vec<Option<(f64, f64)>>,
    /// OSDs whose device class is none that has rates of its own.
    pub(crate) classless: usize,
    pub(crate) basis: DataBasis,
    /// Objects of all pools, for the share that one PG has of what is written.
    pub(crate) objects: u64,
}

impl<'a> Course<'a> {
    /// Looks at every PG that some stage touches.
    pub(crate) fn new(
        stages: Vec<Stage<'a>>,
        recorded: &Cluster,
    ) -> Result<Course<'a>, RecoveryError> {
        let Some(first) = stages.first() else { return Err(RecoveryError::NothingToDo) };
        check_pools(&stages)?;
        let ids: BTreeSet<PgId> =
            stages.iter().flat_map(|stage| stage.touched.iter().copied()).collect();
        let osds = stages.iter().map(|stage| stage.state.map().max_osd()).max().unwrap_or(0);
        let last = stages.last().unwrap_or(first).state.map();
        let (kinds, classless) = device_kinds(last, osds);
        let (hosts, host_names) = hosts_of(last, osds);
        let used = (0..osds as i32).map(|osd| {
            let stats = recorded.osds.get(&osd).filter(|stats| stats.total_bytes > 0)?;
            Some((stats.used_bytes as f64, stats.total_bytes as f64))
        });
        let mut course = Course {
            pools: stages.iter().map(|stage| pool_facts(stage.state.map())).collect(),
            holds: stages.iter().map(|stage| Hold::of(stage.state.map())).collect(),
            pgs: Vec::with_capacity(ids.len()),
            targets: Vec::new(),
            kinds,
            hosts,
            host_names,
            used: used.collect(),
            classless,
            basis: DataBasis::Counted,
            objects: 0,
            stages: Vec::new(),
        };
        course.start(&first.state, recorded, &ids)?;
        course.targets = stages.iter().map(|stage| targets(&stage.state, &course.pgs)).collect();
        course.stages = stages;
        Ok(course)
    }

    /// Where the data of these PGs is at the start.
    fn start(
        &mut self,
        state: &ClusterState<'_>,
        recorded: &Cluster,
        ids: &BTreeSet<PgId>,
    ) -> Result<(), RecoveryError> {
        let map = state.map();
        for (&id, pool) in &map.pools {
            let Some((amounts, basis)) = amounts(recorded, id, pool.pg_num) else {
                return Err(RecoveryError::UnknownData { pool: pool.name.clone() });
            };
            self.basis = self.basis.max(basis);
            self.objects += amounts.iter().map(|amount| amount.objects).sum::<u64>();
            let Ok(mapper) = PoolMapper::new(map, state.crush(), id) else { continue };
            let shape = PoolShape::of(map, pool);
            let all_up = state.has_down().then(|| mapper.ignoring_down());
            let mut workspace = PgWorkspace::new();
            for &pg in ids.range(PgId::new(id, 0)..=PgId::new(id, u32::MAX)) {
                let mapping = mapper.map_pg(pg.seed, &mut workspace);
                let (up, acting) = (mapping.up.to_vec(), mapping.acting.to_vec());
                let start = match state.holders() {
                    Some(holders) => {
                        let listed = holders.get(pg);
                        let holders = listed.unwrap_or(&up).to_vec();
                        (holders, listed.map(<[i32]>::to_vec))
                    }
                    None => {
                        let mut holders = acting.clone();
                        if let Some(all_up) = &all_up {
                            let places = all_up.map_pg(pg.seed, &mut workspace).up;
                            add_offline(map, shape.is_erasure, places, &mut holders);
                        }
                        (holders, (acting != up).then_some(acting))
                    }
                };
                let (holders, temporary) = start;
                let amount = amounts.get(pg.seed as usize).copied().unwrap_or_default();
                self.pgs.push(PgStart { id: pg, amount, holders, temporary });
            }
        }
        Ok(())
    }

    /// The OSDs that shall hold a PG in a stage, and their primary.
    pub(crate) fn up(&self, stage: usize, pg: usize) -> (&[i32], i32) {
        let targets = &self.targets[stage];
        let start = if pg == 0 { 0 } else { targets.ends[pg - 1] };
        (&targets.osds[start..targets.ends[pg]], targets.primaries[pg])
    }

    pub(crate) fn pool(&self, stage: usize, pg: usize) -> Option<&PoolFacts> {
        self.pools[stage].get(&self.pgs[pg].id.pool)
    }
}

/// Pools that get other numbers of PGs on the way cannot be followed.
fn check_pools(stages: &[Stage<'_>]) -> Result<(), RecoveryError> {
    for pair in stages.windows(2) {
        let [before, after] = pair else { continue };
        for (id, pool) in &after.state.map().pools {
            let known = before.state.map().pools.get(id);
            if known.is_some_and(|known| known.pg_num != pool.pg_num) {
                return Err(RecoveryError::PgNumChanges { pool: pool.name.clone() });
            }
        }
    }
    Ok(())
}

fn pool_facts(map: &OsdMap) -> BTreeMap<i64, PoolFacts> {
    let facts = |(id, pool): (&i64, &crushlab_osdmap::Pool)| {
        let shape = PoolShape::of(map, pool);
        let repair = Repair::of(map, pool, shape.readable_size);
        (*id, PoolFacts { shape, priority: pool_priority(pool), repair })
    };
    map.pools.iter().map(facts).collect()
}

fn targets(state: &ClusterState<'_>, pgs: &[PgStart]) -> Targets {
    let mut found = Targets::default();
    let mut workspace = PgWorkspace::new();
    let mut mapper = None;
    for pg in pgs {
        let is_same = |known: &PoolMapper<'_>| known.pool_id() == pg.id.pool;
        if !mapper.as_ref().is_some_and(is_same) {
            mapper = PoolMapper::new(state.map(), state.crush(), pg.id.pool).ok();
        }
        if let Some(mapper) = &mapper {
            let mapping = mapper.map_pg(pg.id.seed, &mut workspace);
            found.osds.extend_from_slice(mapping.up);
            found.primaries.push(mapping.up_primary);
        } else {
            found.primaries.push(-1);
        }
        found.ends.push(found.osds.len());
    }
    found
}

/// What kind of device each OSD has, by its class, and how many have a class that tells nothing.
fn device_kinds(map: &OsdMap, osds: usize) -> (Vec<DeviceKind>, usize) {
    let names = &map.crush.class_names;
    let kind_of = |osd: i32| {
        let class = map.crush.classes.get(&osd)?;
        names.get(class).and_then(|name| DeviceKind::from_class(name))
    };
    let kinds: Vec<Option<DeviceKind>> = (0..osds as i32).map(kind_of).collect();
    let exists = |osd: &usize| map.exists(*osd as i32) && kinds[*osd].is_none();
    let classless = (0..osds).filter(exists).count();
    (kinds.into_iter().map(Option::unwrap_or_default).collect(), classless)
}

/// The host of each OSD: the bucket of type `host` that it is in, else that of the lowest type.
fn hosts_of(map: &OsdMap, osds: usize) -> (Vec<u32>, Vec<String>) {
    let host_type = map.crush.type_id("host").unwrap_or(1);
    let mut hosts = vec![u32::MAX; osds];
    let mut names = Vec::new();
    for bucket in map.crush.core.buckets.iter().flatten() {
        let name = map.crush.names.get(&bucket.id);
        let is_shadow = name.is_some_and(|name| name.contains('~'));
        if i32::from(bucket.type_id) != host_type || is_shadow {
            continue;
        }
        for osd in map.crush.devices_under(bucket.id) {
            if let Some(host) = usize::try_from(osd).ok().and_then(|osd| hosts.get_mut(osd)) {
                *host = names.len() as u32;
            }
        }
        names.push(name.cloned().unwrap_or_else(|| format!("bucket {}", bucket.id)));
    }
    // Whoever is under no host has one of its own.
    for (osd, host) in hosts.iter_mut().enumerate().filter(|(_, host)| **host == u32::MAX) {
        *host = names.len() as u32;
        names.push(format!("the host of osd.{osd}"));
    }
    (hosts, names)
}
