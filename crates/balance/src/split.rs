//! From the PGs of a take to parts of the flow: the upper levels of a rule are dealt out first,
//! each by a flow of its own, so that what is left is one OSD in each of some distinct domains.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::flow::{Bounds, Group, Lock, NO_SEAT, Network, Outcome, Part};
use crate::take::{ROOT, Take};

/// Shards of a PG below one node, by node.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// Number of the PG among those that may move.
    pub(crate) pg: u32,
    pub(crate) start: Vec<usize>,
    /// Where they are now; none where they are to come.
    pub(crate) now: Vec<usize>,
    pub(crate) raw: Vec<usize>,
    /// Nodes of the level below that are not for this PG.
    pub(crate) blocked: Vec<usize>,
}

/// A part of the flow, and what its seats and groups are.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) part: Part,
    /// The PG of each group.
    pub(crate) pgs: Vec<u32>,
}

/// Splits the pieces of a take.
pub(crate) struct Splitter<'a> {
    pub(crate) take: &'a Take,
    /// For each node, how many PGs may use it.
    pub(crate) uses: &'a [Bounds],
    /// For each node, whether PGs may leave and enter it.
    pub(crate) locks: &'a [Lock],
    pub(crate) segments: Vec<Segment>,
    /// Shards that have to leave buckets of upper levels.
    pub(crate) upper_moves: u64,
    /// Counts pieces that are new below a node, to spread them.
    turn: usize,
}

impl<'a> Splitter<'a> {
    pub(crate) fn new(take: &'a Take, uses: &'a [Bounds], locks: &'a [Lock]) -> Splitter<'a> {
        Splitter { take, uses, locks, segments: Vec::new(), upper_moves: 0, turn: 0 }
    }

    /// Whether one flow places all shards of the take: then moves are the fewest there can be.
    pub(crate) fn is_one_flow(take: &Take) -> bool {
        take.counts[1..].iter().product::<usize>() == 1
    }

    /// Splits the pieces below the root. `None` where the upper levels cannot be dealt out within
    /// the bounds.
    pub(crate) fn split(&mut self, pieces: Vec<Piece>) -> Option<()> {
        self.split_at(ROOT, pieces)
    }

    fn split_at(&mut self, node: usize, pieces: Vec<Piece>) -> Option<()> {
        let depth = self.take.nodes[node].depth;
        let below = &self.take.counts[depth + 1..];
        if below.is_empty() || *below == [1] {
            self.segments.push(self.segment(node, pieces));
            return Some(());
        }
        let chosen = match self.take.is_uneven {
            true => pieces.iter().map(|piece| self.children_of(&piece.start, depth + 1)).collect(),
            false => self.dealt_out(node, &pieces)?,
        };
        let mut by_child: HashMap<usize, Vec<Piece>> = HashMap::new();
        for (piece, children) in pieces.iter().zip(chosen) {
            for child in children {
                let part = self.piece_below(piece, child);
                by_child.entry(child).or_default().push(part);
            }
        }
        for child in self.take.nodes[node].children.clone() {
            self.split_at(child, by_child.remove(&child).unwrap_or_default())?;
        }
        Some(())
    }

    /// The nodes of a level that these OSDs are below.
    fn children_of(&self, osds: &[usize], depth: usize) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for osd in osds {
            let child = self.take.above(*osd, depth);
            if !found.contains(&child) {
                found.push(child);
            }
        }
        found
    }

    /// Deals a node's PGs out to its children, with as few shards that leave theirs as can be.
    fn dealt_out(&mut self, node: usize, pieces: &[Piece]) -> Option<Vec<Vec<usize>>> {
        let depth = self.take.nodes[node].depth + 1;
        let children = &self.take.nodes[node].children;
        let seats: HashMap<usize, u32> = children.iter().copied().zip(0..).collect();
        let seats_of = |osds: &[usize]| -> Vec<u32> {
            self.children_of(osds, depth).iter().map(|child| seats[child]).collect()
        };
        let group = |piece: &Piece| Group {
            start: seats_of(&piece.start),
            now: seats_of(&piece.now),
            raw: seats_of(&piece.raw),
            blocked: piece.blocked.iter().filter_map(|child| seats.get(child).copied()).collect(),
        };
        let part = Part {
            osds: (0..children.len() as u32).collect(),
            domains: (0..children.len() as u32).collect(),
            bounds: children.iter().map(|child| self.uses[*child]).collect(),
            locks: children.iter().map(|child| self.locks[*child]).collect(),
            groups: pieces.iter().map(group).collect(),
        };
        let mut network = Network::new(&[part], children.len());
        let free = self.may_leave(children, pieces);
        for (seat, child) in (0..).zip(children) {
            network.prefer(seat, self.leaving_order(*child, pieces, &free).into_iter());
        }
        if network.solve() != Outcome::Kept {
            return None;
        }
        self.upper_moves += network.moves(0) * self.take.shards_below(depth) as u64;
        let chosen = |index| network.seats(0, index).map(|seat| children[seat as usize]).collect();
        Some((0..pieces.len()).map(chosen).collect())
    }

