//! The order in which a PG's shards move: no state in between breaks the rule or is dropped.

use crushlab_monitor::command::clean::UpmapCheck;
use crushlab_osdmap::{OsdMap, PgId};

use super::entry::{Pg, fitting_entry};
use super::shards::moves;
use crate::pool::PoolState;

/// One or several shards of a PG that move together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    /// From which OSD to which.
    pub(crate) moves: Vec<(i32, i32)>,
    /// The PG's OSDs then.
    pub(crate) osds: Vec<i32>,
    /// The commands that begin it.
    pub(crate) commands: Vec<String>,
}

/// The steps by which a PG comes from where it is to `target`, at most so many shards at once.
/// `put_last` lets the map say what it shall say in the end. `None` where shards would have to move
/// together that may not.
pub(crate) fn steps_of(
    state: &PoolState<'_>,
    map: &mut OsdMap,
    check: &mut UpmapCheck<'_>,
    pg: &Pg<'_>,
    ends: (&[i32], &[i32]),
    most: usize,
    put_last: impl Fn(&mut OsdMap) -> Vec<String>,
) -> Option<Vec<Step>> {
    let (current, target) = ends;
    let mut now = current.to_vec();
    let mut pending = changes(current, target, pg);
    let mut steps = Vec::new();
    while !pending.is_empty() {
        let all = pending.len();
        let found = if all <= most {
            Some((0..all).collect())
        } else {
            let groups = groups(all, most);
            groups.into_iter().find(|group| {
                let next = after(&now, group.iter().map(|index| pending[*index]));
                state.is_kept(&next) && fits(map, check, pg, &next)
            })
        };
        let group: Vec<usize> = found?;
        let next = after(&now, group.iter().map(|index| pending[*index]));
        let moves = group.iter().map(|index| (now[pending[*index].0], pending[*index].1)).collect();
        let commands = match group.len() == all {
            true => put_last(map),
            false => set(map, check, pg, &next)?,
        };
        steps.push(Step { moves, osds: next.clone(), commands });
        now = next;
        let mut index = 0;
        pending.retain(|_| {
            index += 1;
            !group.contains(&(index - 1))
        });
    }
    Some(steps)
}

/// Places that change, and the OSDs that come there.
fn changes(current: &[i32], target: &[i32], pg: &Pg<'_>) -> Vec<(usize, i32)> {
    let place_of = |(from, to): (i32, i32)| {
        let place = current.iter().position(|osd| *osd == from)?;
        Some((place, to))
    };
    moves(current, target, pg.form).into_iter().filter_map(place_of).collect()
}

/// Groups to try: as many at once as may be, then fewer.
fn groups(all: usize, most: usize) -> Vec<Vec<usize>> {
    let singles = (0..all).map(|index| vec![index]);
    if most < 2 {
        return singles.collect();
    }
    let first = std::iter::once((0..most.min(all)).collect());
    let pairs = (0..all).flat_map(|one| (one + 1..all).map(move |other| vec![one, other]));
    first.chain(pairs).chain(singles).collect()
}

fn after(now: &[i32], changes: impl Iterator<Item = (usize, i32)>) -> Vec<i32> {
    let mut next = now.to_vec();
    changes.for_each(|(place, osd)| next[place] = osd);
    next
}

/// Whether the monitors keep an entry with which the PG is on these OSDs.
fn fits(map: &mut OsdMap, check: &mut UpmapCheck<'_>, pg: &Pg<'_>, osds: &[i32]) -> bool {
    let before = super::entry::entry_of(map, pg.id);
    let fits = fitting_entry(map, check, pg, osds).is_some();
    super::entry::restore(map, pg.id, before);
    fits
}

/// Puts such an entry into the map; the commands for it.
fn set(
    map: &mut OsdMap,
    check: &mut UpmapCheck<'_>,
    pg: &Pg<'_>,
    osds: &[i32],
) -> Option<Vec<String>> {
    let id: PgId = pg.id;
    let before = super::entry::entry_of(map, id);
    fitting_entry(map, check, pg, osds)?;
    let after = super::entry::entry_of(map, id);
    Some(super::entry::commands_from(&before, &after, id))
}
