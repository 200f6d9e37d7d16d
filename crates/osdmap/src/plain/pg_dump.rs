//! `ceph pg dump` and `ceph pg ls` without `-f json`: a table with a line for each PG. Its counts
//! are exact; sizes of OSDs are rounded there, and left out.

use super::osd_dump::{at_line, osd_list};
use crate::document_error::DocumentError;
use crate::json::{parse_time, states};
use crate::model::PgId;
use crate::pg_dump::PgDump;
use crate::stats::PgStats;

/// Where the columns are, by the names that releases give them.
#[derive(Default)]
struct Columns {
    objects: Option<usize>,
    degraded: Option<usize>,
    misplaced: Option<usize>,
    unfound: Option<usize>,
    bytes: Option<usize>,
    omap_bytes: Option<usize>,
    state: Option<usize>,
}

impl Columns {
    fn of(header: &str) -> Option<Columns> {
        let names: Vec<&str> = header.split_whitespace().collect();
        if !matches!(names.first(), Some(&("PG_STAT" | "pg_stat" | "PG"))) {
            return None;
        }
        let at = |known: &[&str]| names.iter().position(|name| known.contains(name));
        let columns = Columns {
            objects: at(&["OBJECTS", "objects"]),
            degraded: at(&["DEGRADED", "degr"]),
            misplaced: at(&["MISPLACED", "misp"]),
            unfound: at(&["UNFOUND", "unf"]),
            bytes: at(&["BYTES", "bytes"]),
            omap_bytes: at(&["OMAP_BYTES*"]),
            state: at(&["STATE", "state"]),
        };
        Some(columns)
    }
}

/// Reads the table of PGs.
///
/// # Errors
/// [`DocumentError`] with the line.
pub(crate) fn read_pg_dump(text: &str) -> Result<PgDump, DocumentError> {
    let mut dump = PgDump::default();
    let mut columns = None;
    let mut state = states();
    for (index, line) in text.lines().enumerate() {
        if let Some(found) = Columns::of(line) {
            columns = Some(found);
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["version", _] => dump.is_whole = true,
            ["stamp", time] => dump.stamp = parse_time(time),
            ["last_osdmap_epoch", epoch] => {
                dump.epoch = epoch.parse().ok().filter(|epoch| *epoch > 0);
            }
            [first, ..] => {
                let (Some(columns), Ok(pg)) = (&columns, first.parse::<PgId>()) else { continue };
                let (stats, epoch) = read_pg(columns, &words, &mut state)
                    .map_err(|problem| at_line(text, index, &problem))?;
                dump.latest_epoch = dump.latest_epoch.max(epoch);
                dump.pgs.insert(pg, stats);
            }
            [] => {}
        }
    }
    Ok(dump)
}

/// A PG, and the epoch in which it reported.
fn read_pg(
    columns: &Columns,
    words: &[&str],
    state: &mut impl FnMut(&str) -> std::sync::Arc<str>,
) -> Result<(PgStats, u32), String> {
    let word = |column: Option<usize>| column.and_then(|column| words.get(column)).copied();
    let count = |name: &str, column: Option<usize>| -> Result<u64, String> {
        let found = word(column).ok_or_else(|| {
            format!("the table has no column {name}: expected the output of ceph pg dump -f json")
        })?;
        let number: i64 = found
            .parse()
            .map_err(|_| format!("{name}: found {found:?}, expected a whole number"))?;
        Ok(u64::try_from(number).unwrap_or(0))
    };
    let optional = |name: &str, column| match column {
        Some(_) => count(name, column),
        None => Ok(0),
    };
    // Stamps are one word or two, so sets are found by their brackets.
    let mut sets = (1..).zip(words.iter().skip(1)).filter(|(_, word)| word.starts_with('['));
    let mut set = |name: &str| {
        let (at, text) = sets.next().ok_or_else(|| format!("{name}: expected OSDs in brackets"))?;
        // `pg ls` puts the primary behind the set, as in [1,2,3]p1.
        let (list, short) = text.split_once("]p").unwrap_or((text.trim_end_matches(']'), ""));
        let osds = osd_list(&format!("{list}]"));
        let osds = osds.ok_or_else(|| format!("{name}: found {text:?}, expected OSDs"))?;
        let primary = if short.is_empty() { words.get(at + 1).copied() } else { Some(short) };
        let primary = primary.and_then(|text| text.parse::<i32>().ok());
        let primary = primary.ok_or_else(|| format!("{name}: expected its primary after it"))?;
        Ok::<_, String>((at, osds, primary))
    };
    let (up_at, up, up_primary) = set("UP")?;
    let (_, acting, acting_primary) = set("ACTING")?;
    let objects = count("OBJECTS", columns.objects)?;
    let reported = up_at.checked_sub(1).and_then(|at| words.get(at)?.split(':').next());
    let stats = PgStats {
        objects,
        bytes: count("BYTES", columns.bytes)?,
        omap_bytes: optional("OMAP_BYTES*", columns.omap_bytes)?,
        object_copies: objects.saturating_mul(up.len().max(acting.len()) as u64),
        objects_degraded: optional("DEGRADED", columns.degraded)?,
        objects_misplaced: optional("MISPLACED", columns.misplaced)?,
        objects_unfound: optional("UNFOUND", columns.unfound)?,
        state: state(word(columns.state).unwrap_or("unknown")),
        up: up.into(),
        up_primary,
        acting: acting.into(),
        acting_primary,
    };
    Ok((stats, reported.and_then(|epoch| epoch.parse().ok()).unwrap_or(0)))
}