    /// For each PG, whether there is a child with too few PGs that it does not use.
    fn may_leave(&self, children: &[usize], pieces: &[Piece]) -> Vec<bool> {
        let Some(depth) = children.first().map(|child| self.take.nodes[*child].depth) else {
            return Vec::new();
        };
        let used: Vec<Vec<usize>> =
            pieces.iter().map(|piece| self.children_of(&piece.start, depth)).collect();
        let mut counts: HashMap<usize, u32> = HashMap::new();
        for child in used.iter().flatten() {
            *counts.entry(*child).or_default() += 1;
        }
        let is_short =
            |child: &&usize| counts.get(*child).copied().unwrap_or(0) < self.uses[**child].low;
        let short: Vec<usize> = children.iter().filter(is_short).copied().collect();
        used.iter().map(|used| short.iter().any(|child| !used.contains(child))).collect()
    }

    /// The order in which PGs should leave a node: first those whose OSDs there have too much, as
    /// these shards would move in any case; last those whose OSDs would have to be filled again.
    fn leaving_order(&self, node: usize, pieces: &[Piece], free: &[bool]) -> Vec<usize> {
        let depth = self.take.nodes[node].depth;
        let is_below = |osd: &&usize| self.take.above(**osd, depth) == node;
        let mut counts: HashMap<usize, u32> = HashMap::new();
        for osd in pieces.iter().flat_map(|piece| &piece.start).filter(is_below) {
            *counts.entry(*osd).or_default() += 1;
        }
        let gain = |piece: usize, counts: &HashMap<usize, u32>| -> i32 {
            let osds = pieces[piece].start.iter().filter(is_below);
            let of_osd = |osd| {
                let (count, bounds) = (counts.get(osd).copied().unwrap_or(0), self.uses[*osd]);
                i32::from(count > bounds.high) - i32::from(count <= bounds.low)
            };
            osds.map(of_osd).sum()
        };
        let here = |piece: &usize| pieces[*piece].start.iter().any(|osd| is_below(&osd));
        let mut open: BinaryHeap<(i32, Reverse<usize>)> = (0..pieces.len())
            .filter(|piece| free[*piece] && here(piece))
            .map(|piece| (gain(piece, &counts), Reverse(piece)))
            .collect();
        let mut order = Vec::with_capacity(open.len());
        while let Some((known, Reverse(piece))) = open.pop() {
            // A gain only falls as others leave, and never by more than two for each shard.
            let now = gain(piece, &counts);
            if now < known {
                open.push((now, Reverse(piece)));
                continue;
            }
            order.push(piece);
            for osd in pieces[piece].start.iter().filter(is_below) {
                counts.entry(*osd).and_modify(|count| *count -= 1);
            }
        }
        order.extend((0..pieces.len()).filter(|piece| !free[*piece] && here(piece)));
        order
    }

    /// What a PG has below one of the children that it uses.
    fn piece_below(&mut self, piece: &Piece, child: usize) -> Piece {
        let depth = self.take.nodes[child].depth;
        let below = |osds: &[usize]| -> Vec<usize> {
            osds.iter().copied().filter(|osd| self.take.above(*osd, depth) == child).collect()
        };
        let (start, now, raw) = (below(&piece.start), below(&piece.now), below(&piece.raw));
        if !start.is_empty() {
            return Piece { pg: piece.pg, start, now, raw, blocked: Vec::new() };
        }
        self.turn += 1;
        let start = self.any_below(child, self.turn);
        Piece { pg: piece.pg, start, now: Vec::new(), raw, blocked: Vec::new() }
    }

    /// Some OSDs below a node that keep to the rule.
    fn any_below(&self, node: usize, turn: usize) -> Vec<usize> {
        let mut open = vec![node];
        for depth in self.take.nodes[node].depth..self.take.osd_depth() {
            let count = self.take.counts[depth];
            let chosen = open.iter().flat_map(|node| {
                let children = &self.take.nodes[*node].children;
                // Every node that was kept has as many children as are chosen, or more.
                (0..count).map(move |index| children[(turn + index) % children.len()])
            });
            open = chosen.collect();
        }
        open
    }

    /// The part of the flow below a node of the last or the last but one level.
    fn segment(&self, node: usize, pieces: Vec<Piece>) -> Segment {
        let depth = self.take.osd_depth();
        let mut nodes = Vec::new();
        let mut domains = Vec::new();
        let mut seats = HashMap::new();
        let mut numbers = HashMap::new();
        for (number, child) in self.take.nodes[node].children.iter().enumerate() {
            numbers.insert(*child, number as u32);
            let own = &self.take.nodes[*child];
            let osds = if own.depth == depth { std::slice::from_ref(child) } else { &own.children };
            for osd in osds {
                seats.insert(*osd, nodes.len() as u32);
                nodes.push(*osd);
                domains.push(number as u32);
            }
        }
        let seats_of = |osds: &[usize]| -> Vec<u32> {
            osds.iter().map(|osd| seats.get(osd).copied().unwrap_or(NO_SEAT)).collect()
        };
        let group = |piece: &Piece| Group {
            start: seats_of(&piece.start),
            now: seats_of(&piece.now),
            raw: seats_of(&piece.raw),
            blocked: piece.blocked.iter().filter_map(|child| numbers.get(child).copied()).collect(),
        };
        let part = Part {
            // Ids in a take are those of OSDs at this level, which are not negative.
            osds: nodes.iter().map(|osd| self.take.nodes[*osd].id.unsigned_abs()).collect(),
            domains,
            bounds: nodes.iter().map(|osd| self.uses[*osd]).collect(),
            locks: nodes.iter().map(|osd| self.locks[*osd]).collect(),
            groups: pieces.iter().map(group).collect(),
        };
        Segment { part, pgs: pieces.iter().map(|piece| piece.pg).collect() }
    }
}
