//! Placements that were recorded, and what changes when conditions do.

use std::num::NonZeroUsize;
use std::sync::OnceLock;

use crushlab_crush::NONE;
use crushlab_kernel::Placements;

use super::affected::{Affected, EveryPg, Knowledge, affected};
use super::conditions::Conditions;
use super::osd_pgs::OsdPgs;
use super::regular::Regular;
use super::rejections::Rejections;
use super::walks::Walks;
use crate::place_many::{Inputs, place_many};
use crate::progress::Progress;

/// PGs that are worth a further thread.
const PGS_PER_THREAD: usize = 8192;

/// The placements of some PGs under conditions that it keeps. PGs are numbered by their place
/// among the inputs.
#[derive(Clone, Debug)]
pub struct Record {
    conditions: Conditions,
    inputs: Inputs,
    placements: Placements,
    osd_pgs: OnceLock<OsdPgs>,
    regular: OnceLock<Regular>,
    rejections: OnceLock<Rejections>,
}

/// What a change of conditions does to placements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The PGs that are placed otherwise, by rising number.
    pub pgs: Vec<u32>,
    /// How each of them is placed after the change, in the same order.
    pub after: Placements,
    /// The PGs that were placed again to know this, by rising number; none where all were.
    pub placed_pgs: Vec<u32>,
    /// Why these were all PGs, if they were.
    pub every_pg: Option<EveryPg>,
}

impl Changes {
    /// How a PG is placed after the change; `None` where that is as before.
    pub fn get(&self, pg: u32) -> Option<&[i32]> {
        self.after.get(self.pgs.binary_search(&pg).ok()?)
    }
}

