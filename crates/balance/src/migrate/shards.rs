//! What a PG's data and its places differ in.

use crushlab_crush::NONE;

/// Whether this is an OSD, and no hole.
pub(crate) fn is_osd(osd: i32) -> bool {
    osd >= 0 && osd != NONE
}

/// How a pool's PGs are told from each other: whether shards have places of their own
/// (erasure-coded ones do, replicas do not), and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) positional: bool,
    pub(crate) size: usize,
}

/// The shards of a PG that do not stay: the OSD that has each, and the one that shall have it,
/// [`NONE`] where there is none. What no OSD has is rebuilt, and not moved.
pub(crate) fn moves(held: &[i32], placed: &[i32], form: Form) -> Vec<(i32, i32)> {
    let valid = |osd: &i32| is_osd(*osd);
    if form.positional {
        let places = placed.iter().copied().chain(std::iter::repeat(NONE));
        let pairs = held.iter().copied().zip(places);
        return pairs.filter(|(from, to)| from != to && valid(from)).collect();
    }
    let gone = held.iter().copied().filter(|osd| valid(osd) && !placed.contains(osd));
    let come = placed.iter().copied().filter(|osd| valid(osd) && !held.contains(osd));
    let missing = form.size.saturating_sub(placed.iter().filter(|osd| valid(osd)).count());
    gone.zip(come.chain(std::iter::repeat_n(NONE, missing))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_have_places_and_replicas_have_none() {
        let (shards, replicas) =
            (Form { positional: true, size: 3 }, Form { positional: false, size: 3 });
        assert_eq!(moves(&[1, 2, 3], &[2, 1, 4], shards), [(1, 2), (2, 1), (3, 4)]);
        assert_eq!(moves(&[1, 2, 3], &[2, 1, 4], replicas), [(3, 4)]);
        assert_eq!(moves(&[1, NONE, 3], &[1, 2, NONE], shards), [(3, NONE)]);
        assert_eq!(moves(&[1, 2], &[4, 1, 2], replicas), []);
        assert_eq!(moves(&[1, 2, 3], &[1, 2], replicas), [(3, NONE)]);
        // One replica too many is no move.
        assert_eq!(moves(&[1, 2, 3, 4], &[1, 2, 3], replicas), []);
    }
}
