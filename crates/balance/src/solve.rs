//! One pool: how near to its targets it can come, and the parts of the flow for that.

use crate::flow::{Bounds, Network, Outcome};
use crate::pool::PoolState;
use crate::split::{Piece, Segment, Splitter};
use crate::take::ROOT;
use crate::target::SAME;
use crate::upmap::arranged;

/// More PGs than a pool can have: who is not that near to its targets never will be.
const DEVIATION_MAX: f64 = 1e10;

/// A pool with what is to become of it.
pub(crate) struct PoolPlan<'a> {
    pub(crate) state: PoolState<'a>,
    /// OSDs of each PG that may move, by position.
    pub(crate) wanted: Vec<Vec<i32>>,
    pub(crate) takes: Vec<TakePlan>,
}

/// A part of a pool's rule.
pub(crate) enum TakePlan {
    /// It shares no OSD with another part: it goes into the flow of all pools.
    Flow {
        limits: Limits,
        segments: Vec<Segment>,
        /// Shards that leave buckets of upper levels.
        upper_moves: u64,
        /// Moves of the flow before OSDs are levelled over all pools.
        flow_moves: u64,
    },
    /// It was solved alone, with the other parts where they are.
    Alone { limits: Limits },
}

/// How near to its targets a part of a rule is brought.
pub(crate) struct Limits {
    /// The least that can be, and the node that does not let it be less; none if not known.
    pub(crate) best: Option<(f64, usize)>,
    /// PGs that movable ones may give each node.
    pub(crate) uses: Vec<Bounds>,
}

impl TakePlan {
    pub(crate) fn limits(&self) -> &Limits {
        match self {
            TakePlan::Flow { limits, .. } | TakePlan::Alone { limits } => limits,
        }
    }
}

/// Plans a pool whose OSDs shall be nearer to their targets than by this many PGs.
pub(crate) fn plan_pool(state: PoolState<'_>, max_deviation: f64) -> PoolPlan<'_> {
    let wanted = state.pgs.iter().map(|pg| {
        let mapping = state.mapping.get(pg.seed);
        let osds = mapping.map(|found| if pg.is_repaired { found.raw } else { found.up });
        osds.unwrap_or(&[]).to_vec()
    });
    let wanted = wanted.collect();
    let mut plan = PoolPlan { state, wanted, takes: Vec::new() };
    for index in 0..plan.state.takes.len() {
        let take = plan.plan_take(index, max_deviation);
        plan.takes.push(take);
    }
    plan
}

impl PoolPlan<'_> {
    fn plan_take(&mut self, index: usize, max_deviation: f64) -> TakePlan {
        let state = &self.state.takes[index];
        let is_known = !state.take.is_uneven && !state.overlaps && state.is_open();
        let best = is_known.then(|| {
            let least = state.load().least_deviation();
            (least, state.load().uses((least - 2.0 * SAME).max(0.0)).err().unwrap_or(ROOT))
        });
        let overlaps = state.overlaps;
        let least = best.map_or(0.0, |(least, _)| least);
        let mut deviation = (max_deviation - SAME).max(least);
        loop {
            if let Some((limits, segments, upper_moves)) = self.try_take(index, deviation, best) {
                if !overlaps {
                    return TakePlan::Flow { limits, segments, upper_moves, flow_moves: 0 };
                }
                return TakePlan::Alone { limits };
            }
            if deviation > DEVIATION_MAX {
                // No room is enough: its PGs stay where they are, and what is best is not known.
                let uses = vec![Bounds::FREE; self.state.takes[index].take.nodes.len()];
                return TakePlan::Alone { limits: Limits { best: None, uses } };
            }
            // With enough room the placement as it is will do.
            deviation = if deviation < 4.0 { deviation + 0.5 } else { deviation * 1.5 };
        }
    }

    /// The parts of the flow for a deviation; `None` where that cannot be kept. A part of the rule
    /// that shares OSDs with others is placed at once.
    fn try_take(
        &mut self,
        index: usize,
        deviation: f64,
        best: Option<(f64, usize)>,
    ) -> Option<(Limits, Vec<Segment>, u64)> {
        let state = &self.state.takes[index];
        let uses = state.load().uses(deviation).ok()?;
        let mut splitter = Splitter::new(&state.take, &uses, &state.locks);
        splitter.split(self.pieces(index))?;
        let (segments, upper_moves) = (splitter.segments, splitter.upper_moves);
        if best.is_none() {
            let parts: Vec<_> = segments.iter().map(|segment| segment.part.clone()).collect();
            let osds = parts.iter().flat_map(|part| part.osds.iter().copied()).max();
            let mut network = Network::new(&parts, osds.map_or(0, |osd| osd as usize + 1));
            if network.solve() != Outcome::Kept {
                return None;
            }
            if state.overlaps {
                self.place(index, shards(&network, &segments));
            }
        }
        Some((Limits { best, uses }, segments, upper_moves))
    }

    /// The shards that a part of the rule places, PG by PG.
    fn pieces(&self, index: usize) -> Vec<Piece> {
        let state = &self.state.takes[index];
        let nodes = |osds: &[i32]| state.nodes_of(osds).unwrap_or_default();
        let pgs = self.state.pgs.iter().zip(&self.wanted).zip(0..);
        pgs.map(|((pg, wanted), number)| {
            let raw = self.state.mapping.get(pg.seed).map_or(&[][..], |mapping| mapping.raw);
            let blocked = match state.overlaps {
                true => self.state.used_by_others(state, wanted),
                false => Vec::new(),
            };
            let (start, raw) = (nodes(wanted), nodes(raw));
            Piece { pg: number, now: start.clone(), start, raw, blocked }
        })
        .collect()
    }

    /// Puts the shards of a part of the rule where a flow has them.
    pub(crate) fn place(&mut self, index: usize, shards: Vec<(usize, i32)>) {
        let state = &self.state.takes[index];
        let places = state.first..state.first + state.take.positions;
        let mut osds: Vec<Vec<i32>> = vec![Vec::new(); self.wanted.len()];
        for (pg, osd) in shards {
            osds[pg].push(osd);
        }
        for ((pg, wanted), osds) in self.state.pgs.iter().zip(&mut self.wanted).zip(osds) {
            let raw = self.state.mapping.get(pg.seed).map_or(&[][..], |mapping| mapping.raw);
            // PGs that may move have all OSDs that the rule places, before and after.
            let (now, raw) = (&mut wanted[places.clone()], &raw[places.clone()]);
            let placed = arranged(now, raw, &osds);
            now.copy_from_slice(&placed);
        }
    }
}

/// The OSDs of the shards of each PG, as a flow has them, in the order of the segments.
pub(crate) fn shards(network: &Network, segments: &[Segment]) -> Vec<(usize, i32)> {
    segments
        .iter()
        .enumerate()
        .flat_map(|(part, segment)| of_part(network, part, segment))
        .collect()
}

/// The same of one part of the flow.
pub(crate) fn of_part(network: &Network, part: usize, segment: &Segment) -> Vec<(usize, i32)> {
    let groups = segment.pgs.iter().enumerate();
    let shards = groups.flat_map(|(group, pg)| {
        // Seats of a part have an OSD each; their numbers came from ids that were not negative.
        let osds = &segment.part.osds;
        network.seats(part, group).map(move |seat| (*pg as usize, osds[seat as usize] as i32))
    });
    shards.collect()
}
