//! Edits: a description in, a new map out.

use std::collections::HashMap;

use crushlab_crush::{RULE_TYPE_ERASURE, RULE_TYPE_REPLICATED};
use crushlab_crushmap::edit::{EditError, Location, Removal, RuleMode, SimpleRule, WeightSets};
use crushlab_crushmap::{CrushMap, Reclassify, ReclassifyBuckets};
use napi::{Env, Result};
use napi_derive::napi;

use crate::error::Failure;
use crate::map::NativeCrushMap;

/// A change of the tree; see the method of `crushlab_crushmap::CrushMap` of the same name.
#[napi(discriminant = "kind", discriminant_case = "snake_case")]
#[allow(missing_docs)]
pub enum NativeTreeEdit {
    InsertItem { id: i32, weight: f64, name: String, location: HashMap<String, String> },
    UpdateItem { id: i32, weight: f64, name: String, location: HashMap<String, String> },
    CreateOrMoveItem { id: i32, weight: f64, name: String, location: HashMap<String, String> },
    MoveItem { name: String, location: HashMap<String, String> },
    RemoveItem { name: String, ancestor: Option<String>, unlink: bool },
    RenameItem { name: String, to: String },
    ReweightItem { name: String, weight: f64 },
    ReweightSubtree { name: String, weight: f64 },
    ReweightAll {},
    AddBucket { name: String, type_name: String, location: HashMap<String, String> },
    LinkBucket { name: String, location: HashMap<String, String> },
    DetachBucket { name: String },
    SwapBuckets { name: String, other: String },
    ConvertStrawToStraw2 {},
}

/// A change of device classes.
#[napi(discriminant = "kind", discriminant_case = "snake_case")]
#[allow(missing_docs)]
pub enum NativeClassEdit {
    SetDeviceClass { id: i32, class_name: String },
    RemoveDeviceClass { id: i32 },
    SetSubtreeClass { name: String, class_name: String },
    CreateClass { class_name: String },
    RemoveClass { class_name: String },
    RenameClass { class_name: String, to: String },
    RebuildClassRoots {},
    Reclassify { roots: HashMap<String, String>, buckets: Vec<NativeReclassifyBuckets> },
}

/// A change of rules, tunables or weight sets.
#[napi(discriminant = "kind", discriminant_case = "snake_case")]
#[allow(missing_docs)]
pub enum NativeRuleEdit {
    AddSimpleRule { rule: NativeNewRule, indep: bool, erasure: bool },
    AddErasureRule { rule: NativeNewRule, chunks: u8 },
    RemoveRule { name: String },
    RenameRule { name: String, to: String },
    SetTunablesProfile { name: String },
    SetTunable { name: String, value: i64 },
    CreateWeightSet { set: i64, positions: u32 },
    RemoveWeightSet { set: i64 },
    ReweightWeightSet { set: i64, name: String, weights: Vec<f64> },
}

/// A rule to be made.
#[napi(object)]
pub struct NativeNewRule {
    /// Its name.
    pub name: String,
    /// The bucket it takes.
    pub root: String,
    /// Type of which no two of its devices share a bucket.
    pub failure_domain: String,
    /// The device class it keeps to.
    pub class_name: Option<String>,
}

/// Buckets to be reclassified.
#[napi(object)]
pub struct NativeReclassifyBuckets {
    /// `%SUFFIX`, `PREFIX%` or a name.
    pub pattern: String,
    /// Their class.
    pub class_name: String,
    /// Where buckets that have to be made go.
    pub default_parent: String,
}

impl From<EditError> for Failure {
    fn from(error: EditError) -> Failure {
        Failure::new("invalid_edit", error)
    }
}

#[napi]
impl NativeCrushMap {
    /// The map with another tree.
    #[napi]
    pub fn edit_tree(&self, env: &Env, edit: NativeTreeEdit) -> Result<NativeCrushMap> {
        self.edited(env, |map| edit_tree(map, edit))
    }

    /// The map with other device classes.
    #[napi]
    pub fn edit_classes(&self, env: &Env, edit: NativeClassEdit) -> Result<NativeCrushMap> {
        self.edited(env, |map| edit_classes(map, edit))
    }

    /// The map with other rules, tunables or weight sets.
    #[napi]
    pub fn edit_rules(&self, env: &Env, edit: NativeRuleEdit) -> Result<NativeCrushMap> {
        self.edited(env, |map| edit_rules(map, edit))
    }
}

type Edited = std::result::Result<(), EditError>;

impl NativeCrushMap {
    fn edited(
        &self,
        env: &Env,
        edit: impl FnOnce(&mut CrushMap) -> Edited,
    ) -> Result<NativeCrushMap> {
        NativeCrushMap::build(env, || {
            let mut map = self.named.clone();
            edit(&mut map)?;
            Ok(map)
        })
    }
}

fn place(location: HashMap<String, String>) -> Location {
    Location::new(location)
}

