//! Writing a dump.

use crushlab_crush::{Bucket, ChooseArg, ChooseArgs};
use serde_json::{Map, Value, json};

use crate::text::hash_name;
use crate::{CrushMap, Release};

impl CrushMap {
    /// The dump of all that the map holds, as `crushtool --dump` of Pacific prints it. Weights in
    /// choose_args are floats even when they are whole, all other numbers are integers; Ceph
    /// prints the floats with up to 17 digits. MSR tunables appear where the map makes use of MSR.
    pub fn to_json(&self) -> Value {
        self.dump(true, self.uses_msr())
    }

    /// The dump that `crushtool --dump` of this release prints, its fields in that order.
    pub fn to_json_as(&self, release: Release) -> Value {
        self.dump(release.has_rule_sizes(), release.has_msr_rules() || self.uses_msr())
    }

    fn dump(&self, rule_sizes: bool, msr: bool) -> Value {
        let devices: Value = (0..self.core.max_devices).map(|id| self.write_device(id)).collect();
        let buckets: Value =
            self.core.buckets.iter().flatten().map(|bucket| self.write_bucket(bucket)).collect();
        let rules: Value = (self.core.rules.iter().enumerate())
            .filter_map(|(id, rule)| Some(self.write_rule(id, rule.as_ref()?, rule_sizes)))
            .collect();
        let choose_args: Map<String, Value> = (self.core.choose_args.iter())
            .map(|(id, set)| (id.to_string(), write_choose_args(set)))
            .collect();
        json!({
            "devices": devices,
            "types": self.write_types(),
            "buckets": buckets,
            "rules": rules,
            "tunables": self.write_tunables(msr),
            "choose_args": choose_args,
        })
    }

    fn write_device(&self, id: i32) -> Value {
        let name = self.names.get(&id).cloned().unwrap_or_else(|| format!("device{id}"));
        let mut value = json!({ "id": id, "name": name });
        if let Some(class) = self.classes.get(&id).and_then(|id| self.class_names.get(id)) {
            value["class"] = json!(class);
        }
        value
    }

    fn write_types(&self) -> Value {
        let mut types = Vec::new();
        if !self.types.is_empty() && !self.types.contains_key(&0) {
            types.push(json!({ "type_id": 0, "name": "device" }));
        }
        let named = self.types.range(0..);
        types.extend(named.map(|(id, name)| json!({ "type_id": id, "name": name })));
        Value::Array(types)
    }

    fn write_bucket(&self, bucket: &Bucket) -> Value {
        let mut value = json!({ "id": bucket.id });
        if let Some(name) = self.names.get(&bucket.id) {
            value["name"] = json!(name);
        }
        value["type_id"] = json!(bucket.type_id);
        if let Some(name) = self.types.get(&i32::from(bucket.type_id)) {
            value["type_name"] = json!(name);
        }
        // Ceph prints weights as signed.
        value["weight"] = json!(bucket.weight as i32);
        value["alg"] = json!(bucket.algorithm().name());
        value["hash"] = json!(hash_name(bucket.hash));
        value["items"] = (bucket.items.iter().zip(bucket.item_weights()).enumerate())
            .map(|(position, (id, weight))| {
                json!({ "id": id, "weight": weight as i32, "pos": position })
            })
            .collect();
        value
    }
}

fn write_choose_args(set: &ChooseArgs) -> Value {
    set.iter()
        .filter(|(_, arg)| !arg.is_empty())
        .map(|(slot, arg)| write_choose_arg(*slot, arg))
        .collect()
}

fn write_choose_arg(slot: usize, arg: &ChooseArg) -> Value {
    let mut value = json!({ "bucket_id": -1 - slot as i64 });
    if !arg.weight_sets.is_empty() {
        // The tool divides in single precision.
        let weight = |weight: &u32| f64::from(*weight as f32 / 65536.0);
        let weights = |weights: &Vec<u32>| weights.iter().map(weight).collect::<Value>();
        value["weight_set"] = arg.weight_sets.iter().map(weights).collect();
    }
    if let Some(ids) = &arg.ids {
        value["ids"] = json!(ids);
    }
    value
}
