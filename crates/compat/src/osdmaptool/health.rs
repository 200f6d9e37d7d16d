//! `--health`: what the map itself has to complain of (OSDMap.cc, `check_health`).

use std::collections::BTreeMap;

use crushlab_crush::Tunables;
use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::{Release, map_flag, pool_flag, state};

use super::options::Options;
use super::pool_line::{self, HitSet};
use super::settings::Settings;
use super::{health_down, names};
use crate::formatter;
use crate::number::{STREAM_DIGITS, general};

const TUNABLES_HELP: &str =
    "see http://docs.ceph.com/en/latest/rados/operations/crush-map/#tunables";

/// How bad a check is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Severity {
    Ok,
    Warning,
    Error,
}

/// Checks by code.
#[derive(Debug, Default)]
pub(crate) struct Checks(BTreeMap<String, Check>);

#[derive(Debug)]
struct Check {
    severity: Severity,
    message: String,
    count: usize,
    detail: Vec<String>,
}

impl Checks {
    /// Adds a check, which counts this many things.
    pub(crate) fn add(
        &mut self,
        code: &str,
        severity: Severity,
        message: impl Into<String>,
        count: usize,
        detail: Vec<String>,
    ) {
        let check = Check { severity, message: message.into(), count, detail };
        self.0.insert(code.to_owned(), check);
    }

    /// Adds a warning that counts its details, if there are any.
    pub(crate) fn warn_of_each(&mut self, code: &str, detail: Vec<String>, what: &str) {
        let count = detail.len();
        if count > 0 {
            self.add(code, Severity::Warning, format!("{count} {what}"), count, detail);
        }
    }
}

/// What all OSDs that are up can do, of those that say so (`_calc_up_osd_features`).
pub(crate) fn up_features(map: &OsdMap) -> u64 {
    let up = map.osds.iter().enumerate().filter(|(osd, _)| map.is_up(*osd as i32));
    let features = up.map(|(_, osd)| osd.xinfo.features).filter(|features| *features != 0);
    features.reduce(|all, features| all & features).unwrap_or(0)
}

/// All checks as JSON.
pub(crate) fn json(map: &OsdMap, up_features: u64, options: &Options) -> String {
    let (settings, release) = (&options.settings, options.release);
    let mut checks = Checks::default();
    health_down::check(map, &mut checks);
    scrub_flags(map, &mut checks);
    ratios(map, settings, &mut checks);
    full_osds(map, &mut checks);
    flags(map, release, &mut checks);
    tunables(map, &mut checks);
    pools(map, &mut checks);
    stretch(map, &mut checks);
    upgrade(map, up_features, release, &mut checks);
    let mut formatter = formatter::by_name("json-pretty", "json-pretty");
    let f = formatter.as_mut();
    f.object("checks", |f| {
        for (code, check) in &checks.0 {
            f.object(code, |f| {
                f.text(
                    "severity",
                    match check.severity {
                        Severity::Ok => "HEALTH_OK",
                        Severity::Warning => "HEALTH_WARN",
                        Severity::Error => "HEALTH_ERR",
                    },
                );
                f.object("summary", |f| {
                    f.text("message", &check.message);
                    f.unsigned("count", check.count as u64);
                });
                f.array("detail", |f| {
                    let lines = check.detail.iter();
                    lines.for_each(|line| f.object("item", |f| f.text("message", line)));
                });
            });
        }
    });
    formatter.finish()
}

fn scrub_flags(map: &OsdMap, checks: &mut Checks) {
    let kinds = [(pool_flag::NOSCRUB, "noscrub"), (pool_flag::NODEEP_SCRUB, "nodeep-scrub")];
    let mut detail = Vec::new();
    for pool in map.pools.values() {
        let set = kinds.iter().filter(|(flag, _)| pool.has_flags(*flag));
        detail.extend(set.map(|(_, name)| format!("Pool {} has {name} flag", pool.name)));
    }
    if detail.is_empty() {
        return;
    }
    let any = |flag: u64| map.pools.values().any(|pool| pool.has_flags(flag));
    let set = kinds.iter().filter(|(flag, _)| any(*flag));
    let set: Vec<&str> = set.map(|(_, name)| *name).collect();
    let message = format!("Some pool(s) have the {} flag(s) set", set.join(", "));
    checks.add("POOL_SCRUB_FLAGS", Severity::Ok, message, 0, detail);
}

