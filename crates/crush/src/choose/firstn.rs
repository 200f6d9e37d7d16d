//! `choose firstn`: distinct items in the order in which they are found; a gap closes up.
//!
//! For each replica number a search descends from the starting bucket. A refused item (one that
//! was chosen before, that is out, that has no usable device below it) costs a try: first in the
//! same bucket, as far as the local tries of old maps allow, then from the top with r one higher.

use super::{Chooser, Drawn};
use crate::bucket::Bucket;
use crate::trace::{EmptyReason, Event, Observer, Refusal, RetryFrom};

/// What a `choose firstn` looks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Firstn {
    /// Replica numbers end below this.
    pub(crate) count: i32,
    pub(crate) type_id: i32,
    /// Tries from the top for each replica number.
    pub(crate) tries: u32,
    /// Tries for the leaf below each item (`chooseleaf`); `None` for plain `choose`.
    pub(crate) leaf_tries: Option<u32>,
    pub(crate) local_tries: u32,
    pub(crate) local_fallback_tries: u32,
    pub(crate) vary_r: u32,
    pub(crate) stable: bool,
    /// Added to the replica number.
    pub(crate) parent_r: i32,
    /// Whether this is the search for a device below an item that was chosen.
    pub(crate) is_leaf: bool,
}

/// Where results go: `items[..filled]` are there already, and collide.
struct Output<'o> {
    items: &'o mut [i32],
    filled: usize,
    leaves: Option<&'o mut [i32]>,
}

impl<'a, O: Observer> Chooser<'a, '_, O> {
    /// Fills `items` from position `filled` on, and `leaves` likewise where leaves are looked for.
    /// Returns the number of positions that are filled then.
    pub(crate) fn firstn(
        &mut self,
        from: &'a Bucket,
        search: Firstn,
        items: &mut [i32],
        filled: usize,
        leaves: Option<&mut [i32]>,
    ) -> usize {
        let mut output = Output { items, filled, leaves };
        let first = if search.stable { 0 } else { filled as i32 };
        for replica in first..search.count {
            // A replica number that finds nothing takes work, too: there may be billions.
            if output.filled >= output.items.len() || !self.spending.may_go_on(1, 0) {
                break;
            }
            if let Some(item) = self.firstn_replica(from, &search, replica, &mut output) {
                output.items[output.filled] = item;
                self.tell(Event::Placed { position: output.filled, item });
                output.filled += 1;
            }
        }
        output.filled
    }

    /// Searches an item for one replica number.
    fn firstn_replica(
        &mut self,
        from: &'a Bucket,
        search: &Firstn,
        replica: i32,
        output: &mut Output<'_>,
    ) -> Option<i32> {
        let mut failures = 0u32;
        'descent: loop {
            let mut bucket = from;
            let mut local_failures = 0u32;
            loop {
                let r = replica.wrapping_add(search.parent_r).wrapping_add(failures as i32);
                if O::ENABLED {
                    self.tell(Event::Enter {
                        bucket: bucket.id,
                        position: output.filled,
                        r: r as u32,
                        tries: failures,
                        leaf: search.is_leaf,
                    });
                }
                let reason = match self.firstn_draw(bucket, search, r, local_failures, output) {
                    Ok(Drawn::Found(item)) => {
                        self.tell(Event::Tried { tries: failures });
                        return Some(item);
                    }
                    Ok(Drawn::Inside(inner)) => {
                        bucket = inner;
                        continue;
                    }
                    Ok(Drawn::Useless(item)) => {
                        self.tell(Event::Refused { item, reason: Refusal::WrongItem });
                        let reason = EmptyReason::WrongItem;
                        self.tell(Event::Empty { position: output.filled, reason });
                        return None;
                    }
                    Err(reason) => reason,
                };
                if !self.spending.may_go_on(1, bucket.items.len()) {
                    return None;
                }
                failures = failures.wrapping_add(1);
                local_failures = local_failures.wrapping_add(1);
                let fallback = search.local_fallback_tries;
                let bound = (bucket.items.len() as u32).wrapping_add(fallback);
                if reason == Refusal::Collision && local_failures <= search.local_tries
                    || fallback > 0 && local_failures <= bound
                {
                    self.tell(Event::Retry { from: RetryFrom::SameBucket });
                } else if failures < search.tries {
                    self.tell(Event::Retry { from: RetryFrom::Top });
                    continue 'descent;
                } else {
                    let reason = EmptyReason::TriesExhausted;
                    self.tell(Event::Empty { position: output.filled, reason });
                    return None;
                }
            }
        }
    }

    /// Draws once from one bucket and judges the item.
    fn firstn_draw(
        &mut self,
        bucket: &'a Bucket,
        search: &Firstn,
        r: i32,
        local_failures: u32,
        output: &mut Output<'_>,
    ) -> Result<Drawn<'a>, Refusal> {
        let size = bucket.items.len() as u32;
        if size == 0 {
            self.tell(Event::Refused { item: bucket.id, reason: Refusal::EmptyBucket });
            return Err(Refusal::EmptyBucket);
        }
        let fallback = search.local_fallback_tries;
        let item = if fallback > 0 && local_failures >= size / 2 && local_failures > fallback {
            self.draw_by_permutation(bucket, r as u32)
        } else {
            self.draw(bucket, r as u32, output.filled)
        };
        let drawn = self.classify(item, search.type_id);
        if !matches!(drawn, Drawn::Found(_)) {
            return Ok(drawn);
        }
        match self.firstn_refusal(item, search, r, output) {
            None => Ok(Drawn::Found(item)),
            Some(reason) => {
                self.tell(Event::Refused { item, reason });
                Err(reason)
            }
        }
    }

    /// Why an item of the right type cannot be used, if it cannot. Finds its leaf on the way.
    fn firstn_refusal(
        &mut self,
        item: i32,
        search: &Firstn,
        r: i32,
        output: &mut Output<'_>,
    ) -> Option<Refusal> {
        if output.items[..output.filled].contains(&item) {
            return Some(Refusal::Collision);
        }
        if let (Some(tries), Some(leaves)) = (search.leaf_tries, output.leaves.as_deref_mut()) {
            match self.map.bucket(item) {
                None => leaves[output.filled] = item,
                Some(below) => {
                    let leaf = Firstn {
                        count: if search.stable { 1 } else { output.filled as i32 + 1 },
                        type_id: 0,
                        tries,
                        leaf_tries: None,
                        // The shift's count is taken modulo 32, as x86 does for Ceph.
                        parent_r: match search.vary_r {
                            0 => 0,
                            vary_r => r.wrapping_shr(vary_r - 1),
                        },
                        is_leaf: true,
                        ..*search
                    };
                    if self.firstn(below, leaf, leaves, output.filled, None) <= output.filled {
                        return Some(Refusal::NoLeaf);
                    }
                }
            }
        }
        (search.type_id == 0 && self.is_out(item)).then_some(Refusal::Out)
    }
}
