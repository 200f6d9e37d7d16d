//! PGCalc's use cases: pools and their part of the data.

/// A use case of PGCalc, with pools as they are named since Jewel. All have size 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PgcalcPreset {
    /// One pool for everything.
    AllInOne,
    /// Block devices and images of OpenStack.
    OpenStack,
    /// The same beside object storage.
    OpenStackWithRgw,
    /// Object storage alone.
    RgwOnly,
    /// Block devices, and objects of an application's own.
    RbdAndLibrados,
}

/// What the object gateway keeps small things in: each 0.1 % of the data.
const RGW_SMALL: [&str; 12] = [
    ".rgw.root",
    "default.rgw.control",
    "default.rgw.data.root",
    "default.rgw.gc",
    "default.rgw.log",
    "default.rgw.intent-log",
    "default.rgw.meta",
    "default.rgw.usage",
    "default.rgw.users.keys",
    "default.rgw.users.email",
    "default.rgw.users.swift",
    "default.rgw.users.uid",
];

impl PgcalcPreset {
    /// Names as options take them.
    pub const NAMES: [(&'static str, PgcalcPreset); 5] = [
        ("all-in-one", PgcalcPreset::AllInOne),
        ("openstack", PgcalcPreset::OpenStack),
        ("openstack-rgw", PgcalcPreset::OpenStackWithRgw),
        ("rgw-only", PgcalcPreset::RgwOnly),
        ("rbd-librados", PgcalcPreset::RbdAndLibrados),
    ];

    /// The preset of this name.
    pub fn from_name(name: &str) -> Option<PgcalcPreset> {
        PgcalcPreset::NAMES.iter().find(|(known, _)| *known == name).map(|(_, preset)| *preset)
    }

    /// Pools, each with its percent of the data. The sum is 100.
    ///
    /// Source: `presetTables` of Ceph's `doc/_static/js/pgcalc.js`. All-in-one has 200 % there
    /// since its targets were doubled; here it has 100 %, as it had before.
    pub fn pools(self) -> Vec<(&'static str, f64)> {
        match self {
            PgcalcPreset::AllInOne => vec![("rbd", 100.0)],
            PgcalcPreset::OpenStack => openstack([25.0, 53.0, 15.0, 7.0]),
            PgcalcPreset::OpenStackWithRgw => {
                let mut pools = rgw(19.0);
                pools.extend(openstack([18.0, 42.8, 10.0, 5.0]));
                pools
            }
            PgcalcPreset::RgwOnly => rgw(94.8),
            PgcalcPreset::RbdAndLibrados => vec![("rbd", 75.0), ("myObjects", 25.0)],
        }
    }
}

fn openstack(percents: [f64; 4]) -> Vec<(&'static str, f64)> {
    let names = ["cinder-backup", "cinder-volumes", "ephemeral-vms", "glance-images"];
    names.into_iter().zip(percents).collect()
}

fn rgw(data_percent: f64) -> Vec<(&'static str, f64)> {
    let mut pools: Vec<_> = RGW_SMALL.into_iter().map(|name| (name, 0.1)).collect();
    pools.push(("default.rgw.buckets.extra", 1.0));
    pools.push(("default.rgw.buckets.index", 3.0));
    pools.push(("default.rgw.buckets.data", data_percent));
    pools
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pg_num::pgcalc::pgcalc;

    #[test]
    fn percents_add_up() {
        for (name, preset) in PgcalcPreset::NAMES {
            let sum: f64 = preset.pools().iter().map(|(_, percent)| percent).sum();
            assert!((sum - 100.0).abs() < 1e-9, "{name}: {sum}");
            assert_eq!(PgcalcPreset::from_name(name), Some(preset));
        }
        assert_eq!(PgcalcPreset::from_name("openstack "), None);
    }

    #[test]
    fn openstack_on_a_hundred_osds() {
        let pools = PgcalcPreset::OpenStack.pools();
        let counts = pools.iter().map(|(_, percent)| pgcalc(200, 100, *percent, 3));
        assert_eq!(counts.collect::<Vec<_>>(), [2048, 4096, 1024, 512]);
        let pools = PgcalcPreset::RgwOnly.pools();
        let counts: Vec<_> = pools.iter().map(|(_, part)| pgcalc(200, 100, *part, 3)).collect();
        assert_eq!(counts[..12], [64; 12]);
        assert_eq!(counts[12..], [64, 256, 8192]);
    }
}
