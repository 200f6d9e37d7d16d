//! About how many losses lose data, where they are too many to count.
//!
//! Losses that lose data are rare, so few would be found among losses drawn at random. Instead
//! only those are drawn that are fatal to some set: first a set, each as likely as it has fatal
//! losses; then one of these. A loss that is fatal to `c` sets can be drawn in `c` ways, so
//! counting it as 1/c makes up for that: the mean of 1/c times the sum of all sets' fatal losses
//! is the number of different ones (R. M. Karp, M. Luby, N. Madras, "Monte-Carlo approximation
//! algorithms for enumeration problems", Journal of Algorithms 10, 1989).

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};

use fastrand::Rng;

use super::combinations::{combinations, with_inside};
use super::exact::fatal_losses;
use super::sets::{LossSet, LossSets};
use crate::sweep::Share;
use crate::sweep::workers::on_threads;
use crushlab_compare::progress::Progress;

/// Samples that a thread takes at once; each such block has random numbers of its own.
const SAMPLES_PER_BLOCK: u64 = 4096;

/// The sets with the ways in which each can be lost.
struct Draw<'a> {
    sets: &'a LossSets,
    osds: Vec<i32>,
    lost: usize,
    /// Sums of fatal losses up to and with each set.
    sums: Vec<u128>,
}

/// Room for one loss after another.
#[derive(Default)]
struct Room {
    members: Vec<i32>,
    chosen: Vec<i32>,
    hits: Vec<usize>,
}

/// The share of losses of `lost` OSDs that lose data, from as many samples. `None` when `progress`
/// was cancelled. The answer depends on the seed, not on the number of threads.
pub(crate) fn estimate(
    sets: &LossSets,
    lost: usize,
    samples: u64,
    seed: u64,
    threads: NonZeroUsize,
    progress: &Progress,
) -> Option<Share> {
    let draw = Draw::new(sets, lost);
    let all = combinations(draw.osds.len(), lost) as f64;
    let total = *draw.sums.last()? as f64;
    let next = AtomicU64::new(0);
    let blocks = samples.div_ceil(SAMPLES_PER_BLOCK).max(1);
    let parts = on_threads(threads, || {
        let mut room = Room { hits: vec![0; sets.sets().len()], ..Room::default() };
        let mut found = Vec::new();
        while !progress.is_cancelled() {
            let block = next.fetch_add(1, Ordering::Relaxed);
            if block >= blocks {
                break;
            }
            // Far apart, so that no two samples begin alike for neighbouring seeds.
            let mut random = Rng::with_seed(seed ^ (block + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let parts = (0..SAMPLES_PER_BLOCK).map(|_| draw.sample(&mut random, &mut room));
            found.push((block, parts.sum::<f64>()));
        }
        found
    });
    if progress.is_cancelled() {
        return None;
    }
    let mut found: Vec<(u64, f64)> = parts.into_iter().flatten().collect();
    found.sort_unstable_by_key(|(block, _)| *block);
    let drawn = blocks * SAMPLES_PER_BLOCK;
    let sum: f64 = found.iter().map(|(_, sum)| sum).sum();
    let mean = Share::of_mean(sum / drawn as f64, drawn);
    let share = |mean: f64| (mean * total / all).min(1.0);
    Some(Share { share: share(mean.share), low: share(mean.low), high: share(mean.high) })
}

impl<'a> Draw<'a> {
    fn new(sets: &'a LossSets, lost: usize) -> Draw<'a> {
        let osds: Vec<i32> = sets.osds().collect();
        let mut sum = 0u128;
        let sums = sets.sets().iter().map(|set| {
            sum = sum.saturating_add(fatal_losses(osds.len(), set.osds.len(), set.fatal, lost));
            sum
        });
        Draw { sets, lost, sums: sums.collect(), osds }
    }

    /// One part of a loss that was drawn: 1 by the sets that it is fatal to.
    fn sample(&self, random: &mut Rng, room: &mut Room) -> f64 {
        let total = self.sums.last().copied().unwrap_or(0);
        let drawn = random.u128(..total.max(1));
        let place = self.sums.partition_point(|sum| *sum <= drawn);
        let Some(set) = self.sets.sets().get(place) else { return 0.0 };
        self.draw_loss(set, random, room);
        let mut fatal = 0u32;
        for place in room.chosen.iter().flat_map(|osd| self.sets.of(*osd)) {
            let hits = &mut room.hits[*place as usize];
            *hits += 1;
            fatal += u32::from(*hits == self.sets.sets()[*place as usize].fatal);
        }
        for place in room.chosen.iter().flat_map(|osd| self.sets.of(*osd)) {
            room.hits[*place as usize] = 0;
        }
        1.0 / f64::from(fatal.max(1))
    }

    /// Draws one of the losses that are fatal to a set, each as likely as any other.
    fn draw_loss(&self, set: &LossSet, random: &mut Rng, room: &mut Room) {
        let (members, all) = (set.osds.len(), self.osds.len());
        let ways = |inside| with_inside(all, members, self.lost, inside);
        let ways_fatal = fatal_losses(all, members, set.fatal, self.lost);
        let mut rest = random.u128(..ways_fatal.max(1));
        let mut inside = set.fatal;
        while inside < members.min(self.lost) && rest >= ways(inside) {
            rest -= ways(inside);
            inside += 1;
        }
        room.members.clone_from(&set.osds);
        room.chosen.clear();
        for taken in 0..inside {
            let other = random.usize(taken..members);
            room.members.swap(taken, other);
            room.chosen.push(room.members[taken]);
        }
        while room.chosen.len() < self.lost {
            let osd = self.osds[random.usize(..all)];
            if !room.chosen.contains(&osd) && set.osds.binary_search(&osd).is_err() {
                room.chosen.push(osd);
            }
        }
    }
}
