//! The from-to matrix by buckets of a type in place of OSDs.

use std::collections::{BTreeMap, HashMap, HashSet};

use crushlab_crush::NONE;
use crushlab_crushmap::CrushMap;

use super::report::{ClusterMove, sort_moves};
use super::state::ClusterState;

/// Adds moves up by the buckets of a type that OSDs are in: `from` by the tree before, `to` by the
/// tree after. An OSD in no such bucket counts as [`NONE`], as does nobody. Moves within a bucket
/// stay in the list.
pub fn fold_moves(
    moves: &[ClusterMove],
    before: &ClusterState<'_>,
    after: &ClusterState<'_>,
    type_id: i32,
) -> Vec<ClusterMove> {
    let from = buckets_of_osds(&before.map().crush, type_id);
    let to = buckets_of_osds(&after.map().crush, type_id);
    let bucket = |tree: &BTreeMap<i32, i32>, osd: i32| tree.get(&osd).copied().unwrap_or(NONE);
    let mut sums: HashMap<(i32, i32), ClusterMove> = HashMap::new();
    for entry in moves {
        let pair = (bucket(&from, entry.from), bucket(&to, entry.to));
        let empty = ClusterMove { from: pair.0, to: pair.1, shards: 0, object_copies: 0, bytes: 0 };
        let sum = sums.entry(pair).or_insert(empty);
        sum.shards += entry.shards;
        sum.object_copies = sum.object_copies.saturating_add(entry.object_copies);
        sum.bytes = sum.bytes.saturating_add(entry.bytes);
    }
    let mut folded: Vec<ClusterMove> = sums.into_values().collect();
    sort_moves(&mut folded);
    folded
}

/// The bucket of a type that each OSD is in, shadow trees left out. An OSD that is in several such
/// buckets counts for the one with the highest id (-1 first).
fn buckets_of_osds(crush: &CrushMap, type_id: i32) -> BTreeMap<i32, i32> {
    let is_wanted =
        |id: &i32, type_of: u16| i32::from(type_of) == type_id && !crush.classes.contains_key(id);
    let wanted = crush.core.buckets.iter().flatten();
    let wanted = wanted.filter(|bucket| is_wanted(&bucket.id, bucket.type_id));
    let mut found = BTreeMap::new();
    for bucket in wanted {
        let mut seen = HashSet::from([bucket.id]);
        let mut open = vec![bucket.id];
        while let Some(id) = open.pop() {
            for item in crush.core.bucket(id).into_iter().flat_map(|bucket| &bucket.items) {
                if *item >= 0 {
                    found.entry(*item).or_insert(bucket.id);
                } else if seen.insert(*item) {
                    open.push(*item);
                }
            }
        }
    }
    found
}
