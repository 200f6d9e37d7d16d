//! What only OSDs have to know.

use crushlab_wire::{Reader, WireError, Writer};

use super::address::{ADDRESS_BYTES, read_addresses, write_addresses};
use super::client::expect_osds;
use super::parts::{
    FRAME_BYTES, Read, read_frame, read_list, read_pool_intervals, read_time, read_uuid,
    write_frame, write_list, write_pool_intervals, write_time,
};
use crate::model::{Addresses, Osd, OsdInfo, OsdMap, OsdXinfo, Stretch, Time};

const XINFO_VERSION: u8 = 4;
const INFO_VERSION: u8 = 1;
pub(super) const INFO_BYTES: usize = 25;
pub(super) const UUID_BYTES: usize = 16;

pub(super) fn read_daemon(reader: &mut Reader<'_>, version: u8, map: &mut OsdMap) -> Read<()> {
    let addresses = |r: &mut Reader<'_>| read_addresses(r, "address");
    read_each(reader, map, ADDRESS_BYTES, "hb_back_addrs", addresses, |osd, addresses| {
        osd.heartbeat_back_addresses = addresses;
    })?;
    read_each(reader, map, INFO_BYTES, "osd_info", read_info, |osd, info| osd.info = info)?;
    map.blocklist = read_blocklist(reader, "blocklist")?;
    read_each(reader, map, ADDRESS_BYTES, "cluster_addrs", addresses, |osd, addresses| {
        osd.cluster_addresses = addresses;
    })?;
    map.cluster_snapshot_epoch = reader.u32("cluster_snapshot_epoch")?;
    map.cluster_snapshot = reader.text("cluster_snapshot")?.to_owned();
    let uuid = |r: &mut Reader<'_>| read_uuid(r, "uuid");
    read_each(reader, map, UUID_BYTES, "osd_uuid", uuid, |osd, uuid| osd.uuid = uuid)?;
    read_each(reader, map, FRAME_BYTES, "osd_xinfo", read_xinfo, |osd, xinfo| osd.xinfo = xinfo)?;
    read_each(reader, map, ADDRESS_BYTES, "hb_front_addrs", addresses, |osd, addresses| {
        osd.heartbeat_front_addresses = addresses;
    })?;
    read_ratios(reader, version, map)?;
    if version >= 6 {
        map.removed_snaps_queue = read_pool_intervals(reader, "removed_snaps_queue")?;
    }
    let flags = |r: &mut Reader<'_>| Ok((r.i32("id")?, r.u32("flags")?));
    if version >= 8 {
        map.crush_node_flags = read_list(reader, 8, "crush_node_flags", flags)?;
    }
    if version >= 9 {
        map.device_class_flags = read_list(reader, 8, "device_class_flags", flags)?;
    }
    if version >= 10 {
        map.stretch = Stretch {
            enabled: reader.u8("stretch_mode_enabled")? != 0,
            bucket_count: reader.u32("stretch_bucket_count")?,
            degraded_mode: reader.u32("degraded_stretch_mode")?,
            recovering_mode: reader.u32("recovering_stretch_mode")?,
            bucket_type: reader.i32("stretch_mode_bucket")?,
        };
    }
    if version >= 11 {
        map.range_blocklist = read_blocklist(reader, "range_blocklist")?;
    }
    if version >= 12 {
        map.allow_crimson = reader.u8("allow_crimson")? != 0;
    }
    Ok(())
}

/// Reads a list with an entry for each OSD.
pub(super) fn read_each<'a, T>(
    reader: &mut Reader<'a>,
    map: &mut OsdMap,
    entry_bytes: usize,
    field: &str,
    entry: impl FnMut(&mut Reader<'a>) -> Read<T>,
    mut store: impl FnMut(&mut Osd, T),
) -> Read<()> {
    let at = reader.offset();
    let entries: Vec<T> = read_list(reader, entry_bytes, field, entry)?;
    expect_osds(at, field, entries.len(), map.max_osd())?;
    map.osds.iter_mut().zip(entries).for_each(|(osd, value)| store(osd, value));
    Ok(())
}

pub(super) fn read_info(reader: &mut Reader<'_>) -> Read<OsdInfo> {
    let at = reader.offset();
    let version = reader.u8("version")?;
    if version != INFO_VERSION {
        let problem = format!("{version}: expected {INFO_VERSION}");
        return Err(WireError::new(at, "version", problem));
    }
    Ok(OsdInfo {
        last_clean_begin: reader.u32("last_clean_begin")?,
        last_clean_end: reader.u32("last_clean_end")?,
        up_from: reader.u32("up_from")?,
        up_thru: reader.u32("up_thru")?,
        down_at: reader.u32("down_at")?,
        lost_at: reader.u32("lost_at")?,
    })
}

