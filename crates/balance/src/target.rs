//! What each OSD should hold, and how near to that whole numbers of PGs can come.

use crate::flow::{Bounds, Lock};
use crate::take::{ROOT, Take};

/// Below this two numbers of PGs are the same.
pub(crate) const SAME: f64 = 1e-6;

/// What a take's OSDs should hold.
#[derive(Clone, Debug)]
pub(crate) struct Targets {
    /// PGs by node that weights and the rule ask for: of OSDs shards, of buckets PGs that use them.
    pub(crate) pgs: Vec<f64>,
    /// Shards by node that the weights alone ask for.
    pub(crate) asked: Vec<f64>,
    /// Nodes whose weight asks for more than the rule lets them have.
    pub(crate) capped: Vec<usize>,
}

impl Targets {
    /// For so many shards in all. Where a bucket's weight asks for more of its PGs than there are,
    /// it gets all of them, and the others share what is left by their weights.
    pub(crate) fn new(take: &Take, shards: f64) -> Targets {
        let whole = take.nodes[ROOT].share;
        let asked = take.nodes.iter().map(|node| node.share / whole * shards).collect();
        let mut targets = Targets { pgs: vec![0.0; take.nodes.len()], asked, capped: Vec::new() };
        targets.pgs[ROOT] = shards / take.positions as f64;
        for index in 0..take.nodes.len() {
            let depth = take.nodes[index].depth;
            if depth < take.osd_depth() {
                let count = match depth == 0 && take.is_uneven {
                    true => take.positions as f64 / take.shards_below(1) as f64,
                    false => take.counts[depth] as f64,
                };
                targets.fill(take, index, count);
            }
        }
        targets
    }

    /// Lets what may move be shared among the OSDs where it may, by what they should hold; the
    /// others should hold what they do.
    pub(crate) fn within(&mut self, take: &Take, present: &[u32], locks: &[Lock]) {
        let is_closed = |node: &usize| !locks[*node].may_leave && !locks[*node].may_enter;
        let (closed, open): (Vec<usize>, Vec<usize>) =
            take.osds.values().partition(|o| is_closed(o));
        let held: f64 = open.iter().map(|node| f64::from(present[*node])).sum();
        let wanted: f64 = open.iter().map(|node| self.pgs[*node]).sum();
        for node in open.into_iter().filter(|_| wanted > 0.0) {
            self.pgs[node] *= held / wanted;
        }
        for node in closed {
            self.pgs[node] = f64::from(present[node]);
        }
    }

    /// Spreads a node's PGs over its children, of which each PG uses this many.
    fn fill(&mut self, take: &Take, node: usize, count: f64) {
        let most = self.pgs[node];
        let share = |child: &usize| take.nodes[*child].share;
        let mut children = take.nodes[node].children.clone();
        children.sort_by(|one, other| share(other).total_cmp(&share(one)));
        let mut rest_shares: f64 = children.iter().map(share).sum();
        let mut rest = most * count;
        for child in children {
            let own = if rest_shares > 0.0 { share(&child) / rest_shares * rest } else { 0.0 };
            if own > most + SAME {
                self.capped.push(child);
                rest -= most;
                rest_shares -= share(&child);
            }
            self.pgs[child] = own.min(most);
        }
    }
}

/// Bounds of shards within a deviation from a target; `fixed` shards are there in any case. `None`
/// where these alone are too many, or where no whole number is as near as this.
pub(crate) fn bounds(target: f64, deviation: f64, fixed: u32) -> Option<Bounds> {
    let high = (target + deviation + SAME / 2.0).floor().max(0.0) as u32;
    let low = (target - deviation - SAME / 2.0).ceil().max(0.0) as u32;
    let high = high.checked_sub(fixed)?;
    let low = low.saturating_sub(fixed);
    (low <= high).then_some(Bounds { low, high })
}

/// A take with the shards that cannot move, and the number of PGs that can.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load<'a> {
    pub(crate) take: &'a Take,
    pub(crate) targets: &'a Targets,
    /// Shards by node that stay where they are.
    pub(crate) fixed: &'a [u32],
    /// PGs whose shards may move.
    pub(crate) groups: u32,
    /// Shards by node, as they are.
    pub(crate) present: &'a [u32],
    /// By node, whether shards may leave and enter it.
    pub(crate) locks: &'a [Lock],
}

