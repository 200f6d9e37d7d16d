//! The map: reading, writing, looking at its parts.

use std::collections::BTreeSet;
use std::sync::Arc;

use crushlab_crush::Map;
use crushlab_crushmap::CrushMap;
use napi::bindgen_prelude::Uint8Array;
use napi::{Env, Result};
use napi_derive::napi;
use serde_json::Value;

use crate::error::{Failure, guarded};
use crate::map_data::{
    self, NativeBucket, NativeDevice, NativeRule, NativeTunables, NativeType, NativeWeightSet,
};

/// A CRUSH map that was read and checked. It never changes.
#[napi]
pub struct NativeCrushMap {
    pub(crate) named: CrushMap,
    /// What mappings are made with, shared with the threads that make them.
    pub(crate) map: Arc<Map>,
}

impl NativeCrushMap {
    pub(crate) fn build(
        env: &Env,
        read: impl FnOnce() -> std::result::Result<CrushMap, Failure>,
    ) -> Result<NativeCrushMap> {
        let built = guarded(|| {
            let named = read()?;
            let map = named.map().map_err(|error| Failure::new("invalid_map", error))?;
            Ok(NativeCrushMap { named, map: Arc::new(map) })
        });
        built.map_err(|failure| failure.into_error(env))
    }
}

#[napi]
impl NativeCrushMap {
    /// Reads the bytes of `ceph osd getcrushmap`.
    #[napi(factory)]
    pub fn from_binary(env: &Env, bytes: Uint8Array) -> Result<NativeCrushMap> {
        NativeCrushMap::build(env, || CrushMap::from_binary(&bytes).map_err(Failure::from))
    }

    /// Reads the text that `crushtool -d` prints.
    #[napi(factory)]
    pub fn from_text(env: &Env, text: String) -> Result<NativeCrushMap> {
        NativeCrushMap::build(env, || CrushMap::from_text(&text).map_err(Failure::from))
    }

    /// Reads the bytes of what `ceph osd crush dump` prints.
    #[napi(factory)]
    pub fn from_json(env: &Env, bytes: Uint8Array) -> Result<NativeCrushMap> {
        NativeCrushMap::build(env, || CrushMap::from_json(&bytes).map_err(Failure::from))
    }

    /// Reads the object that those bytes hold.
    #[napi(factory, ts_args_type = "value: object")]
    pub fn from_json_value(env: &Env, value: Value) -> Result<NativeCrushMap> {
        let bytes = value.to_string().into_bytes();
        NativeCrushMap::build(env, || CrushMap::from_json(&bytes).map_err(Failure::from))
    }

    /// The devices that names stand for, by rising id.
    #[napi]
    pub fn target_devices(&self, env: &Env, names: Vec<String>) -> Result<Vec<i32>> {
        let found = guarded(|| {
            let mut devices = BTreeSet::new();
            for name in &names {
                devices.extend(self.named.target_devices(name)?);
            }
            Ok(devices.into_iter().collect())
        });
        found.map_err(|failure| failure.into_error(env))
    }

    /// Reads a map in whichever of the three forms it has.
    #[napi(factory)]
    pub fn read(env: &Env, bytes: Uint8Array) -> Result<NativeCrushMap> {
        NativeCrushMap::build(env, || CrushMap::read(&bytes).map_err(Failure::from))
    }

    /// The bytes that `crushtool -o` would write.
    #[napi]
    pub fn to_binary(&self) -> Uint8Array {
        self.named.to_binary().into()
    }

    /// The text that `crushtool -d` would print.
    #[napi]
    pub fn to_text(&self) -> String {
        self.named.to_text()
    }

    /// The object that `crushtool --dump` would print.
    #[napi(ts_return_type = "object")]
    pub fn to_json(&self) -> Value {
        self.named.to_json()
    }

    /// The types of items.
    #[napi]
    pub fn types(&self) -> Vec<NativeType> {
        map_data::types(&self.named)
    }

    /// The devices that have a name or a place in a bucket.
    #[napi]
    pub fn devices(&self) -> Vec<NativeDevice> {
        map_data::devices(&self.named)
    }

    /// The buckets, shadows included, by falling id.
    #[napi]
    pub fn buckets(&self) -> Vec<NativeBucket> {
        map_data::buckets(&self.named)
    }

    /// The rules by rising id.
    #[napi]
    pub fn rules(&self) -> Vec<NativeRule> {
        map_data::rules(&self.named)
    }

    /// Weight sets, bucket by bucket.
    #[napi]
    pub fn weight_sets(&self) -> Vec<NativeWeightSet> {
        map_data::weight_sets(&self.named)
    }

    /// The tunables.
    #[napi]
    pub fn tunables(&self) -> NativeTunables {
        map_data::tunables(self.map.tunables())
    }

    /// Upper bound of the device ids.
    #[napi]
    pub fn max_devices(&self) -> i32 {
        self.map.max_devices()
    }
}
