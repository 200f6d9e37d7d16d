//! The names that Ceph gives to types of buckets, flags of the map and states of OSDs.

use super::{map_flag, pool_flag, state};

/// Types of buckets as a new cluster has them, from type 0 (`OSDMap::_build_crush_types`).
pub const NEW_CRUSH_TYPES: [&str; 12] = [
    "osd",
    "host",
    "chassis",
    "rack",
    "row",
    "pdu",
    "pod",
    "room",
    "datacenter",
    "zone",
    "region",
    "root",
];

/// Names of the bits of an OSD's state (`ceph_osd_state_name`).
pub const STATE_NAMES: [(u32, &str); 13] = [
    (state::EXISTS, "exists"),
    (state::UP, "up"),
    (state::AUTOOUT, "autoout"),
    (state::NEW, "new"),
    (state::FULL, "full"),
    (state::NEARFULL, "nearfull"),
    (state::BACKFILLFULL, "backfillfull"),
    (state::DESTROYED, "destroyed"),
    (state::NOUP, "noup"),
    (state::NODOWN, "nodown"),
    (state::NOIN, "noin"),
    (state::NOOUT, "noout"),
    (state::STOP, "stop"),
];

/// Names of the map's flags, in the order in which Ceph lists them (`OSDMap::get_flag_string`).
pub const MAP_FLAG_NAMES: [(u32, &str); 24] = [
    (map_flag::NEARFULL, "nearfull"),
    (map_flag::FULL, "full"),
    (map_flag::PAUSERD, "pauserd"),
    (map_flag::PAUSEWR, "pausewr"),
    (map_flag::PAUSEREC, "pauserec"),
    (map_flag::NOUP, "noup"),
    (map_flag::NODOWN, "nodown"),
    (map_flag::NOOUT, "noout"),
    (map_flag::NOIN, "noin"),
    (map_flag::NOBACKFILL, "nobackfill"),
    (map_flag::NOREBALANCE, "norebalance"),
    (map_flag::NORECOVER, "norecover"),
    (map_flag::NOSCRUB, "noscrub"),
    (map_flag::NODEEP_SCRUB, "nodeep-scrub"),
    (map_flag::NOTIERAGENT, "notieragent"),
    (map_flag::NOSNAPTRIM, "nosnaptrim"),
    (map_flag::SORTBITWISE, "sortbitwise"),
    (map_flag::REQUIRE_JEWEL, "require_jewel_osds"),
    (map_flag::REQUIRE_KRAKEN, "require_kraken_osds"),
    (map_flag::REQUIRE_LUMINOUS, "require_luminous_osds"),
    (map_flag::RECOVERY_DELETES, "recovery_deletes"),
    (map_flag::PURGED_SNAPDIRS, "purged_snapdirs"),
    (map_flag::PGLOG_HARDLIMIT, "pglog_hardlimit"),
    (map_flag::NOAUTOSCALE, "noautoscale"),
];

/// Names of pools' flags, in the order of their bits (`pg_pool_t::get_flag_name`).
pub const POOL_FLAG_NAMES: [(u64, &str); 20] = [
    (pool_flag::HASHPSPOOL, "hashpspool"),
    (pool_flag::FULL, "full"),
    (pool_flag::EC_OVERWRITES, "ec_overwrites"),
    (pool_flag::INCOMPLETE_CLONES, "incomplete_clones"),
    (pool_flag::NODELETE, "nodelete"),
    (pool_flag::NOPGCHANGE, "nopgchange"),
    (pool_flag::NOSIZECHANGE, "nosizechange"),
    (pool_flag::WRITE_FADVISE_DONTNEED, "write_fadvise_dontneed"),
    (pool_flag::NOSCRUB, "noscrub"),
    (pool_flag::NODEEP_SCRUB, "nodeep-scrub"),
    (pool_flag::FULL_QUOTA, "full_quota"),
    (pool_flag::NEARFULL, "nearfull"),
    (pool_flag::BACKFILLFULL, "backfillfull"),
    (pool_flag::SELFMANAGED_SNAPS, "selfmanaged_snaps"),
    (pool_flag::POOL_SNAPS, "pool_snaps"),
    (pool_flag::CREATING, "creating"),
    (pool_flag::EIO, "eio"),
    (pool_flag::BULK, "bulk"),
    (pool_flag::CRIMSON, "crimson"),
    (pool_flag::EC_OPTIMIZATIONS, "ec_optimizations"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bit_has_one_name() {
        for names in [STATE_NAMES.as_slice(), MAP_FLAG_NAMES.as_slice()] {
            let all = names.iter().fold(0, |all, (bit, _)| all | bit);
            assert_eq!(all.count_ones() as usize, names.len());
        }
        for (position, (bit, _)) in POOL_FLAG_NAMES.iter().enumerate() {
            assert_eq!(*bit, 1 << position);
        }
    }
}
