//! What a purchase changes.

use std::fmt;

/// A change of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A host comes, with its OSDs.
    AddHost(HostToAdd),
    /// OSDs are replaced by others of another size, under the same ids. Each new device is empty,
    /// and filled by the others.
    Replace {
        /// The OSDs, by rising id.
        osds: Vec<i32>,
        /// Size of each new device.
        device_bytes: u64,
    },
    /// A pool's data is copied into a new, erasure-coded pool, which then takes its place.
    ToErasure(ToErasure),
}

/// A host that is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostToAdd {
    /// Its name, which no other bucket has.
    pub name: String,
    /// Its OSDs.
    pub osds: Vec<OsdsToAdd>,
    /// Bucket that it is put into; the root that most pools use if left out.
    pub parent: Option<String>,
}

/// Some equal OSDs of a host that is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OsdsToAdd {
    /// How many.
    pub count: u32,
    /// Size of each.
    pub device_bytes: u64,
    /// Their device class; the one that most OSDs have if left out.
    pub class: Option<String>,
}

/// A pool that moves to erasure code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToErasure {
    /// Id of the pool.
    pub pool: i64,
    /// Data shards, 2 or more.
    pub k: u8,
    /// Coding shards, 1 or more.
    pub m: u8,
    /// PGs of the new pool. If left out, the power of two that keeps as many shards as the old
    /// pool has.
    pub pg_num: Option<u32>,
    /// Failure domain of the new pool; that of the old one if left out.
    pub failure_domain: Option<String>,
}

impl Change {
    /// The change as a person would say it. `pool_name` is what the pool is called.
    pub fn describe(&self, pool_name: &dyn Fn(i64) -> String) -> String {
        match self {
            Change::AddHost(host) => {
                let osds: u64 = host.osds.iter().map(|osds| u64::from(osds.count)).sum();
                format!("add host {} of {osds} OSDs", host.name)
            }
            Change::Replace { osds, device_bytes } => {
                let count = osds.len();
                format!("replace {count} OSDs by ones of {}", Size(*device_bytes))
            }
            Change::ToErasure(to) => {
                format!("move pool {} to erasure code {}+{}", pool_name(to.pool), to.k, to.m)
            }
        }
    }
}

/// A size in the unit that makes it shortest: devices are sold in TB, weights count TiB.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (tera, tebi) = (1_000_000_000_000, 1 << 40);
        if self.0.is_multiple_of(tera / 100) {
            write!(f, "{} TB", self.0 as f64 / tera as f64)
        } else if self.0.is_multiple_of(tebi / 128) {
            write!(f, "{} TiB", self.0 as f64 / tebi as f64)
        } else {
            write!(f, "{} B", self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_have_words() {
        let osds = OsdsToAdd { count: 6, device_bytes: 1, class: None };
        let host =
            HostToAdd { name: "h9".to_owned(), osds: vec![osds.clone(), osds], parent: None };
        let words = |change: Change| change.describe(&|id| format!("p{id}"));
        assert_eq!(words(Change::AddHost(host)), "add host h9 of 12 OSDs");
        let replace = |device_bytes| Change::Replace { osds: vec![1, 2], device_bytes };
        assert_eq!(words(replace(7_680_000_000_000)), "replace 2 OSDs by ones of 7.68 TB");
        assert_eq!(words(replace(8 << 40)), "replace 2 OSDs by ones of 8 TiB");
        assert_eq!(words(replace(12_345)), "replace 2 OSDs by ones of 12345 B");
        let to = ToErasure { pool: 3, k: 4, m: 2, pg_num: None, failure_domain: None };
        assert_eq!(words(Change::ToErasure(to)), "move pool p3 to erasure code 4+2");
    }
}
