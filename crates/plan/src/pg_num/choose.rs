//! The recommendation: which of the numbers that were measured.

use crushlab_osdmap::model::option_key;
use crushlab_osdmap::{OsdMap, Pool};

use super::autoscaler::decimal;
use super::candidates::{Measured, of_osds};
use super::power_of_two::{closest_power_of_two, next_power_of_two, previous_power_of_two};
use super::release::ReleaseLimits;
use super::report::Decision;
use crushlab_compare::progress::Progress;
use crushlab_monitor::pg_check::{PgNumChange, check_pg_num};

/// Fewest PGs of a pool that sets no `pg_num_min`, as the autoscaler has it.
const PG_NUM_MIN: u32 = 32;
/// Part of the cluster's space from which on a loss is worth twice the PGs, or a move of data.
pub(super) const WORTHWHILE: f64 = 0.01;

/// What bounds and pulls one pool's number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    /// PGs that the target comes to.
    pub(super) ideal: f64,
    /// The power of two that is nearest to it.
    pub(super) start: u32,
    pub(super) min: u32,
    pub(super) max: u32,
    /// Part of the data on its OSDs, 1 for all.
    pub(super) share: f64,
    /// Today's number.
    pub(super) today: Option<u32>,
}

impl Bounds {
    pub(super) fn of(
        pool: &Pool,
        osds: u64,
        percent: f64,
        target_pgs_per_osd: u64,
        mon_max_pool_pg_num: u32,
        today: Option<u32>,
    ) -> Bounds {
        let most = previous_power_of_two(f64::from(mon_max_pool_pg_num));
        let option = |key| decimal(pool, key).filter(|value| *value >= 1.0);
        let bias = decimal(pool, option_key::PG_AUTOSCALE_BIAS).unwrap_or(1.0);
        let share = percent / 100.0;
        let pgs = target_pgs_per_osd as f64 * osds as f64;
        let ideal = pgs * share * bias / f64::from(pool.size.max(1));
        let power = |value: u64| u32::try_from(value.min(1 << 31)).unwrap_or(u32::MAX);
        let max = option(option_key::PG_NUM_MAX).map_or(most, previous_power_of_two).min(most);
        let min = option(option_key::PG_NUM_MIN).map(|value| power(next_power_of_two(value)));
        let (max, min) = (power(max), min.unwrap_or(PG_NUM_MIN));
        let (min, start) = (min.min(max), power(closest_power_of_two(ideal)));
        Bounds { ideal, start, min, max, share, today }
    }

    fn first(&self) -> (u32, Decision) {
        if self.start < self.min {
            (self.min, Decision::PgNumMin)
        } else if self.start > self.max {
            (self.max, Decision::PgNumMax)
        } else {
            (self.start, Decision::TargetPgsPerOsd)
        }
    }
}

/// Everything that numbers are chosen by.
pub(super) struct Choice<'a> {
    pub(super) map: &'a OsdMap,
    pub(super) limits: &'a ReleaseLimits,
    pub(super) bounds: Vec<Bounds>,
    pub(super) measured: Measured,
}

