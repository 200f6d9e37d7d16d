//! Everything that changes while time passes.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};

use crushlab_compare::settle::{SettleRoom, View};
use crushlab_osdmap::PgId;

use super::record::Record;
use crate::course::Course;
use crate::priority::Kind;
use crate::rates::Rates;
use crate::reserver::{Item, Reserver};
use crate::settings::Settings;
use crate::sharing::{Resource, Sharing};

/// Which of an OSD's two sets of slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Side {
    /// For PGs whose primary it is, and for deletions.
    Local,
    /// For PGs that it takes copies of.
    Remote,
}

/// What a PG does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing: all is where it should be, or nothing can be done.
    #[default]
    Rests,
    /// Its OSDs find out who has what.
    Peers,
    /// It waits for its primary's slot.
    WaitsLocal,
    /// It has that, and waits for a slot of another OSD.
    WaitsRemote,
    /// It copies.
    Copies,
    /// It was refused, and asks again later.
    Retries,
}

/// Data of a PG on an OSD that is not all there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Partial {
    pub(crate) osd: i32,
    pub(crate) place: usize,
    /// Objects that it lacks.
    pub(crate) lacks: f64,
    /// Since when its OSD is away.
    pub(crate) away_since: Option<f64>,
}

/// An OSD that a PG is copied to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) osd: i32,
    pub(crate) place: usize,
    /// Objects for each step.
    pub(crate) objects_per_step: f64,
}

/// Time that a PG waited for a slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    pub(crate) side: Side,
    pub(crate) osd: i32,
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// Who had it before.
    pub(crate) after: Option<Item>,
}

/// Time in which a PG copied.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) from: f64,
    pub(crate) to: f64,
}

/// A PG in time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pg {
    pub(crate) view: View,
    pub(crate) holders: Vec<i32>,
    pub(crate) partials: Vec<Partial>,
    pub(crate) can_move: bool,
    pub(crate) is_held: bool,
    pub(crate) phase: Phase,
    /// Events that were made before are void.
    pub(crate) stamp: u32,
    pub(crate) work: Option<Work>,
    /// When it began to wait.
    pub(crate) asked_at: f64,
    pub(crate) is_toofull: bool,
    /// What space there was when it was refused.
    pub(crate) refused_at: u64,
    pub(crate) marks: u8,
    pub(crate) waits: Vec<Wait>,
    pub(crate) runs: Vec<Run>,
    /// Seconds by what kept it from being faster.
    pub(crate) limits: Vec<(Resource, f64)>,
    /// When it was clean for good.
    pub(crate) clean_at: Option<f64>,
}

/// What a PG has to copy.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) kind: Kind,
    pub(crate) priority: u8,
    /// Whose slot it takes and through whom all goes, whoever the primary becomes meanwhile.
    pub(crate) primary: i32,
    pub(crate) targets: Vec<Target>,
    /// OSDs whose slots it needs, in the order in which it asks.
    pub(crate) remotes: Vec<i32>,
    /// How many of these it has.
    pub(crate) granted: usize,
    /// How many of these have promised it room.
    pub(crate) promised: usize,
    pub(crate) steps_left: f64,
    pub(crate) rate: f64,
    pub(crate) updated_at: f64,
    pub(crate) limit: Option<Resource>,
}

/// A PG's data that is to be deleted where nobody needs it any more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deletion {
    pub(crate) osd: i32,
    pub(crate) bytes: f64,
    pub(crate) seconds: f64,
    pub(crate) stamp: u32,
    pub(crate) began_at: Option<f64>,
}

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// Another map.
    Stage(usize),
    /// A PG has peered.
    Peered(usize, u32),
    /// A PG has copied everything.
    Copied(usize, u32),
    /// A PG that was refused asks again.
    Retry(usize, u32),
    /// A PG's old data is gone.
    Deleted(usize, u32),
}

/// An event at its time; equal times in the order in which they were made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    pub(crate) at: f64,
    pub(crate) order: u64,
    pub(crate) event: Event,
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Due) -> std::cmp::Ordering {
        self.at.total_cmp(&other.at).then(self.order.cmp(&other.order))
    }
}

