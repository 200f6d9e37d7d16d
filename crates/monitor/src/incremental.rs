//! What a change makes of an OSDMap: the parts that differ, and nothing else.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crushlab_crushmap::CrushMap;
use crushlab_osdmap::model::{FULL_WEIGHT, Osd};
use crushlab_osdmap::{OsdMap, PgId, Pool};

/// Entries that change: the new value, or nothing for an entry that goes.
pub(crate) type Entries<K, V> = BTreeMap<K, Option<V>>;

/// The step from one OSDMap to the next (`OSDMap::Incremental`). It holds whole new values of what
/// changes, so it costs what it changes, whatever the size of the map.
#[derive(Clone, Debug, Default)]
pub(crate) struct Incremental {
    pub(crate) crush: Option<Box<CrushMap>>,
    pub(crate) max_osd: Option<usize>,
    pub(crate) osds: BTreeMap<i32, OsdEntry>,
    /// Whether primary affinities are listed from now on, were they all 1.
    pub(crate) lists_affinities: bool,
    pub(crate) pool_max: Option<i32>,
    pub(crate) pools: Entries<i64, Pool>,
    pub(crate) pg_temp: Entries<PgId, Vec<i32>>,
    pub(crate) primary_temp: Entries<PgId, i32>,
    pub(crate) pg_upmap: Entries<PgId, Vec<i32>>,
    pub(crate) pg_upmap_items: Entries<PgId, Vec<(i32, i32)>>,
    pub(crate) pg_upmap_primaries: Entries<PgId, i32>,
    pub(crate) erasure_code_profiles: Entries<String, BTreeMap<String, String>>,
    pub(crate) flags: Option<u32>,
    pub(crate) full_ratio: Option<f32>,
    pub(crate) backfillfull_ratio: Option<f32>,
    pub(crate) nearfull_ratio: Option<f32>,
    pub(crate) require_min_compat_client: Option<u8>,
    pub(crate) require_osd_release: Option<u8>,
    /// Flags of CRUSH nodes and device classes; an entry without flags goes.
    pub(crate) crush_node_flags: BTreeMap<i32, u32>,
    pub(crate) device_class_flags: BTreeMap<i32, u32>,
}

/// An OSD as it will be.
#[derive(Clone, Debug)]
pub(crate) struct OsdEntry {
    pub(crate) state: u32,
    pub(crate) weight: u32,
    pub(crate) primary_affinity: u32,
    pub(crate) osd: Osd,
}

impl OsdEntry {
    /// An OSD as it is; one that there has not been yet where the id is a new one.
    pub(crate) fn of(map: &OsdMap, osd: i32) -> OsdEntry {
        let known = usize::try_from(osd).ok().and_then(|osd| map.osds.get(osd));
        OsdEntry {
            state: map.osd_state(osd),
            weight: map.osd_weight(osd),
            primary_affinity: map.primary_affinity(osd),
            osd: known.cloned().unwrap_or_default(),
        }
    }
}

impl Incremental {
    /// Makes the change (`OSDMap::apply_incremental`), but for the epoch.
    pub(crate) fn apply(self, map: &mut OsdMap) {
        if let Some(crush) = self.crush {
            map.crush = *crush;
        }
        if let Some(count) = self.max_osd {
            map.set_max_osd(count);
        }
        if self.lists_affinities && map.osd_primary_affinities.is_none() {
            map.osd_primary_affinities = Some(vec![FULL_WEIGHT; map.max_osd()]);
        }
        for (osd, entry) in self.osds {
            put_osd(map, osd, entry);
        }
        map.pool_max = self.pool_max.unwrap_or(map.pool_max);
        for (id, pool) in self.pools {
            if pool.is_none() {
                forget_pgs(map, id);
            }
            put(&mut map.pools, id, pool);
        }
        put_all(&mut map.pg_temp, self.pg_temp);
        put_all(&mut map.primary_temp, self.primary_temp);
        put_all(&mut map.pg_upmap, self.pg_upmap);
        put_all(&mut map.pg_upmap_items, self.pg_upmap_items);
        put_all(&mut map.pg_upmap_primaries, self.pg_upmap_primaries);
        put_all(&mut map.erasure_code_profiles, self.erasure_code_profiles);
        map.flags = self.flags.unwrap_or(map.flags);
        map.full_ratio = self.full_ratio.unwrap_or(map.full_ratio);
        map.backfillfull_ratio = self.backfillfull_ratio.unwrap_or(map.backfillfull_ratio);
        map.nearfull_ratio = self.nearfull_ratio.unwrap_or(map.nearfull_ratio);
        let client = self.require_min_compat_client;
        map.require_min_compat_client = client.unwrap_or(map.require_min_compat_client);
        map.require_osd_release = self.require_osd_release.unwrap_or(map.require_osd_release);
        put_flags(&mut map.crush_node_flags, self.crush_node_flags);
        put_flags(&mut map.device_class_flags, self.device_class_flags);
    }
}

/// All PGs that a pool can have.
pub(crate) fn pgs_of_pool(pool: i64) -> RangeInclusive<PgId> {
    PgId::new(pool, 0)..=PgId::new(pool, u32::MAX)
}

fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => {
            map.insert(key, value);
        }
        None => {
            map.remove(&key);
        }
    }
}

fn put_all<K: Ord, V>(map: &mut BTreeMap<K, V>, entries: Entries<K, V>) {
    for (key, value) in entries {
        put(map, key, value);
    }
}

fn put_flags(map: &mut BTreeMap<i32, u32>, entries: BTreeMap<i32, u32>) {
    for (id, flags) in entries {
        put(map, id, Some(flags).filter(|flags| *flags != 0));
    }
}

fn put_osd(map: &mut OsdMap, osd: i32, entry: OsdEntry) {
    fn put<T>(values: &mut [T], index: usize, value: T) {
        if let Some(slot) = values.get_mut(index) {
            *slot = value;
        }
    }
    let Ok(index) = usize::try_from(osd) else { return };
    put(&mut map.osd_states, index, entry.state);
    put(&mut map.osd_weights, index, entry.weight);
    put(
        map.osd_primary_affinities.as_deref_mut().unwrap_or_default(),
        index,
        entry.primary_affinity,
    );
    put(&mut map.osds, index, entry.osd);
}

/// Takes out all that is said of the PGs of a pool that goes.
fn forget_pgs(map: &mut OsdMap, pool: i64) {
    fn forget<V>(map: &mut BTreeMap<PgId, V>, pool: i64) {
        let pgs: Vec<PgId> = map.range(pgs_of_pool(pool)).map(|(pg, _)| *pg).collect();
        for pg in pgs {
            map.remove(&pg);
        }
    }
    forget(&mut map.pg_temp, pool);
    forget(&mut map.primary_temp, pool);
    forget(&mut map.pg_upmap, pool);
    forget(&mut map.pg_upmap_items, pool);
    forget(&mut map.pg_upmap_primaries, pool);
}
