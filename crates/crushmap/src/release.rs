//! What a release of Ceph is: everything that its releases differ in, as far as maps, commands and
//! tools go, in one place.
//!
//! Who wants to know what a cluster does asks the release of its map (`require_osd_release`); who
//! prints as a tool does asks the release of the tool. Names and numbers are those of
//! ceph_releases.h. What tools print was measured with 16.2.15, 18.2.7 and 20.2.4.

use std::fmt;

/// Names of releases by number, the first being 1.
pub const RELEASES: [&str; 20] = [
    "argonaut",
    "bobtail",
    "cuttlefish",
    "dumpling",
    "emperor",
    "firefly",
    "giant",
    "hammer",
    "infernalis",
    "jewel",
    "kraken",
    "luminous",
    "mimic",
    "nautilus",
    "octopus",
    "pacific",
    "quincy",
    "reef",
    "squid",
    "tentacle",
];

/// The number of a release; `None` where there is none of this name.
pub fn release_number(name: &str) -> Option<u8> {
    (1..).zip(RELEASES).find(|(_, release)| *release == name).map(|(number, _)| number)
}

/// Sizes that every rule has since Quincy.
pub(crate) const RULE_MIN_SIZE: u8 = 1;
pub(crate) const RULE_MAX_SIZE: u8 = 100;

/// A release by its number: 16 is Pacific. 0 is none, as in maps that require none; numbers after
/// the last one known are those of releases to come, and have what the last one has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release(u8);

impl Release {
    /// Argonaut.
    pub const ARGONAUT: Release = Release(1);
    /// Dumpling.
    pub const DUMPLING: Release = Release(4);
    /// Firefly.
    pub const FIREFLY: Release = Release(6);
    /// Hammer.
    pub const HAMMER: Release = Release(8);
    /// Jewel.
    pub const JEWEL: Release = Release(10);
    /// Kraken.
    pub const KRAKEN: Release = Release(11);
    /// Luminous.
    pub const LUMINOUS: Release = Release(12);
    /// Nautilus.
    pub const NAUTILUS: Release = Release(14);
    /// Octopus.
    pub const OCTOPUS: Release = Release(15);
    /// Pacific.
    pub const PACIFIC: Release = Release(16);
    /// Quincy.
    pub const QUINCY: Release = Release(17);
    /// Reef.
    pub const REEF: Release = Release(18);
    /// Squid.
    pub const SQUID: Release = Release(19);
    /// Tentacle.
    pub const TENTACLE: Release = Release(20);

    /// The release of this number.
    pub const fn of_number(number: u8) -> Release {
        Release(number)
    }

    /// The release of this name.
    pub fn of_name(name: &str) -> Option<Release> {
        release_number(name).map(Release)
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Its name; `unknown` for none, and for releases to come.
    pub fn name(self) -> &'static str {
        let index = usize::from(self.0).checked_sub(1);
        index.and_then(|index| RELEASES.get(index).copied()).unwrap_or("unknown")
    }

