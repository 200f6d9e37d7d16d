//! The capacity of every pool. Field names are the keys of the JSON form.

use std::num::NonZeroUsize;

use crushlab_osdmap::model::pool_flag;
use crushlab_osdmap::{OsdMap, Pool};
use serde::Serialize;

use super::domains::RuleDomains;
use super::error::CapacityError;
use super::layout::{Layout, PoolLayout};
use super::max_avail::{RuleAvail, max_avail_bytes, raw_used_rate, rule_avail};
use super::min_alloc;
use super::object_size::{ObjectSizes, Overhead, Redundancy};
use super::pool_data::PoolData;
use super::room::Room;
use super::subject::Subject;
use super::usable::Usable;
use crushlab_compare::progress::Progress;
use crushlab_compare::shape::PoolShape;

/// Release from which the latest point releases compute MAX AVAIL without degraded copies (Squid):
/// clusters of 18.2.7 still scale it, those of 20.2.4 do not.
const UNSCALED_RELEASE: u8 = 19;
/// Device classes that are flash.
const FLASH_CLASSES: [&str; 2] = ["ssd", "nvme"];
/// `osd_pool_erasure_code_stripe_unit`, for pools that do not say their own.
const STRIPE_UNIT_BYTES: u64 = 4096;

/// What to ask.
#[derive(Clone, Debug)]
pub struct CapacityOptions {
    /// Number of the release whose MAX AVAIL and allocation unit are meant; 0 for the one that the
    /// map requires.
    pub release: u8,
    /// Sizes of objects, to work out what padding takes.
    pub object_sizes: Option<ObjectSizes>,
    /// Allocation unit of the OSDs, in bytes; the release's default if left out.
    pub min_alloc_size_bytes: Option<u64>,
    /// Whether a pool that asks for more failure domains than there are is an error.
    pub refuses_shortage: bool,
    /// Threads to use.
    pub threads: NonZeroUsize,
}

/// The capacity of a cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CapacityReport {
    /// Number of the release that was meant.
    pub release: u8,
    /// Size of all OSDs that are in, where sizes are known; so with the next.
    pub total_bytes: Option<u64>,
    /// What is used of them.
    pub used_bytes: Option<u64>,
    /// nearfull_ratio.
    pub nearfull_ratio: f64,
    /// backfillfull_ratio.
    pub backfillfull_ratio: f64,
    /// full_ratio.
    pub full_ratio: f64,
    /// How much can be written if all pools grow in their present proportions; absent where sizes
    /// or data are not known.
    pub room: Option<Room>,
    /// Every pool, by rising id.
    pub pools: Vec<PoolCapacity>,
}

/// The capacity of one pool. Amounts of data count each object once, unless they are raw.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PoolCapacity {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Replicas, or k + m.
    pub size: u8,
    /// Raw bytes that a stored byte takes, without padding.
    pub raw_used_rate: f64,
    /// Objects, where the data is known; so with the next three.
    pub objects: Option<u64>,
    /// Bytes stored.
    pub stored_bytes: Option<u64>,
    /// Bytes that they take on all OSDs.
    pub used_bytes: Option<u64>,
    /// Of these, omap entries, as far as scrubs counted them: none in erasure-coded pools.
    pub omap_bytes: Option<u64>,
    /// Copies that are there by all that there should be, where that is known.
    pub intact_ratio: Option<f64>,
    /// MAX AVAIL as the release has it; absent where sizes of OSDs are not known.
    pub max_avail_bytes: Option<u64>,
    /// MAX AVAIL as it was until 2024: it rises with the copies that are lost.
    pub max_avail_pacific_bytes: Option<u64>,
    /// MAX AVAIL as it is since.
    pub max_avail_latest_bytes: Option<u64>,
    /// MAX AVAIL as the cluster itself said, where its `ceph df` was given.
    pub max_avail_reported_bytes: Option<u64>,
    /// The OSD that limits MAX AVAIL.
    pub limiting_osd: Option<i32>,
    /// Its fill.
    pub limiting_osd_used_ratio: Option<f64>,
    /// MAX AVAIL if that OSD did not limit it: what the next one lets.
    pub max_avail_without_limiting_osd_bytes: Option<u64>,
    /// MAX AVAIL if all OSDs became full at the same time.
    pub max_avail_balanced_bytes: Option<u64>,
    /// How much can be written into this pool alone, on its PGs as they are.
    pub room: Option<Room>,
    /// PGs with fewer OSDs than the pool's size.
    pub pgs_short: u32,
    /// What the failure domains can hold; absent where sizes are not known.
    pub usable: Option<Usable>,
    /// What objects of the given sizes take; absent where none were given.
    pub overhead: Option<Overhead>,
}

/// PGs that [`capacity`] places, for [`Progress`]; those that measure failure domains are not
/// counted.
pub fn units_of_capacity(subject: &Subject<'_>) -> u64 {
    subject.map.pg_count()
}

