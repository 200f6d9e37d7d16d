//! Multi-step-retry rules (Squid and later): a block of `choosemsr` steps is retried as a whole, so
//! that a device that is out can be replaced under another host than its neighbours.
//!
//! A block fills a range of positions. Its first step cuts the range into strides, one for each
//! item it chooses; the next step cuts each stride, down to single devices. Passes over the block
//! repeat until every position has a device. Items that a stride uses are closed to its sibling
//! strides; an item below which a pass found nothing is released when that pass has left the step.

use std::ops::Range;

use super::Chooser;
use crate::bucket::Bucket;
use crate::item::{NONE, UNDEFINED};
use crate::map::{Op, RULE_TYPE_MSR_FIRSTN, Rule, Step};
use crate::trace::{EmptyReason, Event, Observer, Refusal, RetryFrom};

/// Scratch memory of MSR rules.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Items used by position, one row of `result_max` for each choosemsr step of the block.
    used: Vec<i32>,
    /// Strides and items to release at the end of the present call, innermost call last.
    released: Vec<(usize, i32)>,
}

/// A run of one block.
struct Block<'r> {
    steps: &'r [Step],
    result_max: usize,
    collision_tries: u32,
    pass: u32,
    packed: bool,
}

/// What a draw is for.
#[derive(Clone, Copy)]
struct Place {
    /// Number of the stride among its siblings; it is hashed, and picks the weight set.
    stride_index: usize,
    /// First position of the stride in the result.
    position: usize,
}

/// Results so far.
struct Output<'o> {
    result: &'o mut [i32],
    found: usize,
}

/// Number of items that a choosemsr step asks for; 0 in the step stands for the pool's size.
fn fan_out(step: &Step, result_max: usize) -> usize {
    if step.arg1 == 0 { result_max } else { usize::try_from(step.arg1).unwrap_or(0) }
}

/// Runs an MSR rule. `result` comes in empty. A rule that is not of the form `set_msr_*…`,
/// then blocks of `take`, `choosemsr`…, `emit`, gives no result.
pub(crate) fn run<O: Observer>(
    chooser: &mut Chooser<'_, '_, O>,
    rule: &Rule,
    result_max: usize,
    scratch: &mut Scratch,
    result: &mut Vec<i32>,
) {
    let tunables = chooser.map.tunables();
    let (mut passes, mut collision_tries) = (tunables.msr_descents, tunables.msr_collision_tries);
    let mut steps = rule.steps.as_slice();
    while let [step, rest @ ..] = steps {
        let index = rule.steps.len() - steps.len();
        match step.op {
            Op::SetMsrDescents => passes = step.arg1 as u32,
            Op::SetMsrCollisionTries => collision_tries = step.arg1 as u32,
            _ => break,
        }
        chooser.tell(Event::Step { index, step: *step });
        steps = rest;
    }
    result.resize(result_max, NONE);
    let mut output = Output { result, found: 0 };
    let packed = rule.rule_type == RULE_TYPE_MSR_FIRSTN;
    let mut start = 0;
    while !steps.is_empty() {
        let Some((take, choose_steps, rest)) = split_block(steps) else {
            result.clear();
            return;
        };
        let begin = rule.steps.len() - steps.len();
        let emit = rule.steps.len() - rest.len() - 1;
        for (index, step) in rule.steps.iter().enumerate().take(emit).skip(begin) {
            chooser.tell(Event::Step { index, step: *step });
        }
        let found = output.found;
        let end = match chooser.map.bucket(take) {
            Some(root) if !choose_steps.is_empty() => {
                let mut block =
                    Block { steps: choose_steps, result_max, collision_tries, pass: 0, packed };
                chooser.msr_block(root, &mut block, passes, start, scratch, &mut output)
            }
            None if choose_steps.is_empty() && take >= 0 => {
                emit_device(&mut output, packed, start, take)
            }
            _ => {
                result.clear();
                return;
            }
        };
        chooser.tell(Event::Step { index: emit, step: rule.steps[emit] });
        let emitted = if packed { found..output.found } else { start..end.min(result_max) };
        for item in output.result.get(emitted).unwrap_or_default().iter().copied() {
            chooser.tell(Event::Emitted { item });
        }
        start = end;
        steps = rest;
    }
    let found = output.found;
    if packed {
        result.truncate(found);
    }
}

