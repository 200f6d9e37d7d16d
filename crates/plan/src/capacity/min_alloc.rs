//! The smallest piece of a device that BlueStore gives away (`bluestore_min_alloc_size`).
//!
//! It is set when an OSD is made and stays; `ceph osd metadata` tells it.

/// Numbers of the releases whose defaults changed.
const OCTOPUS: u8 = 15;
const PACIFIC: u8 = 16;

/// Default of a release for OSDs on disks, or on flash. 0 stands for a release that is not known,
/// and counts as a new one.
pub fn default_bytes(release: u8, is_flash: bool) -> u64 {
    let is_before = |changed: u8| release > 0 && release < changed;
    match is_flash {
        true if is_before(OCTOPUS) => 16 << 10,
        false if is_before(PACIFIC) => 64 << 10,
        _ => 4 << 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_fell_with_octopus_and_pacific() {
        let both =
            |release| (default_bytes(release, false) >> 10, default_bytes(release, true) >> 10);
        assert_eq!([14, 15, 16, 19, 0].map(both), [(64, 16), (64, 4), (4, 4), (4, 4), (4, 4)]);
    }
}
