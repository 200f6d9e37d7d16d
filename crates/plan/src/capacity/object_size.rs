//! What objects of some sizes take of the devices, against what they hold.
//!
//! An erasure-coded object is padded to whole stripes (`ECUtil::stripe_info_t`), and each shard to
//! whole allocation units; a replica to whole allocation units only. Pools with the flag
//! ec_optimizations (Tentacle) store shards no longer than they have to be; that is taken from its
//! documentation, and was not measured.

use serde::Serialize;

/// How many objects of which size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectSizes {
    /// Sizes in bytes, and how many objects have each.
    pub objects_by_bytes: Vec<(u64, u64)>,
}

impl ObjectSizes {
    /// All objects of one size, in bytes.
    pub fn all(bytes: u64) -> ObjectSizes {
        ObjectSizes { objects_by_bytes: vec![(bytes, 1)] }
    }
}

/// How a pool keeps an object safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redundancy {
    /// Whole copies.
    Replicas {
        /// How many.
        size: u8,
    },
    /// Shards.
    Erasure {
        /// Shards with data.
        k: u8,
        /// Shards with parity.
        m: u8,
        /// Bytes of a stripe on each shard.
        stripe_unit_bytes: u64,
        /// Whether shards are padded to whole stripes.
        is_padded: bool,
    },
}

/// What objects take of the devices.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Overhead {
    /// Bytes that the objects hold.
    pub stored_bytes: u64,
    /// Bytes of the devices that they take, all replicas or shards together.
    pub used_bytes: u64,
    /// `used_bytes` by `stored_bytes`; absent where they hold nothing.
    pub ratio: Option<f64>,
    /// What it would be without padding: the replicas, or (k + m) / k.
    pub nominal_ratio: f64,
    /// Allocation unit of the devices.
    pub min_alloc_size_bytes: u64,
}

impl Redundancy {
    /// Bytes of the devices that one object takes. Too large numbers become the largest.
    pub fn used_bytes(&self, object_bytes: u64, min_alloc_size_bytes: u64) -> u64 {
        let unit = min_alloc_size_bytes.max(1);
        let allocated = |bytes: u64| bytes.div_ceil(unit).saturating_mul(unit);
        match *self {
            Redundancy::Replicas { size } => {
                allocated(object_bytes).saturating_mul(u64::from(size))
            }
            Redundancy::Erasure { k, m, stripe_unit_bytes, is_padded } => {
                let chunk = stripe_unit_bytes.max(1);
                let stripe = chunk.saturating_mul(u64::from(k.max(1)));
                let (k, m) = (u64::from(k), u64::from(m));
                if is_padded {
                    let shard = object_bytes.div_ceil(stripe).saturating_mul(chunk);
                    return allocated(shard).saturating_mul(k + m);
                }
                let (whole, rest) = (object_bytes / stripe * chunk, object_bytes % stripe);
                let shard = |index: u64| whole + rest.saturating_sub(index * chunk).min(chunk);
                let data = (0..k).map(|index| allocated(shard(index)));
                data.fold(allocated(shard(0)).saturating_mul(m), u64::saturating_add)
            }
        }
    }

    /// Raw bytes by stored ones, without padding.
    pub fn nominal_ratio(&self) -> f64 {
        match *self {
            Redundancy::Replicas { size } => f64::from(size),
            Redundancy::Erasure { k, m, .. } => {
                f64::from(u16::from(k) + u16::from(m)) / f64::from(k.max(1))
            }
        }
    }

    /// What objects of these sizes take.
    pub fn overhead(&self, sizes: &ObjectSizes, min_alloc_size_bytes: u64) -> Overhead {
        let sum = |bytes: &dyn Fn(u64) -> u64| {
            let products = sizes.objects_by_bytes.iter();
            products
                .map(|(size, objects)| bytes(*size).saturating_mul(*objects))
                .fold(0, u64::saturating_add)
        };
        let stored_bytes = sum(&|size| size);
        let used_bytes = sum(&|size| self.used_bytes(size, min_alloc_size_bytes));
        Overhead {
            stored_bytes,
            used_bytes,
            ratio: (stored_bytes > 0).then(|| used_bytes as f64 / stored_bytes as f64),
            nominal_ratio: self.nominal_ratio(),
            min_alloc_size_bytes,
        }
    }
}

#[cfg(test)]
mod tests;
