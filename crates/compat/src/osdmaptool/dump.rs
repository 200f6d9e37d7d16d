//! `--dump`: the map in a structured format (OSDMap.cc, `dump`).

use std::collections::BTreeMap;

use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::{Addresses, IntervalSet, Osd, Release, Time};

use super::read_balance::ReadBalances;
use super::tree::share;
use super::{blocklist, dump_pool, names, print};
use crate::formatter::Formatter;

/// Writes the map.
pub(crate) fn dump(
    map: &OsdMap,
    read_balances: &ReadBalances,
    release: Release,
    formatter: &mut dyn Formatter,
) {
    formatter.object("osdmap", |f| {
        head(map, release, f);
        f.array("pools", |f| {
            for (id, pool) in &map.pools {
                dump_pool::pool(*id, pool, read_balances.get(id), release, f);
            }
        });
        let existing = || {
            let osds = map.osds.iter().enumerate().map(|(id, osd)| (id as i32, osd));
            osds.filter(|(id, _)| map.exists(*id))
        };
        f.array("osds", |f| existing().for_each(|(id, osd)| osd_info(map, id, osd, f)));
        f.array("osd_xinfo", |f| existing().for_each(|(id, osd)| xinfo(id, osd, f)));
        exceptions(map, release, f);
        f.object("blocklist", |f| addresses_until(blocklist::hashed(&map.blocklist), f));
        f.object("range_blocklist", |f| {
            addresses_until(blocklist::sorted(&map.range_blocklist), f);
        });
        f.object("erasure_code_profiles", |f| {
            for (name, profile) in &map.erasure_code_profiles {
                f.object(name, |f| profile.iter().for_each(|(key, value)| f.text(key, value)));
            }
        });
        snaps("removed_snaps_queue", &map.removed_snaps_queue, f);
        snaps("new_removed_snaps", &map.new_removed_snaps, f);
        snaps("new_purged_snaps", &map.new_purged_snaps, f);
        node_flags(map, f);
        f.object("stretch_mode", |f| {
            f.bool("stretch_mode_enabled", map.stretch.enabled);
            f.unsigned("stretch_bucket_count", map.stretch.bucket_count);
            f.unsigned("degraded_stretch_mode", map.stretch.degraded_mode);
            f.unsigned("recovering_stretch_mode", map.stretch.recovering_mode);
            f.integer("stretch_mode_bucket", map.stretch.bucket_type);
        });
    });
}

fn head(map: &OsdMap, release: Release, f: &mut dyn Formatter) {
    f.unsigned("epoch", map.epoch);
    f.streamed("fsid", names::uuid(&map.fsid));
    f.streamed("created", names::time(map.created));
    f.streamed("modified", names::time(map.modified));
    f.streamed("last_up_change", names::time(map.last_up_change));
    f.streamed("last_in_change", names::time(map.last_in_change));
    f.text("flags", names::flags(map.flags, release));
    f.unsigned("flags_num", map.flags);
    f.array("flags_set", |f| {
        names::flag_set(map.flags, release).into_iter().for_each(|flag| f.text("flag", flag));
    });
    f.unsigned("crush_version", map.crush_version);
    f.float("full_ratio", map.full_ratio);
    f.float("backfillfull_ratio", map.backfillfull_ratio);
    f.float("nearfull_ratio", map.nearfull_ratio);
    f.text("cluster_snapshot", names::cluster_snapshot(map));
    f.integer("pool_max", map.pool_max);
    f.unsigned("max_osd", map.max_osd() as u64);
    f.text("require_min_compat_client", names::release(map.require_min_compat_client, release));
    f.text("min_compat_client", print::min_compat_client(map, release));
    f.text("require_osd_release", names::release(map.require_osd_release, release));
    if release.knows_crimson() {
        f.bool("allow_crimson", map.allow_crimson);
    }
}

fn osd_info(map: &OsdMap, id: i32, osd: &Osd, formatter: &mut dyn Formatter) {
    formatter.object("osd_info", |f| {
        f.integer("osd", id);
        f.streamed("uuid", names::uuid(&osd.uuid));
        f.integer("up", i64::from(map.is_up(id)));
        f.integer("in", i64::from(map.is_in(id)));
        f.float("weight", share(map.osd_weight(id)));
        f.float("primary_affinity", share(map.primary_affinity(id)));
        f.unsigned("last_clean_begin", osd.info.last_clean_begin);
        f.unsigned("last_clean_end", osd.info.last_clean_end);
        f.unsigned("up_from", osd.info.up_from);
        f.unsigned("up_thru", osd.info.up_thru);
        f.unsigned("down_at", osd.info.down_at);
        f.unsigned("lost_at", osd.info.lost_at);
        let kinds = [
            ("public", &osd.client_addresses),
            ("cluster", &osd.cluster_addresses),
            ("heartbeat_back", &osd.heartbeat_back_addresses),
            ("heartbeat_front", &osd.heartbeat_front_addresses),
        ];
        for (kind, addresses) in kinds {
            f.object(&format!("{kind}_addrs"), |f| address_list(addresses, f));
        }
        for (kind, addresses) in kinds {
            f.streamed(&format!("{kind}_addr"), names::legacy_address(addresses));
        }
        f.array("state", |f| {
            let states = names::states(map.osd_state(id));
            states.into_iter().for_each(|state| f.text("state", state));
        });
    });
}

