//! `ceph df` without `-f json`: the table of pools, with sizes and counts of two or three digits.

use std::collections::BTreeMap;

use super::osd_dump::{Read, at_line, number};
use super::table::read_size;
use crate::document_error::DocumentError;
use crate::json::DfPool;
use crate::stats::PoolStats;

/// What a column holds, as far as it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Id,
    Stored,
    Objects,
    Used,
    MaxAvail,
    /// A size that is not needed.
    Size,
    /// One word that is not needed.
    Word,
}

/// Reads the table of pools.
///
/// # Errors
/// [`DocumentError`] with the line.
pub(crate) fn read_df(text: &str) -> Result<BTreeMap<i64, DfPool>, DocumentError> {
    let mut pools = BTreeMap::new();
    let mut columns = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["POOL" | "NAME", rest @ ..] => columns = columns_of(rest),
            [name, rest @ ..] if !columns.is_empty() => {
                let (id, stats) =
                    read_row(&columns, rest).map_err(|problem| at_line(text, index, &problem))?;
                pools.insert(id, DfPool { name: (*name).to_owned(), stats });
            }
            _ => {}
        }
    }
    if pools.is_empty() {
        return Err(at_line(text, 0, "found no pool in the table: the file is cut off"));
    }
    Ok(pools)
}

/// The columns after the name. Before Nautilus USED is what is STORED since.
fn columns_of(header: &[&str]) -> Vec<Column> {
    let has_stored = header.contains(&"STORED");
    let mut columns = Vec::new();
    let mut words = header.iter().copied().peekable();
    while let Some(word) = words.next() {
        let next = words.peek().copied().unwrap_or_default();
        let (column, is_pair) = match (word, next) {
            ("MAX", "AVAIL") => (Column::MaxAvail, true),
            ("QUOTA", "BYTES") | ("USED" | "UNDER", "COMPR") | ("RAW", "USED") => {
                (Column::Size, true)
            }
            ("QUOTA", "OBJECTS") => (Column::Word, true),
            ("ID", _) => (Column::Id, false),
            ("STORED", _) => (Column::Stored, false),
            ("USED", _) if has_stored => (Column::Used, false),
            ("USED", _) => (Column::Stored, false),
            ("OBJECTS", _) => (Column::Objects, false),
            ("(DATA)" | "(OMAP)", _) => (Column::Size, false),
            _ => (Column::Word, false),
        };
        if is_pair {
            words.next();
        }
        columns.push(column);
    }
    columns
}

fn read_row(columns: &[Column], mut words: &[&str]) -> Read<(i64, PoolStats)> {
    let needed = [Column::MaxAvail, Column::Objects];
    let last = columns.iter().rev().find(|column| needed.contains(column));
    let last = last.copied().unwrap_or(Column::MaxAvail);
    let mut id = None;
    let mut stats = PoolStats::default();
    for column in columns {
        let mut size = || -> Read<Option<u64>> {
            if words.first() == Some(&"N/A") {
                words = words.get(1..).unwrap_or_default();
                return Ok(None);
            }
            let (bytes, taken) = read_size(words)?;
            words = words.get(taken..).unwrap_or_default();
            Ok(Some(bytes as u64))
        };
        match column {
            Column::Stored => stats.stored_bytes = size()?.unwrap_or(0),
            Column::Used => stats.used_bytes = size()?,
            Column::MaxAvail => stats.max_avail_bytes = size()?,
            Column::Size => drop(size()?),
            Column::Id => {
                id = Some(number("ID", words.first())?);
                words = words.get(1..).unwrap_or_default();
            }
            Column::Objects => {
                stats.objects = read_count(words.first().copied().unwrap_or_default())?;
                words = words.get(1..).unwrap_or_default();
            }
            Column::Word => words = words.get(1..).unwrap_or_default(),
        }
        // What follows is not needed, and differs between releases.
        if *column == last {
            break;
        }
    }
    id.map(|id| (id, stats)).ok_or_else(|| "found no column ID".to_owned())
}

/// Reads `17`, `1.23k` or `4.5M`: counts of objects have powers of 1,000.
fn read_count(text: &str) -> Read<u64> {
    let letters = ['k', 'M', 'G', 'T'];
    let power = letters.iter().position(|letter| text.ends_with(*letter));
    let digits = text.trim_end_matches(letters);
    let scale = 1000f64.powi(power.map_or(0, |power| power as i32 + 1));
    let found: f64 = number("OBJECTS", Some(&digits))?;
    Ok((found * scale) as u64)
}