fn ratios(map: &OsdMap, settings: &Settings, checks: &mut Checks) {
    let mut detail = Vec::new();
    let mut raise = |(low_name, low): (&str, f32), (name, value): (&str, f32)| {
        if value >= low {
            return value;
        }
        let [shown, low_shown] = [value, low].map(|ratio| general(ratio.into(), STREAM_DIGITS));
        detail.push(format!("{name} ({shown}) < {low_name} ({low_shown}), increased"));
        low
    };
    let nearfull = ("nearfull_ratio", map.nearfull_ratio);
    let backfillfull = ("backfillfull_ratio", map.backfillfull_ratio);
    let backfillfull = (backfillfull.0, raise(nearfull, backfillfull));
    let full = ("full_ratio", raise(backfillfull, ("full_ratio", map.full_ratio)));
    raise(full, ("osd_failsafe_full_ratio", settings.failsafe_full_ratio()));
    if !detail.is_empty() {
        let message = "full ratio(s) out of order";
        checks.add("OSD_OUT_OF_ORDER_FULL", Severity::Error, message, 0, detail);
    }
}

fn full_osds(map: &OsdMap, checks: &mut Checks) {
    // An OSD counts once, as the worst that it is.
    let kinds = [
        (state::FULL, "OSD_FULL", "full", "full", Severity::Error),
        (
            state::BACKFILLFULL,
            "OSD_BACKFILLFULL",
            "backfillfull",
            "backfill full",
            Severity::Warning,
        ),
        (state::NEARFULL, "OSD_NEARFULL", "nearfull", "near full", Severity::Warning),
    ];
    let mut worse = 0;
    for (flag, code, name, words, severity) in kinds {
        let osds = (0..map.max_osd() as i32).filter(|osd| {
            let state = map.osd_state(*osd);
            map.is_up(*osd) && map.is_in(*osd) && state & flag != 0 && state & worse == 0
        });
        let detail: Vec<String> = osds.map(|osd| format!("osd.{osd} is {words}")).collect();
        let count = detail.len();
        if count > 0 {
            checks.add(code, severity, format!("{count} {name} osd(s)"), count, detail);
        }
        worse |= flag;
    }
}

fn flags(map: &OsdMap, release: Release, checks: &mut Checks) {
    const WARN: u32 = map_flag::PAUSERD
        | map_flag::PAUSEWR
        | map_flag::PAUSEREC
        | map_flag::NOUP
        | map_flag::NODOWN
        | map_flag::NOIN
        | map_flag::NOOUT
        | map_flag::NOBACKFILL
        | map_flag::NORECOVER
        | map_flag::NOSCRUB
        | map_flag::NODEEP_SCRUB
        | map_flag::NOTIERAGENT
        | map_flag::NOSNAPTRIM
        | map_flag::NOREBALANCE;
    const OSD: u32 = state::NOUP | state::NOIN | state::NODOWN | state::NOOUT;
    let set = names::flags(map.flags & WARN, release);
    if !set.is_empty() {
        // What it counts is the letters, in Ceph as well.
        let (message, count) = (format!("{set} flag(s) set"), set.len());
        checks.add("OSDMAP_FLAGS", Severity::Warning, message, count, Vec::new());
    }
    if map.flags & map_flag::SORTBITWISE == 0 {
        let message = "'sortbitwise' flag is not set";
        checks.add("OSD_NO_SORTBITWISE", Severity::Warning, message, 0, Vec::new());
    }
    let mut detail = Vec::new();
    for (osd, state) in map.osd_states.iter().enumerate().filter(|(_, state)| *state & OSD != 0) {
        detail.push(format!("osd.{osd} has flags {}", names::states_text(state & OSD)));
    }
    for (id, bits) in map.crush_node_flags.iter().filter(|(_, bits)| **bits != 0) {
        let Some(name) = map.crush.item_name(*id) else { continue };
        let kind = map.crush.core.bucket(*id).map_or(0, |bucket| i32::from(bucket.type_id));
        let kind = map.crush.types.get(&kind).map_or("node", String::as_str);
        detail.push(format!("{kind} {name} has flags {}", names::states_text(*bits)));
    }
    for (class, bits) in map.device_class_flags.iter().filter(|(_, bits)| **bits != 0) {
        let Some(class) = map.crush.class_names.get(class) else { continue };
        let bits = names::states_text(*bits);
        detail.push(format!("device class '{class}' has flags {bits}"));
    }
    let what = "OSDs or CRUSH {nodes, device-classes} have {NOUP,NODOWN,NOIN,NOOUT} flags set";
    checks.warn_of_each("OSD_FLAGS", detail, what);
}

