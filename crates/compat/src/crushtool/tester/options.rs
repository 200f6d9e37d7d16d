//! What a test is asked to do.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crushlab_crush::{Map, Rule};
use crushlab_crushmap::Release;

use crate::arguments::Arguments;
use crate::number::leading_float;
use crate::stop::{Outcome, Stop};

/// Most replicas that can be asked for. What crushtool can stand depends on its stack, and is
/// near 500,000.
const MAX_REPLICAS: i32 = 100_000;

/// Most batches: each takes time even where it has no input.
const MAX_BATCHES: i32 = 10_000_000;

/// Inputs of a test that is not told which.
const DEFAULT_MAX_INPUT: i32 = 1023;

/// What a test is asked to do. Numbers that were not given are -1.
#[derive(Clone, Debug)]
pub(crate) struct TestOptions {
    pub(super) min_rule: i32,
    pub(super) max_rule: i32,
    ruleset: i32,
    min_x: i32,
    max_x: i32,
    /// Numbers of replicas, from the first to the last; those a rule is for where neither is set,
    /// in releases whose rules have sizes.
    min_replicas: i32,
    max_replicas: i32,
    release: Release,
    pub(super) pool: i64,
    pub(super) batch_count: i32,
    /// Reweights (16.16) by device.
    pub(super) weights: BTreeMap<i32, u32>,
    pub(super) simulate: bool,
    pub(super) down_device_ratio: f32,
    pub(super) down_bucket_ratio: f32,
    pub(super) utilization: bool,
    pub(super) utilization_all: bool,
    pub(super) statistics: bool,
    pub(super) mappings: bool,
    pub(super) bad_mappings: bool,
    pub(super) choose_tries: bool,
    pub(super) csv: bool,
    /// What the names of the CSV files start with.
    pub(crate) csv_prefix: String,
}

impl Default for TestOptions {
    fn default() -> TestOptions {
        TestOptions {
            min_rule: -1,
            max_rule: -1,
            ruleset: -1,
            min_x: -1,
            max_x: -1,
            min_replicas: -1,
            max_replicas: -1,
            release: Release::OF_DROP_INS,
            pool: -1,
            batch_count: 1,
            weights: BTreeMap::new(),
            simulate: false,
            down_device_ratio: 0.0,
            down_bucket_ratio: 1.0,
            utilization: false,
            utilization_all: false,
            statistics: false,
            mappings: false,
            bad_mappings: false,
            choose_tries: false,
            csv: false,
            csv_prefix: String::new(),
        }
    }
}

impl TestOptions {
    /// Nothing asked for yet, of the tool of this release.
    pub(crate) fn new(release: Release) -> TestOptions {
        TestOptions { release, ..TestOptions::default() }
    }

    /// Takes the present argument if it is an option of tests.
    pub(crate) fn take(&mut self, arguments: &mut Arguments) -> Outcome<bool> {
        Ok(self.take_output(arguments)
            || self.take_range(arguments)?
            || self.take_devices(arguments)?)
    }

    fn take_output(&mut self, arguments: &mut Arguments) -> bool {
        let flags = [
            ("--show-utilization", &mut self.utilization),
            ("--show-utilization-all", &mut self.utilization_all),
            ("--show-statistics", &mut self.statistics),
            ("--show-mappings", &mut self.mappings),
            ("--show-bad-mappings", &mut self.bad_mappings),
            ("--show-choose-tries", &mut self.choose_tries),
            ("--output-csv", &mut self.csv),
        ];
        for (name, setting) in flags {
            if arguments.flag(&[name]) {
                *setting = true;
                return true;
            }
        }
        let simulate = arguments.flag(&["-s", "--simulate"]);
        self.simulate |= simulate;
        simulate
    }

