//! How many items a step can find at all, so that a search knows when to give up.
//!
//! An item that holds a position is never chosen again, so once as many positions are filled as
//! there are items that could ever fill one, all further tries are bound to fail: their outcome is
//! known without making them. Devices whose reweight is 0, and buckets without any other, never
//! fill a position.

use crate::flat::{DEVICE, Entry, FlatMap};

/// What can be found at or below each bucket.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    /// By slot of the bucket: a bound on the distinct items that can be placed from there on.
    pub(super) placeable: Vec<u32>,
    /// By slot of the bucket: whether a device below it may pass the reweight test.
    pub(super) has_device: Vec<bool>,
    /// Whether that is so for every item that is looked for.
    pub(super) all_have_device: bool,
}

/// Stands for a number that is not known, or of no use: a search never stops early.
const UNBOUNDED: u32 = u32::MAX;

impl Reach {
    /// For searches for items of `type_id`, with a device below each if `leaf`. Without
    /// reweights, what holds whatever they are.
    pub(super) fn new(
        flat: &FlatMap,
        reweights: Option<&[u32]>,
        type_id: i32,
        leaf: bool,
        indep: bool,
    ) -> Reach {
        let order = &flat.children_first;
        let is_usable = |device: i32| {
            reweights.is_none_or(|list| list.get(device as usize).is_some_and(|w| *w > 0))
        };
        let mut has_device = vec![false; flat.rows.len()];
        for slot in order {
            has_device[*slot as usize] =
                flat.entries_of(*slot).iter().any(|entry| match entry.slot() {
                    Some(child) => has_device[child as usize],
                    None => entry.kind == DEVICE && is_usable(entry.item),
                });
        }
        let wanted = flat.entries.iter().filter(|entry| entry.kind == type_id);
        let mut below = wanted.filter_map(Entry::slot).map(|slot| has_device[slot as usize]);
        let all_have_device = below.all(|has_device| has_device);
        // A device that such a step draws and refuses stays in the result (see `indep`), so each
        // of its tries counts.
        let never = indep && leaf && type_id == 0;
        let mut placeable = vec![0; flat.rows.len()];
        for slot in order {
            if never && flat.row(*slot).len > 0 {
                placeable[*slot as usize] = UNBOUNDED;
                continue;
            }
            let counts = flat.entries_of(*slot).iter().map(|entry| match entry.slot() {
                Some(child) if entry.kind == type_id => {
                    u32::from(!leaf || has_device[child as usize])
                }
                Some(child) => placeable[child as usize],
                None if entry.kind == type_id => u32::from(is_usable(entry.item)),
                // Drawn once, it ends the search for a position.
                None => UNBOUNDED,
            });
            placeable[*slot as usize] = counts.fold(0, u32::saturating_add);
        }
        Reach { placeable, has_device, all_have_device }
    }
}
