//! What 16.2 makes of a map when it reads it: flags follow the release that OSDs must be of, and
//! pools say what kind of snapshots they have (OSDMap.cc and osd_types.cc, `decode`).

use crushlab_osdmap::model::{map_flag, pool_flag};
use crushlab_osdmap::{OsdMap, Pool};

const KRAKEN: u8 = 11;
const JEWEL: u8 = 10;
const LUMINOUS: u8 = 12;
const NAUTILUS: u8 = 14;

/// Version of the OSDs' part from which it holds the release.
const RELEASE_VERSION: u8 = 5;

/// The map as osdmaptool has it after reading it.
pub(crate) fn as_decoded(mut map: OsdMap) -> OsdMap {
    const SNAPS: u64 = pool_flag::POOL_SNAPS | pool_flag::SELFMANAGED_SNAPS;
    let unsaid = |pool: &&mut Pool| pool.snap_seq > 0 && pool.flags & SNAPS == 0;
    for pool in map.pools.values_mut().filter(unsaid) {
        pool.flags |= match pool.removed_snaps.is_empty() {
            true => pool_flag::POOL_SNAPS,
            false => pool_flag::SELFMANAGED_SNAPS,
        };
    }
    if map.encoding.osd.version < RELEASE_VERSION {
        let releases = [
            (map_flag::REQUIRE_LUMINOUS, LUMINOUS),
            (map_flag::REQUIRE_KRAKEN, KRAKEN),
            (map_flag::REQUIRE_JEWEL, JEWEL),
        ];
        let found = releases.iter().find(|(flag, _)| map.flags & flag != 0);
        map.require_osd_release = found.map_or(0, |(_, release)| *release);
        return map;
    }
    if map.require_osd_release >= LUMINOUS {
        map.flags &=
            !(map_flag::REQUIRE_JEWEL | map_flag::REQUIRE_KRAKEN | map_flag::REQUIRE_LUMINOUS);
        map.flags |= map_flag::RECOVERY_DELETES;
    }
    if map.require_osd_release >= NAUTILUS {
        map.flags |= map_flag::PGLOG_HARDLIMIT;
    }
    map
}
