//! What is noted while time passes.

use serde::Serialize;

/// How many PGs are what at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// PGs that lack copies.
    pub degraded: u32,
    /// PGs with copies in the wrong place.
    pub misplaced: u32,
    /// PGs that copy.
    pub moving: u32,
    /// PGs that wait for slots.
    pub waiting: u32,
    /// PGs that wait for room.
    pub toofull: u32,
    /// PGs that serve no clients.
    pub inactive: u32,
    /// PGs that one more loss would lose.
    pub last_copy: u32,
}

/// What a PG is counted for.
pub(crate) mod mark {
    pub(crate) const DEGRADED: u8 = 1;
    pub(crate) const MISPLACED: u8 = 1 << 1;
    pub(crate) const MOVING: u8 = 1 << 2;
    pub(crate) const WAITING: u8 = 1 << 3;
    pub(crate) const TOOFULL: u8 = 1 << 4;
    pub(crate) const INACTIVE: u8 = 1 << 5;
    pub(crate) const LAST_COPY: u8 = 1 << 6;
}

/// Points of the curve that are kept; when there are more, every second is dropped.
const POINTS_MAX: usize = 4096;

/// The course of counts, and when they were last above 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    counts: Counts,
    pub(crate) points: Vec<(f64, Counts)>,
    /// Least time between two points.
    gap: f64,
    /// When PGs were last without service, with one copy left, and not all in place.
    pub(crate) active_at: f64,
    pub(crate) safe_at: f64,
    pub(crate) degraded_until: f64,
    /// When something was last copied or deleted.
    pub(crate) settled_at: f64,
    pub(crate) most_moving: u32,
    /// Seconds times PGs that copied.
    pub(crate) moving_seconds: f64,
    /// Seconds times PGs that waited for slots.
    pub(crate) waiting_seconds: f64,
    updated_at: f64,
    pub(crate) preemptions: u64,
    pub(crate) refusals: u64,
    /// PGs that were refused at least once.
    pub(crate) refused_pgs: u64,
    pub(crate) moved_bytes: f64,
}

impl Record {
    /// Time has passed until `now`.
    pub(crate) fn pass(&mut self, now: f64) {
        let seconds = now - self.updated_at;
        self.moving_seconds += seconds * f64::from(self.counts.moving);
        self.waiting_seconds += seconds * f64::from(self.counts.waiting);
        self.updated_at = now;
    }

    /// A PG is counted for other things now.
    pub(crate) fn change(&mut self, old: u8, new: u8) {
        let counts = &mut self.counts;
        let fields = [
            (mark::DEGRADED, &mut counts.degraded),
            (mark::MISPLACED, &mut counts.misplaced),
            (mark::MOVING, &mut counts.moving),
            (mark::WAITING, &mut counts.waiting),
            (mark::TOOFULL, &mut counts.toofull),
            (mark::INACTIVE, &mut counts.inactive),
            (mark::LAST_COPY, &mut counts.last_copy),
        ];
        for (bit, count) in fields {
            match (old & bit != 0, new & bit != 0) {
                (false, true) => *count += 1,
                (true, false) => *count -= 1,
                _ => {}
            }
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// Notes what there is at a time, after all that happens then. `before` is what there was.
    pub(crate) fn note(&mut self, now: f64, before: Counts) {
        let counts = self.counts;
        // What has just ended lasted until now.
        let ended = |was: u32, is: u32| was > 0 && is == 0;
        for (was, is, at) in [
            (before.inactive, counts.inactive, &mut self.active_at),
            (before.last_copy, counts.last_copy, &mut self.safe_at),
            (before.degraded, counts.degraded, &mut self.degraded_until),
        ] {
            if ended(was, is) {
                *at = now;
            }
        }
        self.most_moving = self.most_moving.max(counts.moving);
        if self.points.last().is_some_and(|(_, last)| *last == counts) {
            return;
        }
        match self.points.last_mut() {
            Some((at, last)) if now - *at < self.gap || *at == now => *last = counts,
            _ => self.points.push((now, counts)),
        }
        if self.points.len() > POINTS_MAX {
            let mut index = 0;
            self.points.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.gap = (2.0 * self.gap).max(now / POINTS_MAX as f64);
        }
    }
}
