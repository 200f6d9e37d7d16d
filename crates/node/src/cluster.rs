//! Whole clusters: loading, looking at their parts.

use std::sync::Arc;

use crushlab_cluster::{Cluster, StateError};
use crushlab_crushmap::ReadError;
use crushlab_osdmap::limits;
use crushlab_osdmap::{Cause, Form, Input, LoadError, Missing, Warning};
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi::{Env, Result, Task};
use napi_derive::napi;

use crate::cluster_data::{self, NativeClusterInfo, NativeOsds, NativePool};
use crate::error::{Failure, guarded};
use crate::map::NativeCrushMap;

/// A state of a cluster that was checked. It never changes: a change makes a new one.
#[napi]
#[derive(Clone)]
pub struct NativeCluster {
    pub(crate) inner: Cluster,
}

impl From<Cluster> for NativeCluster {
    fn from(inner: Cluster) -> NativeCluster {
        NativeCluster { inner }
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Failure {
        match error {
            StateError::Load(error) => Failure::from(*error),
            StateError::Crush(error) => Failure::new("invalid_map", error),
            StateError::Plan(error) => {
                let value_path = Some(error.path.clone()).filter(|path| !path.is_empty());
                let value_path = value_path.map(String::into_boxed_str);
                Failure { value_path, ..Failure::new("invalid_cluster", error) }
            }
            other => Failure::new("invalid_cluster", other),
        }
    }
}

/// Something about the files that does not keep them from being used.
#[napi(object)]
pub struct NativeWarning {
    /// Stable, for programs.
    pub code: String,
    /// What it is, where, and what to do.
    pub message: String,
}

/// Something that was not given.
#[napi(object)]
pub struct NativeMissing {
    /// `pools`, `osd_sizes`, `pool_data`, `pg_data` or `recorded_mappings`.
    pub what: String,
    /// What cannot be said without it, and what gives it.
    pub description: String,
}

#[napi]
impl NativeCluster {
    /// What each file turned out to be, in the order in which they were given.
    #[napi]
    pub fn forms(&self) -> Vec<String> {
        self.inner.forms().iter().map(Form::to_string).collect()
    }

    /// What was not given.
    #[napi]
    pub fn missing(&self) -> Vec<NativeMissing> {
        let missing = self.inner.recorded().missing().into_iter();
        missing
            .map(|one| NativeMissing { what: name_of(one), description: words_of(one) })
            .collect()
    }

    /// What is to be said of the files that it was loaded from.
    #[napi]
    pub fn warnings(&self) -> Vec<NativeWarning> {
        let warnings = self.inner.warnings().iter();
        let native = |Warning { code, message }: &Warning| NativeWarning {
            code: (*code).to_owned(),
            message: message.clone(),
        };
        warnings.map(native).collect()
    }

    /// What the last change had to say.
    #[napi]
    pub fn notes(&self) -> Vec<String> {
        self.inner.notes().to_vec()
    }

    /// Facts about the map as a whole.
    #[napi]
    pub fn info(&self) -> NativeClusterInfo {
        cluster_data::info(self.inner.map())
    }

    /// The pools by rising id.
    #[napi]
    pub fn pools(&self) -> Vec<NativePool> {
        cluster_data::pools(&self.inner)
    }

    /// The OSDs by id.
    #[napi]
    pub fn osds(&self) -> NativeOsds {
        cluster_data::osds(&self.inner)
    }

    /// The CRUSH map.
    #[napi]
    pub fn crush_map(&self) -> NativeCrushMap {
        let named = self.inner.map().crush.clone();
        NativeCrushMap { named, map: Arc::clone(self.inner.crush()) }
    }

    /// The OSDMap in bytes that `osdmaptool` reads.
    #[napi]
    pub fn to_binary(&self) -> Uint8Array {
        self.inner.map().to_binary().into()
    }
}

fn name_of(missing: Missing) -> String {
    let name = match missing {
        Missing::Pools => "pools",
        Missing::OsdSizes => "osd_sizes",
        Missing::PoolData => "pool_data",
        Missing::PgData => "pg_data",
        Missing::RecordedMappings => "recorded_mappings",
        _ => "other",
    };
    name.to_owned()
}

fn words_of(missing: Missing) -> String {
    missing.description().to_owned()
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Failure {
        let place = error.place();
        let cause = error.cause().map(|cause| {
            let code = match cause {
                Cause::Binary(_) | Cause::Crush(ReadError::Binary(_)) => "invalid_binary",
                Cause::Crush(ReadError::Text(_)) => "invalid_text",
                Cause::Crush(ReadError::Json(_)) => "invalid_json",
                Cause::Crush(_) => "unknown_format",
                _ => "invalid_cluster",
            };
            Box::new(Failure::new(code, cause))
        });
        Failure {
            offset: place.offset,
            line_and_column: place.line.zip(place.column).map(Box::new),
            path: error.file().map(Into::into),
            value_path: place.path.map(Into::into),
            cause,
            ..Failure::new("invalid_cluster", error)
        }
    }
}

/// Loads a cluster on another thread than JavaScript's.
pub struct LoadCluster {
    names: Vec<String>,
    files: Vec<Uint8Array>,
}

impl Task for LoadCluster {
    type Output = std::result::Result<NativeCluster, Failure>;
    type JsValue = NativeCluster;

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(guarded(|| {
            let inputs = self.names.iter().zip(&self.files);
            let inputs: Vec<Input<'_>> =
                inputs.map(|(name, bytes)| Input { name, bytes }).collect();
            Ok(Cluster::load(&inputs)?.into())
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativeCluster> {
        output.map_err(|failure| failure.into_error(&env))
    }
}

/// Loads a cluster from files of any kind. The bytes must not change before the promise is
/// settled.
#[napi(ts_return_type = "Promise<NativeCluster>")]
pub fn load_cluster(names: Vec<String>, files: Vec<Uint8Array>) -> AsyncTask<LoadCluster> {
    AsyncTask::new(LoadCluster { names, files })
}

/// A cluster that need not exist, from the object that its YAML form holds, as JSON.
#[napi]
pub fn cluster_from_plan(env: &Env, plan: String) -> Result<NativeCluster> {
    let made = guarded(|| {
        let plan = serde_json::from_str(&plan).map_err(|e| Failure::new("invalid_cluster", e))?;
        Ok(Cluster::from_plan(&plan)?.into())
    });
    made.map_err(|failure| failure.into_error(env))
}

/// Lets this process use so many bytes of memory for what it loads from now on.
#[napi]
pub fn set_memory_max(bytes: f64) {
    limits::set_memory_max(bytes as u64);
}