pub(super) fn read_xinfo(reader: &mut Reader<'_>) -> Read<OsdXinfo> {
    let (mut xinfo, frame) = read_frame(reader, XINFO_VERSION, "xinfo", |reader, version| {
        let mut xinfo = OsdXinfo {
            down_stamp: read_time(reader, "down_stamp")?,
            laggy_probability: reader.u32("laggy_probability")?,
            laggy_interval_seconds: reader.u32("laggy_interval")?,
            ..OsdXinfo::default()
        };
        if version >= 2 {
            xinfo.features = reader.u64("features")?;
        }
        if version >= 3 {
            xinfo.old_weight = reader.u32("old_weight")?;
        }
        if version >= 4 {
            xinfo.last_purged_snaps_scrub = read_time(reader, "last_purged_snaps_scrub")?;
            xinfo.dead_epoch = reader.u32("dead_epoch")?;
        }
        Ok(xinfo)
    })?;
    xinfo.frame = frame;
    Ok(xinfo)
}

pub(super) fn read_blocklist(reader: &mut Reader<'_>, field: &str) -> Read<Vec<(Addresses, Time)>> {
    read_list(reader, ADDRESS_BYTES + 8, field, |reader| {
        Ok((read_addresses(reader, "address")?, read_time(reader, "until")?))
    })
}

fn read_ratios(reader: &mut Reader<'_>, version: u8, map: &mut OsdMap) -> Read<()> {
    if version >= 2 {
        map.nearfull_ratio = reader.f32("nearfull_ratio")?;
        map.full_ratio = reader.f32("full_ratio")?;
    }
    if version >= 3 {
        map.backfillfull_ratio = reader.f32("backfillfull_ratio")?;
    }
    if version == 4 {
        // Development versions named the release; later ones number it.
        reader.text("require_osd_release")?;
    }
    if version >= 5 {
        map.require_min_compat_client = reader.u8("require_min_compat_client")?;
        map.require_osd_release = reader.u8("require_osd_release")?;
    }
    Ok(())
}

pub(super) fn write_daemon(writer: &mut Writer, version: u8, map: &OsdMap) {
    let osds = map.osds.as_slice();
    write_list(writer, osds, |writer, osd| write_addresses(writer, &osd.heartbeat_back_addresses));
    write_list(writer, osds, |writer, osd| write_info(writer, &osd.info));
    write_blocklist(writer, &map.blocklist);
    write_list(writer, osds, |writer, osd| write_addresses(writer, &osd.cluster_addresses));
    writer.u32(map.cluster_snapshot_epoch);
    writer.text(&map.cluster_snapshot);
    write_list(writer, osds, |writer, osd| writer.bytes(&osd.uuid));
    write_list(writer, osds, |writer, osd| write_xinfo(writer, &osd.xinfo));
    write_list(writer, osds, |writer, osd| write_addresses(writer, &osd.heartbeat_front_addresses));
    write_ratios(writer, version, map);
    if version >= 6 {
        write_pool_intervals(writer, &map.removed_snaps_queue);
    }
    if version >= 8 {
        write_list(writer, &map.crush_node_flags, write_flags);
    }
    if version >= 9 {
        write_list(writer, &map.device_class_flags, write_flags);
    }
    if version >= 10 {
        let stretch = &map.stretch;
        writer.u8(u8::from(stretch.enabled));
        writer.u32(stretch.bucket_count);
        writer.u32(stretch.degraded_mode);
        writer.u32(stretch.recovering_mode);
        writer.i32(stretch.bucket_type);
    }
    if version >= 11 {
        write_blocklist(writer, &map.range_blocklist);
    }
    if version >= 12 {
        writer.u8(u8::from(map.allow_crimson));
    }
}

fn write_flags(writer: &mut Writer, (id, flags): (&i32, &u32)) {
    writer.i32(*id);
    writer.u32(*flags);
}

fn write_info(writer: &mut Writer, info: &OsdInfo) {
    writer.u8(INFO_VERSION);
    for epoch in [
        info.last_clean_begin,
        info.last_clean_end,
        info.up_from,
        info.up_thru,
        info.down_at,
        info.lost_at,
    ] {
        writer.u32(epoch);
    }
}

fn write_xinfo(writer: &mut Writer, xinfo: &OsdXinfo) {
    let version = xinfo.frame.version;
    write_frame(writer, &xinfo.frame, |writer| {
        write_time(writer, xinfo.down_stamp);
        writer.u32(xinfo.laggy_probability);
        writer.u32(xinfo.laggy_interval_seconds);
        if version >= 2 {
            writer.u64(xinfo.features);
        }
        if version >= 3 {
            writer.u32(xinfo.old_weight);
        }
        if version >= 4 {
            write_time(writer, xinfo.last_purged_snaps_scrub);
            writer.u32(xinfo.dead_epoch);
        }
    });
}

fn write_blocklist(writer: &mut Writer, blocklist: &[(Addresses, Time)]) {
    write_list(writer, blocklist, |writer, (addresses, until)| {
        write_addresses(writer, addresses);
        write_time(writer, *until);
    });
}

fn write_ratios(writer: &mut Writer, version: u8, map: &OsdMap) {
    if version >= 2 {
        writer.f32(map.nearfull_ratio);
        writer.f32(map.full_ratio);
    }
    if version >= 3 {
        writer.f32(map.backfillfull_ratio);
    }
    if version == 4 {
        writer.text("");
    }
    if version >= 5 {
        writer.u8(map.require_min_compat_client);
        writer.u8(map.require_osd_release);
    }
}
