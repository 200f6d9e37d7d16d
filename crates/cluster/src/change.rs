//! Ceph's commands, failures and time: a cluster in, the next one out.

use std::collections::BTreeSet;
use std::fmt;

use crushlab_crushmap::TargetError;
use crushlab_monitor::command::{Command, CommandError, Refusal};
use crushlab_monitor::config::ConfigError;
use crushlab_monitor::event;
use crushlab_monitor::monitor::Monitor;
use crushlab_monitor::staging;

use crate::cluster::{Cluster, StateError};

/// Something that happens to a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// One of Ceph's commands, as it is typed.
    Run(String),
    /// OSDs fail: what they are called, see [`CrushMap::target_devices`].
    ///
    /// [`CrushMap::target_devices`]: crushlab_crushmap::CrushMap::target_devices
    Fail(Vec<String>),
    /// OSDs come back.
    Recover(Vec<String>),
    /// Time passes: seconds, and how they were written.
    Wait(u64, String),
}

impl fmt::Display for Change {
    /// As it is written on the command line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Run(command) => f.write_str(command),
            Change::Fail(names) => write!(f, "fail {}", names.join(" ")),
            Change::Recover(names) => write!(f, "recover {}", names.join(" ")),
            Change::Wait(_, time) => write!(f, "wait {time}"),
        }
    }
}

