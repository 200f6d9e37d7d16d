//! All that is said about the pools of a cluster.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;

use crushlab_crush::BuildError;
use crushlab_osdmap::{Cluster, OsdMap, Pool};

use super::autoscaler::{
    AutoscalerAdvice, AutoscalerSettings, AutoscalerSkip, autoscaler, raw_used_rate, target_bytes,
};
use super::candidates::{Measured, of_osds};
use super::choose::{Bounds, Choice, numbers};
use super::classic::classic;
use super::classic_keep_lower::classic_keep_lower;
use super::measure::{Ground, PgsPerOsd};
use super::moved::{MovedError, PoolAlone, Staged};
use super::percent::percents;
use super::pgcalc::pgcalc;
use super::pgcalc_output::{PgcalcPool, pgcalc_output, quoted};
use super::reason::Facts;
use super::release::ReleaseLimits;
use super::report::{AutoscalerView, Candidate, Decision, Methods, PgNumReport, PoolAdvice};
use super::table::table;
use crushlab_compare::progress::{Progress, Share};
use crushlab_compare::shape::PoolShape;
use crushlab_monitor::config::Config;
use crushlab_monitor::pg_check::{CheckGeneration, PgNumChange, PgNumCheck, check_pg_num};

/// What [`recommend`] counts as done in all, for [`Progress`].
pub const UNITS: u64 = 1000;

/// Parts of a pool's units that are done when its PGs are placed, and its candidates measured.
const PLACED: f64 = 0.2;
const MEASURED: f64 = 0.5;

/// Of these, choosing; the rest is the pools', to equal parts.
const UNITS_TO_CHOOSE: u64 = 200;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PgNumRequest {
    /// The release whose limits hold.
    pub limits: ReleaseLimits,
    /// Settings of monitors and managers. Those that were set go before the release's.
    pub config: Config,
    /// PGs per OSD to aim at; the release's own where not given.
    pub target_pgs_per_osd: Option<u64>,
    /// Percent of the data by pool, for those that it is given for.
    pub percents: BTreeMap<i64, f64>,
    /// Whether the sizes of a plan's OSDs were given.
    pub has_osd_sizes: bool,
    /// Whether the pools do not exist yet, so that they have no number of PGs today.
    pub is_new: bool,
    /// Whether the cluster is planned, so that a rule that cannot be met is a mistake in the plan.
    pub is_planned: bool,
}

/// Why nothing can be said.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PgNumError {
    /// The CRUSH map is broken.
    Crush(BuildError),
    /// Not one PG of a planned pool gets as many OSDs as the pool's size.
    TooFewDomains {
        /// Name of the pool.
        pool: String,
        /// Replicas, or k + m.
        size: u8,
        /// Most OSDs that its rule found for a PG.
        found: usize,
    },
    /// [`Progress::cancel`] was called.
    Cancelled,
}

impl fmt::Display for PgNumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PgNumError::Crush(error) => write!(f, "the CRUSH map: {error}"),
            PgNumError::TooFewDomains { pool, size, found } => write!(
                f,
                "pool {pool}: each PG needs {size} OSDs in different failure domains, and its rule \
                 finds {found}: expected as many domains as replicas or shards"
            ),
            PgNumError::Cancelled => f.write_str("the work was cancelled"),
        }
    }
}

impl std::error::Error for PgNumError {}

impl From<MovedError> for PgNumError {
    fn from(error: MovedError) -> PgNumError {
        match error {
            MovedError::Crush(error) => PgNumError::Crush(error),
            MovedError::Cancelled => PgNumError::Cancelled,
        }
    }
}

type Advice = BTreeMap<i64, Result<AutoscalerAdvice, AutoscalerSkip>>;

