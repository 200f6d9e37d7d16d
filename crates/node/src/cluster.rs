//! Whole clusters: loading, looking at their parts.

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use crushlab_crush::Map;
use crushlab_crushmap::ReadError;
use crushlab_osdmap::{Cause, Cluster, Form, Input, LoadError, Loaded, Missing, OsdMap, Warning};
use crushlab_plan::Progress;
use crushlab_plan::cluster::{Baseline, Cancelled, ClusterState};
use crushlab_plan::config::Config;
use crushlab_plan::event::Downtime;
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
    pub(crate) state: State,
    /// What mappings are made with: the checked form of the cluster's own CRUSH map.
    pub(crate) crush: Arc<Map>,
    /// For how long OSDs have been down.
    pub(crate) downtime: Downtime,
    /// Settings of its monitors.
    pub(crate) config: Arc<Config>,
    /// What the last change had to say.
    pub(crate) notes: Vec<String>,
    pub(crate) forms: Arc<[Form]>,
}

/// What was loaded, and the map as changes have left it.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) loaded: Arc<Cluster>,
    changed: Option<Arc<OsdMap>>,
    /// What mappings are made with: the checked form of the map's own CRUSH map.
    pub(crate) crush: Arc<Map>,
    /// What was found out when the state was first compared with another.
    baseline: Arc<OnceLock<Baseline>>,
}

impl State {
    pub(crate) fn map(&self) -> &OsdMap {
        self.changed.as_deref().unwrap_or(&self.loaded.map)
    }

    /// Whether the map is the one that was loaded.
    pub(crate) fn is_as_loaded(&self) -> bool {
        self.changed.is_none()
    }

    /// The state for comparisons.
    pub(crate) fn to_compare(&self) -> ClusterState<'_> {
        ClusterState::with_crush(self.map(), Arc::clone(&self.crush))
    }

    /// What comparisons with this state start from. It is kept for the next one.
    pub(crate) fn baseline(
        &self,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> std::result::Result<&Baseline, Cancelled> {
        if let Some(baseline) = self.baseline.get() {
            return Ok(baseline);
        }
        let made = Baseline::new(&self.to_compare(), &self.loaded, threads, &progress.quiet())?;
        Ok(self.baseline.get_or_init(|| made))
    }
}

fn checked(map: &OsdMap) -> std::result::Result<Arc<Map>, Failure> {
    map.crush.map().map(Arc::new).map_err(|error| Failure::new("invalid_map", error))
}

impl NativeCluster {
    pub(crate) fn new(
        cluster: Cluster,
        forms: Vec<Form>,
    ) -> std::result::Result<NativeCluster, Failure> {
        let crush = checked(&cluster.map)?;
        let (loaded, baseline) = (Arc::new(cluster), Arc::default());
        Ok(NativeCluster {
            crush: Arc::clone(&crush),
            state: State { loaded, changed: None, crush, baseline },
            downtime: Downtime::default(),
            config: Arc::default(),
            notes: Vec::new(),
            forms: forms.into(),
        })
    }

    /// Whether it was described, and need not exist.
    pub(crate) fn is_planned(&self) -> bool {
        self.forms.contains(&Form::Description)
    }

    /// The cluster with another map.
    pub(crate) fn with(
        &self,
        map: OsdMap,
        downtime: Downtime,
        notes: Vec<String>,
    ) -> std::result::Result<NativeCluster, Failure> {
        let known = &self.state.crush;
        let crush = if known.is_of(&map.crush.core) { Arc::clone(known) } else { checked(&map)? };
        let (loaded, baseline) = (Arc::clone(&self.state.loaded), Arc::default());
        let changed = Some(Arc::new(map));
        let state = State { loaded, changed, crush: Arc::clone(&crush), baseline };
        let (config, forms) = (Arc::clone(&self.config), Arc::clone(&self.forms));
        Ok(NativeCluster { state, crush, downtime, config, notes, forms })
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
        self.forms.iter().map(Form::to_string).collect()
    }

    /// What was not given.
    #[napi]
    pub fn missing(&self) -> Vec<NativeMissing> {
        let missing = self.state.loaded.missing().into_iter();
        missing
            .map(|one| NativeMissing { what: name_of(one), description: words_of(one) })
            .collect()
    }

    /// What is to be said of the files that it was loaded from.
    #[napi]
    pub fn warnings(&self) -> Vec<NativeWarning> {
        let warnings = self.state.loaded.warnings.iter();
        let native = |Warning { code, message }: &Warning| NativeWarning {
            code: (*code).to_owned(),
            message: message.clone(),
        };
        warnings.map(native).collect()
    }

    /// What the last change had to say.
    #[napi]
    pub fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// Facts about the map as a whole.
    #[napi]
    pub fn info(&self) -> NativeClusterInfo {
        cluster_data::info(self.state.map())
    }

    /// The pools by rising id.
    #[napi]
    pub fn pools(&self) -> Vec<NativePool> {
        cluster_data::pools(&self.state)
    }

    /// The OSDs by id.
    #[napi]
    pub fn osds(&self) -> NativeOsds {
        cluster_data::osds(&self.state)
    }

    /// The CRUSH map.
    #[napi]
    pub fn crush_map(&self) -> NativeCrushMap {
        let named = self.state.map().crush.clone();
        NativeCrushMap { named, map: Arc::clone(&self.crush) }
    }

    /// The OSDMap in bytes that `osdmaptool` reads.
    #[napi]
    pub fn to_binary(&self) -> Uint8Array {
        self.state.map().to_binary().into()
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
            line_and_column: place.line.zip(place.column),
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
            let Loaded { cluster, forms, .. } = Cluster::load(&inputs)?;
            NativeCluster::new(cluster, forms)
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