/// The item taken, the choosemsr steps and what follows `emit`; `None` where the form is not met.
fn split_block(steps: &[Step]) -> Option<(i32, &[Step], &[Step])> {
    let [take, rest @ ..] = steps else { return None };
    let length = rest.iter().position(|step| step.op == Op::Emit)?;
    let (choose_steps, rest) = rest.split_at(length);
    let in_form = take.op == Op::Take && choose_steps.iter().all(|s| s.op == Op::ChooseMsr);
    in_form.then(|| (take.arg1, choose_steps, &rest[1..]))
}

/// Emits a device that a block takes directly; returns where the next block starts. (The version
/// of Ceph that this follows never leaves such a block.)
fn emit_device(output: &mut Output<'_>, packed: bool, start: usize, device: i32) -> usize {
    let position = if packed { output.found } else { start };
    if let Some(slot) = output.result.get_mut(position) {
        *slot = device;
        output.found += 1;
    }
    start + 1
}

impl<'a, O: Observer> Chooser<'a, '_, O> {
    /// Runs one block from position `start` on; returns where the next block starts.
    fn msr_block(
        &mut self,
        root: &'a Bucket,
        block: &mut Block<'_>,
        passes: u32,
        start: usize,
        scratch: &mut Scratch,
        output: &mut Output<'_>,
    ) -> usize {
        let result_max = block.result_max;
        let width = block
            .steps
            .iter()
            .try_fold(1usize, |width, step| width.checked_mul(fan_out(step, result_max)))
            .unwrap_or(0);
        let end = start.saturating_add(width).min(result_max);
        if end <= start {
            return start;
        }
        scratch.used.clear();
        scratch.used.resize(block.steps.len() * result_max, UNDEFINED);
        scratch.released.clear();
        let enough = output.found + (end - start);
        while block.pass < passes
            && output.found < enough
            && self.spending.may_go_on(1, root.items.len())
        {
            self.msr_choose(root, block, 0, width, start..end, scratch, output);
            block.pass += 1;
        }
        self.tell(Event::Tried { tries: block.pass });
        let leaves = (block.steps.len() - 1) * result_max;
        for position in start..end {
            if scratch.used[leaves + position] == UNDEFINED {
                self.tell(Event::Empty { position, reason: EmptyReason::TriesExhausted });
            }
        }
        end
    }

    /// One pass over the strides of one step below one bucket. `width` positions belong to the
    /// whole of it, of which `range` exist. Returns how many positions it filled.
    #[allow(clippy::too_many_arguments)] // Half of them are buffers that the recursion lends on.
    fn msr_choose(
        &mut self,
        from: &'a Bucket,
        block: &Block<'_>,
        step_index: usize,
        width: usize,
        range: Range<usize>,
        scratch: &mut Scratch,
        output: &mut Output<'_>,
    ) -> usize {
        let step = &block.steps[step_index];
        let stride_length = width / fan_out(step, block.result_max);
        let row = step_index * block.result_max;
        let released_before = scratch.released.len();
        let mut filled = 0;
        for (stride_index, start) in range.clone().step_by(stride_length).enumerate() {
            let stride = start..(start + stride_length).min(range.end);
            let leaves = (block.steps.len() - 1) * block.result_max;
            if self.spending.is_over() {
                break;
            }
            if !scratch.used[leaves + stride.start..leaves + stride.end].contains(&UNDEFINED) {
                continue;
            }
            let place = Place { stride_index, position: start };
            let siblings =
                (row + range.start..row + range.end, row + stride.start..row + stride.end);
            let Some(item) = self.msr_draw(from, block, step, place, siblings, scratch) else {
                continue;
            };
            let last = step_index + 1 == block.steps.len();
            if step.arg2 == 0 {
                if stride_length != 1 || !last {
                    continue;
                }
                if self.is_out(item) {
                    self.tell(Event::Refused { item, reason: Refusal::Out });
                    self.tell(Event::Retry { from: RetryFrom::NextRound });
                    continue;
                }
                scratch.used[row + start] = item;
                let position = if block.packed { output.found } else { start };
                output.result[position] = item;
                output.found += 1;
                filled += 1;
                self.tell(Event::Placed { position, item });
            } else if let (false, Some(below)) = (last, self.map.bucket(item)) {
                let stride_row = row + stride.start..row + stride.end;
                let next = step_index + 1;
                let below_filled =
                    self.msr_choose(below, block, next, stride_length, stride, scratch, output);
                let new = remember(&mut scratch.used[stride_row.clone()], item);
                if new && below_filled == 0 {
                    scratch.released.push((stride_row.start, item));
                }
                filled += below_filled;
            }
        }
        for (stride_start, item) in scratch.released.drain(released_before..) {
            let length = stride_length.min(row + range.end - stride_start);
            let stride = &mut scratch.used[stride_start..stride_start + length];
            if let Some(slot) = stride.iter_mut().rev().find(|slot| **slot == item) {
                *slot = UNDEFINED;
            }
        }
        filled
    }

    /// Draws an item of the step's type, or a device, that no sibling stride uses. `siblings` are
    /// the places in `used` of all strides and of the present one.
    fn msr_draw(
        &mut self,
        from: &'a Bucket,
        block: &Block<'_>,
        step: &Step,
        place: Place,
        siblings: (Range<usize>, Range<usize>),
        scratch: &Scratch,
    ) -> Option<i32> {
        let total = (block.pass.wrapping_mul(block.result_max as u32))
            .wrapping_add(place.stride_index as u32);
        for collision_try in 0..block.collision_tries {
            let r = (total << 16).wrapping_add(collision_try);
            let item = self.msr_descend(from, step.arg2, r, place, block.pass)?;
            let (all, own) = &siblings;
            let taken = all.clone().find(|place| scratch.used[*place] == item);
            if taken.is_none_or(|place| own.contains(&place)) {
                return Some(item);
            }
            if !self.spending.may_go_on(1, from.items.len()) {
                return None;
            }
            self.tell(Event::Refused { item, reason: Refusal::Collision });
            self.tell(Event::Retry { from: RetryFrom::SameBucket });
        }
        None
    }

    /// Descends to an item of a type or to a device; nothing below an empty bucket.
    fn msr_descend(
        &mut self,
        from: &'a Bucket,
        type_id: i32,
        r: u32,
        place: Place,
        pass: u32,
    ) -> Option<i32> {
        let mut bucket = from;
        loop {
            if O::ENABLED {
                let (bucket, position) = (bucket.id, place.position);
                self.tell(Event::Enter { bucket, position, r, tries: pass, leaf: false });
            }
            if bucket.items.is_empty() {
                self.tell(Event::Refused { item: bucket.id, reason: Refusal::EmptyBucket });
                return None;
            }
            let item = self.draw(bucket, r, place.stride_index);
            match self.map.bucket(item) {
                Some(inner) if i32::from(inner.type_id) != type_id => bucket = inner,
                _ => return Some(item),
            }
        }
    }
}

/// Notes that a stride uses an item; false if it was noted before.
fn remember(stride: &mut [i32], item: i32) -> bool {
    for slot in stride {
        if *slot == item {
            return false;
        }
        if *slot == UNDEFINED {
            *slot = item;
            return true;
        }
    }
    false
}
