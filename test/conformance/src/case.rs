//! One seed: a map, and what both tools are asked about it.

use std::io;
use std::path::Path;

use crushlab_crush::Bucket;
use crushlab_crushmap::{CrushMap, Release};
use fastrand::Rng;

use crate::generate::{Generated, generate};
use crate::judge::Judge;
use crate::tools::{Run, Tool, Workplace};

/// What came of some cases.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// Maps that both tools compiled.
    pub maps: u64,
    /// Maps that both refused to compile.
    pub refused: u64,
    /// Runs of each tool.
    pub runs: u64,
    /// Edits among them.
    pub edits: u64,
    /// Files among them that only the weight sets of other buckets than straw2 tell apart; Ceph
    /// drops those when it reads the file.
    pub equal_once_read: u64,
    /// Mappings that were compared.
    pub mappings: u64,
    /// OSDMaps that both osdmaptools were asked about.
    pub osd_maps: u64,
    /// Runs of each osdmaptool.
    pub osd_runs: u64,
    /// Arguments of the runs that differed, with their seeds.
    pub differences: Vec<String>,
}

impl Score {
    /// Takes over what came of other cases.
    pub fn add(&mut self, other: Score) {
        self.maps += other.maps;
        self.refused += other.refused;
        self.runs += other.runs;
        self.edits += other.edits;
        self.equal_once_read += other.equal_once_read;
        self.mappings += other.mappings;
        self.osd_maps += other.osd_maps;
        self.osd_runs += other.osd_runs;
        self.differences.extend(other.differences);
    }
}

/// How much is asked of a map.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// Tests of each rule.
    pub tests_per_rule: usize,
    /// Edits, each of the same map.
    pub edits: usize,
}

impl Amount {
    /// What is asked of a map where nothing else is said.
    pub const FULL: Amount = Amount { tests_per_rule: 3, edits: 6 };
    /// Little of everything, for many maps and many judges.
    pub const BRIEF: Amount = Amount { tests_per_rule: 1, edits: 2 };
}

/// Compares the tools on the map of a seed: with those in the folder, or with the installed ones.
///
/// # Errors
/// What the system says about files and processes.
pub fn check(seed: u64, judge: Option<&Path>, amount: Amount) -> io::Result<Score> {
    let judge = Judge::new(judge);
    let release = judge.release().map(Release::of_number);
    let generated = generate(seed, release.is_some_and(Release::has_msr_rules));
    let workplace = Workplace::new(&judge)?;
    workplace.write("text", generated.text.as_bytes())?;
    let rng = Rng::with_seed(seed ^ 0x5bd1_e995);
    let only_mappings = generated.shadow_trees || judge.tool().is_none();
    let score = Score::default();
    let mut case = Case { seed, generated, workplace, rng, only_mappings, amount, score };
    case.run()?;
    Ok(case.score)
}

/// Whether what Ceph finds behind the end of a tree's items is the same for all its releases: zeros
/// up to where the memory ends that was asked for, which comes in steps of 16 bytes.
fn is_read_alike(bucket: &Bucket) -> bool {
    let size = bucket.items.len();
    let usable_bytes = ((4 * size + 8).next_multiple_of(16) - 8).max(24);
    !bucket.draws_past_end() || size.next_power_of_two() * 4 <= usable_bytes
}

/// Whether runs differ in nothing but what is dropped when the file is read.
fn read_alike(theirs: &Run, ours: &Run) -> bool {
    let read = |file: &Option<Vec<u8>>| {
        let map = CrushMap::from_binary(file.as_deref()?).ok()?;
        Some(map.to_binary())
    };
    let file = read(&theirs.file);
    theirs.code == ours.code
        && theirs.stdout == ours.stdout
        && file.is_some()
        && file == read(&ours.file)
}

/// Leaves nothing of what was printed but the mappings.
fn keep_mappings(run: &mut Run) {
    let lines = run.stdout.split_inclusive(|byte| *byte == b'\n');
    run.stdout = lines.filter(|line| line.starts_with(b"CRUSH rule")).flatten().copied().collect();
}

/// What two runs differ in. Where the judge was ended by a signal there is nothing to be equal to.
pub(crate) fn difference(theirs: &Run, ours: &Run) -> Option<String> {
    let crashed = theirs.code.is_none_or(|code| code > 128);
    if theirs == ours || crashed {
        return None;
    }
    Some(match (theirs.code == ours.code, theirs.stdout == ours.stdout) {
        (false, _) => format!("exit code {:?}, ours {:?}", theirs.code, ours.code),
        (_, false) => "standard output".to_owned(),
        _ => "the file written".to_owned(),
    })
}

pub(crate) fn words(arguments: &str) -> Vec<String> {
    arguments.split(' ').map(str::to_string).collect()
}

struct Case {
    seed: u64,
    generated: Generated,
    workplace: Workplace,
    rng: Rng,
    /// Whether the judge's own map is mapped, and nothing else is compared.
    only_mappings: bool,
    amount: Amount,
    score: Score,
}

impl Case {
    fn run(&mut self) -> io::Result<()> {
        let compiled = if self.only_mappings {
            self.score.runs += 1;
            self.workplace.theirs(Tool::Crushtool, &words("-c {text} -o {out}"))?
        } else {
            self.compare("-c {text} -o {out}")?
        };
        let Some(mut map) = compiled.file.filter(|_| compiled.code == Some(0)) else {
            self.score.refused += 1;
            return Ok(());
        };
        self.score.maps += 1;
        if self.rng.u8(0..10) == 0 {
            // Items that are no longer below max_devices, bytes 12 to 15 of the map.
            let last = self.generated.devices.last().copied().unwrap_or(0);
            map[12..16].copy_from_slice(&self.rng.i32(1..=last + 1).to_le_bytes());
        }
        self.workplace.write("map", &map)?;
        if self.only_mappings {
            let read = CrushMap::from_binary(&map)
                .map_err(|error| io::Error::other(format!("the judge's own map: {error}")))?;
            if read.core.buckets.iter().flatten().all(is_read_alike) {
                self.mappings()?;
            }
            return Ok(());
        }
        self.compare("-d {map}")?;
        self.compare("-i {map} --dump --tree")?;
        self.mappings()?;
        for _ in 0..self.amount.edits {
            self.edit()?;
        }
        Ok(())
    }

