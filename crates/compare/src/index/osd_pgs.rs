//! The PGs of each OSD.

use crushlab_kernel::Placements;

use crate::change::{devices, is_device};

/// The PGs of each OSD, by rising number, in flat buffers: 4 bytes for each PG of an OSD, and 4
/// for each OSD.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OsdPgs {
    /// Where each OSD's PGs begin; one entry more than there are OSDs.
    starts: Vec<u32>,
    pgs: Vec<u32>,
}

impl OsdPgs {
    /// Turns placements around, in time that grows with their size. PGs are numbered by their
    /// place; an OSD that is in a PG twice has it once.
    ///
    /// Mappings hold fewer than 2^32 entries ([`Placements`] of all PGs of a pool do: pools have
    /// at most 2^24 PGs here, and PGs at most 255 OSDs).
    pub fn new(placements: &Placements) -> OsdPgs {
        let osds = placements.iter().flat_map(devices).max().map_or(0, |osd| osd as usize + 1);
        // Ends first: filled from behind, they become starts.
        let mut starts = vec![0u32; osds + 1];
        for row in placements.iter() {
            distinct(row).for_each(|osd| starts[osd] += 1);
        }
        let mut sum = 0;
        for entry in &mut starts {
            sum += *entry;
            *entry = sum;
        }
        let mut pgs = vec![0; sum as usize];
        // From the last PG on, so that each OSD's come to stand in rising order.
        let backwards = (0..placements.lengths.len()).rev();
        for (pg, row) in backwards.filter_map(|pg| Some((pg, placements.get(pg)?))) {
            for osd in distinct(row) {
                starts[osd] -= 1;
                pgs[starts[osd] as usize] = pg as u32;
            }
        }
        OsdPgs { starts, pgs }
    }

    /// The same from pairs of an OSD and a PG, in any order.
    pub(crate) fn of_pairs(mut pairs: Vec<(u32, u32)>) -> OsdPgs {
        pairs.sort_unstable();
        pairs.dedup();
        let osds = pairs.last().map_or(0, |(osd, _)| *osd as usize + 1);
        let mut starts = vec![0u32; osds + 1];
        for (osd, _) in &pairs {
            starts[*osd as usize + 1] += 1;
        }
        let mut sum = 0;
        for entry in &mut starts {
            sum += *entry;
            *entry = sum;
        }
        OsdPgs { starts, pgs: pairs.into_iter().map(|(_, pg)| pg).collect() }
    }

    /// All pairs of an OSD and a PG of it.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (u32, u32)> {
        let osds = 0..self.starts.len().saturating_sub(1) as u32;
        osds.flat_map(|osd| self.of(osd as i32).iter().map(move |pg| (osd, *pg)))
    }

    /// The PGs of an OSD; none for an OSD that has none.
    pub fn of(&self, osd: i32) -> &[u32] {
        let bounds = usize::try_from(osd).ok().and_then(|osd| self.starts.get(osd..=osd + 1));
        match bounds {
            Some(&[start, end]) => &self.pgs[start as usize..end as usize],
            _ => &[],
        }
    }

    /// Number of PGs of all OSDs together.
    pub fn len(&self) -> usize {
        self.pgs.len()
    }

    /// Whether no OSD has a PG.
    pub fn is_empty(&self) -> bool {
        self.pgs.is_empty()
    }
}

/// The devices of a row, each once.
fn distinct(row: &[i32]) -> impl Iterator<Item = usize> + '_ {
    let is_first =
        move |&(place, osd): &(usize, &i32)| is_device(*osd) && !row[..place].contains(osd);
    row.iter().enumerate().filter(is_first).map(|(_, osd)| *osd as usize)
}

#[cfg(test)]
mod tests {
    use crushlab_crush::NONE;

    use super::*;

    fn index(rows: &[[i32; 3]]) -> OsdPgs {
        let lengths = vec![3; rows.len()];
        OsdPgs::new(&Placements { devices: rows.concat(), lengths, stride: 3 })
    }

    #[test]
    fn every_osd_has_its_pgs_in_order() {
        let pgs = index(&[[0, 5, 2], [5, NONE, 0], [-3, 2, 5]]);
        assert_eq!(pgs.of(0), [0, 1]);
        assert_eq!(pgs.of(2), [0, 2]);
        assert_eq!(pgs.of(5), [0, 1, 2]);
        assert_eq!(pgs.len(), 7);
    }

    #[test]
    fn others_have_none() {
        let pgs = index(&[[0, 5, 2]]);
        for osd in [1, 6, NONE, -1, i32::MIN] {
            assert!(pgs.of(osd).is_empty(), "{osd}");
        }
        assert!(index(&[]).of(0).is_empty() && index(&[]).is_empty());
    }

    #[test]
    fn an_osd_that_is_in_a_pg_twice_has_it_once() {
        assert_eq!(index(&[[4, 1, 4], [4, 4, 4]]).of(4), [0, 1]);
    }
}
