//! MAX AVAIL, as `ceph df` gives it.
//!
//! Ceph supposes that each OSD gets the part of a rule's data that its CRUSH weight asks for
//! (`CrushWrapper::get_rule_weight_osd_map`), and asks how much could be written until the first
//! one is full (`PGMap::get_rule_avail`). That, by the raw bytes that a stored byte takes
//! (`OSDMap::pool_raw_used_rate`), is a pool's MAX AVAIL (`PGMapDigest::dump_object_stat_sum`).
//! Parts and rates are single precision there, and so they are here.

use std::collections::BTreeMap;

use crushlab_crush::Op;
use crushlab_osdmap::{OsdMap, OsdStats, Pool};

use super::subject::Subject;

/// What can be written by a rule, in raw bytes: replicas and parity included.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RuleAvail {
    /// Raw bytes until the first OSD is full; 0 where no OSD counts.
    pub raw_bytes: u64,
    /// The OSD that is full first: the one with the least room for its part.
    pub limiting_osd: Option<i32>,
    /// Raw bytes if that OSD did not limit: what the next one lets.
    pub raw_next_bytes: Option<u64>,
    /// Raw bytes if all OSDs below what the rule takes became full at the same time.
    pub raw_balanced_bytes: u64,
}

/// What can be written by a rule of the subject's map.
pub fn rule_avail(subject: &Subject<'_>, rule: usize) -> RuleAvail {
    let names = &subject.map.crush;
    let Some(shares) = names.rule_weight_shares(rule) else { return RuleAvail::default() };
    let full_ratio = subject.map.full_ratio;
    let (mut least, mut next): (Option<(i32, u64)>, Option<u64>) = (None, None);
    for (&osd, &share) in &shares {
        let Some(stats) = subject.osd_stats(osd) else { continue };
        // A weight of 0 asks for nothing, so it sets no limit.
        if share == 0.0 {
            continue;
        }
        let raw = projected_bytes(&stats, share, full_ratio);
        if least.is_none_or(|(_, least)| raw < least) {
            next = least.map(|(_, raw)| raw);
            least = Some((osd, raw));
        } else if next.is_none_or(|next| raw < next) {
            next = Some(raw);
        }
    }
    RuleAvail {
        raw_bytes: least.map_or(0, |(_, raw)| raw),
        limiting_osd: least.map(|(osd, _)| osd),
        raw_next_bytes: next,
        raw_balanced_bytes: balanced_bytes(subject, rule, &shares),
    }
}

/// Raw bytes until this OSD is full, if it gets this share of them.
fn projected_bytes(stats: &OsdStats, share: f32, full_ratio: f32) -> u64 {
    let kib = |bytes: u64| (bytes >> 10) as f64;
    let unusable_kib = kib(stats.total_bytes) * (1.0 - f64::from(full_ratio));
    let room_kib = (kib(stats.available_bytes) - unusable_kib).max(0.0);
    (room_kib * 1024.0 / f64::from(share)) as u64
}

/// Raw bytes if the OSDs below each take filled up together. A take cannot use the room of
/// another, so the one that is worst off limits.
fn balanced_bytes(subject: &Subject<'_>, rule: usize, shares: &BTreeMap<i32, f32>) -> u64 {
    let full_ratio = f64::from(subject.map.full_ratio);
    let steps = subject.crush.rule(rule).map_or(&[][..], |rule| &rule.steps);
    let takes = steps.iter().filter(|step| step.op == Op::Take);
    let of_take = |take: i32| {
        let (mut room, mut total_share) = (0.0, 0.0);
        for osd in subject.map.crush.weight_shares(take).keys() {
            let share = f64::from(shares.get(osd).copied().unwrap_or(0.0));
            if let Some(stats) = subject.osd_stats(*osd).filter(|_| share > 0.0) {
                let used = stats.total_bytes.saturating_sub(stats.available_bytes);
                room += stats.total_bytes as f64 * full_ratio - used as f64;
                total_share += share;
            }
        }
        (total_share > 0.0).then(|| room.max(0.0) / total_share)
    };
    let least = takes.filter_map(|step| of_take(step.arg1)).min_by(f64::total_cmp);
    least.unwrap_or(0.0) as u64
}

/// Raw bytes that a stored byte takes, without padding: the number of replicas, or (k + m) / k of
/// the profile. 0 where the profile does not say.
pub fn raw_used_rate(map: &OsdMap, pool: &Pool) -> f32 {
    if !pool.is_erasure() {
        return f32::from(pool.size);
    }
    let chunks = |name: &str| {
        let profile = map.erasure_code_profiles.get(&pool.erasure_code_profile)?;
        profile.get(name)?.trim().parse::<u8>().ok()
    };
    match (chunks("k"), chunks("m")) {
        (Some(k), Some(m)) if k > 0 => f32::from(u16::from(k) + u16::from(m)) / f32::from(k),
        _ => 0.0,
    }
}

/// The part of all copies that is there, of so many of which so many are degraded.
pub fn intact_ratio(copies: u64, degraded: u64) -> f32 {
    if copies == 0 { 1.0 } else { copies.saturating_sub(degraded) as f32 / copies as f32 }
}

/// MAX AVAIL: bytes that can be stored where so many raw bytes are left, each taking `rate`.
///
/// Until 2024 Ceph multiplied the rate by the [`intact_ratio`] first, so that MAX AVAIL rose when
/// OSDs were lost, as 18.2.7 still does. Tentacle does not, nor do later point releases of Squid
/// (ceph/ceph pull requests 57003, 61320, 62437).
pub fn max_avail_bytes(raw_bytes: u64, rate: f32) -> u64 {
    if rate == 0.0 { 0 } else { (raw_bytes as f32 / rate) as u64 }
}

#[cfg(test)]
mod tests;