    /// Runs both tools, notes a difference, gives what the installed one did.
    fn compare(&mut self, arguments: &str) -> io::Result<Run> {
        let (mut theirs, mut ours) =
            self.workplace.both(Tool::Crushtool, &words(arguments), None)?;
        self.score.runs += 1;
        if self.only_mappings {
            keep_mappings(&mut theirs);
            keep_mappings(&mut ours);
        }
        if let Some(what) = difference(&theirs, &ours) {
            if read_alike(&theirs, &ours) {
                self.score.equal_once_read += 1;
            } else {
                self.score.differences.push(format!("seed {}: {arguments}: {what}", self.seed));
            }
        }
        Ok(theirs)
    }

    /// Every rule, several numbers of replicas, with reweights, all that `--test` can show.
    fn mappings(&mut self) -> io::Result<()> {
        for rule in self.generated.rules.clone() {
            for _ in 0..self.amount.tests_per_rule {
                let replicas = self.rng.u32(1..8);
                let first = self.rng.u32(0..100_000);
                let last = first + 399;
                let mut arguments = format!(
                    "-i {{map}} --test --show-mappings --rule {rule} --num-rep {replicas} \
                     --min-x {first} --max-x {last}"
                );
                for show in ["statistics", "bad-mappings", "utilization", "choose-tries"] {
                    if !self.only_mappings && self.rng.u8(0..4) == 0 {
                        arguments.push_str(&format!(" --show-{show}"));
                    }
                }
                if self.rng.u8(0..5) == 0 {
                    arguments.push_str(&format!(" --pool-id {}", self.rng.u32(0..9)));
                }
                arguments.push_str(&self.reweights());
                let theirs = self.compare(&arguments)?;
                let lines = theirs.stdout.split(|byte| *byte == b'\n');
                self.score.mappings +=
                    lines.filter(|line| line.starts_with(b"CRUSH rule")).count() as u64;
            }
        }
        Ok(())
    }

    fn reweights(&mut self) -> String {
        let share = [0, 0, 3, 10][self.rng.usize(0..4)];
        let mut arguments = String::new();
        for device in &self.generated.devices {
            if self.rng.u32(0..20) < share {
                let reweight = ["0", "0.1", "0.5", "0.85", "1"][self.rng.usize(0..5)];
                arguments.push_str(&format!(" --weight {device} {reweight}"));
            }
        }
        arguments
    }

    /// One change of the map, or one that the tool refuses.
    fn edit(&mut self) -> io::Result<()> {
        let arguments = self.random_edit();
        self.score.edits += 1;
        self.compare(&format!("-i {{map}} {arguments} -o {{out}}")).map(|_| ())
    }

    fn random_edit(&mut self) -> String {
        let rng = &mut self.rng;
        let bucket = |rng: &mut Rng| {
            let buckets = &self.generated.buckets;
            buckets[rng.usize(0..buckets.len())].clone()
        };
        let device = |rng: &mut Rng| {
            let devices = &self.generated.devices;
            devices[rng.usize(0..devices.len())]
        };
        let types = &self.generated.types;
        let (_, type_name) = &types[rng.usize(0..types.len())];
        let location = |rng: &mut Rng| {
            let host = &types[0].1;
            match rng.u8(0..3) {
                0 => format!("--loc {host} new-{host}"),
                1 => format!("--loc {host} {host}0 --loc root root0"),
                _ => format!("--loc {host} new-{host} --loc root root0"),
            }
        };
        let weight = f64::from(rng.u32(0..8_000)) / 1000.0;
        let new = self.generated.devices.last().map_or(0, |last| last + 1) + rng.i32(0..3);
        // Adding to a tree bucket, or emptying one, leaves uninitialised memory in crushtool.
        let first = if self.generated.trees { 7 } else { 0 };
        match rng.u8(first..14) {
            0 => format!("--add-item {new} {weight} osd.{new} {}", location(rng)),
            1 => {
                let device = device(rng);
                format!("--update-item {device} {weight} osd.{device} {}", location(rng))
            }
            2 => format!("--add-bucket extra {type_name} {}", location(rng)),
            3 => format!("--move osd.{} {}", device(rng), location(rng)),
            4 => format!("--move {} --loc root root0", bucket(rng)),
            5 => format!("--remove-item osd.{}", device(rng)),
            6 => format!("--remove-item {}", bucket(rng)),
            7 => format!("--reweight-item osd.{} {weight}", device(rng)),
            8 => format!("--reweight-item {} {weight}", bucket(rng)),
            9 => "--reweight".to_string(),
            10 => "--rebuild-class-roots".to_string(),
            11 => format!(
                "--create-simple-rule extra {} {type_name} {}",
                bucket(rng),
                ["firstn", "indep"][rng.usize(0..2)]
            ),
            12 => format!(
                "--create-replicated-rule extra {} {type_name} --device-class ssd",
                bucket(rng)
            ),
            _ => format!(
                "--set-choose-total-tries {} --set-chooseleaf-stable {} --remove-rule rule{}",
                rng.u32(1..100),
                rng.u32(0..2),
                rng.u32(0..3)
            ),
        }
    }
}