    /// Whether the number is that of a release, and of one before this.
    pub const fn is_before(self, other: Release) -> bool {
        self.0 > 0 && self.0 < other.0
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a cluster of the release has and does.
impl Release {
    /// Whether a pool's rule is the one that it names, whatever the rule's type and sizes are
    /// (`OSDMap::_pg_to_raw_osds`).
    pub fn takes_rules_by_id(self) -> bool {
        self >= Release::QUINCY
    }

    /// Whether a PG's primary can be chosen (`pg-upmap-primary`).
    pub fn has_upmap_primaries(self) -> bool {
        self >= Release::REEF
    }

    /// Whether rules can retry several steps at once (MSR).
    pub fn has_msr_rules(self) -> bool {
        self >= Release::SQUID
    }

    /// Whether a new CRUSH map counts as a version of its own.
    pub fn counts_crush_versions(self) -> bool {
        self >= Release::LUMINOUS
    }

    /// Whether monitors count the PGs of pools of the same rule, over the OSDs that it can use,
    /// and not those of all pools over all OSDs (`OSDMonitor::check_pg_num`).
    pub fn checks_pg_num_by_rule(self) -> bool {
        self >= Release::QUINCY
    }

    /// Whether a new pool that the autoscaler looks after begins with few PGs.
    pub fn starts_pools_small(self) -> bool {
        self >= Release::REEF
    }

    /// Plugin of the erasure code profile `default` (`osd_pool_default_erasure_code_profile`).
    pub fn erasure_code_plugin(self) -> &'static str {
        if self >= Release::TENTACLE { "isa" } else { "jerasure" }
    }

    /// Whether erasure code profiles say how many failure domains and OSDs of each there are.
    pub fn counts_failure_domains(self) -> bool {
        self >= Release::TENTACLE
    }

    /// `require_min_compat_client` of a fresh cluster.
    pub fn min_compat_client(self) -> Release {
        match self {
            _ if self >= Release::OCTOPUS => Release::LUMINOUS,
            _ if self >= Release::LUMINOUS => Release::JEWEL,
            _ => Release(0),
        }
    }

    /// `mon_target_pg_per_osd`: PGs per OSD to aim at.
    pub fn mon_target_pg_per_osd(self) -> u64 {
        if self > Release::TENTACLE { 200 } else { 100 }
    }

    /// `mon_max_pg_per_osd`: PGs per OSD above which monitors refuse.
    pub fn mon_max_pg_per_osd(self) -> u64 {
        if self > Release::TENTACLE { 500 } else { 250 }
    }

    /// Whether MAX AVAIL is scaled by the copies that are there: so it is on 18.2.7, and no more on
    /// 20.2.4. No release known counts as a new one.
    pub fn scales_max_avail(self) -> bool {
        self.is_before(Release::SQUID)
    }

    /// `bluestore_min_alloc_size` of OSDs on disks or on flash, in bytes. No release known counts
    /// as a new one.
    pub fn min_alloc_size_bytes(self, is_flash: bool) -> u64 {
        match is_flash {
            true if self.is_before(Release::OCTOPUS) => 16 << 10,
            false if self.is_before(Release::PACIFIC) => 64 << 10,
            _ => 4 << 10,
        }
    }
}

/// How the release writes maps.
impl Release {
    /// Version of what clients have to know in an OSDMap (`OSDMap::encode`).
    pub const fn osd_map_client_version(self) -> u8 {
        if self.0 >= Release::REEF.0 { 10 } else { 9 }
    }

    /// Whether pools are written with what Tentacle added (`pg_pool_t::encode`).
    pub fn writes_nonprimary_shards(self) -> bool {
        self >= Release::TENTACLE
    }

    /// Whether rules have sizes. From Quincy on they are written as 1 and 100, are in no text, and
    /// what was read of them is forgotten; so it is with a rule set that is not the rule's id.
    pub fn has_rule_sizes(self) -> bool {
        self < Release::QUINCY
    }

    /// Decimals of weights in a CRUSH map's text.
    pub fn weight_decimals(self) -> usize {
        if self >= Release::QUINCY { 5 } else { 3 }
    }
}

/// The tools, as drop-ins print.
impl Release {
    /// Releases whose tools drop-ins can stand for, oldest first.
    pub const OF_TOOLS: [Release; 3] = [Release::PACIFIC, Release::REEF, Release::TENTACLE];

    /// The release that drop-ins print as where nothing else is asked for: the newest, which loses
    /// nothing that a map holds.
    pub const OF_DROP_INS: Release = Release::TENTACLE;

    /// The version that the tools were measured in, such as `16.2.15`; none for releases that
    /// drop-ins do not stand for.
    pub fn tool_version(self) -> Option<&'static str> {
        Some(match self {
            Release::PACIFIC => "16.2.15",
            Release::REEF => "18.2.7",
            Release::TENTACLE => "20.2.4",
            _ => return None,
        })
    }

