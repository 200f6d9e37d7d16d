//! A map's parts as plain data. Weights are plain numbers here: 16.16 fixed point fits exactly.

use std::collections::{BTreeMap, BTreeSet};

use crushlab_crush::{Algorithm, Bucket, Op, Step, Tunables};
use crushlab_crushmap::CrushMap;
use napi::bindgen_prelude::{Float64Array, Int32Array};
use napi_derive::napi;

/// A type of item.
#[napi(object)]
pub struct NativeType {
    /// Its number; 0 is the devices' type.
    pub id: i32,
    /// Its name.
    pub name: String,
}

/// A device.
#[napi(object)]
pub struct NativeDevice {
    /// Its id.
    pub id: i32,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Name of its class, where it has one.
    pub class_name: Option<String>,
}

/// A bucket.
#[napi(object)]
pub struct NativeBucket {
    /// Its id, negative.
    pub id: i32,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its type's id.
    pub type_id: u32,
    /// `uniform`, `list`, `tree`, `straw` or `straw2`.
    pub algorithm: String,
    /// Number of the hash function; 0 is rjenkins1.
    pub hash: u32,
    /// Its own weight.
    pub weight: f64,
    /// The items.
    pub items: Int32Array,
    /// Weight of each item.
    pub item_weights: Float64Array,
    /// The bucket it is a shadow of, where it is one.
    pub shadow_of: Option<i32>,
    /// Name of the class it is a shadow for, where it is one.
    pub class_name: Option<String>,
}

/// A step of a rule.
#[napi(object)]
pub struct NativeStep {
    /// Its operation, as `ceph osd crush dump` names it.
    pub op: String,
    /// First argument: an item, a count or a setting.
    pub arg1: i32,
    /// Second argument: a type's id.
    pub arg2: i32,
}

/// A rule.
#[napi(object)]
pub struct NativeRule {
    /// Its id.
    pub id: u32,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// 1 replicated, 3 erasure, 4 msr_firstn, 5 msr_indep.
    pub rule_type: u32,
    /// Smallest pool size it is meant for.
    pub min_size: u32,
    /// Largest pool size it is meant for.
    pub max_size: u32,
    /// Its steps.
    pub steps: Vec<NativeStep>,
}

/// Weights that one weight set has for the items of one bucket.
#[napi(object)]
pub struct NativeWeightSet {
    /// Id of the pool that it is for; -1 for the compat set.
    pub set: i64,
    /// The bucket.
    pub bucket: i32,
    /// Positions of the result that have weights of their own.
    pub positions: u32,
    /// Weights of all items, position by position.
    pub weights: Float64Array,
}

/// The tunables.
#[napi(object)]
pub struct NativeTunables {
    /// Retries in the same bucket after a collision.
    pub choose_local_tries: u32,
    /// Retries in the same bucket by permutation.
    pub choose_local_fallback_tries: u32,
    /// Retries from the top.
    pub choose_total_tries: u32,
    /// Non-zero: one try only in the leaf recursion of chooseleaf firstn.
    pub chooseleaf_descend_once: u32,
    /// Non-zero: a leaf's r depends on its parent's.
    pub chooseleaf_vary_r: u32,
    /// Non-zero: a leaf does not depend on its parent's position.
    pub chooseleaf_stable: u32,
    /// Version of the calculation of straw lengths.
    pub straw_calc_version: u32,
    /// Sum of `1 << algorithm` over the algorithms that new buckets may use.
    pub allowed_bucket_algs: u32,
    /// Passes over an MSR rule.
    pub msr_descents: u32,
    /// Tries at each bucket of an MSR rule.
    pub msr_collision_tries: u32,
}

/// A 16.16 weight as a number.
pub(crate) fn weight(fixed: u32) -> f64 {
    f64::from(fixed) / 65536.0
}

pub(crate) fn types(map: &CrushMap) -> Vec<NativeType> {
    map.types.iter().map(|(&id, name)| NativeType { id, name: name.clone() }).collect()
}

pub(crate) fn devices(map: &CrushMap) -> Vec<NativeDevice> {
    let named = map.names.keys().copied();
    let held = map.core.buckets.iter().flatten().flat_map(|bucket| bucket.items.iter().copied());
    let ids: BTreeSet<i32> = named.chain(held).filter(|&id| id >= 0).collect();
    let device = |id| NativeDevice {
        id,
        name: map.names.get(&id).cloned(),
        class_name: class_name(map, id),
    };
    ids.into_iter().map(device).collect()
}