    fn take_range(&mut self, arguments: &mut Arguments) -> Outcome<bool> {
        let rule_sizes = self.release.has_rule_sizes();
        let numbers = [
            ("--max-x", &mut self.max_x),
            ("--min-x", &mut self.min_x),
            ("--max-rule", &mut self.max_rule),
            ("--min-rule", &mut self.min_rule),
            match rule_sizes {
                true => ("--ruleset", &mut self.ruleset),
                false => ("--min-rep", &mut self.min_replicas),
            },
        ];
        for (name, setting) in numbers {
            if let Some(number) = arguments.with_number(name) {
                arguments.check()?;
                *setting = number.unwrap_or(*setting);
                return Ok(true);
            }
        }
        if let Some(count) = arguments.with_number("--batches") {
            arguments.check()?;
            self.batch_count = count.unwrap_or(self.batch_count);
            if self.batch_count > MAX_BATCHES {
                return Err(Stop::error(format!(
                    "crushtool: --batches {} is too large: expected at most {MAX_BATCHES}",
                    self.batch_count
                )));
            }
            return Ok(true);
        }
        if !rule_sizes && let Some(number) = arguments.with_number("--max-rep") {
            arguments.check()?;
            self.max_replicas = number.unwrap_or(self.max_replicas);
            return Ok(true);
        }
        let both = [
            ("--num-rep", &mut self.min_replicas, &mut self.max_replicas),
            ("--x", &mut self.min_x, &mut self.max_x),
            ("--rule", &mut self.min_rule, &mut self.max_rule),
        ];
        for (name, first, last) in both {
            if let Some(number) = arguments.with_number(name) {
                arguments.check()?;
                *first = number.unwrap_or(*first);
                *last = *first;
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn take_devices(&mut self, arguments: &mut Arguments) -> Outcome<bool> {
        if let Some(pool) = arguments.with_number("--pool-id") {
            arguments.check()?;
            self.pool = pool.unwrap_or(self.pool);
        } else if let Some(ratio) = arguments.with_number("--mark-down-ratio") {
            arguments.check()?;
            self.down_device_ratio = ratio.unwrap_or(self.down_device_ratio);
        } else if let Some(ratio) = arguments.with_number("--mark-down-bucket-ratio") {
            arguments.check()?;
            self.down_bucket_ratio = ratio.unwrap_or(self.down_bucket_ratio);
        } else if let Some(device) = arguments.with_number::<i32>("--weight") {
            arguments.check()?;
            let weight = leading_float(&arguments.following("--weight")?) as f32;
            self.weights.insert(device.unwrap_or(-1), fixed(weight));
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Whether anything is to be printed or written.
    pub(crate) fn has_output(&self) -> bool {
        self.utilization
            || self.utilization_all
            || self.statistics
            || self.mappings
            || self.bad_mappings
            || self.choose_tries
            || self.csv
    }

    /// Has a test that shows what devices store show the statistics too; a comparison after it
    /// does the same then.
    pub(crate) fn complete(&mut self) {
        self.statistics |= self.utilization || self.utilization_all;
    }

    /// The rules to test, which need not exist.
    pub(super) fn rules(&self, map: &Map) -> std::ops::Range<usize> {
        let slots = map.rule_slots().len();
        match (usize::try_from(self.min_rule), usize::try_from(self.max_rule)) {
            (Ok(first), Ok(last)) => first..slots.min(last.saturating_add(1)),
            _ => 0..slots,
        }
    }

    /// Whether rules of this rule set are not to be tested.
    pub(super) fn passes_over(&self, ruleset: u8) -> bool {
        self.ruleset >= 0 && self.ruleset != i32::from(ruleset)
    }

    /// The numbers of replicas to test a rule with: those it is meant for, if none was given.
    pub(super) fn replicas(&self, rule: &Rule) -> Outcome<RangeInclusive<i32>> {
        let (first, last) = (self.min_replicas, self.max_replicas);
        if self.release.has_rule_sizes() && first < 0 {
            return Ok(rule.min_size.into()..=rule.max_size.into());
        }
        if last > MAX_REPLICAS {
            return Err(Stop::error(format!(
                "crushtool: {last} replicas are too many: expected at most {MAX_REPLICAS}"
            )));
        }
        Ok(first.max(-1)..=last)
    }

    /// Stops where no number of replicas is given and rules have none.
    pub(crate) fn check_replicas(&self) -> Outcome {
        if self.release.has_rule_sizes() || self.min_replicas >= 0 || self.max_replicas >= 0 {
            return Ok(());
        }
        Err(Stop::error("must specify --num-rep or both --min-rep and --max-rep"))
    }

    /// The largest number of replicas that was asked for, 0 if none was.
    pub(super) fn asked_replicas(&self) -> i32 {
        self.max_replicas.max(0)
    }

    /// The inputs to test.
    pub(super) fn inputs(&self) -> RangeInclusive<i32> {
        if self.min_x < 0 || self.max_x < 0 {
            return 0..=DEFAULT_MAX_INPUT;
        }
        self.min_x..=self.max_x
    }

    /// The inputs in batches of equal size, the last one taking the rest; none for a number of
    /// batches below 1.
    pub(super) fn batches(
        &self,
        inputs: &RangeInclusive<i32>,
    ) -> impl Iterator<Item = RangeInclusive<i64>> + use<> {
        let (first, last) = (i64::from(*inputs.start()), i64::from(*inputs.end()));
        let batch_count = i64::from(self.batch_count.max(0));
        let size = (last - first + 1) / batch_count.max(1);
        (0..batch_count).map(move |batch| {
            let start = first + batch * size;
            let end = if batch + 1 == batch_count { last } else { start + size - 1 };
            start..=end
        })
    }
}

/// A reweight in 16.16, between 0 and 1. What 32 bits cannot hold counts as 0, which is what the
/// conversion gives on x86.
fn fixed(weight: f32) -> u32 {
    let scaled = weight * 65536.0;
    let fits = scaled < 2_147_483_648.0;
    if fits { (scaled as i32).clamp(0, 0x10000) as u32 } else { 0 }
}
