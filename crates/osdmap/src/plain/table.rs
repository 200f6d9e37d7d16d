//! `ceph osd tree` and `ceph osd df` without `-f json`: tables with a line for each OSD.

use std::collections::BTreeMap;

use super::osd_dump::{Read, at_line, number};
use crate::document_error::DocumentError;
use crate::json::{check_ids, weight};
use crate::osd_df::OsdDf;
use crate::osd_tree::{OsdTree, TreeOsd};
use crate::stats::OsdStats;

/// Reads the table of `ceph osd tree`: an OSD's line has its id first, and its state, reweight and
/// primary affinity behind its name.
///
/// # Errors
/// [`DocumentError`] with the line.
pub(crate) fn read_osd_tree(text: &str) -> Result<OsdTree, DocumentError> {
    let mut osds = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let id = words.first().and_then(|id| id.parse::<i32>().ok()).filter(|id| *id >= 0);
        let name = words.iter().position(|word| word.starts_with("osd."));
        let (Some(id), Some(name)) = (id, name) else { continue };
        let behind = words.get(name + 1..).unwrap_or_default();
        let osd = read_state(behind).map_err(|problem| at_line(text, index, &problem))?;
        osds.insert(id, osd);
    }
    checked(text, osds.keys())?;
    Ok(OsdTree { osds })
}

fn checked<'a>(text: &str, ids: impl Iterator<Item = &'a i32>) -> Result<(), DocumentError> {
    let mut ids = ids.peekable();
    if ids.peek().is_none() {
        return Err(at_line(text, 0, "found no OSD in the table: the file is cut off"));
    }
    check_ids(ids).map_err(|problem| DocumentError::new("", problem))
}

fn share(name: &str, text: Option<&&str>) -> Read<u32> {
    let found: f64 = number(name, text)?;
    weight(found).ok_or_else(|| format!("{name}: found {found}, expected 0 to 65535"))
}

fn read_state(words: &[&str]) -> Read<TreeOsd> {
    let [status, rest @ ..] = words else { return Err("STATUS: expected up or down".to_owned()) };
    let exists = *status != "DNE";
    Ok(TreeOsd {
        exists,
        is_up: *status == "up",
        is_destroyed: *status == "destroyed",
        reweight: if exists { share("REWEIGHT", rest.first())? } else { 0 },
        primary_affinity: match rest.get(1) {
            Some(_) => Some(share("PRI-AFF", rest.get(1))?),
            None => None,
        },
    })
}

/// Reads the table of `ceph osd df`, with buckets or without. Sizes have two or three digits there.
///
/// # Errors
/// [`DocumentError`] with the line.
pub(crate) fn read_osd_df(text: &str) -> Result<OsdDf, DocumentError> {
    let mut df = OsdDf { is_rounded: true, ..OsdDf::default() };
    let mut sizes = 0;
    for (index, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if matches!(words.first(), Some(&("ID" | "id"))) {
            sizes = size_columns(&words);
        }
        let id = words.first().and_then(|id| id.parse::<i32>().ok()).filter(|id| *id >= 0);
        let Some(id) = id.filter(|_| sizes > 0) else { continue };
        let (stats, osd) = read_row(words.get(1..).unwrap_or_default(), sizes)
            .map_err(|problem| at_line(text, index, &problem))?;
        df.sizes.insert(id, stats);
        df.tree.osds.extend(osd.map(|osd| (id, osd)));
    }
    checked(text, df.sizes.keys())?;
    Ok(df)
}

/// How many columns of sizes there are: from SIZE until %USE, of which RAW USE is two words.
fn size_columns(header: &[&str]) -> usize {
    let at = |name: &str| header.iter().position(|word| *word == name);
    let (Some(first), Some(end)) = (at("SIZE"), at("%USE")) else { return 0 };
    header.get(first..end).unwrap_or_default().iter().filter(|word| **word != "RAW").count()
}

/// Reads what follows an OSD's id: class, weight, reweight, sizes, %USE, VAR, PGS and the state.
fn read_row(words: &[&str], sizes: usize) -> Read<(Option<OsdStats>, Option<TreeOsd>)> {
    // A class may be missing, and is no number.
    let has_class = words.first().is_some_and(|word| word.parse::<f64>().is_err());
    let words = words.get(usize::from(has_class)..).unwrap_or_default();
    let reweight = share("REWEIGHT", words.get(1))?;
    let mut rest = words.get(2..).unwrap_or_default();
    let mut bytes = Vec::with_capacity(sizes);
    for _ in 0..sizes {
        let (size, taken) = read_size(rest)?;
        bytes.push(size);
        rest = rest.get(taken..).unwrap_or_default();
    }
    let total = bytes.first().copied().unwrap_or(0.0);
    // The share has more digits than the size.
    let percent: f64 = number("%USE", rest.first())?;
    let used = total * percent.clamp(0.0, 100.0) / 100.0;
    let stats = OsdStats {
        total_bytes: total as u64,
        used_bytes: used as u64,
        available_bytes: (total - used) as u64,
        parts: None,
    };
    let status = rest.get(3).filter(|status| ["up", "down", "destroyed"].contains(status));
    let osd = status.map(|status| TreeOsd {
        exists: true,
        is_up: *status == "up",
        is_destroyed: *status == "destroyed",
        reweight,
        primary_affinity: None,
    });
    Ok(((total > 0.0).then_some(stats), osd))
}

/// Reads `1.8 TiB`, `931G` or `0`; also how many words it takes.
pub(super) fn read_size(words: &[&str]) -> Read<(f64, usize)> {
    let [first, rest @ ..] = words else { return Err("expected a size".to_owned()) };
    let end = first.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(first.len());
    let (digits, mut unit) = first.split_at(end);
    let mut taken = 1;
    if unit.is_empty()
        && let Some(next) = rest.first().filter(|next| power(next).is_some())
    {
        (unit, taken) = (next, 2);
    }
    let power = power(if unit.is_empty() { "B" } else { unit });
    match (digits.parse::<f64>(), power) {
        (Ok(number), Some(power)) => Ok((number * 1024f64.powi(power), taken)),
        _ => Err(format!("found {first:?}, expected a size such as 1.8 TiB")),
    }
}

/// The power of 1,024 that a unit stands for.
fn power(unit: &str) -> Option<i32> {
    let units = ["B", "K", "M", "G", "T", "P", "E"];
    let letter = unit.strip_suffix("iB").unwrap_or(unit);
    let letter = if letter == "k" { "K" } else { letter };
    units.iter().position(|known| *known == letter).map(|power| power as i32)
}