pub(crate) fn buckets(map: &CrushMap) -> Vec<NativeBucket> {
    let mut origins = BTreeMap::new();
    for (&origin, shadows) in &map.shadows {
        origins.extend(shadows.values().map(|&shadow| (shadow, origin)));
    }
    let convert = |bucket: &Bucket| {
        let weights = (0..bucket.items.len()).filter_map(|index| bucket.item_weight(index));
        let weights: Vec<f64> = weights.map(weight).collect();
        NativeBucket {
            id: bucket.id,
            name: map.names.get(&bucket.id).cloned(),
            type_id: u32::from(bucket.type_id),
            algorithm: algorithm_name(bucket.algorithm()).to_owned(),
            hash: u32::from(bucket.hash),
            weight: weight(bucket.weight),
            items: Int32Array::new(bucket.items.clone()),
            item_weights: Float64Array::new(weights),
            shadow_of: origins.get(&bucket.id).copied(),
            class_name: class_name(map, bucket.id),
        }
    };
    map.core.buckets.iter().flatten().map(convert).collect()
}

pub(crate) fn rules(map: &CrushMap) -> Vec<NativeRule> {
    let slots = map.core.rules.iter().zip(0_i32..);
    let present = slots.filter_map(|(slot, id)| slot.as_ref().map(|rule| (rule, id)));
    present
        .map(|(rule, id)| NativeRule {
            id: id.unsigned_abs(),
            name: map.rule_names.get(&id).cloned(),
            rule_type: u32::from(rule.rule_type),
            min_size: u32::from(rule.min_size),
            max_size: u32::from(rule.max_size),
            steps: rule.steps.iter().map(step_data).collect(),
        })
        .collect()
}

pub(crate) fn step_data(step: &Step) -> NativeStep {
    NativeStep { op: op_name(step.op).to_owned(), arg1: step.arg1, arg2: step.arg2 }
}

pub(crate) fn tunables(tunables: &Tunables) -> NativeTunables {
    NativeTunables {
        choose_local_tries: tunables.choose_local_tries,
        choose_local_fallback_tries: tunables.choose_local_fallback_tries,
        choose_total_tries: tunables.choose_total_tries,
        chooseleaf_descend_once: tunables.chooseleaf_descend_once,
        chooseleaf_vary_r: u32::from(tunables.chooseleaf_vary_r),
        chooseleaf_stable: u32::from(tunables.chooseleaf_stable),
        straw_calc_version: u32::from(tunables.straw_calc_version),
        allowed_bucket_algs: tunables.allowed_bucket_algs,
        msr_descents: tunables.msr_descents,
        msr_collision_tries: tunables.msr_collision_tries,
    }
}

pub(crate) fn weight_sets(map: &CrushMap) -> Vec<NativeWeightSet> {
    let convert = |set: i64, slot: usize, rows: &[Vec<u32>]| NativeWeightSet {
        set,
        // A slot is that of a bucket: at most 2^31 - 1.
        bucket: i32::try_from(slot).map_or(i32::MIN, |slot| -1 - slot),
        positions: rows.len() as u32,
        weights: rows.iter().flatten().map(|fixed| weight(*fixed)).collect::<Vec<_>>().into(),
    };
    let sets = map.core.choose_args.iter().flat_map(|(set, buckets)| {
        let with_weights = buckets.iter().filter(|(_, arg)| !arg.weight_sets.is_empty());
        with_weights.map(move |(slot, arg)| convert(*set, *slot, &arg.weight_sets))
    });
    sets.collect()
}

fn class_name(map: &CrushMap, item: i32) -> Option<String> {
    map.class_names.get(map.classes.get(&item)?).cloned()
}

fn algorithm_name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Uniform => "uniform",
        Algorithm::List => "list",
        Algorithm::Tree => "tree",
        Algorithm::Straw => "straw",
        Algorithm::Straw2 => "straw2",
    }
}

/// The names of CrushWrapper.cc, `dump_rule`, and of the text form for the steps that it leaves
/// out.
fn op_name(op: Op) -> &'static str {
    match op {
        Op::Noop => "noop",
        Op::Take => "take",
        Op::ChooseFirstn => "choose_firstn",
        Op::ChooseIndep => "choose_indep",
        Op::Emit => "emit",
        Op::ChooseleafFirstn => "chooseleaf_firstn",
        Op::ChooseleafIndep => "chooseleaf_indep",
        Op::SetChooseTries => "set_choose_tries",
        Op::SetChooseleafTries => "set_chooseleaf_tries",
        Op::SetChooseLocalTries => "set_choose_local_tries",
        Op::SetChooseLocalFallbackTries => "set_choose_local_fallback_tries",
        Op::SetChooseleafVaryR => "set_chooseleaf_vary_r",
        Op::SetChooseleafStable => "set_chooseleaf_stable",
        Op::SetMsrDescents => "set_msr_descents",
        Op::SetMsrCollisionTries => "set_msr_collision_tries",
        Op::ChooseMsr => "choosemsr",
    }
}
