//! The part of Ceph's configuration that new maps and health checks follow: options such as
//! `--osd-pool-default-size 2`, and the file that `-c` names.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::arguments::Arguments;
use crate::files;
use crate::stop::{Outcome, Stop};

const CHOOSELEAF_TYPE: &str = "osd_crush_chooseleaf_type";
const POOL_SIZE: &str = "osd_pool_default_size";
const POOL_MIN_SIZE: &str = "osd_pool_default_min_size";
const AUTOSCALE_MODE: &str = "osd_pool_default_pg_autoscale_mode";
const FAILSAFE_FULL_RATIO: &str = "osd_failsafe_full_ratio";

/// The settings that are taken.
const NAMES: [&str; 5] =
    [CHOOSELEAF_TYPE, POOL_SIZE, POOL_MIN_SIZE, AUTOSCALE_MODE, FAILSAFE_FULL_RATIO];

/// Sections of the file that this tool, a client, follows.
const SECTIONS: [&str; 3] = ["client.admin", "client", "global"];

/// What was set.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    file: Option<OsString>,
    /// Settings by name, by section of the file.
    sections: BTreeMap<String, BTreeMap<String, String>>,
    /// Settings by name from the arguments, which come before the file's.
    arguments: BTreeMap<&'static str, String>,
}

impl Settings {
    /// Takes the present argument if it is a setting.
    pub(crate) fn take(&mut self, arguments: &mut Arguments) -> Outcome<bool> {
        if let Some(file) = arguments.with_value(&["-c", "--conf"])? {
            self.file = Some(file);
            return Ok(true);
        }
        for name in NAMES {
            if let Some(value) = arguments.with_text(&[&format!("--{name}")])? {
                self.arguments.insert(name, value);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads the file that the arguments named.
    ///
    /// # Errors
    /// It cannot be read, or a line is not what it must be.
    pub(crate) fn read_file(&mut self) -> Outcome {
        let Some(file) = &self.file else { return Ok(()) };
        let name = file.to_string_lossy();
        let bytes = files::read_file(file)
            .map_err(|reason| Stop::error(format!("did not load config file {name}: {reason}")))?;
        self.sections = parse(&String::from_utf8_lossy(&bytes)).map_err(|(line, problem)| {
            Stop::error(format!("did not load config file {name}: line {line}: {problem}"))
        })?;
        Ok(())
    }

    /// The OSDs that have a section, with the places that it and the section `osd` name.
    pub(crate) fn osds(&self) -> Vec<(i32, BTreeMap<&str, &str>)> {
        let general = self.sections.get("osd").into_iter().flatten();
        let mut osds = Vec::new();
        for (section, own) in &self.sections {
            let Some(Ok(osd)) = section.strip_prefix("osd.").map(str::parse) else { continue };
            // The section `osd` is looked into first, and what it says is taken.
            let both = own.iter().chain(general.clone());
            osds.push((osd, both.map(|(key, value)| (key.as_str(), value.as_str())).collect()));
        }
        osds
    }

    /// Type of the buckets that no two replicas of the first rule share.
    pub(crate) fn chooseleaf_type(&self) -> i32 {
        self.number(CHOOSELEAF_TYPE, 1)
    }

    /// Size of a new pool.
    pub(crate) fn pool_size(&self) -> u8 {
        self.number(POOL_SIZE, 3)
    }

    /// The `min_size` of a new pool: as set, or more than half of its size.
    pub(crate) fn pool_min_size(&self) -> u8 {
        let size = self.pool_size();
        match self.number(POOL_MIN_SIZE, 0u8) {
            0 => size - size / 2,
            set => set.min(size),
        }
    }

    /// Whether a new pool's autoscaler is 0 off, 1 warning or 2 on.
    pub(crate) fn autoscale_mode(&self) -> u8 {
        match self.text(AUTOSCALE_MODE) {
            None | Some("on") => 2,
            Some("warn") => 1,
            Some(_) => 0,
        }
    }

    /// Fill at which an OSD refuses everything.
    pub(crate) fn failsafe_full_ratio(&self) -> f32 {
        let ratio = self.number(FAILSAFE_FULL_RATIO, 0.97f32);
        if ratio > 1.0 { ratio / 100.0 } else { ratio }
    }

    fn text(&self, name: &str) -> Option<&str> {
        let set = self.arguments.get(name);
        let in_section = |section: &&str| self.sections.get(*section)?.get(name);
        set.or_else(|| SECTIONS.iter().find_map(in_section)).map(String::as_str)
    }

    /// A number; the default where none is set, or what is set is none.
    fn number<Number: std::str::FromStr>(&self, name: &str, default: Number) -> Number {
        self.text(name).and_then(|text| text.parse().ok()).unwrap_or(default)
    }
}

type Sections = BTreeMap<String, BTreeMap<String, String>>;

/// Reads a configuration file. Errors have the line, from 1.
fn parse(text: &str) -> Result<Sections, (usize, String)> {
    let mut sections = Sections::new();
    let mut present = "global".to_owned();
    for (index, line) in text.lines().enumerate() {
        let line = line.split(['#', ';']).next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            present = name.trim().to_owned();
            sections.entry(present.clone()).or_default();
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            let problem = format!("found '{line}', expected [SECTION] or KEY = VALUE");
            return Err((index + 1, problem));
        };
        let key: Vec<&str> = key.split([' ', '\t', '_']).filter(|word| !word.is_empty()).collect();
        let value = value.trim().trim_matches('"').to_owned();
        sections.entry(present.clone()).or_default().insert(key.join("_"), value);
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_come_before_the_file() {
        let text =
            "[global]\nosd pool default size = 5 # five\n[client]\nosd_pool_default_size=4\n";
        let mut settings = Settings { sections: parse(text).unwrap(), ..Settings::default() };
        assert_eq!((settings.pool_size(), settings.pool_min_size()), (4, 2));
        let mut arguments = Arguments::new(&["--osd-pool-default-size=2", "--print"]);
        assert!(settings.take(&mut arguments).unwrap());
        assert!(!settings.take(&mut arguments).unwrap());
        assert_eq!((settings.pool_size(), settings.pool_min_size()), (2, 1));
        assert_eq!(parse("[osd\n").unwrap_err().0, 1);
    }

    #[test]
    fn osds_are_at_home_where_their_sections_say() {
        let text = "[osd]\nrack = r\n[osd.2]\nhost = b\n[osd.10]\nhost = a\n[osd.x]\nhost = c\n";
        let settings = Settings { sections: parse(text).unwrap(), ..Settings::default() };
        let expected = [
            (10, BTreeMap::from([("host", "a"), ("rack", "r")])),
            (2, BTreeMap::from([("host", "b"), ("rack", "r")])),
        ];
        assert_eq!(settings.osds(), expected);
    }
}
