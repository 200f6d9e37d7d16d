//! Broken and hostile maps against the three readers of CRUSH maps.
//!
//! A try takes one of the example or golden maps, breaks it (cut, bits flipped, numbers replaced,
//! pieces doubled or swapped with another map's), or makes something hostile from nothing, and has
//! it read. What is read is written again in all three forms. Nothing of this may panic, take more
//! than [`SECONDS_MAX`] or bring the process above [`BYTES_MAX`] of memory.

mod hostile;
mod mutate;

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crushlab_crushmap::CrushMap;
use fastrand::Rng;

/// Seconds that one try may take.
pub const SECONDS_MAX: u64 = 1;
/// Bytes that the process may hold at any time.
pub const BYTES_MAX: usize = 256 << 20;

/// The three readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Bytes as `ceph osd getcrushmap` gives them.
    Binary,
    /// Text as `crushtool -d` prints it.
    Text,
    /// JSON as `ceph osd crush dump` prints it.
    Json,
}

/// What came of some tries.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// All tries.
    pub tries: u64,
    /// Tries whose map was read without an error, in spite of everything.
    pub accepted: u64,
    /// The longest try.
    pub longest: Duration,
    /// Tries that panicked or took too long, with what is needed to make them again.
    pub failures: Vec<String>,
}

/// The whole maps that tries begin with.
pub struct Corpus {
    maps: Vec<(Form, Vec<u8>)>,
}

impl Corpus {
    /// The maps under `examples/data` and `test/golden/crushmap`.
    ///
    /// # Errors
    /// The path that cannot be read.
    pub fn load() -> Result<Corpus, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut maps = Vec::new();
        for folder in ["examples/data", "test/golden/crushmap"] {
            let folder = root.join(folder);
            let list = fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
            let mut paths: Vec<PathBuf> = list.flatten().map(|entry| entry.path()).collect();
            paths.sort();
            for path in paths {
                let Some(form) = form_of(&path) else { continue };
                let bytes = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
                // Large maps would make tries slow and find nothing that small ones do not.
                if bytes.len() < 20_000 {
                    maps.push((form, bytes));
                }
            }
        }
        Ok(Corpus { maps })
    }

    /// The input of a try, and the reader it is for.
    pub fn input(&self, seed: u64) -> (Form, Vec<u8>) {
        let mut rng = Rng::with_seed(seed);
        if rng.u8(0..50) == 0 {
            return hostile::input(&mut rng);
        }
        let (form, map) = &self.maps[rng.usize(0..self.maps.len())];
        let (_, other) = &self.maps[rng.usize(0..self.maps.len())];
        let mut bytes = map.clone();
        for _ in 0..rng.usize(1..5) {
            mutate::mutate(&mut bytes, *form, other, &mut rng);
        }
        (*form, bytes)
    }

    /// Makes the tries of these seeds.
    pub fn run(&self, seeds: impl Iterator<Item = u64>) -> Score {
        let mut score = Score::default();
        for seed in seeds {
            let (form, bytes) = self.input(seed);
            let (outcome, took) = timed(form, &bytes);
            // A busy machine makes any try slow; only what is slow each time is slow.
            let again = || timed(form, &bytes).1;
            let limit = Duration::from_secs(SECONDS_MAX);
            let took = if took > limit { took.min(again()).min(again()) } else { took };
            score.tries += 1;
            score.longest = score.longest.max(took);
            match outcome {
                Ok(accepted) => score.accepted += u64::from(accepted),
                Err(_) => score.failures.push(format!("seed {seed} ({form:?}): panicked")),
            }
            if took > limit {
                score.failures.push(format!("seed {seed} ({form:?}): took {took:?}"));
            }
        }
        score
    }
}

fn form_of(path: &Path) -> Option<Form> {
    let name = path.file_name()?.to_str()?;
    match path.extension()?.to_str()? {
        "bin" => Some(Form::Binary),
        "txt" | "decompiled" => Some(Form::Text),
        "json" if name.contains("dump") => Some(Form::Json),
        _ => None,
    }
}

/// Makes a try and says how long it took; an error is a panic.
fn timed(form: Form, bytes: &[u8]) -> (thread::Result<bool>, Duration) {
    let began = Instant::now();
    let outcome = catch_unwind(|| read_and_write(form, bytes));
    (outcome, began.elapsed())
}

/// Whether the map was read. If so, it is also checked and written in all forms.
fn read_and_write(form: Form, bytes: &[u8]) -> bool {
    let read = match form {
        Form::Binary => CrushMap::from_binary(bytes).map_err(|error| error.to_string()),
        Form::Text => {
            CrushMap::from_text(&String::from_utf8_lossy(bytes)).map_err(|error| error.to_string())
        }
        Form::Json => CrushMap::from_json(bytes).map_err(|error| error.to_string()),
    };
    let detected = CrushMap::read(bytes).map_err(|error| error.to_string());
    // The text of an error is worked out from the input too.
    for error in [&read, &detected].into_iter().filter_map(|read| read.as_ref().err()) {
        assert!(!error.is_empty(), "an error without words");
    }
    let Ok(map) = read else { return false };
    assert!(map.map().is_ok(), "a map that was read is sound");
    let written = map.to_binary();
    assert!(CrushMap::from_binary(&written).is_ok(), "what was written can be read");
    assert!(!map.to_text().is_empty(), "a map has a text");
    assert!(map.to_json().is_object(), "a map has a dump");
    true
}
