//! The installed crushtool, and what it takes.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use wait_timeout::ChildExt;

use crate::maps::RuleOfMap;
use crate::measure::{Took, timed_child};

/// No run that is measured here takes this long.
const LONGEST: Duration = Duration::from_secs(120);

/// A question to `crushtool --test`: the inputs from 0 on of a rule.
pub struct Question<'a> {
    /// Binary map.
    pub map: &'a Path,
    /// Its rule.
    pub rule: &'a RuleOfMap,
    /// Reweights (16.16).
    pub reweights: &'a [u32],
    /// Number of inputs.
    pub inputs: u32,
}

impl Question<'_> {
    /// The arguments of crushtool, its input file included.
    pub fn arguments(&self, show: &str) -> Vec<String> {
        let RuleOfMap { id, size, .. } = self.rule;
        let last = self.inputs.saturating_sub(1);
        let mut words: Vec<String> =
            vec!["-i".into(), self.map.display().to_string(), "--test".into(), show.into()];
        let options: [(&str, String); 4] = [
            ("--rule", id.to_string()),
            ("--num-rep", size.to_string()),
            ("--min-x", 0.to_string()),
            ("--max-x", last.to_string()),
        ];
        words.extend(options.into_iter().flat_map(|(name, value)| [name.to_owned(), value]));
        for (osd, reweight) in self.reweights.iter().enumerate() {
            if *reweight != 0x10000 {
                let value = f64::from(*reweight) / 65536.0;
                words.extend(["--weight".into(), osd.to_string(), value.to_string()]);
            }
        }
        words
    }

    /// What `crushtool --test --show-statistics` takes.
    ///
    /// # Errors
    /// It is not there, fails, or takes two minutes.
    pub fn time(&self) -> Result<Took, String> {
        let (took, run) = timed_child(|| run(&self.arguments("--show-statistics")));
        run.map(|_| took)
    }

    /// Its mappings, in the order of the inputs.
    ///
    /// # Errors
    /// As [`time`](Question::time); or it prints what this does not understand.
    pub fn mappings(&self) -> Result<Vec<Vec<i32>>, String> {
        let output = run(&self.arguments("--show-mappings"))?;
        output.lines().filter(|line| line.starts_with("CRUSH rule")).map(mapping).collect()
    }
}

/// `CRUSH rule 0 x 5 [1,2,3]`.
fn mapping(line: &str) -> Result<Vec<i32>, String> {
    let not_understood = || format!("crushtool printed {line:?}");
    let start = line.find('[').ok_or_else(not_understood)?;
    let inner = line[start..].trim_start_matches('[').trim_end_matches(']');
    let ids = inner.split(',').filter(|id| !id.is_empty());
    ids.map(|id| id.trim().parse().map_err(|_| not_understood())).collect()
}

fn run(arguments: &[String]) -> Result<String, String> {
    let mut child = Command::new("crushtool")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("crushtool: {error} (Debian: apt-get install ceph-base)"))?;
    // It may print more than a pipe holds, so somebody has to read while it runs. Mappings are
    // written to one of the two streams, depending on what is shown.
    let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
    let readers = [
        std::thread::spawn(move || read_all(out.as_mut())),
        std::thread::spawn(move || read_all(err.as_mut())),
    ];
    let status = child.wait_timeout(LONGEST).map_err(|error| format!("crushtool: {error}"))?;
    let Some(status) = status else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!("crushtool did not end within {} s", LONGEST.as_secs()));
    };
    let texts: Vec<String> = readers.into_iter().filter_map(|reader| reader.join().ok()).collect();
    if status.success() {
        Ok(texts.concat())
    } else {
        Err(format!("crushtool failed: {}", texts.concat().lines().next().unwrap_or_default()))
    }
}

fn read_all(stream: Option<&mut impl Read>) -> String {
    let mut bytes = Vec::new();
    // What a tool printed before it broke off is still what it printed.
    let _ = stream.map(|stream| stream.read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}
