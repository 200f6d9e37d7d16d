//! Which PGs rejected which OSDs.
//!
//! Only these can be placed otherwise where a reweight is raised: an OSD that a PG never came to,
//! or took, is none the nearer for it.

use std::num::NonZeroUsize;

use crushlab_crush::trace::{Event, Refusal};
use crushlab_crush::{Mapper, Observer, Workspace};

use super::conditions::Conditions;
use super::osd_pgs::OsdPgs;
use crate::blocks::in_blocks;
use crate::place_many::Inputs;
use crate::progress::Progress;

/// PGs that a thread takes at once.
const PGS_PER_BLOCK: usize = 4096;

/// The PGs that rejected each OSD by its reweight.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rejections {
    index: OsdPgs,
}

impl Rejections {
    /// Places all inputs and listens. `None` where the map has no such rule, or when `progress` was
    /// cancelled.
    pub(crate) fn new(
        conditions: &Conditions,
        inputs: &Inputs,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Option<Rejections> {
        let mapper = conditions.mapper()?;
        let work = |own: &mut (Workspace, Vec<(u32, u32)>), block: usize| {
            let start = block * PGS_PER_BLOCK;
            let pgs = start as u32..(start + PGS_PER_BLOCK).min(inputs.len()) as u32;
            listen(&mapper, pgs, inputs, own);
        };
        let blocks = inputs.len().div_ceil(PGS_PER_BLOCK);
        let parts = in_blocks(blocks, threads, progress, Default::default, work)?;
        let found = parts.into_iter().flat_map(|(_, found)| found).collect();
        Some(Rejections { index: OsdPgs::of_pairs(found) })
    }

    /// The PGs that rejected an OSD.
    pub(crate) fn of(&self, osd: i32) -> &[u32] {
        self.index.of(osd)
    }

    /// Listens to some PGs (by rising number) again, under other conditions.
    pub(crate) fn renew(&mut self, conditions: &Conditions, inputs: &Inputs, pgs: &[u32]) {
        let Some(mapper) = conditions.mapper() else { return };
        let is_kept = |(_, pg): &(u32, u32)| pgs.binary_search(pg).is_err();
        let kept = self.index.pairs().filter(is_kept).collect();
        let mut own = (Workspace::new(), kept);
        listen(&mapper, pgs.iter().copied(), inputs, &mut own);
        self.index = OsdPgs::of_pairs(own.1);
    }
}

/// Notes what some PGs reject: OSD and PG.
fn listen(
    mapper: &Mapper<'_>,
    pgs: impl Iterator<Item = u32>,
    inputs: &Inputs,
    (workspace, found): &mut (Workspace, Vec<(u32, u32)>),
) {
    for pg in pgs {
        let Some(input) = inputs.get(pg as usize) else { continue };
        mapper.place_observed(input, workspace, &mut Listener { pg, found });
    }
}

/// Listens to one PG.
struct Listener<'a> {
    pg: u32,
    found: &'a mut Vec<(u32, u32)>,
}

impl Observer for Listener<'_> {
    fn observe(&mut self, event: Event) {
        if let Event::Refused { item: osd @ 0.., reason: Refusal::Out } = event {
            self.found.push((osd as u32, self.pg));
        }
    }
}