/// The capacity of every pool of a cluster.
///
/// # Errors
/// [`CapacityError`].
pub fn capacity(
    subject: &Subject<'_>,
    options: &CapacityOptions,
    progress: &Progress,
) -> Result<CapacityReport, CapacityError> {
    if options.refuses_shortage {
        check_domains(subject)?;
    }
    let has_sizes = !subject.data.osds.is_empty();
    let release =
        if options.release > 0 { options.release } else { subject.map.require_osd_release };
    let layout = Layout::of(subject, options.threads, progress)?;
    let mut pools = Vec::with_capacity(layout.pools.len());
    for layout in &layout.pools {
        let Some(pool) = subject.map.pools.get(&layout.pool) else { continue };
        let mut one = pool_capacity(subject, pool, layout, release);
        if has_sizes {
            one.usable = Usable::of(subject, pool, layout, options.threads, progress)?;
        }
        one.overhead = options.object_sizes.as_ref().and_then(|sizes| {
            let unit = options.min_alloc_size_bytes;
            let unit = unit.unwrap_or_else(|| default_unit(subject, layout.pool, release));
            Some(redundancy(subject.map, pool)?.overhead(sizes, unit))
        });
        pools.push(one);
    }
    let osds = || (0..subject.map.max_osd() as i32).filter_map(|osd| subject.osd_stats(osd));
    let sum = |bytes: fn(&crushlab_osdmap::OsdStats) -> u64| {
        has_sizes.then(|| osds().map(|stats| bytes(&stats)).fold(0, u64::saturating_add))
    };
    Ok(CapacityReport {
        release,
        total_bytes: sum(|stats| stats.total_bytes),
        used_bytes: sum(|stats| stats.used_bytes),
        nearfull_ratio: typed_ratio(subject.map.nearfull_ratio),
        backfillfull_ratio: typed_ratio(subject.map.backfillfull_ratio),
        full_ratio: typed_ratio(subject.map.full_ratio),
        room: if has_sizes { Room::of_all(subject, &layout) } else { None },
        pools,
    })
}

/// The ratio that somebody typed: 0.85, not the nearest 32-bit number with all its digits.
pub(crate) fn typed_ratio(ratio: f32) -> f64 {
    ratio.to_string().parse().unwrap_or(f64::from(ratio))
}

/// Refuses pools that ask for more failure domains than there are.
///
/// # Errors
/// [`CapacityError::Shortage`].
pub fn check_domains(subject: &Subject<'_>) -> Result<(), CapacityError> {
    for (id, pool) in &subject.map.pools {
        let rule = subject.rule_id(*id).and_then(|rule| subject.crush.rule(rule));
        let domains = rule.map(|rule| RuleDomains::new(subject, rule, usize::from(pool.size)));
        if let Some(shortage) = domains.and_then(|domains| domains.shortage()) {
            return Err(CapacityError::Shortage { pool: pool.name.clone(), shortage });
        }
    }
    Ok(())
}

fn pool_capacity(
    subject: &Subject<'_>,
    pool: &Pool,
    layout: &PoolLayout,
    release: u8,
) -> PoolCapacity {
    let id = layout.pool;
    let has_sizes = !subject.data.osds.is_empty();
    let data = PoolData::of(subject, id, pool);
    let rate = raw_used_rate(subject.map, pool);
    let scaled = rate * data.map_or(1.0, |data| data.intact_ratio);
    let avail =
        subject.rule_id(id).map_or_else(RuleAvail::default, |rule| rule_avail(subject, rule));
    let is_latest = release == 0 || release >= UNSCALED_RELEASE;
    let chosen_rate = if is_latest { rate } else { scaled };
    let of = |raw: u64, rate: f32| has_sizes.then(|| max_avail_bytes(raw, rate));
    let limiting = avail.limiting_osd.and_then(|osd| subject.osd_stats(osd));
    PoolCapacity {
        id,
        name: pool.name.clone(),
        size: pool.size,
        raw_used_rate: typed_ratio(rate),
        objects: data.map(|data| data.objects),
        stored_bytes: data.map(|data| data.stored_bytes),
        used_bytes: data.map(|data| data.used_bytes),
        omap_bytes: data.map(|data| data.omap_bytes),
        intact_ratio: data
            .filter(|data| data.is_intact_known)
            .map(|data| f64::from(data.intact_ratio)),
        max_avail_bytes: of(avail.raw_bytes, chosen_rate),
        max_avail_pacific_bytes: of(avail.raw_bytes, scaled),
        max_avail_latest_bytes: of(avail.raw_bytes, rate),
        max_avail_reported_bytes: subject.data.pools.get(&id).and_then(|held| held.max_avail_bytes),
        limiting_osd: avail.limiting_osd,
        limiting_osd_used_ratio: limiting
            .map(|stats| stats.used_bytes as f64 / stats.total_bytes as f64),
        max_avail_without_limiting_osd_bytes: avail
            .raw_next_bytes
            .and_then(|raw| of(raw, chosen_rate)),
        max_avail_balanced_bytes: of(avail.raw_balanced_bytes, chosen_rate),
        room: has_sizes.then(|| Room::of_pool(subject, layout)),
        pgs_short: layout.pgs_short,
        usable: None,
        overhead: None,
    }
}

/// How a pool keeps its objects safe; `None` where its profile does not say.
pub fn redundancy(map: &OsdMap, pool: &Pool) -> Option<Redundancy> {
    let shape = PoolShape::of(map, pool);
    if !shape.is_erasure {
        return Some(Redundancy::Replicas { size: pool.size });
    }
    let k = u8::try_from(shape.readable_size).ok().filter(|k| *k > 0)?;
    let unit = u64::from(pool.stripe_width) / u64::from(k);
    Some(Redundancy::Erasure {
        k,
        m: pool.size.checked_sub(k)?,
        stripe_unit_bytes: if unit > 0 { unit } else { STRIPE_UNIT_BYTES },
        is_padded: !pool.has_flags(pool_flag::EC_OPTIMIZATIONS),
    })
}

/// The allocation unit that a pool's OSDs have by default: that of flash if all of them are.
fn default_unit(subject: &Subject<'_>, pool: i64, release: u8) -> u64 {
    let names = &subject.map.crush;
    let shares = subject.rule_id(pool).and_then(|rule| names.rule_weight_shares(rule));
    let shares = shares.unwrap_or_default();
    let is_flash =
        |osd: &i32| names.item_class(*osd).is_some_and(|class| FLASH_CLASSES.contains(&class));
    min_alloc::default_bytes(release, !shares.is_empty() && shares.keys().all(is_flash))
}
