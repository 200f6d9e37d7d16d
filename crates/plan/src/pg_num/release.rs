//! What the releases of Ceph differ in, as far as numbers of PGs go.

use serde::Serialize;

use crushlab_monitor::config::Config;
use crushlab_monitor::pg_check::CheckGeneration;
use crushlab_osdmap::model::Release;

/// Defaults of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReleaseLimits {
    /// Its name.
    pub release: &'static str,
    /// mon_target_pg_per_osd: PGs per OSD to aim at.
    pub mon_target_pg_per_osd: u64,
    /// mon_max_pg_per_osd: PGs per OSD from which monitors refuse.
    pub mon_max_pg_per_osd: u64,
    /// osd_max_pg_per_osd_hard_ratio times that: PGs from which an OSD takes no new ones.
    pub pgs_per_osd_hard_max: u64,
    /// How the monitors check.
    #[serde(skip)]
    pub check: CheckGeneration,
}

/// osd_max_pg_per_osd_hard_ratio.
const HARD_RATIO: u64 = 3;

/// Names of releases that limits are known of, oldest first. `latest` is the one after Tentacle.
pub const RELEASES: [&str; 6] = ["pacific", "quincy", "reef", "squid", "tentacle", "latest"];

/// Number of the first of them.
const FIRST: u8 = Release::PACIFIC.number();

impl ReleaseLimits {
    /// Limits of a release by its name, one of [`RELEASES`].
    ///
    /// Source: options of each release; for the latest, Ceph's PendingReleaseNotes.
    pub fn by_name(name: &str) -> Option<ReleaseLimits> {
        let (number, name) = (FIRST..).zip(RELEASES).find(|(_, known)| *known == name)?;
        let release = Release::of_number(number);
        let max = release.mon_max_pg_per_osd();
        Some(ReleaseLimits {
            release: name,
            mon_target_pg_per_osd: release.mon_target_pg_per_osd(),
            mon_max_pg_per_osd: max,
            pgs_per_osd_hard_max: max * HARD_RATIO,
            check: CheckGeneration::of_release(release),
        })
    }

    /// Limits of a cluster's own release (`require_osd_release`). Those before Pacific count as
    /// Pacific.
    pub fn of_cluster(release: u8) -> ReleaseLimits {
        let index = usize::from(release.saturating_sub(FIRST)).min(RELEASES.len() - 1);
        ReleaseLimits::by_name(RELEASES[index]).unwrap_or_default()
    }

    /// The same with what a cluster's settings say in place of the release's defaults.
    pub fn with_config(self, config: &Config) -> ReleaseLimits {
        let mut limits = self;
        if config.made.contains_key("mon_target_pg_per_osd") {
            limits.mon_target_pg_per_osd = u64::from(config.mon_target_pg_per_osd);
        }
        if config.made.contains_key("mon_max_pg_per_osd") {
            limits.mon_max_pg_per_osd = u64::from(config.mon_max_pg_per_osd);
            limits.pgs_per_osd_hard_max = limits.mon_max_pg_per_osd * HARD_RATIO;
        }
        limits
    }
}

impl Default for ReleaseLimits {
    /// Those of Pacific.
    fn default() -> ReleaseLimits {
        let max = Release::PACIFIC.mon_max_pg_per_osd();
        ReleaseLimits {
            release: RELEASES[0],
            mon_target_pg_per_osd: Release::PACIFIC.mon_target_pg_per_osd(),
            mon_max_pg_per_osd: max,
            pgs_per_osd_hard_max: max * HARD_RATIO,
            check: CheckGeneration::of_release(Release::PACIFIC),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_by_name_and_by_number() {
        let squid = ReleaseLimits::of_cluster(19);
        assert_eq!((squid.release, squid.mon_max_pg_per_osd), ("squid", 250));
        assert_eq!(squid.check, CheckGeneration::SameRule);
        let newest = ReleaseLimits::of_cluster(u8::MAX);
        assert_eq!((newest.release, newest.mon_target_pg_per_osd), ("latest", 200));
        assert_eq!(newest.pgs_per_osd_hard_max, 1500);
        assert_eq!(ReleaseLimits::of_cluster(0), ReleaseLimits::default());
        assert_eq!(ReleaseLimits::by_name("pacific"), Some(ReleaseLimits::default()));
        assert_eq!(ReleaseLimits::by_name("bobtail"), None);
        let mut config = Config::default();
        assert_eq!(newest.with_config(&config), newest);
        config.set("mon_max_pg_per_osd", "250").expect("a setting");
        let set = newest.with_config(&config);
        assert_eq!((set.mon_max_pg_per_osd, set.pgs_per_osd_hard_max), (250, 750));
        assert_eq!(set.mon_target_pg_per_osd, 200);
        config.set("mon_target_pg_per_osd", "60").expect("a setting");
        assert_eq!(newest.with_config(&config).mon_target_pg_per_osd, 60);
    }
}
