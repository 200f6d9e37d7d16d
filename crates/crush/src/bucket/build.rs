//! A new bucket from its items and their weights.

use super::list::cumulative;
use super::straw::straw_lengths;
use super::tree::node_weights;
use super::{Algorithm, Bucket, Contents, TREE_MAX_ITEMS};
use crate::error::BuildError;

impl Bucket {
    /// A bucket of these items, its derived numbers (sums, nodes, straw lengths) calculated as
    /// Ceph's builder.c does. `weights` are 16.16, one for each item. `straw_calc_version` (0 or
    /// 1) only matters to [`Algorithm::Straw`].
    ///
    /// # Errors
    /// [`BuildError::WrongLength`], [`BuildError::WeightOverflow`],
    /// [`BuildError::UnequalUniformWeights`] or [`BuildError::TooManyItems`].
    pub fn new(
        id: i32,
        type_id: u16,
        algorithm: Algorithm,
        items: &[i32],
        weights: &[u32],
        straw_calc_version: u8,
    ) -> Result<Bucket, BuildError> {
        if weights.len() != items.len() {
            return Err(BuildError::WrongLength {
                bucket: id,
                list: "weights",
                found: weights.len(),
                expected: items.len(),
            });
        }
        let weight = weights
            .iter()
            .try_fold(0u32, |sum, weight| sum.checked_add(*weight))
            .ok_or(BuildError::WeightOverflow { bucket: id })?;
        let contents = match algorithm {
            Algorithm::Uniform => {
                let item_weight = weights.first().copied().unwrap_or(0);
                if let Some(index) = weights.iter().position(|weight| *weight != item_weight) {
                    let item = items[index];
                    return Err(BuildError::UnequalUniformWeights { bucket: id, item });
                }
                Contents::Uniform { item_weight }
            }
            Algorithm::List => {
                Contents::List { weights: weights.to_vec(), sums: cumulative(weights) }
            }
            Algorithm::Tree => {
                if items.len() > TREE_MAX_ITEMS {
                    return Err(BuildError::TooManyItems {
                        bucket: id,
                        found: items.len(),
                        limit: TREE_MAX_ITEMS,
                    });
                }
                Contents::Tree { node_weights: node_weights(weights) }
            }
            Algorithm::Straw => Contents::Straw {
                weights: weights.to_vec(),
                straws: straw_lengths(weights, straw_calc_version),
            },
            Algorithm::Straw2 => Contents::Straw2 { weights: weights.to_vec() },
        };
        Ok(Bucket { id, type_id, hash: 0, weight, items: items.to_vec(), contents })
    }
}
