//! How full OSDs are, for a placement that is level by bytes.

use std::collections::BTreeMap;

/// Sizes of OSDs, what is used of them, and what the shards of PGs take. Lists are by OSD.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fill {
    /// Sizes of the OSDs; 0 where that is not known.
    pub total_bytes: Vec<f64>,
    /// What is used of them once all PGs are where the map has them.
    pub used_bytes: Vec<f64>,
    /// Bytes that one OSD holds of a PG, by pool and PG: all of its data, or the k-th part in an
    /// erasure-coded pool, and what is known of its omap.
    pub shard_bytes: BTreeMap<i64, Vec<f64>>,
}

impl Fill {
    /// Whether there is a size and the data of a pool.
    pub(crate) fn is_known(&self) -> bool {
        self.total_bytes.iter().any(|size| *size > 0.0) && !self.shard_bytes.is_empty()
    }

    /// What an OSD holds of a PG; 0 where nothing is known of its pool.
    pub(crate) fn shard(&self, pool: i64, seed: u32) -> f64 {
        let pgs = self.shard_bytes.get(&pool);
        pgs.and_then(|pgs| pgs.get(seed as usize)).copied().unwrap_or(0.0)
    }

    /// The size of an OSD; none where that is not known.
    pub(crate) fn size(&self, osd: i32) -> Option<f64> {
        let size = *self.total_bytes.get(usize::try_from(osd).ok()?)?;
        (size > 0.0).then_some(size)
    }

    /// What is used of an OSD by its size.
    pub(crate) fn ratio(&self, osd: i32) -> Option<f64> {
        let used = *self.used_bytes.get(usize::try_from(osd).ok()?)?;
        Some(used.max(0.0) / self.size(osd)?)
    }

    /// Moves a shard's bytes from one OSD to another.
    pub(crate) fn shift(&mut self, from: i32, to: i32, bytes: f64) {
        for (osd, bytes) in [(from, -bytes), (to, bytes)] {
            let slot = usize::try_from(osd).ok().and_then(|osd| self.used_bytes.get_mut(osd));
            slot.into_iter().for_each(|used| *used += bytes);
        }
    }
}
