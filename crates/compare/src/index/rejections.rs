//! Which PGs rejected which OSDs.
//!
//! Only these can be placed otherwise where a reweight is raised: an OSD that a PG never came to,
//! or took, is none the nearer for it.

use std::num::NonZeroUsize;

use crushlab_kernel::{Batch, Recorder, Workspace};

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
        let batch = Batch::from(&conditions.mapper()?);
        let work = |listener: &mut Listener, block: usize| {
            let start = block * PGS_PER_BLOCK;
            let pgs = start as u32..(start + PGS_PER_BLOCK).min(inputs.len()) as u32;
            listener.listen(&batch, pgs, inputs);
        };
        let blocks = inputs.len().div_ceil(PGS_PER_BLOCK);
        let parts = in_blocks(blocks, threads, progress, Listener::default, work)?;
        let found = parts.into_iter().flat_map(|listener| listener.found).collect();
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
        let found = self.index.pairs().filter(is_kept).collect();
        let mut listener = Listener { found, ..Listener::default() };
        let batch = Batch::from(&mapper);
        for block in pgs.chunks(PGS_PER_BLOCK) {
            listener.listen(&batch, block.iter().copied(), inputs);
        }
        self.index = OsdPgs::of_pairs(listener.found);
    }
}

/// Notes what PGs reject.
#[derive(Default)]
struct Listener {
    workspace: Workspace,
    pgs: Vec<u32>,
    inputs: Vec<u32>,
    devices: Vec<i32>,
    lengths: Vec<u32>,
    /// OSD and PG.
    found: Vec<(u32, u32)>,
}

impl Listener {
    /// Places some PGs.
    fn listen(&mut self, batch: &Batch<'_>, pgs: impl Iterator<Item = u32>, inputs: &Inputs) {
        let Listener { workspace, found, .. } = self;
        self.pgs.clear();
        self.pgs.extend(pgs);
        self.inputs.clear();
        self.inputs.extend(self.pgs.iter().filter_map(|pg| inputs.get(*pg as usize)));
        self.lengths.resize(self.inputs.len(), 0);
        self.devices.resize(self.inputs.len() * batch.mapper().result_max(), 0);
        let mut noted = Noted { pgs: &self.pgs, found };
        let (devices, lengths) = (&mut self.devices, &mut self.lengths);
        batch.place_recorded(&self.inputs, devices, lengths, workspace, &mut noted);
    }
}

/// Where rejections of a block go.
struct Noted<'a> {
    pgs: &'a [u32],
    found: &'a mut Vec<(u32, u32)>,
}

impl Recorder for Noted<'_> {
    fn rejected(&mut self, index: usize, device: i32) {
        if let (Some(pg), Ok(osd)) = (self.pgs.get(index), u32::try_from(device)) {
            self.found.push((osd, *pg));
        }
    }
}
