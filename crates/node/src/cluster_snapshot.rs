//! Clusters that were asked: when, how, and without their names.

use crushlab_cluster::Snapshot;
use crushlab_monitor::command::shell_words as split;
use crushlab_monitor::config::Config;
use crushlab_osdmap::Warning;
use crushlab_osdmap::model::Time;
use crushlab_osdmap::warning::code;
use napi::{Env, Result};
use napi_derive::napi;

use crate::cluster::NativeCluster;
use crate::error::{Failure, guarded};

/// The words of a line as a shell splits them, with nothing evaluated; nothing where a quote is
/// not closed.
#[napi]
pub fn shell_words(line: String) -> Option<Vec<String>> {
    split(&line)
}

/// Whether there is a setting of this name that changes something.
#[napi]
pub fn is_known_setting(name: String) -> bool {
    Config::is_known(&name)
}

#[napi]
impl NativeCluster {
    /// When the cluster said what is known of it, in seconds since 1970.
    #[napi]
    pub fn recorded_at(&self) -> Option<f64> {
        self.inner.recorded().recorded_at.map(|time| f64::from(time.seconds))
    }

    /// When the map was made, in seconds since 1970; nothing where it does not say so.
    #[napi]
    pub fn map_modified_at(&self) -> Option<f64> {
        let time = self.inner.recorded().map.modified;
        (time != Time::default()).then_some(f64::from(time.seconds))
    }

    /// What the program that asked the cluster says of that, as JSON.
    #[napi]
    pub fn snapshot(&self) -> String {
        serde_json::Value::Object(self.inner.recorded().snapshot.clone()).to_string()
    }

    /// The epoch of the map that was read; nothing where it was described.
    #[napi]
    pub fn recorded_epoch(&self) -> Option<u32> {
        (!self.inner.is_planned()).then_some(self.inner.recorded().map.epoch)
    }

    /// The cluster with what is said of how it was asked: an object as JSON, and warnings.
    #[napi]
    pub fn with_snapshot(
        &self,
        env: &Env,
        seconds: f64,
        about: String,
        codes: Vec<String>,
        messages: Vec<String>,
    ) -> Result<NativeCluster> {
        let changed = guarded(|| {
            let about = serde_json::from_str(&about);
            let about = about.map_err(|error| Failure::new("invalid_argument", error))?;
            let warning = |(found, message): (String, String)| {
                let known = code::ALL.into_iter().find(|code| *code == found);
                Warning { code: known.unwrap_or(code::OTHER), message }
            };
            let warnings = codes.into_iter().zip(messages).map(warning).collect();
            let time = Time { seconds: seconds as u32, ..Time::default() };
            Ok(self.inner.with_snapshot(Snapshot { time, about, warnings }).into())
        });
        changed.map_err(|failure: Failure| failure.into_error(env))
    }

    /// The cluster without names, addresses and identities.
    #[napi]
    pub fn anonymized(&self) -> NativeCluster {
        self.inner.anonymized().into()
    }
}
