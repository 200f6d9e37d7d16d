//! How Ceph prints what a map holds: times, addresses, ids, states, flags, releases.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::net::{Ipv4Addr, Ipv6Addr};

use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::{
    Address, Addresses, IntervalSet, MAP_FLAG_NAMES, Release, STATE_NAMES, Time, Uuid, map_flag,
};

/// Times before this are printed as a span (`utime_t::gmtime`: ten years).
const FIRST_DATE_SECONDS: u32 = 60 * 60 * 24 * 365 * 10;

/// Flags that the tool does not print.
const FLAGS_WITHOUT_NAMES: u32 = map_flag::NEARFULL | map_flag::FULL;

/// A date in UTC, or a span.
pub(crate) fn time(time: Time) -> String {
    let Time { seconds, nanoseconds } = time;
    let microseconds = nanoseconds / 1000;
    if seconds < FIRST_DATE_SECONDS {
        return format!("{seconds}.{microseconds:06}");
    }
    let (day, second) = (seconds / 86400, seconds % 86400);
    let (year, month, day) = date(day);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{microseconds:06}+0000")
}

/// Year, month and day of a day since 1970 in the Gregorian calendar.
fn date(days: u32) -> (u32, u32, u32) {
    let leap =
        |year: u32| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let (mut year, mut days) = (1970, days);
    while days >= 365 + u32::from(leap(year)) {
        days -= 365 + u32::from(leap(year));
        year += 1;
    }
    let february = 28 + u32::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

/// Identity of an OSD or a cluster.
pub(crate) fn uuid(uuid: &Uuid) -> String {
    let hex = |range: std::ops::Range<usize>| -> String {
        uuid[range].iter().map(|byte| format!("{byte:02x}")).collect()
    };
    [hex(0..4), hex(4..6), hex(6..8), hex(8..10), hex(10..16)].join("-")
}

/// A list as Ceph prints vectors: `[1,2]`.
pub(crate) fn list<T: Display>(values: &[T]) -> String {
    let values: Vec<String> = values.iter().map(T::to_string).collect();
    format!("[{}]", values.join(","))
}

/// Snapshots, in hexadecimal: `[1~2,a~1]`.
pub(crate) fn intervals(intervals: &IntervalSet) -> String {
    let texts: Vec<String> =
        intervals.iter().map(|(start, length)| format!("{start:x}~{length:x}")).collect();
    list(&texts)
}

/// A release by number, as the tool of another one names it.
pub(crate) fn release(number: u8, tool: Release) -> &'static str {
    match Release::of_number(number) {
        later if later > tool => "unknown",
        known => known.name(),
    }
}

/// Names of the bits of an OSD's state, by name.
pub(crate) fn states(bits: u32) -> BTreeSet<&'static str> {
    let set = (0..u32::BITS).map(|shift| 1 << shift).filter(|bit| bits & bit != 0);
    let name =
        |bit| STATE_NAMES.iter().find(|(known, _)| *known == bit).map_or("???", |(_, name)| name);
    set.map(name).collect()
}

/// The same in one text.
pub(crate) fn states_text(bits: u32) -> String {
    states(bits).into_iter().collect::<Vec<_>>().join(",")
}

/// Names of the map's flags, in Ceph's order.
pub(crate) fn flags(bits: u32, tool: Release) -> String {
    let unknown = if tool.names_noautoscale() { 0 } else { map_flag::NOAUTOSCALE };
    let printed = bits & !FLAGS_WITHOUT_NAMES & !unknown;
    let set = MAP_FLAG_NAMES.iter().filter(|(flag, _)| printed & flag != 0);
    set.map(|(_, name)| *name).collect::<Vec<_>>().join(",")
}

/// Names of the map's flags by name; flags without a name have an empty one.
pub(crate) fn flag_set(bits: u32, tool: Release) -> BTreeSet<String> {
    let set = (0..u32::BITS).map(|shift| 1 << shift).filter(|bit| bits & bit != 0);
    set.map(|bit| flags(bit, tool)).collect()
}

/// Name of the snapshot of the whole cluster that this map is, if it is one.
pub(crate) fn cluster_snapshot(map: &OsdMap) -> &str {
    if map.cluster_snapshot_epoch == map.epoch { &map.cluster_snapshot } else { "" }
}

