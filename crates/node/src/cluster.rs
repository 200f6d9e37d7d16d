//! Whole clusters: loading, looking at their parts.

use std::sync::Arc;

use crushlab_crush::Map;
use crushlab_osdmap::{Cluster, Form, Input, LoadError, Loaded, Missing};
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi::{Env, Result, Task};
use napi_derive::napi;

use crate::cluster_data::{self, NativeClusterInfo, NativeOsds, NativePool};
use crate::error::{Failure, guarded};
use crate::map::NativeCrushMap;

/// A cluster that was loaded and checked. It never changes.
#[napi]
pub struct NativeCluster {
    pub(crate) cluster: Arc<Cluster>,
    /// What mappings are made with: the checked form of the cluster's own CRUSH map.
    pub(crate) crush: Arc<Map>,
    forms: Vec<Form>,
}

impl NativeCluster {
    /// Checks the CRUSH map, which every mapping needs.
    pub(crate) fn new(
        cluster: Cluster,
        forms: Vec<Form>,
    ) -> std::result::Result<NativeCluster, Failure> {
        let crush = cluster.map.crush.map();
        let crush = crush.map_err(|error| Failure::new("invalid_map", error))?;
        Ok(NativeCluster { cluster: Arc::new(cluster), crush: Arc::new(crush), forms })
    }
}

/// Something that was not given.
#[napi(object)]
pub struct NativeMissing {
    /// `osd_sizes`, `pool_data`, `pg_data` or `recorded_mappings`.
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
        let missing = self.cluster.missing().into_iter();
        missing
            .map(|one| NativeMissing { what: name_of(one), description: words_of(one) })
            .collect()
    }

    /// Facts about the map as a whole.
    #[napi]
    pub fn info(&self) -> NativeClusterInfo {
        cluster_data::info(&self.cluster.map)
    }

    /// The pools by rising id.
    #[napi]
    pub fn pools(&self) -> Vec<NativePool> {
        cluster_data::pools(&self.cluster)
    }

    /// The OSDs by id.
    #[napi]
    pub fn osds(&self) -> NativeOsds {
        cluster_data::osds(&self.cluster)
    }

    /// The CRUSH map.
    #[napi]
    pub fn crush_map(&self) -> NativeCrushMap {
        let named = self.cluster.map.crush.clone();
        NativeCrushMap { named, map: Arc::clone(&self.crush) }
    }

    /// The OSDMap in bytes that `osdmaptool` reads.
    #[napi]
    pub fn to_binary(&self) -> Uint8Array {
        self.cluster.map.to_binary().into()
    }
}

fn name_of(missing: Missing) -> String {
    let name = match missing {
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
        Failure::new("invalid_cluster", error)
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
