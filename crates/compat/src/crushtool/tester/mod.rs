//! `--test` and `--compare`: many inputs through the rules of a map (CrushTester.cc).
//!
//! | file | what it does |
//! | --- | --- |
//! | `compare` | the same inputs through two maps |
//! | `csv` | the files of `--output-csv` |
//! | `devices` | weights of devices, and how many a rule may reach |
//! | `options` | what a test is asked to do |
//! | `placement` | where an input goes: by CRUSH, or by `--simulate`'s dice |
//! | `random` | those dice |
//! | `run` | one rule for one number of replicas |
//! | `statistics` | counts over a range of inputs, and what is expected of them |

mod compare;
mod csv;
mod devices;
mod options;
mod placement;
mod random;
mod run;
mod statistics;

use std::io::Write as _;
use std::ops::RangeInclusive;

use crushlab_crush::Mapper;
use crushlab_crushmap::CrushMap;

use crate::console::Console;
use crate::stop::Outcome;
use devices::{Expected, reweights};
use placement::{Placer, TriesSeen};
use random::Dice;
use run::{Run, checked};
use statistics::{Counts, Line};

pub(crate) use compare::compare;
pub(crate) use options::TestOptions;

/// Tests a map as the options say.
pub(crate) fn test(map: &CrushMap, options: &TestOptions, console: &mut Console<'_>) -> Outcome {
    let checked = checked(map)?;
    let mut dice = Dice::new();
    let mut reweights = reweights(map, options);
    if options.utilization_all {
        let list = reweights.iter().map(|weight| format!("{weight:x}"));
        let list = list.collect::<Vec<_>>().join(",");
        console.warn(&format!("devices weights (hex): [{list}]"));
    }
    devices::mark_down(map, options, &mut reweights, &mut dice);
    let mut tries = TriesSeen::new(&checked);
    for rule in options.rules(&checked) {
        let Some(parts) = checked.rule(rule) else {
            if options.statistics {
                console.line(&format!("rule {rule} dne"))?;
            }
            continue;
        };
        if options.passes_over(parts.ruleset) {
            continue;
        }
        let replicas = options.replicas(parts)?;
        let rule_name = map.rule_names.get(&(rule as i32)).cloned();
        let mut run = Run {
            map,
            checked: &checked,
            options,
            rule,
            rule_name: rule_name.unwrap_or_else(|| format!("rule{rule}")),
            replicas: 0,
            inputs: options.inputs(),
            reweights: &reweights,
        };
        if options.statistics {
            let (first, last) = run.inputs.clone().into_inner();
            console.line(&format!(
                "rule {rule} ({}), x = {first}..{last}, numrep = {}..{}",
                run.rule_name,
                replicas.start(),
                replicas.end()
            ))?;
        }
        for count in replicas {
            run.replicas = count;
            run.run(&mut dice, &mut tries, console)?;
        }
    }
    if options.choose_tries {
        tries.print(console)?;
    }
    Ok(())
}

impl Run<'_> {
    fn run(&self, dice: &mut Dice, tries: &mut TriesSeen, console: &mut Console<'_>) -> Outcome {
        let total =
            self.reweights.iter().fold(0i32, |sum, weight| sum.wrapping_add(*weight as i32));
        if total == 0 {
            return Ok(());
        }
        let (first, last) = self.inputs.clone().into_inner();
        let inputs_total = last.wrapping_sub(first).wrapping_add(1);
        let expected = Expected::new(self.map, self.rule, self.replicas, self.reweights, total);
        let expected_objects = expected.objects(inputs_total);
        let mut csv = match self.options.csv {
            true => Some(csv::Files::new(self, &expected.shares)?),
            false => None,
        };
        let mut counts = Counts::new(self.reweights.len());
        for batch in self.options.batches(&self.inputs) {
            if let Some(csv) = &mut csv {
                csv.begin_batch();
            }
            if !batch.is_empty() {
                self.place(batch, dice, tries, &mut counts, csv.as_mut(), console)?;
            }
            if let Some(csv) = &mut csv {
                csv.end_batch()?;
            }
        }
        if self.options.statistics {
            self.print_statistics(&counts, inputs_total, &expected_objects, console)?;
        }
        csv.map_or(Ok(()), |csv| csv.finish(&counts, &expected_objects))
    }

    /// How many devices an input may have: none where the number of replicas is below 0.
    fn result_max(&self) -> usize {
        usize::try_from(self.replicas).unwrap_or(0)
    }

    /// Places a range of inputs, prints what is to be printed of each, and counts.
    fn place(
        &self,
        inputs: RangeInclusive<i64>,
        dice: &mut Dice,
        tries: &mut TriesSeen,
        counts: &mut Counts,
        mut csv: Option<&mut csv::Files>,
        console: &mut Console<'_>,
    ) -> Outcome {
        let options = self.options;
        let mapper = Mapper::new(self.checked, self.rule, self.result_max(), self.reweights);
        let Some(mapper) = mapper else { return Ok(()) };
        let mapper = mapper.with_choose_args(self.checked.choose_args_for(0));
        let mut placer = Placer::new(self, mapper, inputs.clone(), dice);
        let mut line = Line::default();
        for x in inputs {
            let x = x as i32;
            let placed = placer.place(x, tries);
            if options.mappings {
                let kind = if options.simulate { "RNG" } else { "CRUSH" };
                let mapping = line.mapping(kind, self.rule, x, placed);
                console.out.write_all(mapping)?;
            }
            if let Some(csv) = &mut csv {
                csv.placed(x, placed)?;
            }
            let complete = counts.count(placed);
            if options.bad_mappings && !(complete && placed.len() == self.replicas as usize) {
                let bad = line.bad_mapping(self.rule, x, self.replicas, placed);
                console.out.write_all(bad)?;
            }
        }
        Ok(())
    }

    fn print_statistics(
        &self,
        counts: &Counts,
        inputs_total: i32,
        expected_objects: &[f32],
        console: &mut Console<'_>,
    ) -> Outcome {
        let Run { rule, rule_name, replicas, options, .. } = self;
        for (size, count) in counts.by_size.iter().enumerate().filter(|(_, count)| **count != 0) {
            console.line(&format!(
                "rule {rule} ({rule_name}) num_rep {replicas} result size == {size}:\t\
                 {count}/{inputs_total}"
            ))?;
        }
        for (device, (stored, expected)) in counts.stored.iter().zip(expected_objects).enumerate() {
            let shown = match options.utilization {
                true => *expected > 0.0 && *stored > 0,
                false => options.utilization_all,
            };
            if shown {
                let expected = crate::number::general(f64::from(*expected), 6);
                console.line(&format!(
                    "  device {device}:\t\t stored : {stored}\t expected : {expected}"
                ))?;
            }
        }
        Ok(())
    }
}
