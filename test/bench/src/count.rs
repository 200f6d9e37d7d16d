//! A few mappings, for those who count instructions.

use std::num::NonZeroUsize;

use crushlab_crush::{Map, Mapper};
use crushlab_kernel::{Batch, Kernel, KernelError, Placements};

use crate::maps::{RULES, RuleOfMap, Shape, reweights};

/// Inputs that are mapped.
const INPUTS: u32 = 1024;

/// Maps them by the kernel of this name: M1 with some reweights, both rules, one thread.
///
/// # Errors
/// There is no such kernel here.
pub fn run(kernel: &str) -> Result<(), String> {
    let kernel: Kernel = kernel.parse().map_err(|error: KernelError| error.to_string())?;
    let shape = Shape::named("M1").ok_or("there is no map M1")?;
    let (_, map) = shape.read()?;
    let reweights = reweights(shape.osds(), true);
    for rule in &RULES {
        let placed = counted(&map, rule, &reweights, kernel);
        // Nothing of this may be optimised away.
        std::hint::black_box(placed.ok_or("no such rule")?);
    }
    Ok(())
}

/// What is counted. A function of its own, as valgrind finds it by its name.
#[inline(never)]
fn counted(map: &Map, rule: &RuleOfMap, reweights: &[u32], kernel: Kernel) -> Option<Placements> {
    let inputs: Vec<u32> = (0..INPUTS).collect();
    let mapper = Mapper::new(map, rule.id, rule.size, reweights)?;
    Some(Batch::new(mapper, kernel).place(&inputs, NonZeroUsize::MIN))
}
