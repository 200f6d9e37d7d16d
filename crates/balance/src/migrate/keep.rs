//! Which shards of a PG the rule lets stay, and where the others go.
//!
//! A rule is a tree of choices: so many distinct buckets at each level. The most shards that can
//! stay are found from below: a bucket keeps what its best children keep, and of the children only
//! as many count as the rule chooses. That is exact for each part (take) of a rule. What is left
//! goes where CRUSH puts the PG, as far as that fits what stays.

use std::collections::BTreeMap;

use crushlab_crush::NONE;
use crushlab_crush::hash::hash2;

use crate::pool::{PoolState, TakeState};
use crate::take::{ROOT, Take};

/// A shard that may stay: its place in the PG, and its OSD as a node of a take.
type Shard = (usize, usize);

/// The OSDs that a PG shall have: as many of `held` as the rule lets stay, the others filled up,
/// where CRUSH puts them (`raw`) if that is possible. `seed` decides where it is all the same.
/// `None` where the rule finds too few OSDs.
pub(crate) fn kept(
    state: &PoolState<'_>,
    held: &[i32],
    raw: &[i32],
    seed: u32,
) -> Option<Vec<i32>> {
    let positions = state.takes.iter().map(|take| take.take.positions).sum();
    let mut osds = vec![NONE; positions];
    let mut is_used = vec![false; held.len()];
    for take in &state.takes {
        let own = Own { state, take, raw, seed, blocked: blocked(take, &osds) };
        let mut stay = own.stay(held, &is_used);
        stay.truncate(take.take.positions);
        stay.iter().for_each(|(place, _)| is_used[*place] = true);
        let mut nodes: Vec<usize> = stay.iter().map(|(_, node)| *node).collect();
        let missing = take.take.positions - nodes.len();
        if own.fill(ROOT, &mut nodes, missing) > 0 {
            return None;
        }
        own.put(&stay, &nodes, &mut osds);
    }
    Some(osds)
}

/// Buckets of the first level that other parts of the rule have put shards in.
fn blocked(take: &TakeState, osds: &[i32]) -> Vec<usize> {
    if !take.overlaps {
        return Vec::new();
    }
    let nodes = osds.iter().filter_map(|osd| take.take.osds.get(osd));
    nodes.map(|node| take.take.above(*node, 1)).collect()
}

/// One part of the rule, for one PG.
struct Own<'a> {
    state: &'a PoolState<'a>,
    take: &'a TakeState,
    raw: &'a [i32],
    seed: u32,
    blocked: Vec<usize>,
}