impl Load<'_> {
    /// For each node, how many PGs may use it so that all OSDs below are within a deviation of
    /// their targets; the node that does not let it be where that cannot be.
    /// Where the last bucket of a PG gets fewer shards than the others, buckets are not looked at.
    ///
    /// A bucket whose PGs choose `m` of its children can be used by `u` of them if each child can
    /// be used by at most `u`, and numbers with the sum `m * u` are within the children's bounds:
    /// then PGs can be dealt out to the children (Gale, Ryser). All `u` that fit are in a row.
    pub(crate) fn uses(&self, deviation: f64) -> Result<Vec<Bounds>, usize> {
        let take = self.take;
        let mut uses = vec![Bounds::FREE; take.nodes.len()];
        for index in (0..take.nodes.len()).rev() {
            let node = &take.nodes[index];
            uses[index] = match take.counts.get(node.depth) {
                None => self.bounds_of(index, deviation),
                Some(_) if take.is_uneven => Some(Bounds::FREE),
                Some(count) => {
                    let children: Vec<Bounds> =
                        node.children.iter().map(|child| uses[*child]).collect();
                    uses_of_bucket(&children, *count as u64, self.groups)
                }
            }
            .ok_or(index)?;
        }
        let Bounds { low, high } = uses[ROOT];
        if low <= self.groups && self.groups <= high { Ok(uses) } else { Err(ROOT) }
    }

    /// What an OSD's movable shards may be: where none may come or go, what they are.
    fn bounds_of(&self, osd: usize, deviation: f64) -> Option<Bounds> {
        let own = self.present[osd].saturating_sub(self.fixed[osd]);
        let found = bounds(self.targets.pgs[osd], deviation, self.fixed[osd]);
        match self.locks[osd] {
            Lock::OPEN => found,
            Lock { may_leave: false, may_enter: false } => Some(Bounds { low: own, high: own }),
            Lock { may_enter: false, .. } => {
                found.map(|found| Bounds { low: found.low.min(own), ..found })
            }
            Lock { may_leave: false, .. } => {
                let found = found.unwrap_or(Bounds { low: own, high: own });
                Some(Bounds { high: found.high.max(own), ..found })
            }
        }
    }

    /// The smallest deviation within which all OSDs can be.
    pub(crate) fn least_deviation(&self) -> f64 {
        let (mut low, mut high) = (0.0, 1.0);
        while self.uses(high).is_err() && high < f64::from(u32::MAX) {
            low = high;
            high *= 2.0;
        }
        while high - low > SAME / 4.0 {
            let middle = f64::midpoint(low, high);
            match self.uses(middle).is_ok() {
                true => high = middle,
                false => low = middle,
            }
            if high - low < f64::EPSILON * high {
                break;
            }
        }
        high
    }
}

/// How many of `most` PGs may use a bucket, of whose children each of them uses `count`.
fn uses_of_bucket(children: &[Bounds], count: u64, most: u32) -> Option<Bounds> {
    let sum = |of: &dyn Fn(&Bounds) -> u32| children.iter().map(|one| u64::from(of(one))).sum();
    let needed: u64 = sum(&|child| child.low);
    let least = children.iter().map(|child| child.low).max().unwrap_or(0);
    let least = needed.div_ceil(count).max(u64::from(least));
    let least = u32::try_from(least).ok().filter(|least| *least <= most)?;
    let fits = |uses: u32| {
        let room: u64 = sum(&|child| child.high.min(uses));
        count * u64::from(uses) <= room
    };
    // Room grows with uses ever slower, so it is enough up to some number and never after it;
    // only the start may be an exception, where a low bound is above what is used.
    if !fits(least) {
        return None;
    }
    let (mut low, mut high) = (least, most);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if fits(middle) { low = middle } else { high = middle - 1 }
    }
    Some(Bounds { low: least, high: low })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_used_by_as_many_as_its_children_let() {
        let child = |low, high| Bounds { low, high };
        let uses = |children: &[Bounds], count| uses_of_bucket(children, count, 100);
        // Two hosts, both of which each PG needs.
        let both = uses(&[child(9, 12), child(10, 11)], 2);
        assert_eq!(both, Some(child(10, 11)));
        // Two of three hosts: the sum is even, and no host has more than there are PGs.
        let two = uses(&[child(7, 7), child(7, 7), child(7, 7)], 2);
        assert_eq!(two, None);
        let two = uses(&[child(6, 8), child(6, 8), child(6, 8)], 2);
        assert_eq!(two, Some(child(9, 12)));
        assert_eq!(uses(&[child(0, 4), child(5, 9)], 1), Some(child(5, 13)));
    }

    #[test]
    fn bounds_are_whole_numbers_near_a_target() {
        assert_eq!(bounds(5.0, 1.0 - SAME, 0), Some(Bounds { low: 5, high: 5 }));
        assert_eq!(bounds(5.25, 1.0 - SAME, 0), Some(Bounds { low: 5, high: 6 }));
        assert_eq!(bounds(5.25, 0.25, 0), Some(Bounds { low: 5, high: 5 }));
        assert_eq!(bounds(5.25, 0.75, 4), Some(Bounds { low: 1, high: 2 }));
        assert_eq!(bounds(5.25, 0.75, 7), None);
    }
}
