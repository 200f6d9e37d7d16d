//! The form used before Firefly (2014), which had no parts with versions of their own
//! (`OSDMap::decode_classic`).

use crushlab_wire::{Reader, WireError};

use super::address::{ADDRESS_BYTES, read_addresses};
use super::client::{CrushBytes, read_osds, read_pg_temp, read_pools};
use super::daemon::{INFO_BYTES, UUID_BYTES, read_blocklist, read_each, read_info, read_xinfo};
use super::parts::{FRAME_BYTES, Read, read_time, read_uuid};
use crate::limits::check_shards;
use crate::model::{Address, AddressForm, Addresses, Frame, OsdMap};

/// The one version that is read, of 2012 and 2013; older ones numbered pools and PGs differently.
pub(super) const CLASSIC_VERSION: u16 = 6;

/// Reads the map, behind its version.
pub(super) fn read_classic<'a>(reader: &mut Reader<'a>, map: &mut OsdMap) -> Read<CrushBytes<'a>> {
    map.fsid = read_uuid(reader, "fsid")?;
    map.epoch = reader.u32("epoch")?;
    map.created = read_time(reader, "created")?;
    map.modified = read_time(reader, "modified")?;
    let pools_at = reader.offset();
    read_pools(reader, map)?;
    map.pool_max = reader.i32("pool_max")?;
    // A fault of those days set it to 0.
    let largest = map.pools.last_key_value().and_then(|(id, _)| i32::try_from(*id).ok());
    map.pool_max = map.pool_max.max(largest.unwrap_or(map.pool_max));
    map.flags = reader.u32("flags")?;
    read_osds(reader, 0, map)?;
    read_pg_temp(reader, map)?;
    let length = reader.count(1, "crush")?;
    let crush = CrushBytes { offset: reader.offset(), bytes: reader.bytes(length, "crush")? };
    read_extended(reader, map)?;
    check_shards(map).map_err(|problem| WireError::new(pools_at, "pools", problem))?;
    // Written again, it is as Firefly has it: no release since knows the form from before.
    map.encoding.client = Frame::new(3, 1);
    map.encoding.osd = Frame::new(1, 1);
    Ok(crush)
}

fn read_extended(reader: &mut Reader<'_>, map: &mut OsdMap) -> Read<()> {
    let version = reader.u16("extended version")?;
    let addresses = |r: &mut Reader<'_>| read_addresses(r, "address");
    for osd in &mut map.osds {
        let none = Addresses { form: AddressForm::Legacy, list: vec![Address::default()] };
        osd.cluster_addresses = none.clone();
        osd.heartbeat_front_addresses = none;
    }
    read_each(reader, map, ADDRESS_BYTES, "hb_back_addrs", addresses, |osd, addresses| {
        osd.heartbeat_back_addresses = addresses;
    })?;
    read_each(reader, map, INFO_BYTES, "osd_info", read_info, |osd, info| osd.info = info)?;
    map.blocklist = read_blocklist(reader, "blocklist")?;
    if version >= 6 {
        read_each(reader, map, ADDRESS_BYTES, "cluster_addrs", addresses, |osd, addresses| {
            osd.cluster_addresses = addresses;
        })?;
    }
    if version >= 7 {
        map.cluster_snapshot_epoch = reader.u32("cluster_snapshot_epoch")?;
        map.cluster_snapshot = reader.text("cluster_snapshot")?.to_owned();
    }
    if version >= 8 {
        let uuid = |r: &mut Reader<'_>| read_uuid(r, "uuid");
        read_each(reader, map, UUID_BYTES, "osd_uuid", uuid, |osd, uuid| osd.uuid = uuid)?;
    }
    if version >= 9 {
        let xinfo = |r: &mut Reader<'_>| read_xinfo(r);
        read_each(reader, map, FRAME_BYTES, "osd_xinfo", xinfo, |osd, xinfo| osd.xinfo = xinfo)?;
    }
    if version >= 10 {
        read_each(reader, map, ADDRESS_BYTES, "hb_front_addrs", addresses, |osd, addresses| {
            osd.heartbeat_front_addresses = addresses;
        })?;
    }
    let at = reader.offset();
    match reader.remaining() {
        0 => Ok(()),
        left => {
            let problem = format!("{left} more bytes: expected the end");
            Err(WireError::new(at, "map", problem))
        }
    }
}
