//! Many inputs at once, into flat buffers, on as many threads as asked for.

use std::num::NonZeroUsize;

use crate::NONE;
use crate::rule::Mapper;
use crate::workspace::Workspace;

/// Mappings of many inputs in flat buffers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placements {
    /// Devices: `stride` for each input, the rest filled with [`NONE`].
    pub devices: Vec<i32>,
    /// Length of each mapping.
    pub lengths: Vec<u32>,
    /// Devices kept for each input: the mapper's `result_max`.
    pub stride: usize,
}

impl Placements {
    /// The devices of the input at `index`, as [`Mapper::place`] gives them; `None` past the end.
    pub fn get(&self, index: usize) -> Option<&[i32]> {
        let length = *self.lengths.get(index)? as usize;
        let start = index * self.stride;
        self.devices.get(start..start + length)
    }

    /// All mappings in the order of their inputs.
    pub fn iter(&self) -> impl Iterator<Item = &[i32]> {
        (0..self.lengths.len()).filter_map(|index| self.get(index))
    }
}

/// Maps all inputs, on `threads` threads. The answer does not depend on their number.
pub fn place(mapper: &Mapper<'_>, inputs: &[u32], threads: NonZeroUsize) -> Placements {
    let stride = mapper.result_max();
    let mut devices = vec![NONE; inputs.len() * stride];
    let mut lengths = vec![0; inputs.len()];
    let share = inputs.len().div_ceil(threads.get()).max(1);
    std::thread::scope(|scope| {
        let mut rest_devices = devices.as_mut_slice();
        let mut rest_lengths = lengths.as_mut_slice();
        let mut shares = inputs.chunks(share).peekable();
        while let Some(inputs) = shares.next() {
            let (devices, others) = rest_devices.split_at_mut(inputs.len() * stride);
            rest_devices = others;
            let (lengths, others) = rest_lengths.split_at_mut(inputs.len());
            rest_lengths = others;
            if shares.peek().is_none() {
                // The last share is for the thread that is here already.
                place_into(mapper, inputs, devices, lengths, &mut Workspace::new());
            } else {
                scope.spawn(move || {
                    place_into(mapper, inputs, devices, lengths, &mut Workspace::new());
                });
            }
        }
    });
    Placements { devices, lengths, stride }
}

/// Maps all inputs into buffers of the caller's: `result_max` devices and one length for each
/// input. Inputs that the buffers have no room for are left out. Allocates nothing.
pub fn place_into(
    mapper: &Mapper<'_>,
    inputs: &[u32],
    devices: &mut [i32],
    lengths: &mut [u32],
    workspace: &mut Workspace,
) {
    let stride = mapper.result_max();
    for (index, (x, length)) in inputs.iter().zip(lengths).enumerate() {
        let Some(row) = devices.get_mut(index * stride..(index + 1) * stride) else { return };
        let placed = mapper.place(*x, workspace);
        *length = placed.len() as u32;
        row[..placed.len()].copy_from_slice(placed);
        row[placed.len()..].fill(NONE);
    }
}
