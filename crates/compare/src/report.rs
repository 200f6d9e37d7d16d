//! What two states differ in, in numbers. Field names are the keys of the JSON form.

use std::collections::BTreeMap;

use crushlab_crush::NONE;
use serde::{Serialize, Serializer};

use super::amounts::DataBasis;
use super::backfill::{Hold, TooFull};
use super::copies::Copies;
use super::data::ClusterData;
use super::fill::{Fill, FillLevel};
use super::pg_state::PgState;
use super::state::ClusterState;
use super::tally::{SideTally, Tally};

/// What two states of a cluster differ in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusterReport {
    /// The numbers of the whole cluster.
    pub summary: Summary,
    /// Every OSD of either state, by rising id.
    pub osds: Vec<OsdChange>,
    /// What goes from where to where: most shards first, then by rising ids.
    pub moves: Vec<ClusterMove>,
}

/// The numbers of the whole cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// How well the data is known. Objects and bytes are 0 where it is not.
    pub data_basis: DataBasis,
    /// Whether the sizes of OSDs are known; without them there is no fill.
    pub has_osd_sizes: bool,
    /// PGs before.
    pub pgs_before: u64,
    /// PGs after.
    pub pgs_after: u64,
    /// PGs that differ in anything: up, acting, a primary, state; new and gone ones.
    pub pgs_changed: u64,
    /// PGs that the change makes copy a shard.
    pub pgs_moved: u64,
    /// Shards (or replicas) that the change makes OSDs receive.
    pub shards_moved: u64,
    /// Of these, those whose former OSD is down or gone: they are rebuilt from others.
    pub shards_rebuilt: u64,
    /// Fewest shards that could do, given how many each OSD ends up with.
    pub shards_moved_least: u64,
    /// `shards_moved` by `shards_moved_least`; absent where that is 0.
    pub shards_moved_ratio: Option<f64>,
    /// Objects in the shards moved, each as often as it moves.
    pub object_copies_moved: u64,
    /// Bytes that OSDs receive.
    pub moved_bytes: u64,
    /// Of these, bytes rebuilt.
    pub rebuilt_bytes: u64,
    /// Fewest bytes that could do, given how many each OSD ends up with.
    pub moved_bytes_least: u64,
    /// What the PGs were before.
    pub before: PgSums,
    /// What they are right after the change, with no data moved yet.
    pub after: PgSums,
    /// What they are when all data that can move has moved.
    pub healed: PgSums,
    /// Flags that hold data where it is: `norebalance`, `nobackfill`, `norecover`.
    pub held_by: Vec<&'static str>,
    /// PGs that have data to move, and stay since a flag holds it.
    pub pgs_held: u64,
    /// Shards that cannot be copied since an OSD that shall hold them is too full.
    pub backfill_toofull_shards: u64,
    /// Bytes in these.
    pub backfill_toofull_bytes: u64,
    /// OSDs by the limit that they reach before.
    pub osds_by_level_before: BTreeMap<&'static str, u64>,
    /// OSDs by the limit that they reach at worst, while data moves.
    pub osds_by_level_worst: BTreeMap<&'static str, u64>,
    /// OSDs by the limit that they reach when all has moved.
    pub osds_by_level_after: BTreeMap<&'static str, u64>,
}

/// What the PGs are at one time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PgSums {
    /// PGs by their whole state, such as `active+clean`.
    #[serde(serialize_with = "by_text")]
    pub pgs_by_state: BTreeMap<PgState, u64>,
    /// PGs that serve clients.
    pub pgs_active: u64,
    /// PGs with nothing to do.
    pub pgs_clean: u64,
    /// PGs served by fewer OSDs than the pool's size.
    pub pgs_undersized: u64,
    /// PGs with objects that lack copies.
    pub pgs_degraded: u64,
    /// PGs served by others than those that shall hold them.
    pub pgs_remapped: u64,
    /// PGs with fewer OSDs than min_size.
    pub pgs_peered: u64,
    /// PGs that cannot be read until OSDs come back; those that are stale, too.
    pub pgs_down: u64,
    /// PGs that cannot be read, with no OSD to wait for.
    pub pgs_incomplete: u64,
    /// PGs that wait for room on OSDs that are too full.
    pub pgs_backfill_toofull: u64,
    /// Copies of objects.
    #[serde(flatten)]
    pub copies: Copies,
    /// Misplaced copies by all, as `ceph -s` gives it; absent without objects.
    pub misplaced_ratio: Option<f64>,
    /// Degraded copies by all; absent without objects.
    pub degraded_ratio: Option<f64>,
    /// PGs with more OSDs in one failure domain than one take of their rule puts there: by an
    /// upmap, or on two device classes of one host.
    pub pgs_sharing_failure_domain: u64,
    /// PGs with an OSD that is not under what their rule takes: another root or device class.
    pub pgs_outside_rule: u64,
}

