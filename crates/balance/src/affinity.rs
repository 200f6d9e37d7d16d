//! Primary affinities under which reads are spread evenly: all releases have them.

use crushlab_crush::Map;
use crushlab_osdmap::model::FULL_WEIGHT;
use crushlab_osdmap::{OsdMap, PgWorkspace, PoolMapper, PoolMapping};

/// Rounds of trying; more win next to nothing.
const ROUNDS: usize = 80;

/// Affinities are written with three decimals.
const STEPS: f64 = 1000.0;

/// Affinities, and who leads the PGs of each pool under them.
pub(crate) struct Affinities {
    /// By OSD, in thousandths.
    pub(crate) thousandths: Vec<u32>,
    /// By pool and PG.
    pub(crate) primaries: Vec<Vec<i32>>,
}

/// Looks for affinities: an OSD that leads more than its share gets a lower one, again and again;
/// the best that is met is kept, which need not be the best that there is. `pools` are ids with
/// what is placed. `None` where nothing better than the present affinities is met.
pub(crate) fn level_affinities(
    map: &OsdMap,
    crush: &Map,
    pools: &[(i64, PoolMapping)],
) -> Option<Affinities> {
    let mut trial = map.clone();
    let present: Vec<u32> = (0..map.max_osd() as i32)
        .map(|osd| (f64::from(map.primary_affinity(osd)) / full() * STEPS).round() as u32)
        .collect();
    let shares = shares(pools, map.max_osd());
    let unevenness = |primaries: &[Vec<i32>]| -> f64 {
        let of_pool = |(own, pool): (&Vec<i32>, &Vec<f64>)| {
            let counts = counts(own, map.max_osd());
            let pairs = counts.iter().zip(pool).filter(|(_, share)| **share > 0.0);
            pairs.map(|(count, share)| f64::from(*count) / share).fold(0.0, f64::max)
        };
        primaries.iter().zip(&shares).map(of_pool).fold(0.0, f64::max)
    };
    let mut best_value = unevenness(&primaries(map, crush, pools));
    let mut best = None;
    let mut affinities: Vec<f64> = present.iter().map(|own| f64::from(*own) / STEPS).collect();
    for _ in 0..ROUNDS {
        let thousandths: Vec<u32> =
            affinities.iter().map(|own| (own * STEPS).round().clamp(1.0, STEPS) as u32).collect();
        trial.osd_primary_affinities = Some(thousandths.iter().map(|own| fixed(*own)).collect());
        let primaries = primaries(&trial, crush, pools);
        let value = unevenness(&primaries);
        let leads: Vec<Vec<u32>> = primaries.iter().map(|own| counts(own, map.max_osd())).collect();
        for (osd, affinity) in affinities.iter_mut().enumerate() {
            // Both are as long as there are OSDs.
            let share: f64 = shares.iter().map(|pool| pool[osd]).sum();
            let leads: u32 = leads.iter().map(|pool| pool[osd]).sum();
            if share > 0.0 {
                *affinity *= (share / f64::from(leads.max(1))).sqrt();
            }
        }
        let most = affinities.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        affinities.iter_mut().for_each(|own| *own = (*own / most).clamp(1.0 / STEPS, 1.0));
        if value < best_value {
            best_value = value;
            best = Some(Affinities { thousandths, primaries });
        }
    }
    best
}

fn full() -> f64 {
    f64::from(FULL_WEIGHT)
}

/// What Ceph makes of an affinity with three decimals (`ceph osd primary-affinity`).
fn fixed(thousandths: u32) -> u32 {
    (f64::from(thousandths) / STEPS * full()) as u32
}

/// PGs that each OSD should lead, by pool and OSD: all the same that hold any.
fn shares(pools: &[(i64, PoolMapping)], osds: usize) -> Vec<Vec<f64>> {
    let of_pool = |(_, mapping): &(i64, PoolMapping)| {
        let mut share = vec![0.0; osds];
        for osd in mapping.up.iter().flatten() {
            if let Some(own) = usize::try_from(*osd).ok().and_then(|osd| share.get_mut(osd)) {
                *own = 1.0;
            }
        }
        let holders: f64 = share.iter().sum();
        share.iter_mut().for_each(|own| *own *= mapping.len() as f64 / holders.max(1.0));
        share
    };
    pools.iter().map(of_pool).collect()
}

fn counts(primaries: &[i32], osds: usize) -> Vec<u32> {
    let mut counts = vec![0; osds];
    for osd in primaries {
        if let Some(own) = usize::try_from(*osd).ok().and_then(|osd| counts.get_mut(osd)) {
            *own += 1;
        }
    }
    counts
}

/// Who leads each PG under the affinities of a map.
fn primaries(map: &OsdMap, crush: &Map, pools: &[(i64, PoolMapping)]) -> Vec<Vec<i32>> {
    let mut workspace = PgWorkspace::new();
    let mut of_pool = |(id, mapping): &(i64, PoolMapping)| {
        // Without a pool there is nothing that was placed.
        let Ok(mapper) = PoolMapper::new(map, crush, *id) else { return Vec::new() };
        let mapper = mapper.ignoring_down();
        let pgs = (0..).zip(mapping.raw.iter());
        pgs.map(|(seed, raw)| mapper.map_placed(seed, raw, &mut workspace).up_primary).collect()
    };
    pools.iter().map(&mut of_pool).collect()
}
