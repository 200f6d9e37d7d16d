//! The releases of Ceph in which commands begin to do something else. A map's release is its
//! `require_osd_release`; 0 where nothing tells it.

use crushlab_crush::MapBuilder;
use crushlab_osdmap::model::RELEASES;

/// The oldest release that Reef's monitors can require of OSDs.
pub(super) const OCTOPUS: u8 = 15;
/// Rules have no sizes any more, and pools follow their rule by its id.
pub(super) const QUINCY: u8 = 17;
/// PGs' primaries can be chosen; pools that are scaled start with one PG.
pub(super) const REEF: u8 = 18;
/// Rules of several OSDs in each failure domain (MSR).
pub(super) const SQUID: u8 = 19;
/// The plugin isa, erasure coding without padding, pools stretched over sites.
pub(super) const TENTACLE: u8 = 20;

/// The name of a release, as Ceph writes it.
pub(super) fn release_name(release: u8) -> &'static str {
    let index = usize::from(release).checked_sub(1);
    index.and_then(|index| RELEASES.get(index)).copied().unwrap_or("unknown")
}

/// Writes the rules of a CRUSH map as releases since Quincy do: their sizes are 1 to 100, whatever
/// they were, and each is its own rule set (`CrushWrapper::encode`).
pub(super) fn forget_rule_sizes(crush: &mut MapBuilder) {
    for (id, rule) in (0u8..=u8::MAX).zip(&mut crush.rules) {
        if let Some(rule) = rule {
            (rule.ruleset, rule.min_size, rule.max_size) = (id, 1, 100);
        }
    }
}
