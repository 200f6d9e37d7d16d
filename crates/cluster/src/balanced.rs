//! A cluster's PGs evened out: with what is known of its data, and the space that it wins.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crushlab_balance::{BalanceError, BalanceOptions, BalanceReport, Fill, Held, balance};
use crushlab_compare::amounts::amounts;
use crushlab_compare::shape::PoolShape;
use crushlab_compare::{Cancelled, Progress};
use crushlab_osdmap::{Cluster as Recorded, OsdStats, PgId, PgWorkspace, PoolMapper};
use crushlab_plan::capacity::{Subject, pool_max_avail_bytes};

use crate::cluster::Cluster;

impl Cluster {
    /// Evens out its PGs, see [`balance`]. Fills are those once all data has arrived where the map
    /// has it; a fill in the options is replaced by what is known here.
    ///
    /// # Errors
    /// [`BalanceError`].
    pub fn balance(
        &self,
        options: &BalanceOptions,
        progress: &Progress,
    ) -> Result<BalanceReport, BalanceError> {
        let fill = self.fill(options.threads, progress).map_err(|_| BalanceError::Cancelled)?;
        let options = BalanceOptions { fill, held: self.held(), ..options.clone() };
        let mut report = balance(self.map(), self.crush(), &options, progress)?;
        if let Some(fill) = &options.fill {
            self.tell_space(fill, &mut report);
        }
        Ok(report)
    }

    /// How full its OSDs are once all PGs are where the map has them, whether or not there is room
    /// for them. None where no size of an OSD is known.
    fn fill(&self, threads: NonZeroUsize, progress: &Progress) -> Result<Option<Fill>, Cancelled> {
        let recorded = self.recorded();
        if recorded.osds.is_empty() {
            return Ok(None);
        }
        let outlook = self.outlook(threads, &progress.quiet())?;
        let mut data = self.data();
        data.heal(&outlook.report);
        let osds = self.map().max_osd();
        let mut fill = Fill {
            total_bytes: vec![0.0; osds],
            used_bytes: vec![0.0; osds],
            shard_bytes: self.shard_bytes(),
        };
        for (osd, stats) in &data.osds {
            let Some(index) = usize::try_from(*osd).ok().filter(|index| *index < osds) else {
                continue;
            };
            // Ceph forgets the sizes of OSDs that are out.
            if self.map().is_in(*osd) {
                fill.total_bytes[index] = stats.total_bytes as f64;
                fill.used_bytes[index] = stats.used_bytes as f64;
            }
        }
        // What finds no room is not where the map has it even then.
        for (pg, holders) in outlook.holders.iter() {
            self.bring_home(pg, holders, &mut fill);
        }
        Ok(Some(fill))
    }

    /// Counts a PG's data where the map has the PG, and not on those that hold it.
    fn bring_home(&self, pg: PgId, holders: &[i32], fill: &mut Fill) {
        let Ok(mapper) = PoolMapper::new(self.map(), self.crush(), pg.pool) else { return };
        let mut workspace = PgWorkspace::new();
        let up = mapper.map_pg(pg.seed, &mut workspace).up.to_vec();
        let bytes = fill.shard_bytes.get(&pg.pool).and_then(|own| own.get(pg.seed as usize));
        let bytes = bytes.copied().unwrap_or(0.0);
        let used = |osd: &i32| usize::try_from(*osd).ok();
        let gone = holders.iter().filter(|osd| !up.contains(osd)).filter_map(used);
        let come = up.iter().filter(|osd| !holders.contains(osd)).filter_map(used);
        let changes = gone.map(|osd| (osd, -bytes)).chain(come.map(|osd| (osd, bytes)));
        for (osd, bytes) in changes {
            fill.used_bytes.get_mut(osd).into_iter().for_each(|used| *used += bytes);
        }
    }

    /// Bytes that one OSD holds of each PG, by pool.
    fn shard_bytes(&self) -> BTreeMap<i64, Vec<f64>> {
        let (map, recorded) = (self.map(), self.recorded());
        let mut all = BTreeMap::new();
        for (id, pool) in &map.pools {
            let Some((amounts, _)) = amounts(recorded, *id, pool.pg_num) else { continue };
            let shape = PoolShape::of(map, pool);
            let omap = |seed: u32| {
                let stats = recorded.pgs.get(&PgId::new(*id, seed));
                stats.map_or(0.0, |stats| stats.omap_bytes as f64)
            };
            let pgs = (0..pool.pg_num).zip(amounts);
            let shards = pgs.map(|(seed, held)| shape.shard_bytes(held.bytes) as f64 + omap(seed));
            all.insert(*id, shards.collect());
        }
        all
    }

    /// Objects and bytes of each PG, by pool, where they are known.
    fn held(&self) -> Held {
        let known = self.map().pools.iter().filter_map(|(id, pool)| {
            let (amounts, _) = amounts(self.recorded(), *id, pool.pg_num)?;
            let held = amounts.iter().map(|held| (held.objects as f64, held.bytes as f64));
            Some((*id, held.collect()))
        });
        known.collect()
    }

    /// MAX AVAIL of the pools before and after.
    fn tell_space(&self, fill: &Fill, report: &mut BalanceReport) {
        let before = self.with_used(|osd, _| fill.used_bytes.get(osd).copied());
        let after: BTreeMap<i32, f64> =
            report.osds.iter().filter_map(|osd| Some((osd.osd, osd.after_used_ratio?))).collect();
        let after = self.with_used(|osd, size| match after.get(&(osd as i32)) {
            Some(ratio) => Some(ratio * size),
            None => fill.used_bytes.get(osd).copied(),
        });
        let release = self.map().require_osd_release;
        let avail = |data: &Recorded, pool: i64| {
            let subject = Subject { map: self.map(), crush: self.crush(), data, placed: None };
            pool_max_avail_bytes(&subject, pool, release)
        };
        for pool in &mut report.pools {
            pool.before_max_avail_bytes = avail(&before, pool.id);
            pool.after_max_avail_bytes = avail(&after, pool.id);
        }
    }

    /// What was recorded, with other bytes used of OSDs.
    fn with_used(&self, used: impl Fn(usize, f64) -> Option<f64>) -> Recorded {
        let mut recorded = self.counted().into_owned();
        for (osd, stats) in &mut recorded.osds {
            let index = usize::try_from(*osd).ok();
            let Some(used) = index.and_then(|osd| used(osd, stats.total_bytes as f64)) else {
                continue;
            };
            let more = used.max(0.0) - stats.used_bytes as f64;
            let available = (stats.available_bytes as f64 - more).max(0.0) as u64;
            *stats =
                OsdStats { used_bytes: used.max(0.0) as u64, available_bytes: available, ..*stats };
        }
        recorded
    }
}
