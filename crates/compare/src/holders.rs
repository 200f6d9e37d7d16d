//! PGs whose data is not (only) where their up sets say.

use std::collections::BTreeMap;

use crushlab_osdmap::PgId;

/// Exceptions: PGs whose data is not just on the OSDs of their up set. By rising [`PgId`], in flat
/// buffers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holders {
    pgs: Vec<PgId>,
    /// End of each PG's OSDs in `osds`.
    ends: Vec<usize>,
    osds: Vec<i32>,
}

impl Holders {
    /// These PGs, in any order, each with its OSDs. The last of equal ones counts.
    pub fn of(rows: impl IntoIterator<Item = (PgId, Vec<i32>)>) -> Holders {
        let mut holders = Holders::default();
        for (pg, osds) in rows.into_iter().collect::<BTreeMap<_, _>>() {
            holders.push(pg, &osds);
        }
        holders
    }

    /// The OSDs that have the data of this PG, those that are down included; by position in
    /// erasure-coded pools, with holes. `None` where they are the PG's up set.
    pub fn get(&self, pg: PgId) -> Option<&[i32]> {
        let index = self.pgs.binary_search(&pg).ok()?;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.osds.get(start..self.ends[index])
    }

    /// The PGs listed, each with its OSDs.
    pub fn iter(&self) -> impl Iterator<Item = (PgId, &[i32])> {
        let row = |(index, pg): (usize, &PgId)| {
            let start = if index == 0 { 0 } else { self.ends[index - 1] };
            (*pg, &self.osds[start..self.ends[index]])
        };
        self.pgs.iter().enumerate().map(row)
    }

    /// Number of PGs listed.
    pub fn len(&self) -> usize {
        self.pgs.len()
    }

    /// Whether no PG is listed.
    pub fn is_empty(&self) -> bool {
        self.pgs.is_empty()
    }

    /// Adds a PG behind all others.
    pub(crate) fn push(&mut self, pg: PgId, osds: &[i32]) {
        debug_assert!(self.pgs.last().is_none_or(|last| *last < pg));
        self.pgs.push(pg);
        self.osds.extend_from_slice(osds);
        self.ends.push(self.osds.len());
    }

    /// Adds the PGs of another list, all behind those of this one.
    pub(crate) fn append(&mut self, other: &Holders) {
        let start = self.osds.len();
        self.pgs.extend_from_slice(&other.pgs);
        self.osds.extend_from_slice(&other.osds);
        self.ends.extend(other.ends.iter().map(|end| start + end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_put_in() {
        let (mut first, mut second) = (Holders::default(), Holders::default());
        first.push(PgId::new(1, 4), &[3, 1]);
        second.push(PgId::new(2, 0), &[5]);
        first.append(&second);
        assert_eq!(first.get(PgId::new(1, 4)), Some([3, 1].as_slice()));
        assert_eq!(first.get(PgId::new(2, 0)), Some([5].as_slice()));
        assert_eq!(first.get(PgId::new(1, 5)), None);
        assert_eq!((first.len(), first.is_empty()), (2, false));
    }
}
