//! The table by number of OSDs that Ceph's documentation had for years.

/// What the table gives for a cluster of so many OSDs: 128 below 5, 512 for 5 to 10, 1024 for more,
/// up to 50. `None` above: there the documentation asked for a calculation.
///
/// Source: Ceph's documentation, "A preselection of pg_num", up to Nautilus. Texts before Hammer
/// had 4096 in the last row.
pub fn table(osds: u64) -> Option<u64> {
    match osds {
        0..=4 => Some(128),
        5..=10 => Some(512),
        11..=50 => Some(1024),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_and_its_ends() {
        let found = [1, 4, 5, 10, 11, 50, 51].map(table);
        let rows = [128, 128, 512, 512, 1024, 1024].map(Some);
        assert_eq!(found[..6], rows);
        assert_eq!(found[6], None);
    }
}
