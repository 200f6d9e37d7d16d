//! The edits that `crushtool` and `ceph osd crush …` make, ids, weights and order included.
//!
//! Behaviour is that of CrushWrapper.cc in Ceph 16.2.15. Every edit is all or nothing: refused, it
//! returns an [`EditError`] (with the error number Ceph would answer with) and leaves the map as
//! it was. Every edit starts and ends as Ceph's do, with what Ceph does whenever it has decoded a
//! map: choose_args are trimmed to the buckets there are, and `max_devices` is counted anew.
//!
//! | file | edits |
//! | --- | --- |
//! | `insert` | devices: insert, update, create or move; their places |
//! | `bucket` | buckets: add, move, link, swap |
//! | `remove` | remove and unlink |
//! | `rename` | names of items and rules |
//! | `weight` | weights of items, subtrees, everything |
//! | `weight_set` | choose_args: create, remove, reweight; kept in step with all edits above |
//! | `rule` | simple, replicated and erasure rules |
//! | `class` | device classes |
//! | `tunable` | tunables, one by one and by profile |
//! | `query`, `location` | what edits have to know: names, parents, roots, places |

mod bucket;
mod class;
mod error;
mod insert;
mod location;
mod message;
mod query;
mod remove;
mod rename;
mod rule;
mod tunable;
mod weight;
mod weight_set;

use std::ops::{Deref, DerefMut};

use crushlab_crush::map::bucket_slot;
use crushlab_crush::{BuildError, TypeOrder};

use crate::CrushMap;

pub use error::{EditError, Errno};
pub use insert::WeightSets;
pub use location::Location;
pub use remove::Removal;
pub use rule::{ErasureRule, RuleMode, SimpleRule};
pub(crate) use weight::float_weight;

/// Ways from the roots to one bucket, above which no edit is begun: a change spreads along each.
const MAX_WAYS: u64 = 1 << 16;

/// A copy of a map that is being edited: its methods may leave it half changed when they fail.
pub(crate) struct Draft(CrushMap);

impl Deref for Draft {
    type Target = CrushMap;

    fn deref(&self) -> &CrushMap {
        &self.0
    }
}

impl DerefMut for Draft {
    fn deref_mut(&mut self) -> &mut CrushMap {
        &mut self.0
    }
}

impl CrushMap {
    /// Makes a change on a copy, which takes the map's place when the change succeeds and leaves
    /// a sound map behind.
    pub(crate) fn edit<T>(
        &mut self,
        change: impl FnOnce(&mut Draft) -> Result<T, EditError>,
    ) -> Result<T, EditError> {
        check_sound(self)?;
        let mut draft = Draft(self.clone());
        draft.update_choose_args();
        let outcome = change(&mut draft)?;
        let Draft(mut changed) = draft;
        changed.finalize();
        check_sound(&changed)?;
        *self = changed;
        Ok(outcome)
    }

    /// What to call an item in an error: its name, or its id where it has none.
    pub(crate) fn describe(&self, item: i32) -> String {
        self.names.get(&item).cloned().unwrap_or_else(|| item.to_string())
    }
}

/// Checks all that the edits rely on: no cycle, every child there, lists of the right length, not
/// too many ways to a bucket. The order of types is not looked at, as Ceph does not either.
fn check_sound(map: &CrushMap) -> Result<(), EditError> {
    let mut core = map.core.clone();
    core.type_order = TypeOrder::Free;
    core.build().map_err(EditError::Unsound)?;
    check_ways(map)
}

/// Counts the ways to each bucket, parents before children.
fn check_ways(map: &CrushMap) -> Result<(), EditError> {
    let slots = map.core.buckets.len();
    let mut open_parents = vec![0usize; slots];
    let children = |slot: usize| {
        let items = map.core.buckets.get(slot).and_then(Option::as_ref).map(|b| b.items.as_slice());
        items.unwrap_or(&[]).iter().filter_map(|item| bucket_slot(*item))
    };
    for child in (0..slots).flat_map(children) {
        open_parents[child] += 1;
    }
    let mut ways: Vec<u64> = open_parents.iter().map(|parents| u64::from(*parents == 0)).collect();
    let mut pending: Vec<usize> = (0..slots).filter(|slot| open_parents[*slot] == 0).collect();
    while let Some(slot) = pending.pop() {
        if ways[slot] > MAX_WAYS {
            let bucket = -1 - slot as i32;
            return Err(EditError::TooManyWays { bucket, limit: MAX_WAYS });
        }
        for child in children(slot) {
            ways[child] = ways[child].saturating_add(ways[slot]);
            open_parents[child] -= 1;
            if open_parents[child] == 0 {
                pending.push(child);
            }
        }
    }
    Ok(())
}

impl Draft {
    /// Puts a problem of a bucket into words of the map.
    fn bucket_error(&self, bucket: i32) -> impl FnOnce(BuildError) -> EditError + use<> {
        let bucket = self.describe(bucket);
        move |problem| EditError::Bucket { bucket, problem }
    }

    fn straw_calc_version(&self) -> u8 {
        self.core.tunables.straw_calc_version
    }
}