/// Kind of an address: as it is, but that one without a family has none.
pub(crate) fn address_kind(addresses: &Addresses, address: &Address) -> &'static str {
    use crushlab_osdmap::model::AddressForm;
    match address.kind {
        1 if addresses.form == AddressForm::Legacy && family(address) == 0 => "none",
        0 => "none",
        1 => "v1",
        2 => "v2",
        3 => "any",
        4 => "cidr",
        _ => "???",
    }
}

/// The two bytes at the start of a socket address.
fn family(address: &Address) -> u16 {
    let bytes = address.socket.first_chunk().copied().unwrap_or_default();
    u16::from_le_bytes(bytes)
}

/// A socket address: `10.0.0.1:6800`, `[::1]:6800`.
pub(crate) fn socket(address: &Address) -> String {
    let bytes = |from: usize| address.socket.get(from..);
    let port = bytes(2).and_then(<[u8]>::first_chunk).map_or(0, |port| u16::from_be_bytes(*port));
    match family(address) {
        2 => {
            let ip: [u8; 4] = bytes(4).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
            format!("{}:{port}", Ipv4Addr::from(ip))
        }
        10 => {
            let ip: [u8; 16] = bytes(8).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
            format!("[{}]:{port}", Ipv6Addr::from(ip))
        }
        other => format!("(unrecognized address family {other})"),
    }
}

/// An address with its kind and nonce: `v2:10.0.0.1:6800/123`.
pub(crate) fn address(addresses: &Addresses, address: &Address) -> String {
    let kind = match address_kind(addresses, address) {
        "none" => return "-".to_owned(),
        "any" => String::new(),
        kind => format!("{kind}:"),
    };
    format!("{kind}{}/{}", socket(address), address.nonce)
}

/// All addresses of a daemon.
pub(crate) fn addresses(addresses: &Addresses) -> String {
    match addresses.list.as_slice() {
        [] => String::new(),
        [only] => address(addresses, only),
        several => {
            let texts: Vec<String> = several.iter().map(|one| address(addresses, one)).collect();
            list(&texts)
        }
    }
}

/// The address that clients from before Nautilus are given: the first of kind v1, else the first.
pub(crate) fn legacy_address(addresses: &Addresses) -> String {
    let none = Address::default();
    let legacy = addresses.list.iter().find(|address| address.kind == 1);
    let address = legacy.or(addresses.list.first()).unwrap_or(&none);
    format!("{}/{}", socket(address), address.nonce)
}

#[cfg(test)]
mod tests {
    use crushlab_osdmap::model::state;

    use super::*;

    #[test]
    fn times_are_dates_or_spans() {
        let text = |seconds| time(Time { seconds, nanoseconds: 1_999 });
        assert_eq!(text(5), "5.000001");
        assert_eq!(text(FIRST_DATE_SECONDS), "1979-12-30T00:00:00.000001+0000");
        assert_eq!(text(951_782_400), "2000-02-29T00:00:00.000001+0000");
        assert_eq!(text(u32::MAX), "2106-02-07T06:28:15.000001+0000");
    }

    #[test]
    fn names_are_those_that_pacific_has() {
        assert_eq!(
            [0, 1, 16, 17].map(|number| release(number, Release::PACIFIC)),
            ["unknown", "argonaut", "pacific", "unknown"]
        );
        let bits = map_flag::NOOUT | map_flag::FULL | map_flag::NOIN | map_flag::NOAUTOSCALE;
        assert_eq!(flags(bits, Release::PACIFIC), "noout,noin");
        assert_eq!(flags(bits, Release::REEF), "noout,noin,noautoscale");
    }

    #[test]
    fn ids_states_and_snapshots_have_their_forms() {
        assert_eq!(uuid(&[0x1a; 16]), "1a1a1a1a-1a1a-1a1a-1a1a-1a1a1a1a1a1a");
        assert_eq!(states_text(state::UP | state::EXISTS | state::AUTOOUT), "autoout,exists,up");
        assert_eq!(intervals(&vec![(1, 2), (17, 1)]), "[1~2,11~1]");
        assert_eq!(list::<i32>(&[]), "[]");
    }
}
