//! Many visits of one bucket, put to the test side by side.
//!
//! Where a single item of a straw2 bucket draws better than before, a visit has another winner only
//! if that item now beats the former one. Both are hashed for thousands of visits at once, and the
//! draws are compared in double precision, where they differ by more than its error and one unit.
//! What is left is compared exactly.

use crushlab_crush::{Straws, Visit};
use crushlab_kernel::HashVisits;

/// Visits that are tested at once.
pub(crate) const VISITS_PER_BLOCK: usize = 2048;

/// Room for the relative error of two products of numbers below 2^53.
const ERROR: f64 = 1e-9;
/// Draws are cut off to whole numbers.
const UNITS: f64 = 2.0;

/// Tests visits against one challenger.
#[derive(Debug)]
pub(crate) struct Screen<'a> {
    straws: Straws<'a>,
    /// By index of the new items: id that is hashed, and one over the weight.
    items: Vec<(u32, f64)>,
    challenger: usize,
}

/// Visits that wait to be tested: the former winner by its index among the new items.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) pgs: Vec<u32>,
    x: Vec<u32>,
    r: Vec<u32>,
    winners: Vec<u32>,
    ids: Vec<u32>,
    hashes: [Vec<u32>; 2],
}

impl Waiting {
    pub(crate) fn push(&mut self, pg: u32, visit: Visit, winner: usize) {
        self.pgs.push(pg);
        self.x.push(visit.x);
        self.r.push(visit.r);
        self.winners.push(winner as u32);
    }

    /// The visit at a place, and its winner.
    pub(crate) fn get(&self, place: usize) -> (Visit, usize) {
        (Visit { x: self.x[place], r: self.r[place] }, self.winners[place] as usize)
    }

    pub(crate) fn clear(&mut self) {
        self.pgs.clear();
        self.x.clear();
        self.r.clear();
        self.winners.clear();
    }
}

impl<'a> Screen<'a> {
    /// `None` where a weight is of those that count as negative.
    pub(crate) fn new(straws: Straws<'a>, items: usize, challenger: usize) -> Option<Screen<'a>> {
        let item = |index| {
            let (id, weight) = straws.straw(index)?;
            i32::try_from(weight).ok().map(|weight| (id as u32, 1.0 / f64::from(weight)))
        };
        let items: Option<Vec<(u32, f64)>> = (0..items).map(item).collect();
        Some(Screen { straws, items: items?, challenger })
    }

    /// Calls `found` with the places of visits that the challenger may win.
    pub(crate) fn test(&self, waiting: &mut Waiting, mut found: impl FnMut(&Waiting, usize)) {
        let Waiting { x, r, winners, ids, hashes: [rivals, kept], .. } = waiting;
        let (id, scale) = self.items[self.challenger];
        ids.clear();
        ids.resize(x.len(), id);
        rivals.resize(x.len(), 0);
        self.straws.hashes(x, ids, r, rivals);
        ids.clear();
        ids.extend(winners.iter().map(|winner| self.items[*winner as usize].0));
        kept.resize(x.len(), 0);
        self.straws.hashes(x, ids, r, kept);
        let draw = |hash: u32, scale: f64| Straws::distance(hash as u16) as f64 * scale;
        for place in 0..waiting.pgs.len() {
            let winner = waiting.winners[place] as usize;
            let rival = draw(waiting.hashes[0][place], scale);
            let kept = draw(waiting.hashes[1][place], self.items[winner].1);
            // Not the other way round: items of weight 0 draw infinity, or none at all.
            let is_beaten = rival > kept * (1.0 + ERROR) + UNITS;
            if !is_beaten {
                found(waiting, place);
            }
        }
    }
}