/// One OSD before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OsdChange {
    /// The OSD.
    pub osd: i32,
    /// PGs that it shall hold, before.
    pub pgs_before: u64,
    /// PGs that it shall hold, after.
    pub pgs_after: u64,
    /// PGs that it is the primary of, before.
    pub primaries_before: u64,
    /// PGs that it is the primary of, after.
    pub primaries_after: u64,
    /// Shards that the change makes it receive.
    pub shards_received: u64,
    /// Bytes that the change makes it receive.
    pub received_bytes: u64,
    /// Its fill, where its size and the data of PGs are known.
    pub fill: Option<Fill>,
    /// Whether it is up after the change.
    #[serde(skip)]
    pub is_up: bool,
    /// Where it is down, bytes on it of PGs that become whole without it.
    #[serde(skip)]
    pub abandoned_bytes: u64,
}

/// Shards that go from one OSD to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ClusterMove {
    /// Whose place it was, or [`NONE`] (absent in JSON) where nobody's. An OSD that is down is
    /// not read: others have the data.
    #[serde(serialize_with = "id_or_null")]
    pub from: i32,
    /// Who receives them.
    #[serde(serialize_with = "id_or_null")]
    pub to: i32,
    /// How many shards.
    pub shards: u64,
    /// Objects in them.
    pub object_copies: u64,
    /// Bytes in them.
    pub bytes: u64,
}

fn id_or_null<S: Serializer>(id: &i32, serializer: S) -> Result<S::Ok, S::Error> {
    Some(*id).filter(|id| *id != NONE).serialize(serializer)
}

fn by_text<S: Serializer>(
    states: &BTreeMap<PgState, u64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(states.iter().map(|(state, pgs)| (state.to_string(), pgs)))
}

/// Puts the most shards first; equal ones by rising ids.
pub(crate) fn sort_moves(moves: &mut [ClusterMove]) {
    moves.sort_unstable_by_key(|entry| (std::cmp::Reverse(entry.shards), entry.from, entry.to));
}

