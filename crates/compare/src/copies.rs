//! Object copies that a PG should have, lacks, or has in the wrong place, as Ceph counts them.

use crushlab_crush::NONE;
use serde::Serialize;

use super::shape::PoolShape;

/// Copies of objects (shards, in erasure-coded pools).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Copies {
    /// Those that there should be.
    pub object_copies: u64,
    /// Those that are missing.
    pub degraded_object_copies: u64,
    /// Those that are there, but not where they should be.
    pub misplaced_object_copies: u64,
}

/// Counts the copies of a PG whose `acting` OSDs have all its objects and whose other OSDs of `up`
/// have none yet (`PeeringState::update_calc_stats`; equal to a 16.2.15 cluster's own numbers).
pub fn count_copies(shape: &PoolShape, objects: u64, up: &[i32], acting: &[i32]) -> Copies {
    let longest = shape.size.max(count(up)).max(count(acting)) as u64;
    let object_copies = objects.saturating_mul(longest);
    let (degraded, misplaced) =
        if shape.is_erasure { by_shard(shape, up, acting) } else { by_osd(shape, up, acting) };
    Copies {
        object_copies,
        degraded_object_copies: objects.saturating_mul(degraded),
        misplaced_object_copies: objects.saturating_mul(misplaced),
    }
}

/// A copy that is missing on an OSD of `up` is misplaced if some OSD outside of `up` has one that
/// no other is counted for, else it is degraded.
fn by_osd(shape: &PoolShape, up: &[i32], acting: &[i32]) -> (u64, u64) {
    let absent = up.iter().filter(|osd| !acting.contains(osd)).count();
    let vacant = shape.size.saturating_sub(up.len());
    let sources = acting.iter().filter(|osd| !up.contains(osd)).count();
    // Ceph goes through what is missing from the largest on, one source for each. All vacant
    // places together are one of them, so that one source makes up for all of them.
    let targets = up.len() + usize::from(vacant > 0);
    let sourced_vacant = if sources > 0 { vacant } else { 0 };
    let sources_left = sources.saturating_sub(usize::from(vacant > 0));
    let sourced = absent.min(sources_left);
    let surplus = sources.saturating_sub(targets);
    let degraded = vacant - sourced_vacant + absent - sourced;
    (degraded as u64, (sourced_vacant + sourced + surplus) as u64)
}

/// The same for each shard by itself.
fn by_shard(shape: &PoolShape, up: &[i32], acting: &[i32]) -> (u64, u64) {
    let (mut degraded, mut misplaced) = (0, 0);
    for shard in 0..shape.size {
        let target = up.get(shard).copied().unwrap_or(NONE);
        let source = acting.get(shard).copied().unwrap_or(NONE);
        if source == NONE {
            degraded += 1;
        } else if source != target {
            misplaced += 1;
        }
    }
    (degraded, misplaced)
}

/// OSDs in a list, holes left out.
pub fn count(osds: &[i32]) -> usize {
    osds.iter().filter(|osd| **osd != NONE).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLICATED: PoolShape =
        PoolShape { is_erasure: false, size: 3, min_size: 2, readable_size: 1 };
    const ERASURE: PoolShape =
        PoolShape { is_erasure: true, size: 3, min_size: 2, readable_size: 2 };

    fn counted(shape: &PoolShape, up: &[i32], acting: &[i32]) -> (u64, u64) {
        let copies = count_copies(shape, 10, up, acting);
        assert_eq!(copies.object_copies, 30);
        (copies.degraded_object_copies, copies.misplaced_object_copies)
    }

    #[test]
    fn data_that_only_moves_is_misplaced() {
        assert_eq!(counted(&REPLICATED, &[1, 2, 3], &[1, 2, 3]), (0, 0));
        assert_eq!(counted(&REPLICATED, &[1, 2, 4], &[1, 2, 3]), (0, 10));
        assert_eq!(counted(&ERASURE, &[1, 2, 4], &[1, 2, 3]), (0, 10));
        assert_eq!(counted(&ERASURE, &[2, 1, 3], &[1, 2, 3]), (0, 20));
    }

    #[test]
    fn data_that_is_gone_is_degraded() {
        assert_eq!(counted(&REPLICATED, &[1, 2], &[1, 2]), (10, 0));
        assert_eq!(counted(&REPLICATED, &[1, 2, 4], &[1, 2]), (10, 0));
        assert_eq!(counted(&REPLICATED, &[1], &[1]), (20, 0));
        assert_eq!(counted(&ERASURE, &[1, NONE, 3], &[1, NONE, 3]), (10, 0));
        assert_eq!(counted(&ERASURE, &[1, 4, 3], &[1, NONE, 3]), (10, 0));
    }

    #[test]
    fn a_place_that_is_not_filled_keeps_its_data_misplaced() {
        assert_eq!(counted(&REPLICATED, &[1, 2], &[1, 2, 3]), (0, 10));
        assert_eq!(counted(&ERASURE, &[1, NONE, 3], &[1, 2, 3]), (0, 10));
        // Two vacant places are one entry in Ceph's list, made up for by a single source.
        assert_eq!(counted(&REPLICATED, &[1], &[1, 2]), (0, 20));
    }
}
