//! Ceph's commands, failures and time: a state of a cluster in, the next one out.

use crushlab_cluster::{ChangeError, Cluster};
use crushlab_monitor::command::{CommandError, Refusal, ScriptError, Skipped, read_script};
use crushlab_monitor::config::ConfigError;
use crushlab_osdmap::yaml;
use napi::{Env, Result};
use napi_derive::napi;

use crate::cluster::NativeCluster;
use crate::error::{Failure, guarded};

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Failure {
        Failure::new("invalid_command", error)
    }
}

impl From<Refusal> for Failure {
    fn from(error: Refusal) -> Failure {
        Failure::new("command_refused", error)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Failure {
        Failure::new("invalid_argument", error)
    }
}

impl From<ScriptError> for Failure {
    fn from(error: ScriptError) -> Failure {
        // A line is all that is known of the place; its first column stands for it.
        let line_and_column = Some(Box::new((error.line, 1)));
        Failure { line_and_column, ..Failure::new("invalid_command", error) }
    }
}

/// What a shell script comes to.
#[napi(object)]
pub struct NativeScript {
    /// The commands that change something, as they are typed, in the order in which they run.
    pub commands: Vec<String>,
    /// The line of each, from 1.
    pub lines: Vec<u32>,
    /// What was passed over, and why.
    pub skipped: Vec<String>,
    /// The line of each of these, from 1.
    pub skipped_lines: Vec<u32>,
}

/// Reads a shell script.
#[napi]
pub fn script_commands(env: &Env, text: String) -> Result<NativeScript> {
    let script = guarded(|| {
        let script = read_script(&text)?;
        let number = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
        let (lines, commands) =
            (script.commands.iter()).map(|one| (number(one.line), one.command.to_string())).unzip();
        let (skipped_lines, skipped) =
            script.skipped.into_iter().map(|Skipped { line, note }| (number(line), note)).unzip();
        Ok(NativeScript { commands, lines, skipped, skipped_lines })
    });
    script.map_err(|failure| failure.into_error(env))
}

/// The value of a document in YAML, as JSON.
#[napi]
pub fn yaml_value(env: &Env, text: String) -> Result<String> {
    let value = guarded(|| {
        yaml::read(&text).map(|value| value.to_string()).map_err(|error| Failure {
            line_and_column: (error.line > 0).then(|| Box::new((error.line, error.column))),
            offset: error.offset,
            ..Failure::new("invalid_command", error)
        })
    });
    value.map_err(|failure| failure.into_error(env))
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Failure {
        match error {
            ChangeError::Command { error, .. } => Failure::from(error),
            ChangeError::Refused { refusal, .. } => Failure::from(refusal),
            ChangeError::File { ref path, .. } => {
                let path = Some(path.clone().into());
                Failure { path, ..Failure::new("file_error", error) }
            }
            ChangeError::Target(error) => Failure::from(error),
            ChangeError::Config(error) => Failure::from(error),
            ChangeError::State(error) => Failure::from(error),
            other => Failure::new("invalid_command", other),
        }
    }
}

/// What is in a file that a command takes, its path from this folder.
#[cfg(feature = "tools")]
pub(crate) fn read_file(folder: &str, path: &str) -> std::result::Result<Vec<u8>, String> {
    std::fs::read(std::path::Path::new(folder).join(path)).map_err(|error| error.to_string())
}

/// A browser has no files.
#[cfg(not(feature = "tools"))]
pub(crate) fn read_file(_: &str, _: &str) -> std::result::Result<Vec<u8>, String> {
    Err("commands that take a file work in Node only".to_owned())
}

#[napi]
impl NativeCluster {
    /// The cluster after Ceph's commands, one after another. Files that they name are looked for
    /// from the folder; an empty one stands for that of the process.
    #[napi]
    pub fn run(&self, env: &Env, commands: Vec<String>, folder: String) -> Result<NativeCluster> {
        self.changed(env, |cluster| {
            let read = |path: &str| read_file(&folder, path);
            cluster.run_with_files(&commands, read).map_err(|error| {
                // Which of several it was; one alone is known to whoever asked.
                let index = match &error {
                    ChangeError::Command { index, .. }
                    | ChangeError::Refused { index, .. }
                    | ChangeError::File { index, .. } => *index,
                    _ => 0,
                };
                let mut failure = Failure::from(error);
                if commands.len() > 1 {
                    let command = commands.get(index).map_or("", String::as_str);
                    failure.message =
                        format!("command {}: {command}: {}", index + 1, failure.message);
                }
                failure
            })
        })
    }

    /// The cluster with other settings of its monitors, as names and values.
    #[napi]
    pub fn with_config(
        &self,
        env: &Env,
        names: Vec<String>,
        values: Vec<String>,
    ) -> Result<NativeCluster> {
        let settings = || names.iter().zip(&values).map(|(name, value)| (&**name, &**value));
        self.changed(env, |cluster| Ok(cluster.with_config(settings())?))
    }

    /// The OSDs that names stand for, by rising id.
    #[napi]
    pub fn target_osds(&self, env: &Env, names: Vec<String>) -> Result<Vec<i32>> {
        let osds = guarded(|| Ok(self.inner.target_osds(&names)?));
        osds.map_err(|failure| failure.into_error(env))
    }

    /// The cluster after OSDs have failed.
    #[napi]
    pub fn fail(&self, env: &Env, names: Vec<String>) -> Result<NativeCluster> {
        self.changed(env, |cluster| Ok(cluster.fail(&cluster.target_osds(&names)?)?))
    }

    /// The cluster after OSDs have come back.
    #[napi]
    pub fn recover(&self, env: &Env, names: Vec<String>) -> Result<NativeCluster> {
        self.changed(env, |cluster| Ok(cluster.recover(&cluster.target_osds(&names)?)?))
    }

    /// The cluster after some time: OSDs that stay down go out.
    #[napi]
    pub fn pass_time(&self, env: &Env, seconds: f64) -> Result<NativeCluster> {
        self.changed(env, |cluster| Ok(cluster.wait(seconds as u64)?))
    }

    /// The next step of pools on their way to their `pg_num`; nothing when all are there.
    #[napi]
    pub fn next_pg_num_step(&self, env: &Env) -> Result<Option<NativeCluster>> {
        let changed = guarded(|| Ok(self.inner.next_pg_num_step()?.map(NativeCluster::from)));
        changed.map_err(|failure| failure.into_error(env))
    }
}

impl NativeCluster {
    fn changed(
        &self,
        env: &Env,
        change: impl FnOnce(&Cluster) -> std::result::Result<Cluster, Failure>,
    ) -> Result<NativeCluster> {
        let changed = guarded(|| Ok(NativeCluster::from(change(&self.inner)?)));
        changed.map_err(|failure| failure.into_error(env))
    }
}