    /// What the tools say of themselves with `--version`.
    pub fn tool_version_line(self) -> Option<String> {
        let (commit, state) = match self {
            Release::PACIFIC => ("618f440892089921c3e944a991122ddc44e60516", "stable"),
            Release::REEF => ("6b0e988052ec84cf2d4a54ff9bbbc5e720b621ad", "stable"),
            Release::TENTACLE => {
                ("7f793731f1b39eb4f465e960113d2363c311b964", "stable - RelWithDebInfo")
            }
            _ => return None,
        };
        let version = self.tool_version()?;
        Some(format!("ceph version {version} ({commit}) {self} ({state})"))
    }

    /// Whether the tools name the map's flag `noautoscale`.
    pub fn names_noautoscale(self) -> bool {
        self >= Release::QUINCY
    }

    /// Whether the tools name the pools' flag `eio`.
    pub fn names_eio(self) -> bool {
        self >= Release::QUINCY
    }

    /// Whether the tools print how evenly reads are spread (`read_balance_score`).
    pub fn prints_read_balance(self) -> bool {
        self >= Release::REEF
    }

    /// Whether the weights of all that a rule takes are made to add up to 1 together, an OSD that
    /// is taken twice counting once, and not those of each step that takes something.
    pub fn sums_rule_weights_together(self) -> bool {
        self >= Release::TENTACLE
    }

    /// Whether the tools know OSDs of the Crimson kind.
    pub fn knows_crimson(self) -> bool {
        self >= Release::REEF
    }

    /// Whether the tools know EC optimizations.
    pub fn knows_ec_optimizations(self) -> bool {
        self >= Release::TENTACLE
    }

    /// Whether the tools know the share of reads among a pool's operations.
    pub fn knows_read_ratio(self) -> bool {
        self >= Release::SQUID
    }

    /// The release of a tool by its name, number or version: `reef`, `18` or `18.2.7`.
    ///
    /// # Errors
    /// What is no such name, in words.
    pub fn of_tool(text: &str) -> Result<Release, String> {
        let is_named = |release: &Release| {
            [release.name(), release.tool_version().unwrap_or_default()].contains(&text)
                || text.parse() == Ok(release.number())
        };
        Release::OF_TOOLS.into_iter().find(is_named).ok_or_else(|| {
            let known = Release::OF_TOOLS
                .map(|release| format!("{} ({release})", release.tool_version().unwrap_or("")));
            format!("no tools of release '{text}' are known, expected {}", known.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_have_the_numbers_of_their_letters() {
        for (number, name) in [(1, "argonaut"), (12, "luminous"), (16, "pacific"), (19, "squid")] {
            assert_eq!(release_number(name), Some(number));
            assert_eq!(Release::of_number(number).name(), name);
            assert_eq!(name.as_bytes()[0], b'a' + number - 1);
        }
        assert_eq!(release_number("unknown"), None);
        assert_eq!([0, 21, 255].map(|number| Release(number).name()), ["unknown"; 3]);
    }

    #[test]
    fn tools_are_named_in_three_ways() {
        for text in ["reef", "18", "18.2.7"] {
            assert_eq!(Release::of_tool(text), Ok(Release::REEF));
        }
        for text in ["", "17", "quincy", "18.2.4", "tentacl"] {
            let problem = Release::of_tool(text).unwrap_err();
            assert!(problem.contains("16.2.15 (pacific), 18.2.7 (reef), 20.2.4"), "{problem}");
        }
        for release in Release::OF_TOOLS {
            assert!(release.tool_version_line().is_some_and(|line| line.contains(release.name())));
        }
    }

    #[test]
    fn defaults_of_min_alloc_size_fell_with_octopus_and_pacific() {
        let both = |number| {
            let release = Release(number);
            [false, true].map(|is_flash| release.min_alloc_size_bytes(is_flash) >> 10)
        };
        assert_eq!([14, 15, 16, 19, 0].map(both), [[64, 16], [64, 4], [4, 4], [4, 4], [4, 4]]);
    }
}