fn tunables(map: &OsdMap, checks: &mut Checks) {
    const CODE: &str = "OLD_CRUSH_TUNABLES";
    let tunables = &map.crush.core.tunables;
    if let Some(release) = legacy_release(map) {
        let message = format!("crush map has legacy tunables (require {release}, min is hammer)");
        checks.add(CODE, Severity::Warning, message, 0, vec![TUNABLES_HELP.to_owned()]);
    }
    if tunables.straw_calc_version == 0 {
        let message = "crush map has straw_calc_version=0";
        let detail = vec![TUNABLES_HELP.to_owned()];
        checks.add("OLD_CRUSH_STRAW_CALC_VERSION", Severity::Warning, message, 0, detail);
    }
}

/// The release that the CRUSH map needs, if its name comes before that of Hammer
/// (`CrushWrapper::get_min_required_version`).
fn legacy_release(map: &OsdMap) -> Option<&'static str> {
    let tunables = &map.crush.core.tunables;
    let argonaut = Tunables::ARGONAUT;
    let tries = |tunables: &Tunables| {
        let Tunables { choose_local_tries, choose_local_fallback_tries, .. } = *tunables;
        (choose_local_tries, choose_local_fallback_tries, tunables.choose_total_tries)
    };
    let newer = tunables.chooseleaf_stable != 0 || map.crush.uses_straw2();
    if newer {
        None
    } else if tunables.chooseleaf_vary_r != 0 {
        Some("firefly")
    } else if tunables.chooseleaf_descend_once != 0 || tries(tunables) != tries(&argonaut) {
        Some("bobtail")
    } else {
        Some("argonaut")
    }
}

fn pools(map: &OsdMap, checks: &mut Checks) {
    let mut lists: [Vec<String>; 6] = Default::default();
    let [without_hit_set, full, backfillfull, nearfull, odd, single] = &mut lists;
    for pool in map.pools.values() {
        let name = &pool.name;
        if pool_line::needs_hit_set(pool) && HitSet::of(pool).kind == 0 {
            let mode = pool_line::cache_mode(pool);
            without_hit_set.push(format!(
                "pool '{name}' with cache_mode {mode} needs hit_set_type to be set but it is not"
            ));
        }
        if pool.has_flags(pool_flag::FULL) {
            let quota = pool.has_flags(pool_flag::FULL_QUOTA);
            let why = if quota { "running out of quota" } else { "no space" };
            full.push(format!("pool '{name}' is full ({why})"));
        } else if pool.has_flags(pool_flag::BACKFILLFULL) {
            backfillfull.push(format!("pool '{name}' is backfillfull"));
        } else if pool.has_flags(pool_flag::NEARFULL) {
            nearfull.push(format!("pool '{name}' is nearfull"));
        }
        if !pool.pg_num_target.is_power_of_two() {
            let target = pool.pg_num_target;
            odd.push(format!("pool '{name}' pg_num {target} is not a power of two"));
        }
        if pool.size == 1 {
            single.push(format!("pool '{name}' has no replicas configured"));
        }
    }
    let [without_hit_set, full, backfillfull, nearfull, odd, single] = lists;
    let missing = "cache pools are missing hit_sets";
    checks.warn_of_each("CACHE_POOL_NO_HIT_SET", without_hit_set, missing);
    checks.warn_of_each("POOL_FULL", full, "pool(s) full");
    checks.warn_of_each("POOL_BACKFILLFULL", backfillfull, "pool(s) backfillfull");
    checks.warn_of_each("POOL_NEARFULL", nearfull, "pool(s) nearfull");
    let what = "pool(s) have non-power-of-two pg_num";
    checks.warn_of_each("POOL_PG_NUM_NOT_POWER_OF_TWO", odd, what);
    checks.warn_of_each("POOL_NO_REDUNDANCY", single, "pool(s) have no replicas configured");
}