pub(crate) fn report(
    [before, after]: [&ClusterState<'_>; 2],
    data: &ClusterData<'_>,
    basis: DataBasis,
    (tally, hold, too_full): (&Tally, &Hold, TooFull),
) -> ClusterReport {
    let osds = osd_changes([before, after], data, basis, tally);
    let mut moves: Vec<ClusterMove> = (tally.moves.iter())
        .map(|(&(from, to), moved)| ClusterMove {
            from,
            to,
            shards: moved.shards,
            object_copies: moved.objects,
            bytes: moved.bytes,
        })
        .collect();
    sort_moves(&mut moves);
    let least = tally.least();
    let moved = tally.moved;
    let ratio = moved.shards as f64 / least.shards as f64;
    let [sums_before, sums_after, sums_healed] = [0, 1, 2].map(|side| sums(&tally.sides[side]));
    let summary = Summary {
        data_basis: basis,
        has_osd_sizes: !data.osds.is_empty(),
        pgs_before: tally.pgs[0],
        pgs_after: tally.pgs[1],
        pgs_changed: tally.pgs_changed,
        pgs_moved: tally.pgs_moved,
        shards_moved: moved.shards,
        shards_rebuilt: tally.rebuilt.shards,
        shards_moved_least: least.shards,
        shards_moved_ratio: (least.shards > 0).then_some(ratio),
        object_copies_moved: moved.objects,
        moved_bytes: moved.bytes,
        rebuilt_bytes: tally.rebuilt.bytes,
        moved_bytes_least: least.bytes,
        before: sums_before,
        after: sums_after,
        healed: sums_healed,
        held_by: hold.flags().filter(|_| tally.pgs_held > 0).collect(),
        pgs_held: tally.pgs_held,
        backfill_toofull_shards: too_full.backfill_toofull_shards,
        backfill_toofull_bytes: too_full.backfill_toofull_bytes,
        osds_by_level_before: levels(&osds, |fill| fill.before_level),
        osds_by_level_worst: levels(&osds, |fill| fill.worst_level),
        osds_by_level_after: levels(&osds, |fill| fill.after_level),
    };
    ClusterReport { summary, osds, moves }
}

fn osd_changes(
    [before, after]: [&ClusterState<'_>; 2],
    data: &ClusterData<'_>,
    basis: DataBasis,
    tally: &Tally,
) -> Vec<OsdChange> {
    let exists = |osd: &i32| before.map().exists(*osd) || after.map().exists(*osd);
    let counted = (0..).zip(&tally.osds).filter(|(osd, _)| exists(osd));
    let change = |(osd, counted): (i32, &super::tally::OsdTally)| {
        // What is on an OSD that is down stays there, and none comes.
        let is_up = after.map().is_up(osd);
        let (arriving, leaving) =
            if is_up { (counted.arriving_bytes, counted.leaving_bytes) } else { (0, 0) };
        // The size of an OSD that has none is not known.
        let stats = data.osds.get(&osd).filter(|stats| stats.total_bytes > 0);
        let stats = stats.filter(|_| basis != DataBasis::Unknown);
        let stale = if is_up { data.stale_bytes.get(&osd).copied().unwrap_or(0) } else { 0 };
        OsdChange {
            osd,
            pgs_before: counted.pgs[0],
            pgs_after: counted.pgs[1],
            primaries_before: counted.primaries[0],
            primaries_after: counted.primaries[1],
            shards_received: counted.received.shards,
            received_bytes: counted.received.bytes,
            fill: stats.map(|stats| Fill::new(after.map(), stats, [arriving, leaving, stale])),
            is_up,
            abandoned_bytes: if is_up { 0 } else { counted.leaving_bytes },
        }
    };
    counted.map(change).collect()
}

fn levels(osds: &[OsdChange], level: fn(&Fill) -> FillLevel) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for fill in osds.iter().filter_map(|osd| osd.fill.as_ref()) {
        *counts.entry(level(fill).name()).or_insert(0) += 1;
    }
    counts
}

fn sums(side: &SideTally) -> PgSums {
    let with = |state| {
        let having = side.states.iter().filter(|(found, _)| found.has(state));
        having.map(|(_, pgs)| pgs).sum()
    };
    let copies = side.copies.copies();
    let ratio =
        |part: u64| (copies.object_copies > 0).then(|| part as f64 / copies.object_copies as f64);
    PgSums {
        pgs_by_state: side.states.iter().map(|(state, pgs)| (*state, *pgs)).collect(),
        pgs_active: with(PgState::ACTIVE) - with(PgState::ACTIVE.with(PgState::STALE)),
        pgs_clean: with(PgState::CLEAN),
        pgs_undersized: with(PgState::UNDERSIZED),
        pgs_degraded: with(PgState::DEGRADED),
        pgs_remapped: with(PgState::REMAPPED),
        pgs_peered: with(PgState::PEERED),
        pgs_down: with(PgState::DOWN) + with(PgState::STALE)
            - with(PgState::DOWN.with(PgState::STALE)),
        pgs_incomplete: with(PgState::INCOMPLETE),
        pgs_backfill_toofull: with(PgState::BACKFILL_TOOFULL),
        copies,
        misplaced_ratio: ratio(copies.misplaced_object_copies),
        degraded_ratio: ratio(copies.degraded_object_copies),
        pgs_sharing_failure_domain: side.pgs_sharing_domain,
        pgs_outside_rule: side.pgs_outside_rule,
    }
}