fn edit_tree(map: &mut CrushMap, edit: NativeTreeEdit) -> Edited {
    use NativeTreeEdit::*;
    match edit {
        InsertItem { id, weight, name, location } => {
            map.insert_item(id, weight as f32, &name, &place(location))
        }
        UpdateItem { id, weight, name, location } => {
            map.update_item(id, weight as f32, &name, &place(location)).map(drop)
        }
        CreateOrMoveItem { id, weight, name, location } => {
            let (weight, sets) = (weight as f32, WeightSets::Update);
            map.create_or_move_item(id, weight, &name, &place(location), sets).map(drop)
        }
        MoveItem { name, location } => map.move_item(&name, &place(location)).map(drop),
        RemoveItem { name, ancestor, unlink } => {
            let removal = if unlink { Removal::Unlink } else { Removal::Remove };
            match ancestor {
                Some(ancestor) => map.remove_item_under(&name, &ancestor, removal),
                None => map.remove_item(&name, removal),
            }
        }
        RenameItem { name, to } => map.rename_item(&name, &to),
        ReweightItem { name, weight } => {
            map.reweight_item(&name, weight as f32, WeightSets::Update)
        }
        ReweightSubtree { name, weight } => {
            map.reweight_subtree(&name, weight as f32, WeightSets::Update).map(drop)
        }
        ReweightAll {} => map.reweight_all(),
        AddBucket { name, type_name, location } => {
            map.add_bucket(&name, &type_name, &place(location)).map(drop)
        }
        LinkBucket { name, location } => map.link_bucket(&name, &place(location)).map(drop),
        DetachBucket { name } => map.detach_bucket(&name).map(drop),
        SwapBuckets { name, other } => map.swap_buckets(&name, &other),
        ConvertStrawToStraw2 {} => map.convert_straw_to_straw2().map(drop),
    }
}

fn edit_classes(map: &mut CrushMap, edit: NativeClassEdit) -> Edited {
    use NativeClassEdit::*;
    match edit {
        SetDeviceClass { id, class_name } => map.set_device_class(id, &class_name).map(drop),
        RemoveDeviceClass { id } => map.remove_device_class(id).map(drop),
        SetSubtreeClass { name, class_name } => map.set_subtree_class(&name, &class_name),
        CreateClass { class_name } => map.create_class(&class_name).map(drop),
        RemoveClass { class_name } => map.remove_class(&class_name),
        RenameClass { class_name, to } => map.rename_class(&class_name, &to),
        RebuildClassRoots {} => map.rebuild_class_roots(),
        Reclassify { roots, buckets } => reclassify(map, roots, buckets),
    }
}

fn edit_rules(map: &mut CrushMap, edit: NativeRuleEdit) -> Edited {
    use NativeRuleEdit::*;
    match edit {
        AddSimpleRule { rule, indep, erasure } => add_simple_rule(map, &rule, indep, erasure),
        AddErasureRule { rule, chunks } => {
            let NativeNewRule { name, root, failure_domain, class_name } = &rule;
            let class = class_name.as_deref();
            map.add_erasure_rule(name, root, failure_domain, class, chunks).map(drop)
        }
        RemoveRule { name } => map.remove_rule(&name),
        RenameRule { name, to } => map.rename_rule(&name, &to),
        SetTunablesProfile { name } => map.set_tunables_profile(&name),
        SetTunable { name, value } => map.set_tunable(&name, value),
        CreateWeightSet { set, positions } => {
            map.create_weight_set(set, positions as usize).map(drop)
        }
        RemoveWeightSet { set } => map.remove_weight_set(set).map(drop),
        ReweightWeightSet { set, name, weights } => map.reweight_weight_set(set, &name, &weights),
    }
}

fn add_simple_rule(map: &mut CrushMap, rule: &NativeNewRule, indep: bool, erasure: bool) -> Edited {
    let rule = SimpleRule {
        name: &rule.name,
        root: &rule.root,
        failure_domain: &rule.failure_domain,
        device_class: rule.class_name.as_deref(),
        mode: if indep { RuleMode::Indep } else { RuleMode::Firstn },
        rule_type: if erasure { RULE_TYPE_ERASURE } else { RULE_TYPE_REPLICATED },
        id: None,
    };
    map.add_simple_rule(&rule).map(drop)
}

fn reclassify(
    map: &mut CrushMap,
    roots: HashMap<String, String>,
    buckets: Vec<NativeReclassifyBuckets>,
) -> Edited {
    let buckets = buckets.into_iter().map(|entry| {
        let NativeReclassifyBuckets { pattern, class_name, default_parent } = entry;
        (pattern, ReclassifyBuckets { class: class_name, default_parent })
    });
    let request = Reclassify { roots: roots.into_iter().collect(), buckets: buckets.collect() };
    map.reclassify(&request, &mut Vec::new())
}