impl Record {
    /// Places all inputs, on `threads` threads. `None` where the map has no such rule, or when
    /// `progress` was cancelled.
    pub fn new(
        conditions: Conditions,
        inputs: Inputs,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Option<Record> {
        let placements = place_many(&conditions.mapper()?, &inputs, None, threads, progress)?;
        Some(Record::of_placements(conditions, inputs, placements))
    }

    /// A record of placements that are known: what the conditions' mapper gives for these inputs.
    pub fn of_placements(conditions: Conditions, inputs: Inputs, placements: Placements) -> Record {
        Record {
            conditions,
            inputs,
            placements,
            osd_pgs: OnceLock::new(),
            regular: OnceLock::new(),
            rejections: OnceLock::new(),
        }
    }

    /// Makes it a record of these conditions, where `changes` is what [`changes`](Record::changes)
    /// found for them. PGs that were placed again are taken for ones that had to try twice.
    pub fn advance(&mut self, conditions: Conditions, changes: &Changes) {
        if changes.after.stride != self.placements.stride {
            self.resize(changes.after.stride);
        }
        let stride = self.placements.stride;
        for (pg, row) in changes.pgs.iter().zip(changes.after.iter()) {
            let pg = *pg as usize;
            let devices = &mut self.placements.devices[pg * stride..(pg + 1) * stride];
            devices[..row.len()].copy_from_slice(row);
            devices[row.len()..].fill(NONE);
            self.placements.lengths[pg] = row.len() as u32;
        }
        self.conditions = conditions;
        self.osd_pgs = OnceLock::new();
        // Where all PGs were placed, all walks may be others, though they led to the same ends.
        if changes.every_pg.is_some() {
            (self.regular, self.rejections) = (OnceLock::new(), OnceLock::new());
        }
        if let Some(regular) = self.regular.get_mut() {
            regular.exclude(&changes.placed_pgs);
        }
        if let Some(rejections) = self.rejections.get_mut() {
            rejections.renew(&self.conditions, &self.inputs, &changes.placed_pgs);
        }
    }

    /// Gives rows room for another number of devices. What no longer fits has changed.
    fn resize(&mut self, stride: usize) {
        let old = &self.placements;
        let mut devices = vec![NONE; old.lengths.len() * stride];
        for (place, row) in old.iter().enumerate() {
            let kept = row.len().min(stride);
            devices[place * stride..place * stride + kept].copy_from_slice(&row[..kept]);
        }
        let lengths = old.lengths.clone();
        self.placements = Placements { devices, lengths, stride };
    }

    /// What the placements follow from.
    pub fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    /// What CRUSH chooses for each PG; it does not know which OSDs exist and are up.
    pub fn placements(&self) -> &Placements {
        &self.placements
    }

    /// The PGs of each OSD in [`placements`](Record::placements). Made when it is asked for first.
    pub fn osd_pgs(&self) -> &OsdPgs {
        self.osd_pgs.get_or_init(|| OsdPgs::new(&self.placements))
    }

    /// The input of a PG; 0 past the end.
    pub(crate) fn input(&self, pg: u32) -> u32 {
        self.inputs.get(pg as usize).unwrap_or(0)
    }

    /// The PGs that can be placed otherwise under other conditions: no other one is. May place
    /// all PGs once, on `threads` threads, to learn how they came about; that is kept. `None` when
    /// `progress` was cancelled.
    pub fn affected(
        &self,
        after: &Conditions,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Option<Affected> {
        let found = affected(self, after, &Asked { record: self, threads, progress });
        match found {
            Err(every_pg) => Some(Affected::Every(every_pg)),
            Ok(pgs) => pgs.map(Affected::Pgs),
        }
    }

    /// What changes under other conditions, exactly. Places no more PGs than
    /// [`affected`](Record::affected) says. `None` where the map has no such rule any more, or
    /// when `progress` was cancelled.
    pub fn changes(
        &self,
        after: &Conditions,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Option<Changes> {
        let mapper = after.mapper()?;
        let (every_pg, pgs, placed) = match self.affected(after, threads, progress)? {
            Affected::Every(reason) => {
                let placed = place_many(&mapper, &self.inputs, None, threads, progress)?;
                (Some(reason), (0..self.inputs.len() as u32).collect(), placed)
            }
            Affected::Pgs(pgs) => {
                let inputs = pgs.iter().filter_map(|pg| self.inputs.get(*pg as usize));
                let inputs = Inputs::List(inputs.collect());
                let most = NonZeroUsize::new(pgs.len() / PGS_PER_THREAD);
                let threads = threads.min(most.unwrap_or(NonZeroUsize::MIN));
                let placed = place_many(&mapper, &inputs, None, threads, progress)?;
                (None, pgs, placed)
            }
        };
        let mut changes = Changes {
            pgs: Vec::new(),
            after: Placements { stride: placed.stride, ..Placements::default() },
            placed_pgs: Vec::new(),
            every_pg,
        };
        for (index, (pg, row)) in pgs.iter().zip(placed.iter()).enumerate() {
            if self.placements.get(*pg as usize) != Some(row) {
                let start = index * placed.stride;
                changes.pgs.push(*pg);
                changes.after.devices.extend(&placed.devices[start..start + placed.stride]);
                changes.after.lengths.push(row.len() as u32);
            }
        }
        if every_pg.is_none() {
            changes.placed_pgs = pgs;
        }
        Some(changes)
    }
}

/// Finds out what is asked, and keeps it with the record.
struct Asked<'r> {
    record: &'r Record,
    threads: NonZeroUsize,
    progress: &'r Progress,
}

impl Knowledge for Asked<'_> {
    fn regular(&self, walks: &Walks) -> Option<&Regular> {
        let Asked { record, threads, progress } = *self;
        if let Some(regular) = record.regular.get() {
            return Some(regular);
        }
        let (conditions, inputs) = (&record.conditions, &record.inputs);
        let regular = Regular::new(conditions, walks.length, inputs, threads, progress)?;
        Some(record.regular.get_or_init(|| regular))
    }

    fn rejections(&self) -> Option<&Rejections> {
        let Asked { record, threads, progress } = *self;
        if let Some(rejections) = record.rejections.get() {
            return Some(rejections);
        }
        let rejections =
            Rejections::new(&record.conditions, &record.inputs, threads, &progress.quiet())?;
        Some(record.rejections.get_or_init(|| rejections))
    }
}
