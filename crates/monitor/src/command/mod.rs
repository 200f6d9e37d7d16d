//! Ceph's own commands: what becomes of an OSDMap when one is typed.
//!
//! A command is read ([`Command::parse`]) as Ceph's command line reads it, and applied
//! ([`apply`]) as the monitors of the map's release would (OSDMonitor.cc; compared with 16.2.15,
//! 18.2.7 and 20.2.4): either there is a new map, or the command is refused for the reason Ceph
//! has, or nothing needed to change. All is pure: a new map comes back, the old one stays.
//!
//! What follows from a command without another one is not done at once: `pg_num` moves by and by
//! ([`staging`](crate::staging)), OSDs that are down go out after a while
//! ([`event`](crate::event)).
//!
//! | file | commands |
//! | --- | --- |
//! | `osd_state` | out, in, down, stop, reweight, reweightn, primary-affinity |
//! | `osd_life` | new, create, rm, destroy, purge, lost, setmaxosd |
//! | `flags` | set, unset, pause, set-group, unset-group, add-no…, rm-no…, full ratios, releases |
//! | `reweight_by` | reweight-by-utilization, reweight-by-pg, and their test- forms |
//! | `crush_map` | setcrushmap |
//! | `config` | config set, rm |
//! | `orch` | what the orchestrator does to OSDs |
//! | `crush_*` | everything below `osd crush` |
//! | `erasure_profile` | erasure-code-profile set, rm |
//! | `pool`, `pool_create`, `pool_set*`, `pool_stretch` | everything below `osd pool` |
//! | `autoscale` | pool set noautoscale, pool unset noautoscale |
//! | `pg` | upmaps, pg-temp, primary-temp |
//! | `look` | commands that only look, and those that are not followed |
//! | `table`, `signature`, `value` | what commands there are, and how one is declared |
//! | `parse`, `arguments`, `input_file` | how one is read, and the file that it reads |
//! | `typed` | commands that are made in the program |
//! | `script`, `shell*`, `wrapper` | scripts: shell text, and what runs `ceph` elsewhere |
//! | `pending`, `clean` | how a new map is prepared, and tidied up in the end |
//! | `applied` | what comes of commands |

mod applied;
mod arguments;
mod autoscale;
pub mod clean;
mod config;
mod crush_bucket;
mod crush_class;
mod crush_item;
mod crush_map;
mod crush_rule;
mod crush_tunable;
mod crush_weight;
mod crush_weight_set;
mod erasure_code;
mod erasure_profile;
mod error;
mod flags;
mod input_file;
mod look;
mod orch;
mod osd_life;
mod osd_state;
mod parse;
pub(crate) mod pending;
mod pg;
mod pg_limit;
mod pool;
mod pool_create;
mod pool_set;
mod pool_set_erasure;
mod pool_stretch;
mod reweight_by;
mod rule_fit;
mod script;
mod shell;
mod shell_block;
mod signature;
mod size;
mod table;
mod tier;
mod typed;
mod value;
mod verify_upmap;
mod wrapper;

use std::fmt;
use std::sync::Arc;

use crushlab_osdmap::PgId;

use arguments::Arguments;
use input_file::InputFile;
use parse::Parsed;
use pending::Pending;

pub(crate) use osd_state::{remember_weight, weight_when_in};

pub use applied::{Applied, AppliedAll, apply, apply_all};
pub use error::{CommandError, Refusal, RefusedCommand};
pub use script::{Script, ScriptCommand, ScriptError, Skipped, parse_script, read_script};
pub use signature::Signature;
pub use table::{commands, next_words};
pub use value::{Argument, Kind, Presence};

/// The words of a line as a shell splits them: quotes and backslashes mean what they do there, and
/// nothing is evaluated. `None` where a quote is not closed.
pub fn shell_words(line: &str) -> Option<Vec<String>> {
    shlex::split(line)
}

/// Words as one line that a shell splits into them again.
pub fn shell_line(words: &[&str]) -> String {
    shell::joined(words.iter().copied())
}

/// A command of Ceph with its arguments.
#[derive(Clone, Debug)]
pub struct Command {
    signature: &'static Signature,
    arguments: Arguments,
    line: String,
    file: Option<InputFile>,
}

impl Command {
    /// Reads a command as it is typed for a shell: `ceph osd out 3 osd.4`. Quotes, options in any
    /// place, `--NAME VALUE` for any argument and a comment at the end are taken; `ceph` itself may
    /// be left out. Options of `ceph` that do not change what a command does (`-f json`, `-c FILE`)
    /// are passed over.
    ///
    /// # Errors
    /// [`CommandError`]: what is wrong with which argument, or which command is near.
    pub fn parse(line: &str) -> Result<Command, CommandError> {
        Ok(Command::of(parse::parse(line)?, line.trim().to_owned()))
    }

    /// The same of words that a shell has split already, `ceph` being the first.
    ///
    /// # Errors
    /// [`CommandError`], as [`parse`](Command::parse).
    pub fn from_words(words: Vec<String>) -> Result<Command, CommandError> {
        let line = shell::joined(words.iter().map(String::as_str));
        Ok(Command::of(parse::parse_words(words)?, line))
    }

    fn of(parsed: Parsed, line: String) -> Command {
        let Parsed { signature, arguments, file } = parsed;
        let file = file.map(|name| InputFile { name, bytes: None });
        Command { signature, arguments, line, file }
    }

    /// The name of the file that the command reads, as it was typed (`-i FILE`): whoever runs the
    /// command has to give what is in it ([`with_file`](Command::with_file)). A path is meant
    /// relative to the script that the command is from.
    pub fn file(&self) -> Option<&str> {
        self.file.as_ref().map(|file| file.name.as_str())
    }

    /// The same command with the bytes of the file that it reads.
    pub fn with_file(mut self, bytes: impl Into<Arc<[u8]>>) -> Command {
        if let Some(file) = &mut self.file {
            file.bytes = Some(bytes.into());
        }
        self
    }

    /// The PG that the command is about, if it is about one.
    pub(crate) fn pg(&self) -> Option<PgId> {
        self.arguments.has("pgid").then(|| self.arguments.pg("pgid"))
    }

    /// Prepares what the command does.
    pub(crate) fn prepare(&self, pending: &mut Pending<'_>) -> Result<(), Refusal> {
        let (release, first) = (pending.release(), self.signature.first_release);
        if release.is_before(first) {
            return Err(Refusal::invalid(format!(
                "'ceph {}' came with {}: the cluster is of {}",
                self.signature.words, first, release
            )));
        }
        if let Some(reason) = self.signature.changes_nothing {
            pending.note(reason);
        }
        pending.file.clone_from(&self.file);
        (self.signature.run)(pending, &self.arguments)
    }

    /// The command's entry in the table.
    pub fn signature(&self) -> &'static Signature {
        self.signature
    }
}

impl fmt::Display for Command {
    /// As it was typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}
