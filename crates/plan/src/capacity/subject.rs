//! The state of a cluster that is asked about.

use std::num::NonZeroUsize;

use crushlab_compare::Baseline;
use crushlab_crush::Map;
use crushlab_osdmap::{Cluster, OsdMap, OsdStats, PoolMapper, PoolMapping, map_pool};

/// A state of a cluster: its map, as changes may have left it, and what was recorded of its data.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The map.
    pub map: &'a OsdMap,
    /// The checked form of the map's own CRUSH map.
    pub crush: &'a Map,
    /// What was recorded: sizes of OSDs, data of pools and PGs. Its own map is looked at only for
    /// what the recorded PGs were.
    pub data: &'a Cluster,
    /// Its PGs, where they were mapped already.
    pub placed: Option<&'a Baseline>,
}

impl<'a> Subject<'a> {
    /// Size and use of an OSD that counts. Ceph forgets those of an OSD that is out.
    pub fn osd_stats(&self, osd: i32) -> Option<OsdStats> {
        let stats = self.data.osds.get(&osd).copied()?;
        (self.map.is_in(osd) && stats.total_bytes > 0).then_some(stats)
    }

    /// The OSDs of all PGs of a pool. `mapper` is one of the subject's map.
    pub fn mapping(&self, mapper: &PoolMapper<'_>, threads: NonZeroUsize) -> PoolMapping {
        match self.placed {
            Some(placed) => placed.mapping(mapper, threads),
            None => map_pool(mapper, threads),
        }
    }

    /// The rule that places a pool's PGs; none where none fits the pool.
    pub fn rule_id(&self, pool: i64) -> Option<usize> {
        PoolMapper::new(self.map, self.crush, pool).ok()?.rule_id()
    }
}