impl Choice<'_> {
    /// A number for each pool, and what decided it.
    ///
    /// Each begins with what the target comes to. It is doubled where that gains 1 % of the space
    /// and stays within the limits, halved where a limit is passed, and left as it is today where
    /// the difference is not worth the move.
    pub(super) fn choose(&mut self, progress: &Progress) -> Vec<(u32, Decision)> {
        let mut chosen: Vec<_> = self.bounds.iter().map(Bounds::first).collect();
        for pool in 0..chosen.len() {
            self.raise(&mut chosen, pool, progress);
        }
        while let Some(limit) = self.passed_limit(&numbers(&chosen), progress) {
            // The pool that is furthest above its part gives way first.
            let above = |pool: usize, number: u32| {
                f64::from(number) / self.bounds[pool].ideal.max(f64::MIN_POSITIVE)
            };
            let furthest = (0..chosen.len())
                .filter(|pool| chosen[*pool].0 > 1)
                .max_by(|a, b| above(*a, chosen[*a].0).total_cmp(&above(*b, chosen[*b].0)));
            let Some(pool) = furthest else { break };
            chosen[pool] = (chosen[pool].0 / 2, limit);
        }
        for pool in 0..chosen.len() {
            self.keep_today(&mut chosen, pool, progress);
        }
        chosen
    }

    /// Doubles a pool's number as long as that is worthwhile.
    fn raise(&mut self, chosen: &mut [(u32, Decision)], pool: usize, progress: &Progress) {
        let Bounds { share, max, .. } = self.bounds[pool];
        while chosen[pool].0 <= max / 2 && !progress.is_cancelled() {
            let (before, after) = (chosen[pool], chosen[pool].0 * 2);
            let [_, lost_before, _] = self.measured.space_lost(pool, before.0);
            let [_, lost_after, _] = self.measured.space_lost(pool, after);
            if (lost_before - lost_after) * share <= WORTHWHILE {
                break;
            }
            chosen[pool] = (after, Decision::Balance);
            if self.passed_limit(&numbers(chosen), progress).is_some() {
                chosen[pool] = before;
                break;
            }
        }
    }

    /// Leaves a pool as it is, where that is a power of two, within all limits, at most one step
    /// off and nearly as good.
    fn keep_today(&mut self, chosen: &mut [(u32, Decision)], pool: usize, progress: &Progress) {
        let Bounds { today: Some(today), min, max, share, .. } = self.bounds[pool] else { return };
        let (number, decision) = chosen[pool];
        let is_near = today == number / 2 || today / 2 == number;
        if !is_near || !today.is_power_of_two() || !(min..=max).contains(&today) {
            return;
        }
        let [_, lost, _] = self.measured.space_lost(pool, number);
        let [_, lost_today, _] = self.measured.space_lost(pool, today);
        chosen[pool] = (today, Decision::Today);
        let is_worse = (lost_today - lost) * share > WORTHWHILE;
        if is_worse || self.passed_limit(&numbers(chosen), progress).is_some() {
            chosen[pool] = (number, decision);
        }
    }

    /// The limit that these numbers pass, if they pass one.
    fn passed_limit(&mut self, numbers: &[u32], progress: &Progress) -> Option<Decision> {
        if progress.is_cancelled() {
            return None;
        }
        let osds = self.measured.osds();
        let max = self.limits.mon_max_pg_per_osd;
        let most = |sums: &[u64]| of_osds(sums, osds.iter().copied()).into_iter().max();
        let now = self.measured.all_pools(numbers, None);
        if most(&now) > Some(max) || self.is_refused(numbers) {
            return Some(Decision::MonMaxPgPerOsd);
        }
        for host in 0..self.measured.hosts.len() {
            let lost = self.measured.all_pools(numbers, Some(host));
            if most(&lost) > Some(max) {
                return Some(Decision::HostLost);
            }
        }
        None
    }

    /// Whether the monitor refuses one of these numbers when all others are set.
    fn is_refused(&self, numbers: &[u32]) -> bool {
        let mut map = OsdMap::default();
        map.crush = self.map.crush.clone();
        map.osd_states.clone_from(&self.map.osd_states);
        map.osd_weights.clone_from(&self.map.osd_weights);
        map.pools.clone_from(&self.map.pools);
        for ((id, _), number) in self.measured.grounds.iter().zip(numbers) {
            if let Some(pool) = map.pools.get_mut(id) {
                pool.pg_num_target = *number;
            }
        }
        map.pools.iter().any(|(id, pool)| {
            let change = PgNumChange {
                pool: Some(*id),
                pg_num: u64::from(pool.pg_num_target),
                size: u64::from(pool.size),
                crush_rule: pool.crush_rule,
            };
            let limit = self.limits.mon_max_pg_per_osd;
            !check_pg_num(&map, self.limits.check, limit, &change).is_allowed
        })
    }
}

/// The numbers without what decided them.
pub(super) fn numbers(chosen: &[(u32, Decision)]) -> Vec<u32> {
    chosen.iter().map(|(number, _)| *number).collect()
}
