//! Entries that put a PG where it shall be, and that the monitors keep.

use crushlab_monitor::Monitor;
use crushlab_monitor::command::Command;
use crushlab_monitor::command::clean::{Fit, UpmapCheck};
use crushlab_monitor::config::Context;
use crushlab_osdmap::{OsdMap, PgId};

use super::shards::{Form, is_osd, moves};
use crate::upmap::{Entry, entry_for, set_entry};

/// A PG, as far as its entry is concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pg<'a> {
    pub(crate) id: PgId,
    /// What CRUSH chooses.
    pub(crate) raw: &'a [i32],
    /// Lengths of the parts of the rule.
    pub(crate) parts: &'a [usize],
    pub(crate) form: Form,
}

/// The entry with which a PG is on these OSDs, and which the monitors keep: it is put into the map.
/// Pairs where they do, else the whole list. `None`, with the map as it was, where they keep none.
pub(crate) fn fitting_entry(
    map: &mut OsdMap,
    check: &mut UpmapCheck<'_>,
    pg: &Pg<'_>,
    wanted: &[i32],
) -> Option<Entry> {
    let before = entry_of(map, pg.id);
    let short = entry_for(pg.raw, wanted, pg.parts, pg.form.positional);
    let is_enough = |entry: &Entry| moves(wanted, &applied(pg.raw, entry), pg.form).is_empty();
    let whole = Entry::Full(wanted.to_vec());
    let fits = [short, whole].into_iter().find(|entry| {
        let has_hole = matches!(entry, Entry::Items(pairs)
            if pairs.iter().any(|(from, to)| !is_osd(*from) || !is_osd(*to)));
        if has_hole || !is_enough(entry) {
            return false;
        }
        set_entry(map, pg.id, entry);
        matches!(check.fit(map, pg.id, pg.raw), Fit::Kept)
    });
    if fits.is_none() {
        restore(map, pg.id, before);
    }
    fits
}

/// What a map says of a PG: both kinds may be there.
pub(crate) type Both = (Option<Vec<i32>>, Option<Vec<(i32, i32)>>);

/// What a map says of a PG.
pub(crate) fn entry_of(map: &OsdMap, pg: PgId) -> Both {
    (map.pg_upmap.get(&pg).cloned(), map.pg_upmap_items.get(&pg).cloned())
}

/// Lets a map say of a PG what it said before.
pub(crate) fn restore(map: &mut OsdMap, pg: PgId, (full, items): Both) {
    set_entry(map, pg, &Entry::None);
    full.map(|osds| map.pg_upmap.insert(pg, osds));
    items.map(|pairs| map.pg_upmap_items.insert(pg, pairs));
}

/// The commands after which a map says of a PG what it shall say.
pub(crate) fn commands_from(before: &Both, after: &Both, pg: PgId) -> Vec<String> {
    let ((old_full, old_items), (full, items)) = (before, after);
    let mut commands = Vec::new();
    if old_full.is_some() && full.is_none() {
        commands.push(format!("ceph osd rm-pg-upmap {pg}"));
    }
    if old_items.is_some() && items.is_none() {
        commands.push(format!("ceph osd rm-pg-upmap-items {pg}"));
    }
    let mut set = |name: &str, osds: Vec<i32>| {
        let osds: String = osds.iter().map(|osd| format!(" {osd}")).collect();
        commands.push(format!("ceph osd {name} {pg}{osds}"));
    };
    if full != old_full {
        full.iter().for_each(|osds| set("pg-upmap", osds.clone()));
    }
    if items != old_items {
        let flat = |pairs: &Vec<(i32, i32)>| pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
        items.iter().for_each(|pairs| set("pg-upmap-items", flat(pairs)));
    }
    commands
}

/// What an entry makes of what CRUSH chooses, where no OSD is out.
fn applied(raw: &[i32], entry: &Entry) -> Vec<i32> {
    match entry {
        Entry::None => raw.to_vec(),
        Entry::Full(osds) => osds.clone(),
        Entry::Items(pairs) => {
            let mut osds = raw.to_vec();
            for (from, to) in pairs.iter().filter(|(_, to)| !raw.contains(to)) {
                if let Some(osd) = osds.iter_mut().find(|osd| *osd == from) {
                    *osd = *to;
                }
            }
            osds
        }
    }
}

/// The map after commands, and what the monitors have against one of them.
pub(crate) fn after_commands(map: &OsdMap, commands: &[String]) -> (OsdMap, Option<String>) {
    let context = Context::default();
    let mut monitor = Monitor::new(map.clone(), &context);
    let parsed: Result<Vec<Command>, _> =
        commands.iter().map(|line| Command::parse(line)).collect();
    let refused = match &parsed {
        Ok(parsed) => monitor.run_all(parsed).err().map(|refused| {
            let command = commands.get(refused.index).map_or("", String::as_str);
            format!("{command} is refused: {}", refused.refusal)
        }),
        Err(error) => Some(error.to_string()),
    };
    (monitor.into_map(), refused)
}
