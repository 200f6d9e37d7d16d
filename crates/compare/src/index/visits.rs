//! All visits of one bucket.

use crushlab_crush::{Map, Visit, Workspace};

use super::bucket_change::BucketChange;
use super::record::Record;
use super::regular::Regular;
use super::screen::{Screen, VISITS_PER_BLOCK, Waiting};
use super::walks::{Numbers, Walks};

/// Adds the regular PGs with a visit of this bucket that another item wins now.
pub(crate) fn find_other_winners(
    record: &Record,
    change: &BucketChange<'_>,
    walks: &Walks,
    regular: &Regular,
    pgs: &mut Vec<u32>,
) {
    let Some(numbers) = walks.numbers(change.old.id) else { return };
    let children = Children::of(&record.conditions().map, change);
    let mut visits = Visits {
        record,
        change,
        regular,
        numbers,
        screen: change.screen(),
        waiting: Waiting::default(),
        workspace: Workspace::new(),
        pgs,
    };
    let shards: usize = children.osds.iter().map(|osd| record.osd_pgs().of(*osd).len()).sum();
    // One after another they are read faster than here and there.
    if shards > record.osd_pgs().len() / 16 {
        for (pg, row) in (0..).zip(record.placements().iter()) {
            for (place, osd) in row.iter().enumerate() {
                if let Some(child) = children.get(*osd) {
                    visits.look_at(pg, place, child);
                }
            }
        }
    } else {
        for osd in &children.osds {
            let Some(child) = children.get(*osd) else { continue };
            for pg in record.osd_pgs().of(*osd) {
                let row = record.placements().get(*pg as usize).unwrap_or_default();
                if let Some(place) = row.iter().position(|found| found == osd) {
                    visits.look_at(*pg, place, child);
                }
            }
        }
    }
    visits.test();
}

/// Which item of a bucket each device is below, for items that may lose visits.
struct Children {
    osds: Vec<i32>,
    /// By device; `u32::MAX` for none.
    child: Vec<u32>,
}

impl Children {
    fn of(map: &Map, change: &BucketChange<'_>) -> Children {
        let mut children = Children { osds: Vec::new(), child: Vec::new() };
        for (index, item) in change.old.items.iter().enumerate() {
            if !change.concerns(index) {
                continue;
            }
            let mut open = vec![*item];
            while let Some(item) = open.pop() {
                match (map.bucket(item), usize::try_from(item)) {
                    (Some(bucket), _) => open.extend(&bucket.items),
                    (None, Ok(osd)) if item < map.max_devices() => {
                        children.osds.push(item);
                        if children.child.len() <= osd {
                            children.child.resize(osd + 1, u32::MAX);
                        }
                        children.child[osd] = index as u32;
                    }
                    _ => {}
                }
            }
        }
        children
    }

    fn get(&self, osd: i32) -> Option<usize> {
        let child = usize::try_from(osd).ok().and_then(|osd| self.child.get(osd));
        child.filter(|child| **child != u32::MAX).map(|child| *child as usize)
    }
}

/// Visits that are tested.
struct Visits<'a, 'r> {
    record: &'r Record,
    change: &'r BucketChange<'a>,
    regular: &'r Regular,
    /// By position of the result.
    numbers: &'r [Numbers],
    screen: Option<Screen<'a>>,
    waiting: Waiting,
    workspace: Workspace,
    /// Where PGs go.
    pgs: &'r mut Vec<u32>,
}

impl Visits<'_, '_> {
    /// Looks at the visit that led to a place of a PG, by the item that won it.
    fn look_at(&mut self, pg: u32, place: usize, child: usize) {
        let numbers = self.numbers.get(place);
        let Some(numbers) = numbers.filter(|_| self.regular.has(pg)) else { return };
        let visit = Visit { x: self.record.input(pg), r: numbers.r };
        if let (Some(_), Some(kept)) = (&self.screen, self.change.kept(child)) {
            self.waiting.push(pg, visit, kept);
            if self.waiting.pgs.len() == VISITS_PER_BLOCK {
                self.test();
            }
        } else if self.change.changes(visit, numbers.position, child, &mut self.workspace) {
            self.pgs.push(pg);
        }
    }

    /// Tests the visits that wait.
    fn test(&mut self) {
        let Visits { change, screen, waiting, pgs, .. } = self;
        if let Some(screen) = screen {
            screen.test(waiting, |waiting, place| {
                let (visit, kept) = waiting.get(place);
                if change.is_beaten(visit, kept) {
                    pgs.push(waiting.pgs[place]);
                }
            });
        }
        waiting.clear();
    }
}
