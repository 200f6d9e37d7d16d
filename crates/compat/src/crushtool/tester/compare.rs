//! `--compare`: the same inputs through two maps.

use crushlab_crush::{Mapper, Workspace};
use crushlab_crushmap::CrushMap;

use super::devices::{mark_down, reweights};
use super::options::TestOptions;
use super::random::Dice;
use super::run::checked;
use crate::console::Console;
use crate::number::general;
use crate::stop::{Outcome, Stop};

/// Counts the inputs that two maps place differently; the weights are those of the first.
pub(crate) fn compare(
    map: &CrushMap,
    other: &CrushMap,
    options: &TestOptions,
    console: &mut Console<'_>,
) -> Outcome {
    let (first, second) = (checked(map)?, checked(other)?);
    let mut reweights = reweights(map, options);
    mark_down(map, options, &mut reweights, &mut Dice::new());
    let mut equivalent = true;
    let (mut workspace, mut other_workspace) = (Workspace::new(), Workspace::new());
    for rule in options.rules(&first) {
        let Some(parts) = first.rule(rule) else {
            if options.statistics {
                console.line(&format!("rule {rule} dne"))?;
            }
            continue;
        };
        if options.passes_over(parts.ruleset) {
            continue;
        }
        let (replicas, inputs) = (options.replicas(parts)?, options.inputs());
        let mut mismatches = 0i32;
        for count in replicas.clone() {
            let mapper = |map| {
                let mapper = Mapper::new(map, rule, count.max(0) as usize, &reweights)?;
                Some(mapper.with_choose_args(map.choose_args_for(0)))
            };
            let (mapper, other_mapper) = (mapper(&first), mapper(&second));
            for x in inputs.clone() {
                let placed = mapper.map_or(&[][..], |by| by.place(x as u32, &mut workspace));
                let other =
                    other_mapper.map_or(&[][..], |by| by.place(x as u32, &mut other_workspace));
                mismatches = mismatches.wrapping_add(i32::from(placed != other));
            }
        }
        equivalent &= mismatches == 0;
        let length = |range: std::ops::RangeInclusive<i32>| {
            range.end().wrapping_sub(*range.start()).wrapping_add(1)
        };
        let total = length(replicas).wrapping_mul(length(inputs));
        // 0/0 has its sign bit set on x86, and is printed so.
        let ratio = match (mismatches, total) {
            (0, 0) => -f64::NAN,
            _ => f64::from(mismatches) / f64::from(total),
        };
        let ratio = general(ratio, 6);
        console
            .line(&format!("rule {rule} had {mismatches}/{total} mismatched mappings ({ratio})"))?;
    }
    match equivalent {
        true => console.line("maps appear equivalent"),
        false => Err(Stop::error("warning: maps are NOT equivalent")),
    }
}