/// Why a change cannot be made.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ChangeError {
    /// A command cannot be read.
    Command {
        /// Index of the command, from 0.
        index: usize,
        /// What is wrong with it.
        error: CommandError,
    },
    /// A file that a command takes cannot be read.
    File {
        /// Index of the command, from 0.
        index: usize,
        /// The file.
        path: String,
        /// Why.
        problem: String,
    },
    /// The monitors refuse a command.
    Refused {
        /// Index of the command, from 0.
        index: usize,
        /// The command.
        command: String,
        /// Ceph's error number, and why.
        refusal: Refusal,
    },
    /// A name that stands for no OSDs.
    Target(TargetError),
    /// A setting that there is not, or a wrong value.
    Config(ConfigError),
    /// The CRUSH map after it is broken.
    State(StateError),
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChangeError::Command { error, .. } => error.fmt(f),
            ChangeError::File { path, problem, .. } => write!(f, "{path}: {problem}"),
            ChangeError::Refused { refusal, .. } => refusal.fmt(f),
            ChangeError::Target(error) => error.fmt(f),
            ChangeError::Config(error) => error.fmt(f),
            ChangeError::State(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ChangeError {}

impl From<StateError> for ChangeError {
    fn from(error: StateError) -> ChangeError {
        ChangeError::State(error)
    }
}

impl From<TargetError> for ChangeError {
    fn from(error: TargetError) -> ChangeError {
        ChangeError::Target(error)
    }
}

impl Cluster {
    /// The cluster after Ceph's commands, one after another, as they are typed. A thousand cost
    /// little more than one: the map is copied once. Its notes are those of all of them.
    ///
    /// # Errors
    /// [`ChangeError`] of the first that cannot be carried out; the cluster stays as it is.
    pub fn run(&self, commands: &[String]) -> Result<Cluster, ChangeError> {
        self.run_with_files(commands, |_| Err("files cannot be read here".to_owned()))
    }

    /// The same for commands that take a file, such as `ceph osd setcrushmap -i FILE`: `read_file`
    /// gives what is in it, or says why not.
    ///
    /// # Errors
    /// As for [`run`](Cluster::run), and [`ChangeError::File`].
    pub fn run_with_files(
        &self,
        commands: &[String],
        read_file: impl Fn(&str) -> Result<Vec<u8>, String>,
    ) -> Result<Cluster, ChangeError> {
        let read = |(index, command): (usize, &String)| {
            let command =
                Command::parse(command).map_err(|error| ChangeError::Command { index, error })?;
            let Some(path) = command.file().map(str::to_owned) else { return Ok(command) };
            match read_file(&path) {
                Ok(bytes) => Ok(command.with_file(bytes)),
                Err(problem) => Err(ChangeError::File { index, path, problem }),
            }
        };
        let read: Vec<Command> = commands.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        let context = self.context();
        let mut monitor = Monitor::new(self.map().clone(), &context);
        let notes = monitor.run_all(&read).map_err(|refused| ChangeError::Refused {
            index: refused.index,
            command: commands.get(refused.index).cloned().unwrap_or_default(),
            refusal: refused.refusal,
        })?;
        self.after(monitor, notes.into_iter().flatten().collect())
    }

    /// The OSDs that names stand for, by rising id: those of [`CrushMap::target_devices`] that
    /// exist, and by their ids also those that are in no CRUSH map.
    ///
    /// # Errors
    /// [`TargetError`], also where there are none.
    ///
    /// [`CrushMap::target_devices`]: crushlab_crushmap::CrushMap::target_devices
    pub fn target_osds(&self, names: &[String]) -> Result<Vec<i32>, TargetError> {
        let mut osds = BTreeSet::new();
        for name in names {
            let id = name.strip_prefix("osd.").unwrap_or(name).parse();
            match id.ok().filter(|osd| self.map().exists(*osd)) {
                Some(osd) => osds.extend([osd]),
                None => osds.extend(self.map().crush.target_devices(name)?),
            }
        }
        osds.retain(|osd| self.map().exists(*osd));
        if osds.is_empty() {
            return Err(TargetError::Empty { name: names.join(" ") });
        }
        Ok(osds.into_iter().collect())
    }

    /// The cluster after OSDs have failed: they are down, and still in.
    ///
    /// # Errors
    /// [`ChangeError::State`].
    pub fn fail(&self, osds: &[i32]) -> Result<Cluster, ChangeError> {
        let context = self.context();
        let mut monitor = Monitor::new(self.map().clone(), &context);
        let notes = monitor.fail(osds);
        self.after(monitor, notes)
    }

    /// The cluster after OSDs have come back.
    ///
    /// # Errors
    /// [`ChangeError::State`].
    pub fn recover(&self, osds: &[i32]) -> Result<Cluster, ChangeError> {
        let context = self.context();
        let mut monitor = Monitor::new(self.map().clone(), &context);
        let notes = monitor.recover(osds);
        self.after(monitor, notes)
    }

    /// The cluster after some time: OSDs that stay down go out.
    ///
    /// # Errors
    /// [`ChangeError::State`].
    pub fn wait(&self, seconds: u64) -> Result<Cluster, ChangeError> {
        let passed = event::pass_time(self.map(), self.downtime(), seconds, &self.context());
        Ok(self.with_map(passed.map, None, passed.downtime, passed.notes)?)
    }

    /// The next step of pools on their way to their `pg_num`; nothing when all are there.
    ///
    /// # Errors
    /// [`ChangeError::State`].
    pub fn next_pg_num_step(&self) -> Result<Option<Cluster>, ChangeError> {
        let Some(step) = staging::next_step(self.map(), &self.context()) else { return Ok(None) };
        Ok(Some(self.with_map(step.map, step.config, self.downtime().clone(), step.notes)?))
    }

    /// The cluster with other settings of its monitors and managers, as names and values.
    ///
    /// # Errors
    /// [`ChangeError::Config`].
    pub fn with_config<'a>(
        &self,
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Cluster, ChangeError> {
        let mut config = self.config().clone();
        for (name, value) in settings {
            config.set(name, value).map_err(ChangeError::Config)?;
        }
        Ok(self.with_settings(config))
    }

    /// The cluster after a change. `read_file` gives what is in a file that a command takes.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn after_change(
        &self,
        change: &Change,
        read_file: impl Fn(&str) -> Result<Vec<u8>, String>,
    ) -> Result<Cluster, ChangeError> {
        match change {
            Change::Run(command) => self.run_with_files(std::slice::from_ref(command), read_file),
            Change::Fail(names) => self.fail(&self.target_osds(names)?),
            Change::Recover(names) => self.recover(&self.target_osds(names)?),
            Change::Wait(seconds, _) => self.wait(*seconds),
        }
    }

    fn after(&self, monitor: Monitor<'_>, notes: Vec<String>) -> Result<Cluster, ChangeError> {
        let config = monitor.new_config().cloned();
        Ok(self.with_map(monitor.into_map(), config, self.downtime().clone(), notes)?)
    }
}
