//! What a fresh cluster of a release has without being told (`OSDMonitor::create_initial`,
//! `OSDMonitor::encode_pending`). Measured on new clusters of 16.2.15, 18.2.7 and 20.2.4; what
//! is given for older releases has not been checked with them.

use std::collections::BTreeMap;

use super::document::{Erasure, PoolEntry};
use crate::model::{Release, map_flag};

/// Flags of the map.
pub(super) fn flags(release: Release) -> u32 {
    use map_flag::{
        PGLOG_HARDLIMIT, PURGED_SNAPDIRS, RECOVERY_DELETES, REQUIRE_JEWEL, SORTBITWISE,
    };
    match release {
        _ if release >= Release::NAUTILUS => {
            SORTBITWISE | RECOVERY_DELETES | PURGED_SNAPDIRS | PGLOG_HARDLIMIT
        }
        _ if release >= Release::LUMINOUS => SORTBITWISE | RECOVERY_DELETES | PURGED_SNAPDIRS,
        _ if release >= Release::JEWEL => SORTBITWISE | REQUIRE_JEWEL,
        _ => 0,
    }
}

/// The erasure code profile of a pool, with the keys that monitors fill in.
pub(super) fn profile(
    release: Release,
    entry: &PoolEntry,
    erasure: &Erasure,
) -> BTreeMap<String, String> {
    let domain = entry.failure_domain.as_deref().unwrap_or("host");
    let (k, m) = (erasure.k.to_string(), erasure.m.to_string());
    let class = entry.class.as_deref().unwrap_or_default();
    let mut profile = vec![
        ("crush-device-class", class),
        ("crush-failure-domain", domain),
        ("k", k.as_str()),
        ("m", m.as_str()),
        ("technique", "reed_sol_van"),
    ];
    profile.push(("plugin", release.erasure_code_plugin()));
    if release.counts_failure_domains() {
        profile.push(("crush-num-failure-domains", "0"));
        profile.push(("crush-osds-per-failure-domain", "0"));
    }
    profile.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}
