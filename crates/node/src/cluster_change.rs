//! Ceph's commands, failures and time: a state of a cluster in, the next one out.

use std::sync::Arc;

use crushlab_osdmap::{OsdMap, yaml};
use crushlab_plan::command::{
    Applied, Command, CommandError, Refusal, ScriptCommand, ScriptError, apply, parse_script,
};
use crushlab_plan::config::{Config, ConfigError, Context};
use crushlab_plan::event::{fail, pass_time, recover};
use crushlab_plan::staging;
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
        let line_and_column = Some((error.line, 1));
        Failure { line_and_column, ..Failure::new("invalid_command", error) }
    }
}

/// The commands of a shell script, as they are typed.
#[napi]
pub fn script_commands(env: &Env, text: String) -> Result<Vec<String>> {
    let commands = guarded(|| {
        let typed = |ScriptCommand { command, .. }: ScriptCommand| command.to_string();
        Ok(parse_script(&text)?.into_iter().map(typed).collect())
    });
    commands.map_err(|failure| failure.into_error(env))
}

/// The value of a document in YAML, as JSON.
#[napi]
pub fn yaml_value(env: &Env, text: String) -> Result<String> {
    let value = guarded(|| {
        yaml::read(&text).map(|value| value.to_string()).map_err(|error| Failure {
            line_and_column: (error.line > 0).then_some((error.line, error.column)),
            offset: error.offset,
            ..Failure::new("invalid_command", error)
        })
    });
    value.map_err(|failure| failure.into_error(env))
}

#[napi]
impl NativeCluster {
    /// The cluster after one of Ceph's commands.
    #[napi]
    pub fn run(&self, env: &Env, command: String) -> Result<NativeCluster> {
        self.changed(env, |map, context| {
            let command = Command::parse(&command)?;
            Ok(apply(map, &command, context)?)
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
        let changed = guarded(|| {
            let mut config = Config::clone(&self.config);
            for (name, value) in names.iter().zip(&values) {
                config.set(name, value)?;
            }
            Ok(NativeCluster { config: Arc::new(config), ..self.clone() })
        });
        changed.map_err(|failure| failure.into_error(env))
    }

    /// The cluster after OSDs have failed.
    #[napi]
    pub fn fail(&self, env: &Env, osds: Vec<i32>) -> Result<NativeCluster> {
        self.changed(env, |map, context| Ok(fail(map, &osds, context)))
    }

    /// The cluster after OSDs have come back.
    #[napi]
    pub fn recover(&self, env: &Env, osds: Vec<i32>) -> Result<NativeCluster> {
        self.changed(env, |map, context| Ok(recover(map, &osds, context)))
    }

    /// The cluster after some time: OSDs that stay down go out.
    #[napi]
    pub fn pass_time(&self, env: &Env, seconds: f64) -> Result<NativeCluster> {
        let changed = guarded(|| {
            let context = self.context();
            let passed = pass_time(self.state.map(), &self.downtime, seconds as u64, &context);
            self.with(passed.map, passed.downtime, passed.notes)
        });
        changed.map_err(|failure| failure.into_error(env))
    }

    /// The next step of pools on their way to their `pg_num`; nothing when all are there.
    #[napi]
    pub fn next_pg_num_step(&self, env: &Env) -> Result<Option<NativeCluster>> {
        let changed = guarded(|| {
            let next = staging::next_step(self.state.map(), &self.context());
            let next = next.map(|step| self.with(step.map, self.downtime.clone(), step.notes));
            next.transpose()
        });
        changed.map_err(|failure| failure.into_error(env))
    }
}

impl NativeCluster {
    fn changed(
        &self,
        env: &Env,
        change: impl FnOnce(&OsdMap, &Context) -> std::result::Result<Applied, Failure>,
    ) -> Result<NativeCluster> {
        let changed = guarded(|| {
            let applied = change(self.state.map(), &self.context())?;
            self.with(applied.map, self.downtime.clone(), applied.notes)
        });
        changed.map_err(|failure| failure.into_error(env))
    }

    /// The settings, and what was loaded of the data.
    fn context(&self) -> Context {
        let loaded = &self.state.loaded;
        Context {
            osd_usage: loaded.osds.clone(),
            pool_objects: loaded.pools.iter().map(|(id, pool)| (*id, pool.objects)).collect(),
            config: Config::clone(&self.config),
        }
    }
}