fn stretch(map: &OsdMap, checks: &mut Checks) {
    stretch_mode(map, checks);
    let stretch = &map.stretch;
    if !stretch.enabled {
        return;
    }
    let sites = sites(map);
    let weight = |site: &i32| map.crush.item_weight(*site);
    let (code, message) = match sites.as_slice() {
        [first, second] if weight(first) == weight(second) => return,
        [_, _] => ("UNEVEN_WEIGHTS_STRETCH_MODE", "Stretch mode buckets have different weights!"),
        _ => ("INCORRECT_NUM_BUCKETS_STRETCH_MODE", "Stretch mode buckets != 2"),
    };
    checks.add(code, Severity::Warning, message, 0, Vec::new());
}

/// The uppermost buckets, or devices, of the type that stands for a site.
fn sites(map: &OsdMap) -> Vec<i32> {
    let mut sites = Vec::new();
    let mut pending: Vec<i32> = map.crush.real_roots().into_iter().rev().collect();
    while let Some(id) = pending.pop() {
        let bucket = map.crush.core.bucket(id);
        let kind = bucket.map_or(0, |bucket| i32::from(bucket.type_id));
        if kind == map.stretch.bucket_type {
            sites.push(id);
        } else {
            pending.extend(bucket.into_iter().flat_map(|bucket| bucket.items.iter().rev()));
        }
    }
    sites
}

/// Whether a site has failed or comes back.
fn stretch_mode(map: &OsdMap, checks: &mut Checks) {
    let stretch = &map.stretch;
    let (code, words) = match (stretch.recovering_mode, stretch.degraded_mode) {
        (0, 0) => return,
        (0, _) => ("DEGRADED_STRETCH_MODE", "missing"),
        _ => ("RECOVERING_STRETCH_MODE", "recovering"),
    };
    let message = format!(
        "We are {words} stretch mode buckets, only requiring {} of {} buckets to peer",
        stretch.degraded_mode, stretch.bucket_count
    );
    checks.add(code, Severity::Warning, message, 0, Vec::new());
}

/// Whether all OSDs that are up are of a later release than the map asks for.
fn upgrade(map: &OsdMap, up_features: u64, tool: Release, checks: &mut Checks) {
    /// Says that bits stand for the features of the third series.
    const SERIES: u64 = 1 << 57 | 1 << 28;
    const RELEASES: [(Release, u64); 7] = [
        (Release::TENTACLE, 1 << 50),
        (Release::SQUID, 1 << 49),
        (Release::REEF, 1 << 31),
        (Release::QUINCY, 1 << 33),
        (Release::PACIFIC, 1 << 20),
        (Release::OCTOPUS, 1 << 16),
        (Release::NAUTILUS, 1 << 2),
    ];
    let done = RELEASES.iter().find(|(release, bit)| {
        let features = SERIES | bit;
        *release <= tool && map.release() < *release && up_features & features == features
    });
    if let Some((release, _)) = done {
        let message =
            format!("all OSDs are running {release} or later but require_osd_release < {release}");
        let detail = vec![message.clone()];
        checks.add("OSD_UPGRADE_FINISHED", Severity::Warning, message, 0, detail);
    }
}
