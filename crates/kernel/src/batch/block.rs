//! Runs a rule on a block of inputs side by side.

use crushlab_crush::map::bucket_slot;
use crushlab_crush::{NONE, UNDEFINED};

use super::context::Context;
use super::program::{Choose, Stage};
use super::record::Recorder;
use super::search::{Searches, Tries};

/// Lists of items by lane, all of the same capacity.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// `width` positions for each lane.
    pub(super) items: Vec<i32>,
    pub(super) lengths: Vec<u32>,
}

impl Lists {
    fn reset(&mut self, lanes: usize, width: usize) {
        self.items.clear();
        self.items.resize(lanes * width, UNDEFINED);
        self.lengths.clear();
        self.lengths.resize(lanes, 0);
    }
}

/// Scratch memory of a block.
#[derive(Debug, Default)]
pub(crate) struct BlockWorkspace {
    /// What the next step starts from.
    working: Lists,
    /// What the present step has chosen, or the devices below.
    chosen: Lists,
    /// Made for the first step: it is large, and not needed by who maps one input only.
    searches: Option<Box<Searches>>,
}

/// Maps `inputs` into `devices`, `width` positions for each, and `lengths`. `first` is the index of
/// the first input in its batch.
pub(super) fn place<R: Recorder>(
    context: &Context<'_>,
    inputs: &[u32],
    first: usize,
    devices: &mut [i32],
    lengths: &mut [u32],
    workspace: &mut BlockWorkspace,
    recorder: &mut R,
) {
    let (lanes, width) = (inputs.len(), context.width);
    devices.fill(NONE);
    lengths.fill(0);
    workspace.working.reset(lanes, width);
    for stage in context.stages {
        match stage {
            Stage::Take(item) => {
                let working = &mut workspace.working;
                working.lengths.fill(1);
                working.items.iter_mut().step_by(width).for_each(|start| *start = *item);
            }
            Stage::Choose(choose) => {
                choose_below(context, choose, inputs, first, workspace, recorder);
                std::mem::swap(&mut workspace.working, &mut workspace.chosen);
            }
            Stage::Emit => emit(&mut workspace.working, width, devices, lengths),
        }
    }
}

/// Runs a choose step: once for each position of the working sets, on all lanes that have a bucket
/// there. What one finds goes behind what the one before has found.
fn choose_below<R: Recorder>(
    context: &Context<'_>,
    choose: &Choose,
    inputs: &[u32],
    first: usize,
    workspace: &mut BlockWorkspace,
    recorder: &mut R,
) {
    let BlockWorkspace { working, chosen, searches } = workspace;
    let searches = searches.get_or_insert_default();
    let width = context.width;
    chosen.reset(inputs.len(), width);
    let positions = working.lengths.iter().copied().max().unwrap_or(0);
    for position in 0..positions {
        let lanes = working.items.chunks_exact(width).zip(&working.lengths).enumerate();
        let starts = lanes.filter_map(|(lane, (items, length))| {
            let item = items[..*length as usize].get(position as usize)?;
            let slot = bucket_slot(*item)?;
            context.flat.has_bucket(slot).then_some((lane, slot))
        });
        let mut tries = Tries {
            context,
            choose,
            // A recorder wants to know of devices that are out now: these may not end a search.
            reach: &choose.reach[usize::from(R::ENABLED)],
            inputs,
            first,
            found: &mut chosen.items,
            lengths: &mut chosen.lengths,
            recorder: &mut *recorder,
        };
        searches.run(&mut tries, starts);
    }
    if choose.indep {
        let open = chosen.items.iter_mut().filter(|item| **item == UNDEFINED);
        open.for_each(|item| *item = NONE);
    }
}

/// Appends the working sets to the results, as far as they fit, and empties them.
fn emit(working: &mut Lists, width: usize, devices: &mut [i32], lengths: &mut [u32]) {
    let rows = devices.chunks_exact_mut(width).zip(working.items.chunks_exact(width));
    for ((row, items), (length, count)) in rows.zip(lengths.iter_mut().zip(&mut working.lengths)) {
        let (start, added) = (*length as usize, (*count as usize).min(width - *length as usize));
        row[start..start + added].copy_from_slice(&items[..added]);
        *length += added as u32;
        *count = 0;
    }
}