impl Own<'_> {
    fn tree(&self) -> &Take {
        &self.take.take
    }

    fn places(&self) -> std::ops::Range<usize> {
        self.take.first..self.take.first + self.tree().positions
    }

    /// The shards that stay.
    fn stay(&self, held: &[i32], is_used: &[bool]) -> Vec<Shard> {
        let places = self.places();
        let own = |place: &usize| !self.state.is_positional || places.contains(place);
        let free = (0..held.len()).filter(|place| own(place) && !is_used[*place]);
        let node = |place: usize| Some((place, *self.tree().osds.get(&held[place])?));
        let mut shards: Vec<Shard> = free.filter_map(node).collect();
        // Replicas of this part first, where several parts could have them.
        shards.sort_by_key(|(place, _)| !places.contains(place));
        self.best(ROOT, shards)
    }

    /// As many of the shards below a node as the rule lets have, one for each OSD.
    fn best(&self, node: usize, shards: Vec<Shard>) -> Vec<Shard> {
        let depth = self.tree().nodes[node].depth;
        if depth == self.tree().osd_depth() {
            return shards.into_iter().take(1).collect();
        }
        let mut children: BTreeMap<usize, Vec<Shard>> = BTreeMap::new();
        for (place, osd) in shards {
            let child = self.tree().above(osd, depth + 1);
            if depth > 0 || !self.blocked.contains(&child) {
                children.entry(child).or_default().push((place, osd));
            }
        }
        let best = |(child, shards)| (child, self.best(child, shards));
        let mut children: Vec<(usize, Vec<Shard>)> = children.into_iter().map(best).collect();
        let rank = |(child, best): &(usize, Vec<Shard>)| (best.len(), self.raw_below(*child));
        children.sort_by_key(|child| std::cmp::Reverse(rank(child)));
        children.truncate(self.tree().counts[depth]);
        children.into_iter().flat_map(|(_, best)| best).collect()
    }

    /// How many OSDs that CRUSH chooses are below a node.
    fn raw_below(&self, node: usize) -> usize {
        let depth = self.tree().nodes[node].depth;
        self.raw_nodes().filter(|osd| self.tree().above(*osd, depth) == node).count()
    }

    fn raw_nodes(&self) -> impl Iterator<Item = usize> + '_ {
        let own = self.raw.iter().skip(self.take.first).take(self.tree().positions);
        own.filter_map(|osd| self.tree().osds.get(osd).copied())
    }

    /// Adds OSDs below a node; returns how many find no place.
    fn fill(&self, node: usize, nodes: &mut Vec<usize>, mut missing: usize) -> usize {
        let depth = self.tree().nodes[node].depth;
        if missing == 0 {
            return 0;
        }
        if depth == self.tree().osd_depth() {
            nodes.push(node);
            return missing - 1;
        }
        let most = self.tree().shards_below(depth + 1);
        let mut used = self.used_children(node, nodes);
        for (child, has) in used.clone() {
            let room = most.saturating_sub(has).min(missing);
            missing -= room - self.fill(child, nodes, room);
        }
        let mut passed = Vec::new();
        while missing > 0 && used.len() < self.tree().counts[depth] {
            let Some(child) = self.choose(node, &used, &passed) else { break };
            let room = most.min(missing);
            let added = room - self.fill(child, nodes, room);
            missing -= added;
            match added {
                0 => passed.push(child),
                _ => _ = used.insert(child, added),
            }
        }
        missing
    }

    /// Children of a node that have OSDs of the PG, and how many.
    fn used_children(&self, node: usize, nodes: &[usize]) -> BTreeMap<usize, usize> {
        let depth = self.tree().nodes[node].depth;
        let mut used = BTreeMap::new();
        for osd in nodes.iter().filter(|osd| self.tree().above(**osd, depth) == node) {
            *used.entry(self.tree().above(*osd, depth + 1)).or_default() += 1;
        }
        used
    }

    /// A child of a node that has no OSD of the PG yet: where CRUSH puts most, else by weight.
    fn choose(
        &self,
        node: usize,
        used: &BTreeMap<usize, usize>,
        passed: &[usize],
    ) -> Option<usize> {
        let depth = self.tree().nodes[node].depth;
        let is_free = |child: &usize| {
            let is_open = depth > 0 || !self.blocked.contains(child);
            !used.contains_key(child) && !passed.contains(child) && is_open
        };
        let below = |osd: &usize| self.tree().above(*osd, depth) == node;
        let raw = self.raw_nodes().filter(below).map(|osd| self.tree().above(osd, depth + 1));
        let raw = raw.filter(is_free).max_by_key(|child| (self.raw_below(*child), *child));
        raw.or_else(|| {
            let free = self.tree().nodes[node].children.iter().copied().filter(is_free);
            free.max_by(|one, other| self.draw(*one).total_cmp(&self.draw(*other)))
        })
    }

    /// The length of a node's straw.
    fn draw(&self, node: usize) -> f64 {
        let node = &self.tree().nodes[node];
        let part = f64::from(hash2(self.seed, node.id as u32)) + 1.0;
        (part / (f64::from(u32::MAX) + 1.0)).ln() / node.share.max(f64::MIN_POSITIVE)
    }

    /// Puts what stays in its places, and what comes where CRUSH puts it, or in any that is free.
    fn put(&self, stay: &[Shard], nodes: &[usize], osds: &mut [i32]) {
        let id = |node: usize| self.tree().nodes[node].id;
        let places = self.places();
        let mut come: Vec<i32> = nodes[stay.len()..].iter().map(|node| id(*node)).collect();
        let mut homeless = Vec::new();
        for (place, node) in stay {
            match places.contains(place) && osds[*place] == NONE {
                true => osds[*place] = id(*node),
                false => homeless.push(id(*node)),
            }
        }
        for place in places.clone().filter(|place| *place < self.raw.len()) {
            if osds[place] == NONE
                && let Some(at) = come.iter().position(|osd| *osd == self.raw[place])
            {
                osds[place] = come.swap_remove(at);
            }
        }
        let mut rest = homeless.into_iter().chain(come);
        for place in places {
            if osds[place] == NONE {
                osds[place] = rest.next().unwrap_or(NONE);
            }
        }
    }
}
