//! What a map holds that only a later release understands.

use std::fmt;

use super::RELEASES;
use super::address::Addresses;
use super::encoding::Frame;
use super::names::{MAP_FLAG_NAMES, POOL_FLAG_NAMES, STATE_NAMES};
use super::osd_map::OsdMap;
use super::pool::Pool;
use super::pool_option::option_key;

/// Something in a map that is not known here. It is kept and written again as it is; if it changes
/// where PGs go, that is not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownPart {
    /// Bytes behind the fields of a part of the binary form.
    Bytes {
        /// The part, such as `pool 3`.
        part: String,
        /// Version that the part was written as; none for a CRUSH map, which has no version.
        version: Option<u8>,
        /// How many bytes.
        bytes: usize,
    },
    /// Bits of flags that have no name.
    Flags {
        /// Whose flags, such as `pool 3`.
        part: String,
        /// The bits.
        bits: u64,
    },
    /// An option of a pool.
    Option {
        /// Id of the pool.
        pool: i64,
        /// Key of the option.
        key: i32,
    },
    /// A release that the map requires.
    Release {
        /// The field.
        field: &'static str,
        /// Number of the release.
        number: u8,
    },
}

impl fmt::Display for UnknownPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnknownPart::Bytes { part, version, bytes } => {
                write!(f, "{part}: ")?;
                if let Some(version) = version {
                    write!(f, "version {version} has ")?;
                }
                write!(f, "{bytes} bytes of a later release of Ceph")
            }
            UnknownPart::Flags { part, bits } => {
                write!(f, "{part}: flags 0x{bits:x} of a later release of Ceph")
            }
            UnknownPart::Option { pool, key } => {
                write!(f, "pool {pool}: option {key} of a later release of Ceph")
            }
            UnknownPart::Release { field, number } => {
                write!(f, "{field}: release {number}, later than {}", RELEASES[RELEASES.len() - 1])
            }
        }?;
        f.write_str(": it is kept as it is, and what it does is not simulated")
    }
}

/// The bits of `flags` that none of the names stands for.
fn unnamed<B: Copy + Into<u64>>(flags: u64, names: &[(B, &str)]) -> u64 {
    names.iter().fold(flags, |rest, (bit, _)| rest & !(*bit).into())
}

impl OsdMap {
    /// What the map holds that only a release after Tentacle understands; nothing for all maps of
    /// releases up to it. Parts that OSDs have each are told of once.
    pub fn unknown_parts(&self) -> Vec<UnknownPart> {
        let mut found = Found::default();
        let encoding = &self.encoding;
        found.tail("map", &encoding.wrapper);
        found.tail("client data", &encoding.client);
        found.tail("osd data", &encoding.osd);
        if let Some(crush) = &encoding.crush {
            found.bytes("CRUSH map", None, crush.unknown_bytes);
        }
        found.flags("map", unnamed(self.flags.into(), &MAP_FLAG_NAMES));
        let states = self.osd_states.iter().fold(0, |all, state| all | state);
        found.flags("OSDs", unnamed(states.into(), &STATE_NAMES));
        for (field, number) in [
            ("require_osd_release", self.require_osd_release),
            ("require_min_compat_client", self.require_min_compat_client),
        ] {
            if usize::from(number) > RELEASES.len() {
                found.parts.push(UnknownPart::Release { field, number });
            }
        }
        self.pools.iter().for_each(|(id, pool)| found.pool(*id, pool));
        let xinfos = self.osds.iter().map(|osd| &osd.xinfo.frame);
        if let Some(frame) = xinfos.max_by_key(|frame| frame.tail.len()) {
            found.tail("osd_xinfo", frame);
        }
        let addresses = self.osds.iter().flat_map(|osd| {
            [
                &osd.client_addresses,
                &osd.cluster_addresses,
                &osd.heartbeat_back_addresses,
                &osd.heartbeat_front_addresses,
            ]
        });
        let blocked = self.blocklist.iter().chain(&self.range_blocklist);
        let addresses = addresses.chain(blocked.map(|(addresses, _)| addresses));
        let longest = |addresses: &Addresses| {
            addresses.list.iter().map(|address| address.tail.len()).max().unwrap_or(0)
        };
        found.bytes("addresses", None, addresses.map(longest).max().unwrap_or(0));
        found.parts
    }
}

#[derive(Default)]
struct Found {
    parts: Vec<UnknownPart>,
}

impl Found {
    fn bytes(&mut self, part: &str, version: Option<u8>, bytes: usize) {
        if bytes > 0 {
            self.parts.push(UnknownPart::Bytes { part: part.to_owned(), version, bytes });
        }
    }

    fn tail(&mut self, part: &str, frame: &Frame) {
        self.bytes(part, Some(frame.version), frame.tail.len());
    }

    fn flags(&mut self, part: &str, bits: u64) {
        if bits != 0 {
            self.parts.push(UnknownPart::Flags { part: part.to_owned(), bits });
        }
    }

    fn pool(&mut self, id: i64, pool: &Pool) {
        let name = format!("pool {id}");
        self.tail(&name, &pool.frame);
        self.tail(&format!("{name}, options"), &pool.options_frame);
        self.tail(&format!("{name}, last_pg_merge_meta"), &pool.last_pg_merge_meta.frame);
        for (snap, info) in &pool.snaps {
            self.tail(&format!("{name}, snapshot {snap}"), &info.frame);
        }
        self.flags(&name, unnamed(pool.flags, &POOL_FLAG_NAMES));
        let named = |key: i32| option_key::NAMES.iter().any(|(known, _)| *known == key);
        let unnamed = pool.options.keys().copied().filter(|key| !named(*key));
        self.parts.extend(unnamed.map(|key| UnknownPart::Option { pool: id, key }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PoolOption;

    #[test]
    fn what_only_later_releases_know_is_told_of_and_kept() {
        let mut map = OsdMap::default();
        map.pools.insert(3, Pool::default());
        map.set_max_osd(2);
        assert_eq!(map.unknown_parts(), []);

        map.require_osd_release = 21;
        map.flags = 1 << 30;
        map.osd_states[1] = 1 << 20;
        map.encoding.osd.version = 13;
        map.encoding.osd.tail = vec![7; 3];
        map.osds[1].xinfo.frame.tail = vec![1];
        let pool = map.pools.get_mut(&3).expect("it was put in");
        pool.flags |= 1 << 40;
        pool.options.insert(77, PoolOption::Whole(1));
        pool.frame.version = 33;
        pool.frame.tail = vec![0, 0];
        let bytes = map.to_binary();
        let read = OsdMap::from_binary(&bytes).expect("a later version that can be read");
        assert_eq!(read.to_binary(), bytes);
        let texts: Vec<String> = read.unknown_parts().iter().map(ToString::to_string).collect();
        let starts = [
            "osd data: version 13 has 3 bytes of a later release",
            "map: flags 0x40000000 of",
            "OSDs: flags 0x100000 of",
            "require_osd_release: release 21, later than tentacle",
            "pool 3: version 33 has 2 bytes of",
            "pool 3: flags 0x10000000000 of",
            "pool 3: option 77 of",
            "osd_xinfo: version 4 has 1 bytes of",
        ];
        assert_eq!(texts.len(), starts.len(), "{texts:#?}");
        for (text, start) in texts.iter().zip(starts) {
            assert!(text.starts_with(start), "{text}");
        }
    }
}
