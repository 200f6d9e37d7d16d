//! What clients have to know.

use crushlab_wire::{Reader, WireError, Writer};

use super::address::{ADDRESS_BYTES, read_addresses, write_addresses};
use super::parts::{
    FRAME_BYTES, PG_BYTES, Read, TEXT_BYTES, read_list, read_pg, read_pg_osds, read_pool_intervals,
    read_text_maps, read_time, read_uuid, write_list, write_pg, write_pool_intervals,
    write_text_maps, write_time,
};
use super::pool::read_pool;
use super::pool_write::write_pool;
use crate::limits::{MAX_OSDS, check_shards};
use crate::model::{OsdMap, Pool, pool_flag};

/// The CRUSH map as bytes, and where they are.
pub(super) struct CrushBytes<'a> {
    pub(super) offset: usize,
    pub(super) bytes: &'a [u8],
}

/// Pool flags that were not written before version 27 of a pool.
const LATER_POOL_FLAGS: u64 =
    pool_flag::SELFMANAGED_SNAPS | pool_flag::POOL_SNAPS | pool_flag::CREATING;

pub(super) fn read_client<'a>(
    reader: &mut Reader<'a>,
    version: u8,
    map: &mut OsdMap,
) -> Read<CrushBytes<'a>> {
    map.fsid = read_uuid(reader, "fsid")?;
    map.epoch = reader.u32("epoch")?;
    map.created = read_time(reader, "created")?;
    map.modified = read_time(reader, "modified")?;
    let pools_at = reader.offset();
    read_pools(reader, map)?;
    map.pool_max = reader.i32("pool_max")?;
    map.flags = reader.u32("flags")?;
    read_osds(reader, version, map)?;
    read_pg_temp(reader, map)?;
    map.primary_temp = read_list(reader, PG_BYTES + 4, "primary_temp", |reader| {
        Ok((read_pg(reader)?, reader.i32("osd")?))
    })?;
    if version >= 2 {
        let at = reader.offset();
        let affinities: Vec<u32> = read_list(reader, 4, "osd_primary_affinity", |r| r.u32("osd"))?;
        if !affinities.is_empty() {
            expect_osds(at, "osd_primary_affinity", affinities.len(), map.max_osd())?;
            map.osd_primary_affinities = Some(affinities);
        }
    }
    let length = reader.count(1, "crush")?;
    let crush = CrushBytes { offset: reader.offset(), bytes: reader.bytes(length, "crush")? };
    if version >= 3 {
        map.erasure_code_profiles = read_text_maps(reader, "erasure_code_profiles")?;
    }
    read_upmaps(reader, version, map)?;
    check_shards(map).map_err(|problem| WireError::new(pools_at, "pools", problem))?;
    Ok(crush)
}

pub(super) fn read_pools(reader: &mut Reader<'_>, map: &mut OsdMap) -> Read<()> {
    map.pools = read_list(reader, 8 + FRAME_BYTES, "pools", |reader| {
        Ok((reader.i64("id")?, read_pool(reader)?))
    })?;
    let names: Vec<(i64, String)> = read_list(reader, 8 + TEXT_BYTES, "pool_name", |reader| {
        Ok((reader.i64("pool")?, reader.text("name")?.to_owned()))
    })?;
    for (id, name) in names {
        if let Some(pool) = map.pools.get_mut(&id) {
            pool.name = name;
        }
    }
    Ok(())
}

pub(super) fn read_osds(reader: &mut Reader<'_>, version: u8, map: &mut OsdMap) -> Read<()> {
    let at = reader.offset();
    let max_osd = reader.i32("max_osd")?;
    let max_osd = usize::try_from(max_osd).ok().filter(|osds| *osds <= MAX_OSDS);
    let Some(max_osd) = max_osd else {
        let problem = format!("expected a number from 0 to {MAX_OSDS}");
        return Err(WireError::new(at, "max_osd", problem));
    };
    let at = reader.offset();
    let states: Vec<u32> = if version >= 5 {
        read_list(reader, 4, "osd_state", |reader| reader.u32("osd"))?
    } else {
        read_list(reader, 1, "osd_state", |reader| reader.u8("osd").map(u32::from))?
    };
    expect_osds(at, "osd_state", states.len(), max_osd)?;
    let at = reader.offset();
    let weights: Vec<u32> = read_list(reader, 4, "osd_weight", |reader| reader.u32("osd"))?;
    expect_osds(at, "osd_weight", weights.len(), max_osd)?;
    let at = reader.offset();
    let addresses: Vec<_> =
        read_list(reader, ADDRESS_BYTES, "osd_addrs", |r| read_addresses(r, "client"))?;
    expect_osds(at, "osd_addrs", addresses.len(), max_osd)?;
    map.set_max_osd(max_osd);
    map.osd_states = states;
    map.osd_weights = weights;
    for (osd, addresses) in map.osds.iter_mut().zip(addresses) {
        osd.client_addresses = addresses;
    }
    Ok(())
}

/// Refuses a list that has not one entry for each OSD.
pub(super) fn expect_osds(at: usize, field: &str, found: usize, max_osd: usize) -> Read<()> {
    if found == max_osd {
        return Ok(());
    }
    let problem = format!("{found} entries: expected {max_osd}, one for each OSD");
    Err(WireError::new(at, field, problem))
}

