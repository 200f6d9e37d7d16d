//! Reading and writing what many fields have in common.

use std::collections::BTreeMap;

use crushlab_wire::{Reader, WireError, Writer};

use crate::limits::MAX_PG_OSDS;
use crate::model::{Frame, IntervalSet, PgId, Time, Uuid};

/// Bytes that some fields take at least.
pub(super) const TEXT_BYTES: usize = 4;
pub(super) const FRAME_BYTES: usize = 6;
pub(super) const PG_BYTES: usize = 17;
pub(super) const INTERVAL_BYTES: usize = 16;

/// Version byte of a PG's id.
const PG_VERSION: u8 = 1;
/// Stands for a PG of no preferred OSD, a field without use.
const NOT_PREFERRED: i32 = -1;

pub(super) type Read<T> = Result<T, WireError>;

/// Reads a versioned part. `body` gets a reader of it and its version; what it leaves is kept.
pub(super) fn read_frame<'a, T>(
    reader: &mut Reader<'a>,
    known: u8,
    field: &str,
    body: impl FnOnce(&mut Reader<'a>, u8) -> Read<T>,
) -> Read<(T, Frame)> {
    let at = reader.offset();
    let version = reader.u8("version").map_err(|e| e.inside(field))?;
    let compat = reader.u8("compat").map_err(|e| e.inside(field))?;
    if compat > known {
        let found = format!("version {version} asks for a reader of version {compat}");
        return Err(WireError::new(at, field, format!("{found}: expected at most {known}")));
    }
    let length = reader.count(1, "length").map_err(|e| e.inside(field))?;
    let mut part = reader.part(length, field)?;
    let value = body(&mut part, version).map_err(|e| e.inside(field))?;
    let tail = part.bytes(part.remaining(), field)?.to_vec();
    Ok((value, Frame { version, compat, tail }))
}

/// Writes a versioned part with what was left of it when it was read.
pub(super) fn write_frame(writer: &mut Writer, frame: &Frame, body: impl FnOnce(&mut Writer)) {
    writer.frame(frame.version, frame.compat, |part| {
        body(part);
        part.bytes(&frame.tail);
    });
}

/// Reads a counted list of entries of at least `entry_bytes` each.
pub(super) fn read_list<'a, C: FromIterator<T>, T>(
    reader: &mut Reader<'a>,
    entry_bytes: usize,
    field: &str,
    mut entry: impl FnMut(&mut Reader<'a>) -> Read<T>,
) -> Read<C> {
    let count = reader.count(entry_bytes, field)?;
    (0..count)
        .map(|index| entry(reader).map_err(|e| e.inside(format_args!("{field}[{index}]"))))
        .collect()
}

/// Writes a counted list.
pub(super) fn write_list<T>(
    writer: &mut Writer,
    entries: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    mut entry: impl FnMut(&mut Writer, T),
) {
    let entries = entries.into_iter();
    writer.count(entries.len());
    entries.for_each(|value| entry(writer, value));
}

pub(super) fn read_time(reader: &mut Reader<'_>, field: &str) -> Read<Time> {
    Ok(Time { seconds: reader.u32(field)?, nanoseconds: reader.u32(field)? })
}

pub(super) fn write_time(writer: &mut Writer, time: Time) {
    writer.u32(time.seconds);
    writer.u32(time.nanoseconds);
}

pub(super) fn read_uuid(reader: &mut Reader<'_>, field: &str) -> Read<Uuid> {
    let mut uuid = Uuid::default();
    let bytes = reader.bytes(size_of::<Uuid>(), field)?;
    uuid.copy_from_slice(bytes);
    Ok(uuid)
}

pub(super) fn read_pg(reader: &mut Reader<'_>) -> Read<PgId> {
    let at = reader.offset();
    let version = reader.u8("pg")?;
    if version != PG_VERSION {
        let problem = format!("version {version}: expected {PG_VERSION}");
        return Err(WireError::new(at, "pg", problem));
    }
    let pool = reader.u64("pg")? as i64;
    let seed = reader.u32("pg")?;
    reader.i32("pg")?;
    Ok(PgId { pool, seed })
}

pub(super) fn write_pg(writer: &mut Writer, pg: PgId) {
    writer.u8(PG_VERSION);
    writer.i64(pg.pool);
    writer.u32(pg.seed);
    writer.i32(NOT_PREFERRED);
}

/// OSDs of one PG.
pub(super) fn read_pg_osds<T>(
    reader: &mut Reader<'_>,
    entry_bytes: usize,
    field: &str,
    entry: impl FnMut(&mut Reader<'_>) -> Read<T>,
) -> Read<Vec<T>> {
    let at = reader.offset();
    let osds: Vec<T> = read_list(reader, entry_bytes, field, entry)?;
    if osds.len() > MAX_PG_OSDS {
        let problem = format!("{} OSDs: expected at most {MAX_PG_OSDS}", osds.len());
        return Err(WireError::new(at, field, problem));
    }
    Ok(osds)
}

pub(super) fn read_texts(reader: &mut Reader<'_>, field: &str) -> Read<BTreeMap<String, String>> {
    read_list(reader, 2 * TEXT_BYTES, field, |reader| {
        Ok((reader.text("key")?.to_owned(), reader.text("value")?.to_owned()))
    })
}

pub(super) fn write_texts(writer: &mut Writer, texts: &BTreeMap<String, String>) {
    write_list(writer, texts, |writer, (key, value)| {
        writer.text(key);
        writer.text(value);
    });
}

/// Texts by key, by key.
pub(super) fn read_text_maps(
    reader: &mut Reader<'_>,
    field: &str,
) -> Read<BTreeMap<String, BTreeMap<String, String>>> {
    read_list(reader, 2 * TEXT_BYTES, field, |reader| {
        Ok((reader.text("key")?.to_owned(), read_texts(reader, "value")?))
    })
}

pub(super) fn write_text_maps(
    writer: &mut Writer,
    maps: &BTreeMap<String, BTreeMap<String, String>>,
) {
    write_list(writer, maps, |writer, (key, texts)| {
        writer.text(key);
        write_texts(writer, texts);
    });
}

pub(super) fn read_intervals(reader: &mut Reader<'_>, field: &str) -> Read<IntervalSet> {
    read_list(reader, INTERVAL_BYTES, field, |reader| {
        Ok((reader.u64("start")?, reader.u64("length")?))
    })
}

pub(super) fn write_intervals(writer: &mut Writer, intervals: &IntervalSet) {
    write_list(writer, intervals, |writer, (start, length)| {
        writer.u64(*start);
        writer.u64(*length);
    });
}

/// Interval sets by pool.
pub(super) fn read_pool_intervals(
    reader: &mut Reader<'_>,
    field: &str,
) -> Read<BTreeMap<i64, IntervalSet>> {
    read_list(reader, 12, field, |reader| {
        Ok((reader.i64("pool")?, read_intervals(reader, "snaps")?))
    })
}

pub(super) fn write_pool_intervals(writer: &mut Writer, sets: &BTreeMap<i64, IntervalSet>) {
    write_list(writer, sets, |writer, (pool, intervals)| {
        writer.i64(*pool);
        write_intervals(writer, intervals);
    });
}
