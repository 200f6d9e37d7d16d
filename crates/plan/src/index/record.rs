//! Placements that were recorded, and what changes when conditions do.

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use crushlab_crush::batch::Placements;

use super::affected::{Affected, EveryPg};
use super::block::Block;
use super::conditions::Conditions;
use super::osd_pgs::OsdPgs;
use crate::change::is_in;
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
}

/// What a change of conditions does to placements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The PGs that are placed otherwise, by rising number.
    pub pgs: Vec<u32>,
    /// How each of them is placed after the change, in the same order.
    pub after: Placements,
    /// PGs that had to be placed again to know this.
    pub placed_pgs: usize,
    /// Why these were all PGs, if they were.
    pub every_pg: Option<EveryPg>,
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
        Some(Record { conditions, inputs, placements, osd_pgs: OnceLock::new() })
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

    /// The PGs that can be placed otherwise under other conditions: no other one is.
    pub fn affected(&self, after: &Conditions) -> Affected {
        let before = &self.conditions;
        let rule = |conditions: &Conditions| conditions.map.rule(conditions.rule).cloned();
        let Some(rule_before) = rule(before) else { return Affected::Every(EveryPg::OtherRule) };
        if rule(after).as_ref() != Some(&rule_before) {
            return Affected::Every(EveryPg::OtherRule);
        }
        if before.result_max != after.result_max {
            return Affected::Every(EveryPg::OtherSize);
        }
        if !Arc::ptr_eq(&before.map, &after.map) || before.choose_args_of != after.choose_args_of {
            return Affected::Every(EveryPg::OtherMap);
        }
        if Block::of(&rule_before).is_none() {
            return Affected::Every(EveryPg::ManifoldRule);
        }
        self.affected_by_reweights(after)
    }

    /// CRUSH rejects an OSD by its reweight and the PG's input alone, and the lower it is the more
    /// PGs it rejects (mapper.c, `is_out`). Where reweights only fall, PGs whose test of an OSD
    /// comes out differently are among those that accepted it.
    fn affected_by_reweights(&self, after: &Conditions) -> Affected {
        let (old, new) = (&self.conditions.reweights, &after.reweights);
        let reweight = |reweights: &[u32], osd: usize| reweights.get(osd).copied().unwrap_or(0);
        let mut pgs = Vec::new();
        for osd in 0..old.len().max(new.len()) {
            let (old, lowered) = (reweight(old, osd), reweight(new, osd));
            if lowered > old {
                return Affected::Every(EveryPg::RaisedReweight);
            }
            if lowered == old {
                continue;
            }
            let rejects = |pg: &u32| {
                let input = self.inputs.get(*pg as usize);
                input.is_none_or(|input| !is_in(new, osd as i32, input))
            };
            pgs.extend(self.osd_pgs().of(osd as i32).iter().copied().filter(rejects));
        }
        pgs.sort_unstable();
        pgs.dedup();
        Affected::Pgs(pgs)
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
        let (every_pg, pgs, placed) = match self.affected(after) {
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
            placed_pgs: pgs.len(),
            every_pg,
        };
        for (index, (pg, row)) in pgs.into_iter().zip(placed.iter()).enumerate() {
            if self.placements.get(pg as usize) != Some(row) {
                let start = index * placed.stride;
                changes.pgs.push(pg);
                changes.after.devices.extend(&placed.devices[start..start + placed.stride]);
                changes.after.lengths.push(row.len() as u32);
            }
        }
        Some(changes)
    }
}
