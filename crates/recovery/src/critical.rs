//! Who is the bottleneck: the way back from the last PG, over whom it waited for, to the start.
//!
//! A PG that ends last began when it got its last slot. Who had that before kept it waiting until
//! then, and was kept waiting itself. The parts of this way add up to the whole time.

use crate::engine::state::{Engine, Side, resource};
use crate::reserver::Item;
use crate::sharing::Resource;

/// What time on the way went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cause {
    /// Others had the slot of this OSD.
    Slot(Side, i32),
    /// The last PG copies, or one that nobody waited for.
    LastPg,
    /// Nothing could be copied yet: failures were found out, OSDs went out, PGs peered.
    Start,
    /// It was refused, and waited to ask again.
    Retry,
}

/// A cause, and seconds of the way that it takes.
pub(crate) type Part = (Cause, f64);

/// The way, and what kept those on it from being faster.
#[derive(Clone, Debug, Default)]
pub(crate) struct Way {
    pub(crate) parts: Vec<Part>,
    pub(crate) limits: Vec<(Resource, f64)>,
    pub(crate) seconds: f64,
}

/// Steps of a way at most: more than any has that does not go round in circles.
const STEPS_MAX: usize = 1_000_000;

impl Way {
    fn add(&mut self, cause: Cause, seconds: f64) {
        if seconds <= 0.0 {
            return;
        }
        match self.parts.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, sum)) => *sum += seconds,
            None => self.parts.push((cause, seconds)),
        }
    }

    fn limit(&mut self, limits: &[(Resource, f64)], seconds: f64) {
        let all: f64 = limits.iter().map(|(_, seconds)| seconds).sum();
        for (resource, part) in limits {
            let part = seconds * part / all.max(1e-12);
            match self.limits.iter_mut().find(|(known, _)| known == resource) {
                Some((_, sum)) => *sum += part,
                None => self.limits.push((*resource, part)),
            }
        }
    }
}

/// The way back from the PG that copied last.
pub(crate) fn way(engine: &Engine<'_>) -> Way {
    let last =
        |(pg, one): (usize, &crate::engine::state::Pg)| one.runs.last().map(|run| (run.to, pg));
    let ends = engine.pgs.iter().enumerate().filter_map(last);
    let Some((end, pg)) = ends.max_by(|a, b| a.0.total_cmp(&b.0)) else { return Way::default() };
    let mut way = Way { seconds: end, ..Way::default() };
    let (mut item, mut time, mut cause) = (pg as Item, end, Cause::LastPg);
    for _ in 0..STEPS_MAX {
        let Some(begun) = busy_since(engine, item, time, &mut way) else { break };
        way.add(cause, time - begun);
        time = begun;
        let waits = engine.pgs.get(item as usize).map_or(&[][..], |pg| &pg.waits);
        let Some(wait) = waits.iter().rev().find(|wait| wait.to <= time + 1e-9) else { break };
        if wait.to < time - 1e-9 {
            // It was refused or peered between.
            way.add(Cause::Retry, time - wait.to);
            time = wait.to;
        }
        cause = Cause::Slot(wait.side, wait.osd);
        match wait.after {
            Some(other) if other != item => item = other,
            _ => {
                way.add(cause, wait.to - wait.from);
                time = wait.from;
                break;
            }
        }
    }
    way.add(Cause::Start, time);
    way.parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    way.limits.sort_by(|a, b| b.1.total_cmp(&a.1));
    way
}

/// Since when a PG or a deletion that had a slot until `time` was at work; `None` where it was not.
fn busy_since(engine: &Engine<'_>, item: Item, time: f64, way: &mut Way) -> Option<f64> {
    if let Some(pg) = engine.pgs.get(item as usize) {
        let run = pg.runs.iter().rev().find(|run| run.from < time)?;
        way.limit(&pg.limits, (run.to.min(time) - run.from).max(0.0));
        return Some(run.from);
    }
    let deletion = engine.deletions.get(item as usize - engine.pgs.len())?;
    Some(deletion.began_at.unwrap_or(time).min(time))
}

/// What a resource is of: an OSD and which of its own, or a host and its direction.
pub(crate) enum Owner {
    /// An OSD, and which of its resources.
    Osd(i32, u32),
    /// A host; 0 sends, 1 receives.
    Host(u32, u32),
}

/// Whose a resource is.
pub(crate) fn owner(osds: usize, resource: Resource) -> Owner {
    let first = resource::of_host(osds, 0, 0);
    match resource.checked_sub(first) {
        Some(host) => Owner::Host(host / 2, host % 2),
        None => Owner::Osd((resource / resource::PER_OSD) as i32, resource % resource::PER_OSD),
    }
}