/// What one simulation may choose.
#[derive(Clone, Debug)]
pub(crate) struct Choice<'a> {
    pub(crate) rates: &'a Rates,
    /// By stage.
    pub(crate) settings: &'a [Settings],
    /// PGs to be copied before all others.
    pub(crate) forced: &'a BTreeSet<PgId>,
    /// Seed of the order in which PGs peer.
    pub(crate) seed: u64,
    /// What all rates are multiplied by.
    pub(crate) factor: f64,
}

/// A cluster in time.
pub(crate) struct Engine<'a> {
    pub(crate) course: &'a Course<'a>,
    pub(crate) choice: Choice<'a>,
    pub(crate) random: fastrand::Rng,
    pub(crate) stage: usize,
    pub(crate) now: f64,
    pub(crate) events: BinaryHeap<Reverse<Due>>,
    pub(crate) made: u64,
    pub(crate) pgs: Vec<Pg>,
    pub(crate) deletions: Vec<Deletion>,
    pub(crate) local: Vec<Reserver>,
    pub(crate) remote: Vec<Reserver>,
    /// Slots that may have something to do.
    pub(crate) turns: VecDeque<(Side, i32)>,
    pub(crate) sharing: Sharing,
    pub(crate) dirty: Vec<Resource>,
    /// Bytes on each OSD.
    pub(crate) used: Vec<f64>,
    /// Bytes that it has promised to take and that are still to come.
    pub(crate) promised: Vec<f64>,
    /// Most bytes on each OSD, and when that was.
    pub(crate) peaks: Vec<(f64, f64)>,
    /// Bytes that each OSD got.
    pub(crate) received: Vec<f64>,
    pub(crate) silent: Vec<bool>,
    /// How often space was given back.
    pub(crate) space_version: u64,
    /// PGs that wait for space which nobody will give back.
    pub(crate) parked: Vec<usize>,
    /// PGs that peer or copy, and deletions: as long as there are some, space may come.
    pub(crate) busy: usize,
    pub(crate) record: Record,
    pub(crate) room: SettleRoom,
}

/// Resources of an OSD; those of hosts come behind all OSDs'.
pub(crate) mod resource {
    use super::Resource;

    /// How many each OSD has.
    pub(crate) const PER_OSD: u32 = 5;
    /// Objects that a primary begins.
    pub(crate) const PACE: u32 = 0;
    /// Objects that a primary has on their way.
    pub(crate) const ACTIVE: u32 = 1;
    /// Time of the device.
    pub(crate) const DEVICE: u32 = 2;
    /// What its scheduler gives to recovery.
    pub(crate) const RECOVERY: u32 = 3;
    /// What its scheduler gives to data that only moves.
    pub(crate) const BEST_EFFORT: u32 = 4;

    /// The number of one of an OSD's resources.
    pub(crate) fn of_osd(osd: i32, which: u32) -> Resource {
        osd.max(0) as u32 * PER_OSD + which
    }

    /// What a host sends (0) or receives (1).
    pub(crate) fn of_host(osds: usize, host: u32, direction: u32) -> Resource {
        osds as u32 * PER_OSD + 2 * host + direction
    }
}

impl Engine<'_> {
    /// Plans an event.
    pub(crate) fn plan(&mut self, at: f64, event: Event) {
        self.made += 1;
        self.events.push(Reverse(Due { at, order: self.made, event }));
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.choice.settings[self.stage]
    }

    /// Objects of a PG.
    pub(crate) fn objects(&self, pg: usize) -> f64 {
        self.course.pgs[pg].amount.objects as f64
    }

    /// Bytes of a PG that each of its OSDs holds.
    pub(crate) fn shard_bytes(&self, pg: usize) -> f64 {
        let bytes = self.course.pgs[pg].amount.bytes;
        self.course.pool(self.stage, pg).map_or(0.0, |pool| pool.shape.shard_bytes(bytes) as f64)
    }

    /// Bytes of one object on each of them.
    pub(crate) fn object_bytes(&self, pg: usize) -> f64 {
        self.shard_bytes(pg) / self.objects(pg).max(1.0)
    }

    /// How many slots each side of an OSD has.
    pub(crate) fn slots(&self, osd: i32) -> usize {
        let kind = self.course.kinds[osd as usize];
        self.settings().of(kind).max_backfills as usize
    }
}
