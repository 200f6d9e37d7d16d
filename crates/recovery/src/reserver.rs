//! Slots of an OSD, and who waits for one.
//!
//! An OSD has two sets of slots, one for PGs whose primary it is and one for PGs that it takes
//! copies of, each with `osd_max_backfills` of them (`AsyncReserver`). The most urgent come first,
//! those of one priority in the order in which they asked. One that is more urgent than the least
//! urgent that has a slot takes it away; an equal one waits.

use std::collections::{BTreeMap, VecDeque};

/// What asks for a slot: the number of a PG's copying, or of a deletion.
pub(crate) type Item = u32;

/// A step that the slots make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The item has a slot now.
    Granted(Item),
    /// The item has lost its slot to a more urgent one.
    Preempted(Item),
}

/// The slots of one side of an OSD.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reserver {
    queues: BTreeMap<u8, VecDeque<Item>>,
    held: Vec<(u8, Item)>,
    /// Who gave a slot back last.
    pub(crate) released_by: Option<Item>,
}

impl Reserver {
    /// Puts an item behind those of its priority.
    pub(crate) fn ask(&mut self, priority: u8, item: Item) {
        self.queues.entry(priority).or_default().push_back(item);
    }

    /// Takes an item out, whether it waits or has a slot.
    pub(crate) fn cancel(&mut self, item: Item) {
        if let Some(place) = self.held.iter().position(|(_, held)| *held == item) {
            self.held.swap_remove(place);
            self.released_by = Some(item);
            return;
        }
        for queue in self.queues.values_mut() {
            queue.retain(|waiting| *waiting != item);
        }
        self.queues.retain(|_, queue| !queue.is_empty());
    }

    /// The next step with this many slots, until there is none.
    pub(crate) fn turn(&mut self, slots: usize) -> Option<Turn> {
        let lowest = self.held.iter().copied().min();
        if self.held.len() > slots
            && let Some((_, item)) = lowest
        {
            return Some(self.preempt(item));
        }
        let (&priority, _) = self.queues.last_key_value()?;
        if self.held.len() >= slots {
            let (least, item) = lowest?;
            return (priority > least).then(|| self.preempt(item));
        }
        let queue = self.queues.get_mut(&priority)?;
        let item = queue.pop_front()?;
        if queue.is_empty() {
            self.queues.remove(&priority);
        }
        self.held.push((priority, item));
        Some(Turn::Granted(item))
    }

    fn preempt(&mut self, item: Item) -> Turn {
        self.held.retain(|(_, held)| *held != item);
        self.released_by = Some(item);
        Turn::Preempted(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(reserver: &mut Reserver, slots: usize) -> Vec<Turn> {
        std::iter::from_fn(|| reserver.turn(slots)).collect()
    }

    #[test]
    fn equal_ones_wait_in_their_order_and_urgent_ones_take_a_slot_away() {
        let mut reserver = Reserver::default();
        for item in [1, 2, 3] {
            reserver.ask(110, item);
        }
        assert_eq!(turns(&mut reserver, 2), [Turn::Granted(1), Turn::Granted(2)]);
        reserver.ask(151, 4);
        assert_eq!(turns(&mut reserver, 2), [Turn::Preempted(1), Turn::Granted(4)]);
        reserver.ask(110, 1);
        reserver.cancel(4);
        // 1 is behind 3 now.
        assert_eq!(turns(&mut reserver, 2), [Turn::Granted(3)]);
        assert_eq!(reserver.held, [(110, 2), (110, 3)]);
        reserver.cancel(1);
        assert!(reserver.queues.is_empty());
    }

    #[test]
    fn fewer_slots_take_some_away() {
        let mut reserver = Reserver::default();
        reserver.ask(110, 1);
        reserver.ask(151, 2);
        assert_eq!(turns(&mut reserver, 2), [Turn::Granted(2), Turn::Granted(1)]);
        assert_eq!(turns(&mut reserver, 1), [Turn::Preempted(1)]);
    }
}