pub(super) fn read_pg_temp(reader: &mut Reader<'_>, map: &mut OsdMap) -> Read<()> {
    map.pg_temp = read_list(reader, PG_BYTES + 4, "pg_temp", |reader| {
        Ok((read_pg(reader)?, read_pg_osds(reader, 4, "osds", |reader| reader.i32("osd"))?))
    })?;
    Ok(())
}

fn read_upmaps(reader: &mut Reader<'_>, version: u8, map: &mut OsdMap) -> Read<()> {
    if version >= 4 {
        map.pg_upmap = read_list(reader, PG_BYTES + 4, "pg_upmap", |reader| {
            Ok((read_pg(reader)?, read_pg_osds(reader, 4, "osds", |reader| reader.i32("osd"))?))
        })?;
        map.pg_upmap_items = read_list(reader, PG_BYTES + 4, "pg_upmap_items", |reader| {
            let pair = |reader: &mut Reader<'_>| Ok((reader.i32("from")?, reader.i32("to")?));
            Ok((read_pg(reader)?, read_pg_osds(reader, 8, "mappings", pair)?))
        })?;
    }
    if version >= 6 {
        map.crush_version = reader.u32("crush_version")?;
    }
    if version >= 7 {
        map.new_removed_snaps = read_pool_intervals(reader, "new_removed_snaps")?;
        map.new_purged_snaps = read_pool_intervals(reader, "new_purged_snaps")?;
    }
    if version >= 9 {
        map.last_up_change = read_time(reader, "last_up_change")?;
        map.last_in_change = read_time(reader, "last_in_change")?;
    }
    if version >= 10 {
        map.pg_upmap_primaries = read_list(reader, PG_BYTES + 4, "pg_upmap_primaries", |r| {
            Ok((read_pg(r)?, r.i32("osd")?))
        })?;
    }
    Ok(())
}

pub(super) fn write_client(writer: &mut Writer, version: u8, map: &OsdMap, crush: &[u8]) {
    writer.bytes(&map.fsid);
    writer.u32(map.epoch);
    write_time(writer, map.created);
    write_time(writer, map.modified);
    write_list(writer, &map.pools, |writer, (id, pool)| {
        writer.i64(*id);
        if pool.frame.version < 27 && pool.flags & LATER_POOL_FLAGS != 0 {
            let flags = pool.flags & !LATER_POOL_FLAGS;
            write_pool(writer, &Pool { flags, ..pool.clone() });
        } else {
            write_pool(writer, pool);
        }
    });
    write_list(writer, &map.pools, |writer, (id, pool)| {
        writer.i64(*id);
        writer.text(&pool.name);
    });
    writer.i32(map.pool_max);
    writer.u32(map.flags);
    write_osds(writer, version, map);
    write_list(writer, &map.pg_temp, |writer, (pg, osds)| {
        write_pg(writer, *pg);
        write_list(writer, osds, |writer, osd| writer.i32(*osd));
    });
    write_list(writer, &map.primary_temp, |writer, (pg, osd)| {
        write_pg(writer, *pg);
        writer.i32(*osd);
    });
    if version >= 2 {
        let affinities = map.osd_primary_affinities.as_deref().unwrap_or_default();
        write_list(writer, affinities, |writer, affinity| writer.u32(*affinity));
    }
    writer.count(crush.len());
    writer.bytes(crush);
    if version >= 3 {
        write_text_maps(writer, &map.erasure_code_profiles);
    }
    write_upmaps(writer, version, map);
}

fn write_osds(writer: &mut Writer, version: u8, map: &OsdMap) {
    writer.count(map.max_osd());
    write_list(writer, &map.osd_states, |writer, state| {
        if version >= 5 { writer.u32(*state) } else { writer.u8(*state as u8) }
    });
    write_list(writer, &map.osd_weights, |writer, weight| writer.u32(*weight));
    write_list(writer, &map.osds, |writer, osd| write_addresses(writer, &osd.client_addresses));
}

fn write_upmaps(writer: &mut Writer, version: u8, map: &OsdMap) {
    if version >= 4 {
        write_list(writer, &map.pg_upmap, |writer, (pg, osds)| {
            write_pg(writer, *pg);
            write_list(writer, osds, |writer, osd| writer.i32(*osd));
        });
        write_list(writer, &map.pg_upmap_items, |writer, (pg, mappings)| {
            write_pg(writer, *pg);
            write_list(writer, mappings, |writer, (from, to)| {
                writer.i32(*from);
                writer.i32(*to);
            });
        });
    }
    if version >= 6 {
        writer.u32(map.crush_version);
    }
    if version >= 7 {
        write_pool_intervals(writer, &map.new_removed_snaps);
        write_pool_intervals(writer, &map.new_purged_snaps);
    }
    if version >= 9 {
        write_time(writer, map.last_up_change);
        write_time(writer, map.last_in_change);
    }
    if version >= 10 {
        write_list(writer, &map.pg_upmap_primaries, |writer, (pg, osd)| {
            write_pg(writer, *pg);
            writer.i32(*osd);
        });
    }
}
