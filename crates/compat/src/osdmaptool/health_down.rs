//! The checks of `--health` for OSDs that are down, by the buckets that are down with them, and
//! for OSDs that only the CRUSH map knows.

use std::collections::{BTreeMap, BTreeSet};

use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::state;

use super::health::{Checks, Severity};

/// Adds what is down and what is missing.
pub(crate) fn check(map: &OsdMap, checks: &mut Checks) {
    let mut orphans = Vec::new();
    let mut search = Search::new(map);
    for osd in 0..map.max_osd() as i32 {
        if !map.exists(osd) {
            if map.crush.item_name(osd).is_some() {
                orphans.push(format!("osd.{osd} exists in crush map but not in osdmap"));
            }
        } else if map.is_in(osd)
            && map.osd_state(osd) & state::NEW == 0
            && !search.down_in.contains(&osd)
            && !search.up_in.contains(&osd)
            && !map.is_up(osd)
        {
            search.down_in.insert(osd);
            search.climb(osd);
        }
    }
    if !search.down_in.is_empty() {
        search.report(checks);
    }
    let what = "osds exist in the crush map but not in the osdmap";
    checks.warn_of_each("OSD_ORPHAN", orphans, what);
}

/// What is known so far of the OSDs and buckets that are down.
struct Search<'a> {
    map: &'a OsdMap,
    max_type: i32,
    down_in: BTreeSet<i32>,
    up_in: BTreeSet<i32>,
    up_buckets: BTreeSet<i32>,
    down_buckets: BTreeMap<i32, BTreeSet<i32>>,
}

impl Search<'_> {
    fn new(map: &OsdMap) -> Search<'_> {
        Search {
            map,
            max_type: map.crush.types.keys().next_back().copied().unwrap_or(0),
            down_in: BTreeSet::new(),
            up_in: BTreeSet::new(),
            up_buckets: BTreeSet::new(),
            down_buckets: BTreeMap::new(),
        }
    }

    /// Goes up from an OSD as long as all below is down.
    fn climb(&mut self, osd: i32) {
        let mut current = osd;
        let mut kind = 0;
        while kind <= self.max_type {
            if !self.map.crush.types.contains_key(&kind) {
                kind += 1;
                continue;
            }
            let Some(parent) = self.map.crush.parent(current) else { break };
            if self.up_buckets.contains(&parent) || !self.is_down(parent) {
                break;
            }
            kind = self.type_of(parent) + 1;
            current = parent;
        }
    }

    fn type_of(&self, id: i32) -> i32 {
        self.map.crush.core.bucket(id).map_or(0, |bucket| i32::from(bucket.type_id))
    }

    /// Whether an OSD, or everything below a bucket, is down.
    fn is_down(&mut self, id: i32) -> bool {
        if id >= 0 {
            let down = !self.map.is_up(id);
            if self.map.is_in(id) {
                let seen = if down { &mut self.down_in } else { &mut self.up_in };
                seen.insert(id);
            }
            return down;
        }
        let kind = self.type_of(id);
        if self.down_buckets.get(&kind).is_some_and(|buckets| buckets.contains(&id)) {
            return true;
        }
        let map = self.map;
        // A bucket's items are of lower types, so this does not go deep.
        for item in map.crush.core.bucket(id).into_iter().flat_map(|bucket| &bucket.items) {
            if !self.is_down(*item) {
                self.up_buckets.insert(id);
                return false;
            }
        }
        self.down_buckets.entry(kind).or_default().insert(id);
        true
    }

    /// Number of OSDs below each bucket that is down.
    fn osd_counts(&self) -> BTreeMap<i32, usize> {
        let mut counts = BTreeMap::new();
        for buckets in self.down_buckets.range(1..).map(|(_, buckets)| buckets) {
            for id in buckets {
                let items = self.map.crush.core.bucket(*id).into_iter().flat_map(|b| &b.items);
                let below = |item: &i32| match item {
                    0.. => 1,
                    bucket => counts.get(bucket).copied().unwrap_or(0),
                };
                let count = items.map(below).sum();
                counts.insert(*id, count);
            }
        }
        counts
    }

    fn report(&self, checks: &mut Checks) {
        let crush = &self.map.crush;
        let counts = self.osd_counts();
        let count = |id: &i32| counts.get(id).copied().unwrap_or(0);
        for (kind, buckets) in self.down_buckets.range(1..) {
            let Some(name) = crush.types.get(kind) else { continue };
            let plural = if buckets.len() > 1 { "s" } else { "" };
            let osds: usize = buckets.iter().map(count).sum();
            let message = format!("{} {name}{plural} ({osds} osds) down", buckets.len());
            let detail = buckets.iter().rev().map(|id| {
                let place = match *kind == self.max_type {
                    true => String::new(),
                    false => format!(" ({})", self.location(*id)),
                };
                let bucket = crush.item_name(*id).unwrap_or("");
                format!("{name} {bucket}{place} ({} osds) is down", count(id))
            });
            let code = format!("OSD_{}_DOWN", name.to_ascii_uppercase());
            checks.add(&code, Severity::Warning, message, buckets.len(), detail.collect());
        }
        let detail =
            self.down_in.iter().map(|osd| format!("osd.{osd} ({}) is down", self.location(*osd)));
        checks.warn_of_each("OSD_DOWN", detail.collect(), "osds down");
    }

    /// Where an item is, from the root down.
    fn location(&self, id: i32) -> String {
        let places = self.map.crush.full_location(id).into_iter().rev();
        places.map(|(kind, name)| format!("{kind}={name}")).collect::<Vec<_>>().join(",")
    }
}
