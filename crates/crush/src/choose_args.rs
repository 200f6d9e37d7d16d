//! What a choose_args set puts in the place of the buckets' own ids and weights.

use std::collections::BTreeMap;

/// Replacement ids and weights for one bucket (straw2 buckets only look at them).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChooseArg {
    /// Ids that are hashed in place of the items; as many as the bucket has items.
    pub ids: Option<Vec<i32>>,
    /// Weights (16.16) for each position of the result; each as long as the bucket, the last one
    /// serving all further positions. Empty where the bucket's own weights count.
    pub weight_sets: Vec<Vec<u32>>,
}

impl ChooseArg {
    /// Whether it replaces nothing.
    pub fn is_empty(&self) -> bool {
        self.ids.is_none() && self.weight_sets.is_empty()
    }
}

/// One choose_args set: what it replaces, by slot of the bucket (bucket -1 has slot 0).
pub type ChooseArgs = BTreeMap<usize, ChooseArg>;
