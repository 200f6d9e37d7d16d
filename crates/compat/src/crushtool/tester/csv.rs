//! The files of `--output-csv`, one set for each rule (CrushTester.h, `write_data_set_to_csv`).

use std::io::Write;

use super::run::Run;
use super::statistics::{Counts, Line};
use crate::files::Replacement;
use crate::number::general;
use crate::stop::{Outcome, Stop};

const UTILIZATION_TITLE: &str = "Device ID, Number of Objects Stored, Number of Objects Expected\n";

/// Most bytes of batch counts that are kept until they are written.
const MAX_BATCH_BYTES: usize = 128 << 20;

/// The files of one rule and one number of replicas.
pub(super) struct Files {
    /// What all their names start with.
    stem: String,
    placement: Replacement,
    line: Line,
    absolute_weights: String,
    proportional_weights: String,
    proportional_weights_all: String,
    /// Whether there are several batches.
    batched: bool,
    batch: Counts,
    batch_inputs: usize,
    batch_count: usize,
    batch_rows: String,
}

impl Files {
    /// Starts the files; `shares` are those of the devices in all weight.
    pub(super) fn new(run: &Run<'_>, shares: &[f32]) -> Outcome<Files> {
        if run.rule_name.contains('/') {
            return Err(Stop::error(format!(
                "crushtool: rule '{}' has a name that files cannot have: expected one without '/'",
                run.rule_name
            )));
        }
        let stem = format!("{}{}", run.options.csv_prefix, run.rule_name);
        let mut placement = Replacement::new(format!("{stem}-placement_information.csv"))?;
        let titles = (0..run.options.asked_replicas()).map(|replica| format!(", OSD{replica}"));
        writeln!(placement, "Input{}", titles.collect::<String>())?;
        let row = |device: usize, value: f32| format!("{device},{}\n", general(value.into(), 6));
        let weights = run.reweights.iter().enumerate();
        let shares = || shares.iter().enumerate().map(|(device, share)| (device, *share));
        Ok(Files {
            stem,
            placement,
            line: Line::default(),
            absolute_weights: weights
                .map(|(id, weight)| row(id, *weight as f32 / 65536.0))
                .collect(),
            proportional_weights: shares()
                .filter(|(_, share)| *share > 0.0)
                .map(|(id, share)| row(id, share))
                .collect(),
            proportional_weights_all: shares().map(|(id, share)| row(id, share)).collect(),
            batched: run.options.batch_count > 1,
            batch: Counts::new(run.reweights.len()),
            batch_inputs: 0,
            batch_count: 0,
            batch_rows: String::new(),
        })
    }

    /// Starts a batch.
    pub(super) fn begin_batch(&mut self) {
        self.batch.stored.fill(0);
        self.batch_inputs = 0;
    }

    /// Notes where an input went.
    pub(super) fn placed(&mut self, x: i32, placed: &[i32]) -> Outcome {
        self.placement.write_all(self.line.record(x, placed))?;
        if self.batched {
            self.batch.count(placed);
            self.batch_inputs += 1;
        }
        Ok(())
    }

    /// Ends a batch. Nothing was counted for a batch without inputs.
    pub(super) fn end_batch(&mut self) -> Outcome {
        if self.batched {
            self.batch_rows.push_str(&self.batch_count.to_string());
            if self.batch_inputs > 0 {
                let stored = self.batch.stored.iter();
                self.batch_rows.extend(stored.map(|count| format!(",{count}")));
            }
            self.batch_rows.push('\n');
            if self.batch_rows.len() > MAX_BATCH_BYTES {
                let limit = MAX_BATCH_BYTES >> 20;
                return Err(Stop::error(format!(
                    "crushtool: too many --batches: their counts take more than {limit} MiB"
                )));
            }
        }
        self.batch_count += 1;
        Ok(())
    }

    /// Writes what is left, and puts all files in place.
    pub(super) fn finish(self, counts: &Counts, expected: &[f32]) -> Outcome {
        let utilization = |(device, (stored, expected)): (usize, (&i32, &f32))| {
            let stored = general(f64::from(*stored as f32), 6);
            format!("{device},{stored},{}\n", general(f64::from(*expected), 6))
        };
        let all = || counts.stored.iter().zip(expected).enumerate();
        let used = all().filter(|(_, (stored, expected))| **expected > 0.0 && **stored > 0);
        let used: Vec<String> = used.map(utilization).collect();
        let all: String = all().map(utilization).collect();
        let file = |name: &str, title: &str, rows: &str| {
            let mut file = Replacement::new(format!("{}-{name}.csv", self.stem))?;
            file.write_all(title.as_bytes())?;
            file.write_all(rows.as_bytes())?;
            file.finish()
        };
        file("device_utilization", UTILIZATION_TITLE, &used.concat())?;
        file("device_utilization_all", UTILIZATION_TITLE, &all)?;
        let title = "Device ID, Proportional Weight\n";
        file("proportional_weights", title, &self.proportional_weights)?;
        file("proportional_weights_all", title, &self.proportional_weights_all)?;
        file("absolute_weights", "Device ID, Absolute Weight\n", &self.absolute_weights)?;
        if self.batched {
            // Both files have what was stored, and a title for each device that was used.
            for kind in ["Stored", "Expected"] {
                let name = match kind {
                    "Stored" => "batch_device_utilization_all",
                    _ => "batch_device_expected_utilization_all",
                };
                let titles = (0..used.len()).map(|id| format!(", Objects {kind} on OSD{id}"));
                let title = format!("Batch Round{}\n", titles.collect::<String>());
                file(name, &title, &self.batch_rows)?;
            }
        }
        self.placement.finish()
    }
}