fn address_list(addresses: &Addresses, formatter: &mut dyn Formatter) {
    formatter.array("addrvec", |f| {
        for address in &addresses.list {
            f.object("addr", |f| {
                f.text("type", names::address_kind(addresses, address));
                f.streamed("addr", names::socket(address));
                f.unsigned("nonce", address.nonce);
            });
        }
    });
}

fn xinfo(id: i32, osd: &Osd, formatter: &mut dyn Formatter) {
    let xinfo = &osd.xinfo;
    formatter.object("xinfo", |f| {
        f.integer("osd", id);
        f.streamed("down_stamp", names::time(xinfo.down_stamp));
        f.float("laggy_probability", xinfo.laggy_probability as f32 / u32::MAX as f32);
        f.unsigned("laggy_interval", xinfo.laggy_interval_seconds);
        f.integer("features", xinfo.features as i64);
        f.unsigned("old_weight", xinfo.old_weight);
        f.streamed("last_purged_snaps_scrub", names::time(xinfo.last_purged_snaps_scrub));
        f.unsigned("dead_epoch", xinfo.dead_epoch);
    });
}

fn exceptions(map: &OsdMap, release: Release, formatter: &mut dyn Formatter) {
    let osds = |osds: &[i32], f: &mut dyn Formatter| {
        f.array("osds", |f| osds.iter().for_each(|osd| f.integer("osd", *osd)));
    };
    formatter.array("pg_upmap", |f| {
        for (pg, explicit) in &map.pg_upmap {
            f.object("mapping", |f| {
                f.streamed("pgid", pg.to_string());
                osds(explicit, f);
            });
        }
    });
    formatter.array("pg_upmap_items", |f| {
        for (pg, pairs) in &map.pg_upmap_items {
            f.object("mapping", |f| {
                f.streamed("pgid", pg.to_string());
                f.array("mappings", |f| pairs.iter().for_each(|pair| mapping(*pair, f)));
            });
        }
    });
    if release.has_upmap_primaries() {
        formatter.array("pg_upmap_primaries", |f| {
            for (pg, osd) in &map.pg_upmap_primaries {
                f.object("primary_mapping", |f| {
                    f.streamed("pgid", pg.to_string());
                    f.integer("primary_osd", *osd);
                });
            }
        });
    }
    formatter.array("pg_temp", |f| {
        for (pg, acting) in &map.pg_temp {
            f.object("osds", |f| {
                f.streamed("pgid", pg.to_string());
                osds(acting, f);
            });
        }
    });
    formatter.array("primary_temp", |f| {
        for (pg, osd) in &map.primary_temp {
            f.streamed("pgid", pg.to_string());
            f.integer("osd", *osd);
        }
    });
}

fn mapping((from, to): (i32, i32), formatter: &mut dyn Formatter) {
    formatter.object("mapping", |f| {
        f.integer("from", from);
        f.integer("to", to);
    });
}

fn addresses_until(entries: Vec<(&Addresses, Time)>, formatter: &mut dyn Formatter) {
    for (addresses, time) in entries {
        formatter.streamed(&names::addresses(addresses), names::time(time));
    }
}

fn snaps(name: &str, sets: &BTreeMap<i64, IntervalSet>, formatter: &mut dyn Formatter) {
    formatter.array(name, |f| {
        for (pool, intervals) in sets {
            f.object("pool", |f| {
                f.integer("pool", *pool);
                f.array("snaps", |f| {
                    for (begin, length) in intervals {
                        f.object("interval", |f| {
                            f.unsigned("begin", *begin);
                            f.unsigned("length", *length);
                        });
                    }
                });
            });
        }
    });
}

fn node_flags(map: &OsdMap, formatter: &mut dyn Formatter) {
    let flags = |bits: u32, f: &mut dyn Formatter| {
        names::states(bits).into_iter().for_each(|flag| f.text("flag", flag));
    };
    formatter.object("crush_node_flags", |f| {
        for (id, bits) in &map.crush_node_flags {
            let name = map.crush.item_name(*id).map_or_else(|| id.to_string(), str::to_owned);
            f.array(&name, |f| flags(*bits, f));
        }
    });
    formatter.object("device_class_flags", |f| {
        for (class, bits) in &map.device_class_flags {
            let name = map.crush.class_names.get(class);
            f.array(&name.cloned().unwrap_or_else(|| class.to_string()), |f| flags(*bits, f));
        }
    });
}