/// Measures numbers of PGs for the pools of a cluster and recommends one for each, next to what
/// each known method says. The answer does not depend on the number of threads.
///
/// # Errors
/// [`PgNumError`].
pub fn recommend(
    cluster: &Cluster,
    request: &PgNumRequest,
    threads: NonZeroUsize,
    progress: &Progress,
) -> Result<PgNumReport, PgNumError> {
    let request =
        &PgNumRequest { limits: request.limits.with_config(&request.config), ..request.clone() };
    let target = request.target_pgs_per_osd.unwrap_or(request.limits.mon_target_pg_per_osd);
    let mut grounds = Vec::new();
    for id in cluster.map.pools.keys() {
        let ground = Ground::new(cluster, *id).map_err(PgNumError::Crush)?;
        grounds.extend(ground.map(|ground| (*id, ground)));
    }
    let by_settings = |settings| autoscaler(cluster, settings).into_iter().collect::<Advice>();
    let pacific = by_settings(&AutoscalerSettings::PACIFIC);
    let latest = by_settings(&AutoscalerSettings::of_limits(&request.limits));
    let percents = percents(cluster, &grounds, &pacific, &request.percents);
    let most = request.config.mon_max_pool_pg_num;
    let bounds = grounds.iter().zip(&percents).map(|((id, ground), percent)| {
        let pool = &cluster.map.pools[id];
        let today = (!request.is_new).then_some(pool.pg_num_target);
        Bounds::of(pool, ground.osds(), *percent, target, most, today)
    });
    let bounds = bounds.collect();
    let measured = Measured::new(cluster, grounds, threads);
    let mut choice = Choice { map: &cluster.map, limits: &request.limits, bounds, measured };
    if request.is_planned {
        check_domains(cluster, &mut choice.measured)?;
    }
    let chosen = choice.choose(progress);
    progress.advance(UNITS_TO_CHOOSE);
    let mut work =
        Work { cluster, request, target, percents, pacific, latest, choice, chosen, threads };
    work.report(progress)
}

/// Refuses a plan in which a rule cannot be met.
fn check_domains(cluster: &Cluster, measured: &mut Measured) -> Result<(), PgNumError> {
    /// PGs that are tried.
    const SAMPLE: u32 = 32;
    for at in 0..measured.grounds.len() {
        let pool = &cluster.map.pools[&measured.grounds[at].0];
        let placed = measured.place(at, SAMPLE, None);
        if placed.pgs_short == u64::from(SAMPLE) {
            let shards: u64 = placed.pgs.iter().map(|pgs| u64::from(*pgs)).sum();
            let found = shards.div_ceil(u64::from(SAMPLE)) as usize;
            return Err(PgNumError::TooFewDomains {
                pool: pool.name.clone(),
                size: pool.size,
                found,
            });
        }
    }
    Ok(())
}

/// Everything that a report is made of.
struct Work<'a> {
    cluster: &'a Cluster,
    request: &'a PgNumRequest,
    target: u64,
    percents: Vec<f64>,
    pacific: Advice,
    latest: Advice,
    choice: Choice<'a>,
    chosen: Vec<(u32, Decision)>,
    threads: NonZeroUsize,
}

impl Work<'_> {
    fn report(&mut self, progress: &Progress) -> Result<PgNumReport, PgNumError> {
        let ids: Vec<i64> = self.choice.measured.grounds.iter().map(|(id, _)| *id).collect();
        // Pools are changed one after another, as their commands are typed.
        let mut typed = self.cluster.map.clone();
        if self.request.is_new {
            typed.pools.clear();
        }
        let mut pools = Vec::with_capacity(ids.len());
        for (at, id) in ids.iter().enumerate() {
            let units = |done: usize| (UNITS - UNITS_TO_CHOOSE) * done as u64 / ids.len() as u64;
            let mut share = progress.share(units(at + 1) - units(at));
            pools.push(self.pool(at, *id, &mut typed, &progress.quiet(), &mut share)?);
        }
        let rows: Vec<PgcalcPool> = pools.iter().map(|pool| self.pgcalc_row(pool)).collect();
        let commands = self.commands(&pools);
        let osds = self.choice.measured.osds();
        let mut spread = |numbers: &[u32]| {
            let sums = self.choice.measured.all_pools(numbers, None);
            PgsPerOsd::of(of_osds(&sums, osds.iter().copied()).into_iter())
        };
        let today: Option<Vec<u32>> = pools.iter().map(|pool| pool.pg_num).collect();
        let recommended = spread(&numbers(&self.chosen));
        Ok(PgNumReport {
            limits: self.request.limits,
            target_pgs_per_osd: self.target,
            pgs_per_osd_today: today.map(|numbers| spread(&numbers)),
            pgs_per_osd_recommended: recommended,
            commands,
            pgcalc: pgcalc_output(self.target, &rows),
            pools,
        })
    }
}

