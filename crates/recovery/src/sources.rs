//! Which OSDs are read from for what a PG lacks, and how much of it.

use std::collections::BTreeMap;

use crushlab_crush::NONE;
use crushlab_osdmap::{OsdMap, Pool};

/// Parts of a shard that an erasure code reads to make a lost one again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Repair {
    /// OSDs that are read from.
    helpers: usize,
    /// Part of its shard that each of them reads.
    part: f64,
    /// The same where several shards are lost.
    helpers_of_several: usize,
}

impl Repair {
    /// What a pool's profile says; k whole shards where it says nothing else.
    ///
    /// CLAY reads 1/(d-k+1) of d shards for a single one, LRC the l shards of its group (Ceph's
    /// documents of the plugins). Both read as other codes do where several are lost.
    pub(crate) fn of(map: &OsdMap, pool: &Pool, data_shards: usize) -> Repair {
        let whole = Repair { helpers: data_shards, part: 1.0, helpers_of_several: data_shards };
        let profile = map.erasure_code_profiles.get(&pool.erasure_code_profile);
        let Some(profile) = profile else { return whole };
        let number = |key: &str| number_of(profile, key);
        match profile.get("plugin").map(String::as_str) {
            Some("clay") => {
                let coding = usize::from(pool.size).saturating_sub(data_shards);
                let helpers = number("d").unwrap_or(data_shards + coding.max(1) - 1);
                let parts = (helpers + 1).saturating_sub(data_shards).max(1);
                Repair { helpers, part: 1.0 / parts as f64, ..whole }
            }
            Some("lrc") => match number("l") {
                Some(group) if group > 0 => Repair { helpers: group, ..whole },
                _ => whole,
            },
            _ => whole,
        }
    }

    /// What is read for lost shards: each OSD with the part of its shard. `available` has an OSD
    /// for every shard that is there.
    pub(crate) fn reads(&self, available: &[i32], lost: usize) -> Vec<(i32, f64)> {
        let (helpers, part) =
            if lost == 1 { (self.helpers, self.part) } else { (self.helpers_of_several, 1.0) };
        let there = available.iter().copied().filter(|osd| *osd != NONE);
        there.take(helpers).map(|osd| (osd, part)).collect()
    }
}

fn number_of(profile: &BTreeMap<String, String>, key: &str) -> Option<usize> {
    profile.get(key).and_then(|text| text.trim().parse().ok()).filter(|number| *number <= 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repair(profile: &[(&str, &str)], size: u8, data_shards: usize) -> Repair {
        let pool = Pool { size, erasure_code_profile: "p".to_owned(), ..Pool::default() };
        let mut map = OsdMap::default();
        let profile = profile.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        map.erasure_code_profiles.insert("p".to_owned(), profile.collect());
        Repair::of(&map, &pool, data_shards)
    }

    fn read(repair: &Repair, lost: usize) -> f64 {
        let osds: Vec<i32> = (0..16).collect();
        repair.reads(&osds, lost).iter().map(|(_, part)| part).sum()
    }

    #[test]
    fn codes_read_what_they_have_to() {
        let rs = repair(&[("plugin", "jerasure"), ("k", "8"), ("m", "3")], 11, 8);
        assert_eq!((read(&rs, 1), read(&rs, 2)), (8.0, 8.0));
        let clay = repair(&[("plugin", "clay"), ("k", "8"), ("m", "3")], 11, 8);
        assert!((read(&clay, 1) - 10.0 / 3.0).abs() < 1e-9);
        assert_eq!(read(&clay, 2), 8.0);
        let clay = repair(&[("plugin", "clay"), ("k", "4"), ("m", "2"), ("d", "5")], 6, 4);
        assert!((read(&clay, 1) - 2.5).abs() < 1e-9);
        let lrc = repair(&[("plugin", "lrc"), ("k", "8"), ("m", "4"), ("l", "3")], 16, 8);
        assert_eq!((read(&lrc, 1), read(&lrc, 2)), (3.0, 8.0));
    }

    #[test]
    fn holes_are_passed_over() {
        let rs = repair(&[], 3, 2);
        assert_eq!(rs.reads(&[4, NONE, 6, 7], 1), [(4, 1.0), (6, 1.0)]);
    }
}
