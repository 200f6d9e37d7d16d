//! Maps built of layers, as `crushtool --build` builds them.

use std::collections::BTreeMap;

use crushlab_crush::{Algorithm, Bucket, BuildError, Contents, MapBuilder, RULE_TYPE_REPLICATED};

use crate::edit::{EditError, RuleMode, SimpleRule};
use crate::{CrushMap, MAX_IDS};

/// One layer of buckets over the layer below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Name of the layer's type, and of its buckets.
    pub name: String,
    /// Algorithm of its buckets.
    pub algorithm: Algorithm,
    /// Items in each bucket, the last one taking what is left; 0 for one bucket of everything.
    pub size: usize,
}

/// Weight of each device: 1.0.
const DEVICE_WEIGHT: u32 = 0x10000;
/// Longest bucket name that crushtool makes; what is longer it cuts off.
const MAX_NAME_LENGTH: usize = 19;

impl CrushMap {
    /// Builds a map of this many devices and, from the lowest to the highest, these layers
    /// (`crushtool --build`): devices `osd.0` and up of weight 1, default tunables, buckets
    /// numbered through the layers from -1 down and named `NAME0`, `NAME1`, … (`NAME` in a layer
    /// of size 0), and a rule `replicated_rule` over the first layer's type that takes the first
    /// bucket of the last layer. When that layer has several buckets, the others are roots too
    /// that no rule takes; [`roots`](CrushMap::roots) tells.
    ///
    /// # Errors
    /// [`EditError::NoLayers`], [`EditError::TooManyDevices`], [`EditError::Bucket`],
    /// [`EditError::NoSuchItem`] when there is no device, or a name of more than 18 characters had
    /// to be cut.
    pub fn build_layers(device_count: usize, layers: &[Layer]) -> Result<CrushMap, EditError> {
        let last = layers.last().ok_or(EditError::NoLayers)?;
        if device_count > MAX_IDS {
            return Err(EditError::TooManyDevices { found: device_count, limit: MAX_IDS });
        }
        let mut map = CrushMap {
            core: MapBuilder::new(),
            types: BTreeMap::from([(0, "osd".to_owned())]),
            ..CrushMap::default()
        };
        let mut items: Vec<(i32, u32)> = Vec::with_capacity(device_count);
        for device in 0..device_count as i32 {
            map.names.insert(device, format!("osd.{device}"));
            items.push((device, DEVICE_WEIGHT));
        }
        for (index, layer) in layers.iter().enumerate() {
            items = map.add_layer(index + 1, layer, &items)?;
        }
        let root = if last.size == 0 { last.name.clone() } else { format!("{}0", last.name) };
        map.edit(|draft| {
            draft.add_simple_rule(&SimpleRule {
                name: "replicated_rule",
                root: &root,
                failure_domain: &layers[0].name,
                device_class: None,
                mode: RuleMode::Firstn,
                rule_type: RULE_TYPE_REPLICATED,
                id: Some(0),
            })
        })?;
        Ok(map)
    }

    /// Puts the items below into buckets; returns the buckets and their weights.
    fn add_layer(
        &mut self,
        type_id: usize,
        layer: &Layer,
        below: &[(i32, u32)],
    ) -> Result<Vec<(i32, u32)>, EditError> {
        let no_type = || EditError::NoSuchType { name: layer.name.clone() };
        let type_id = u16::try_from(type_id).map_err(|_| no_type())?;
        self.types.insert(i32::from(type_id), layer.name.clone());
        let size = if layer.size == 0 { below.len().max(1) } else { layer.size };
        let first_slot = self.core.buckets.iter().flatten().count();
        let mut made = Vec::new();
        for (index, chunk) in below.chunks(size).enumerate() {
            let id = -1 - (first_slot + index) as i32;
            let name = bucket_name(layer, index);
            let refuse = |problem| EditError::Bucket { bucket: name.clone(), problem };
            let bucket = make_bucket(id, type_id, layer.algorithm, chunk).map_err(refuse)?;
            made.push((id, chunk.iter().map(|(_, weight)| *weight).sum()));
            self.core.insert_bucket(bucket).map_err(refuse)?;
            if crate::is_valid_name(&name) {
                self.names.insert(id, name);
            }
        }
        Ok(made)
    }
}

/// A uniform bucket gives all its items the weight of the first one, equal or not.
fn make_bucket(
    id: i32,
    type_id: u16,
    algorithm: Algorithm,
    chunk: &[(i32, u32)],
) -> Result<Bucket, BuildError> {
    let (items, weights): (Vec<i32>, Vec<u32>) = chunk.iter().copied().unzip();
    let overflow = || BuildError::WeightOverflow { bucket: id };
    weights.iter().try_fold(0u32, |sum, weight| sum.checked_add(*weight)).ok_or_else(overflow)?;
    if algorithm != Algorithm::Uniform {
        return Bucket::new(id, type_id, algorithm, &items, &weights, 1);
    }
    let item_weight = weights.first().copied().unwrap_or(0);
    let mut bucket = Bucket::empty(id, type_id, algorithm);
    bucket.weight = u32::try_from(items.len())
        .ok()
        .and_then(|count| item_weight.checked_mul(count))
        .ok_or_else(overflow)?;
    bucket.contents = Contents::Uniform { item_weight };
    bucket.items = items;
    Ok(bucket)
}

/// crushtool has 18 bytes for the layer's name with a place for the number, 19 for the outcome.
fn bucket_name(layer: &Layer, index: usize) -> String {
    let cut = |name: &str, length: usize| name.chars().take(length).collect::<String>();
    if layer.size == 0 {
        return cut(&layer.name, MAX_NAME_LENGTH);
    }
    if layer.name.len() + 2 > MAX_NAME_LENGTH - 1 {
        return cut(&layer.name, MAX_NAME_LENGTH - 1);
    }
    cut(&format!("{}{index}", layer.name), MAX_NAME_LENGTH)
}