impl Work<'_> {
    fn pool(
        &mut self,
        at: usize,
        id: i64,
        typed: &mut OsdMap,
        progress: &Progress,
        share: &mut Share<'_>,
    ) -> Result<PoolAdvice, PgNumError> {
        let pool = &self.cluster.map.pools[&id];
        let (number, decision) = self.chosen[at];
        let bounds = self.choice.bounds[at];
        let (candidates, staged) = self.measured(at, id, progress, share)?;
        let checks = self.checks(typed, id, pool, number);
        if progress.is_cancelled() {
            return Err(PgNumError::Cancelled);
        }
        let host = self.choice.measured.host_of_pool[at];
        let host_lost = host.map(|host| self.choice.measured.hosts[host].name.clone());
        let osds = self.choice.measured.grounds[at].1.osds();
        let facts = Facts {
            number,
            decision,
            bounds: &bounds,
            target_pgs_per_osd: self.target,
            mon_max_pg_per_osd: self.request.limits.mon_max_pg_per_osd,
            osds,
            size: pool.size,
            host_lost: host_lost.as_deref(),
            candidates: &candidates,
        };
        let reason = facts.sentence();
        let shape = PoolShape::of(&self.cluster.map, pool);
        Ok(PoolAdvice {
            id,
            name: pool.name.clone(),
            size: pool.size,
            data_shards: shape.is_erasure.then_some(shape.readable_size as u64),
            osds,
            percent: self.percents[at],
            pg_num: bounds.today,
            recommended_pg_num: number,
            ideal_pg_num: bounds.ideal,
            decided_by: decision,
            reason,
            methods: self.methods(at, id, osds, pool),
            autoscaler_pacific: view(self.pacific.get(&id)),
            autoscaler_latest: view(self.latest.get(&id)),
            check_pacific: checks[0],
            check_quincy: checks[1],
            host_lost,
            candidates,
            staged,
        })
    }

    /// The candidates, and the way to the recommended number.
    fn measured(
        &mut self,
        at: usize,
        id: i64,
        progress: &Progress,
        share: &mut Share<'_>,
    ) -> Result<(Vec<Candidate>, Option<Staged>), PgNumError> {
        let number = self.chosen[at].0;
        let numbers = self.numbers(at);
        let most = numbers.iter().copied().max().unwrap_or(number);
        let today = self.choice.bounds[at].today;
        let alone = match today {
            Some(_) => Some(PoolAlone::new(self.cluster, id, most, self.threads, progress)?),
            None => None,
        };
        share.reach(PLACED);
        let candidates = self.candidates(at, id, &numbers, alone.as_ref(), progress)?;
        share.reach(MEASURED);
        let Some((alone, today)) = alone.zip(today).filter(|(_, today)| *today != number) else {
            return Ok((candidates, None));
        };
        // Each step goes a part of the way that is left, so this is by orders of magnitude.
        let [from, to] = [today, number].map(|pg_num| f64::from(pg_num).ln());
        let staged = alone.staged(number, &self.request.config, progress, |pgp_num| {
            let way = (f64::from(pgp_num).ln() - from) / (to - from);
            share.reach(MEASURED + way.max(0.0) * (1.0 - MEASURED));
        });
        Ok((candidates, Some(staged?)))
    }

    fn methods(&self, at: usize, id: i64, osds: u64, pool: &Pool) -> Methods {
        let size = u64::from(pool.size);
        let by_target = |target| pgcalc(target, osds, self.percents[at], size);
        let final_of = |advice: &Advice| {
            advice.get(&id).and_then(|found| found.as_ref().ok()).map(|found| found.pg_num_final)
        };
        Methods {
            classic: classic(osds, size),
            classic_keep_lower: classic_keep_lower(osds, size),
            table: table(osds),
            pgcalc_100: by_target(100),
            pgcalc_200: by_target(200),
            pgcalc_300: by_target(300),
            pg_autoscaler_pacific: final_of(&self.pacific),
            pg_autoscaler_latest: final_of(&self.latest),
        }
    }

    /// What monitors of both generations say to this number, and the map after it.
    fn checks(&self, typed: &mut OsdMap, id: i64, pool: &Pool, number: u32) -> [PgNumCheck; 2] {
        let change = PgNumChange {
            pool: Some(id),
            pg_num: u64::from(number),
            size: u64::from(pool.size),
            crush_rule: pool.crush_rule,
        };
        let limit = self.request.limits.mon_max_pg_per_osd;
        let generations = [CheckGeneration::AllPools, CheckGeneration::SameRule];
        let checks = generations.map(|one| check_pg_num(typed, one, limit, &change));
        let changed = Pool { pg_num_target: number, ..pool.clone() };
        typed.pools.insert(id, changed);
        checks
    }

    /// The numbers around the recommended one and the target's, and today's.
    fn numbers(&self, at: usize) -> Vec<u32> {
        /// How far candidates go beyond, as a factor.
        const RANGE: u32 = 4;
        let bounds = self.choice.bounds[at];
        let first = bounds.start.clamp(bounds.min, bounds.max);
        let number = self.chosen[at].0;
        let low = (number.min(first) / RANGE).max(1);
        let high = number.max(first).saturating_mul(RANGE).min(bounds.max.max(number));
        let mut numbers: Vec<u32> =
            (0..u32::BITS).map(|bit| 1 << bit).filter(|n| (low..=high).contains(n)).collect();
        if let Some(today) = bounds.today.filter(|today| !numbers.contains(today)) {
            numbers.push(today);
            numbers.sort_unstable();
        }
        numbers
    }

    /// These numbers, measured.
    fn candidates(
        &mut self,
        at: usize,
        id: i64,
        numbers: &[u32],
        alone: Option<&PoolAlone>,
        progress: &Progress,
    ) -> Result<Vec<Candidate>, PgNumError> {
        let mut candidates = Vec::with_capacity(numbers.len());
        for &pg_num in numbers {
            if progress.is_cancelled() {
                return Err(PgNumError::Cancelled);
            }
            let moved = alone.map(|alone| alone.moved(pg_num, progress)).transpose()?;
            let candidate = self.candidate(at, id, pg_num);
            candidates.push(Candidate { moved, ..candidate });
        }
        Ok(candidates)
    }

    fn candidate(&mut self, at: usize, id: i64, pg_num: u32) -> Candidate {
        let max = self.request.limits.mon_max_pg_per_osd;
        let mut numbers = numbers(&self.chosen);
        numbers[at] = pg_num;
        let measured = &mut self.choice.measured;
        let host = measured.host_of_pool[at];
        let all = measured.all_pools(&numbers, None);
        let lost = measured.all_pools(&numbers, host);
        let space_lost = measured.space_lost(at, pg_num);
        let placed = measured.place(at, pg_num, None).clone();
        let ground = &measured.grounds[at].1;
        let gone = host.map(|host| &measured.hosts[host].osds);
        let stays = |osd: &i32| gone.is_none_or(|gone| !gone.contains(osd));
        let osds = ground.asked.keys().copied();
        let spread = |sums: &[u64], osds: &mut dyn Iterator<Item = i32>| {
            PgsPerOsd::of(of_osds(sums, osds).into_iter())
        };
        let all_pools = spread(&all, &mut osds.clone());
        let all_pools_host_lost = spread(&lost, &mut osds.filter(stays));
        Candidate {
            pg_num,
            pgs_per_osd: ground.pgs_per_osd(&placed),
            fullest_osd: ground.fullest(&placed, pg_num),
            space_lost_ratio: space_lost[0],
            space_lost_upmap_ratio: space_lost[1],
            space_lost_balancer_ratio: space_lost[2],
            pgs_short: placed.pgs_short,
            is_within_max: all_pools.max <= max,
            is_within_max_host_lost: all_pools_host_lost.max <= max,
            pgs_per_osd_all_pools: all_pools,
            pgs_per_osd_all_pools_host_lost: all_pools_host_lost,
            bytes_per_pg: self.bytes(at, id).map(|bytes| bytes / f64::from(pg_num)),
            moved: None,
        }
    }

    /// What a pool stores; of one that stores nothing what it is expected to: its
    /// target_size_bytes, or of a plan its part of the capacity. In bytes of data.
    fn bytes(&self, at: usize, id: i64) -> Option<f64> {
        let held = self.cluster.pools.get(&id).map(|held| held.stored_bytes as f64);
        let pool = self.cluster.map.pools.get(&id)?;
        let expected = Some(target_bytes(pool)).filter(|target| *target > 0.0);
        let planned = self.request.is_new && self.request.has_osd_sizes;
        let planned = planned.then(|| {
            let osds = self.choice.measured.grounds[at].1.asked.keys();
            let sizes = osds.filter_map(|osd| self.cluster.osds.get(osd));
            let capacity: f64 = sizes.map(|osd| osd.total_bytes as f64).sum();
            capacity * self.percents[at] / 100.0 / f64::from(raw_used_rate(self.cluster, pool))
        });
        held.filter(|held| *held > 0.0).or(expected).or(planned).or(held)
    }

    fn pgcalc_row(&self, pool: &PoolAdvice) -> PgcalcPool {
        let size = u64::from(pool.size);
        let erasure = pool
            .data_shards
            .and_then(|k| Some((u8::try_from(k).ok()?, u8::try_from(size.checked_sub(k)?).ok()?)));
        PgcalcPool {
            name: pool.name.clone(),
            size,
            erasure,
            osds: pool.osds,
            percent: pool.percent,
            pg_num: pgcalc(self.target, pool.osds, pool.percent, size),
        }
    }

    /// Commands that bring the cluster to what is recommended.
    fn commands(&self, pools: &[PoolAdvice]) -> Vec<String> {
        if self.request.is_new {
            let rows: Vec<PgcalcPool> = (pools.iter())
                .map(|pool| {
                    let pg_num = u64::from(pool.recommended_pg_num);
                    PgcalcPool { pg_num, ..self.pgcalc_row(pool) }
                })
                .collect();
            return pgcalc_output(self.target, &rows).commands;
        }
        let changed = pools.iter().filter(|pool| pool.pg_num != Some(pool.recommended_pg_num));
        changed
            .map(|pool| {
                let (name, number) = (quoted(&pool.name), pool.recommended_pg_num);
                format!("ceph osd pool set {name} pg_num {number}")
            })
            .collect()
    }
}

fn view(found: Option<&Result<AutoscalerAdvice, AutoscalerSkip>>) -> AutoscalerView {
    match found {
        Some(Ok(advice)) => AutoscalerView { advice: Some(advice.clone()), skipped: None },
        Some(Err(skip)) => AutoscalerView { advice: None, skipped: Some(*skip) },
        None => AutoscalerView { advice: None, skipped: None },
    }
}
