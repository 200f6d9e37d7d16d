//! What a tool makes of a map when it reads it: flags follow the release that OSDs must be of, and
//! pools say what kind of snapshots they have (OSDMap.cc and osd_types.cc, `decode`).

use crushlab_osdmap::model::{Release, map_flag, pool_flag};
use crushlab_osdmap::{OsdMap, Pool};

/// Version of the OSDs' part from which it holds the release.
const RELEASE_VERSION: u8 = 5;

/// The map as osdmaptool of a release has it after reading it: without what that release does not
/// know.
pub(crate) fn as_decoded(mut map: OsdMap, release: Release) -> OsdMap {
    map.crush = map.crush.as_read_by(release);
    if !release.has_upmap_primaries() {
        map.pg_upmap_primaries.clear();
    }
    map.allow_crimson &= release.knows_crimson();
    if !release.knows_ec_optimizations() {
        map.pools.values_mut().for_each(|pool| pool.nonprimary_shards.clear());
    }
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
            (map_flag::REQUIRE_LUMINOUS, Release::LUMINOUS),
            (map_flag::REQUIRE_KRAKEN, Release::KRAKEN),
            (map_flag::REQUIRE_JEWEL, Release::JEWEL),
        ];
        let found = releases.iter().find(|(flag, _)| map.flags & flag != 0);
        map.require_osd_release = found.map_or(0, |(_, release)| release.number());
        return map;
    }
    if map.release() >= Release::LUMINOUS {
        map.flags &=
            !(map_flag::REQUIRE_JEWEL | map_flag::REQUIRE_KRAKEN | map_flag::REQUIRE_LUMINOUS);
        map.flags |= map_flag::RECOVERY_DELETES;
    }
    if map.release() >= Release::NAUTILUS {
        map.flags |= map_flag::PGLOG_HARDLIMIT;
    }
    map
}

/// The release that a tool places this map by. How a pool's rule is found is the tool's own, and
/// not that of the release which the map requires.
pub(crate) fn placing_release(map: &OsdMap, tool: Release) -> u8 {
    match map.release().takes_rules_by_id() == tool.takes_rules_by_id() {
        true => map.require_osd_release,
        false => tool.number(),
    }
}
