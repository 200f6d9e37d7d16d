//! What Ceph does to every map it has read, before anyone uses it.

use crushlab_crush::{BuildError, Contents};

use crate::{CrushMap, MAX_IDS};

impl CrushMap {
    /// Sets `max_devices` to one more than the highest device that a bucket holds or that has a
    /// name (`CrushWrapper::finalize`); whatever was stored is not looked at.
    pub(crate) fn finalize(&mut self) {
        let items = self.core.buckets.iter().flatten().flat_map(|bucket| bucket.items.iter());
        let highest = items.chain(self.names.last_key_value().map(|(id, _)| id)).max();
        self.core.max_devices = highest.map_or(0, |id| id.saturating_add(1).max(0));
    }

    /// Drops what choose_args say about buckets that are absent or not straw2, and brings weight
    /// sets to the length of their bucket (`CrushWrapper::update_choose_args`).
    pub(crate) fn update_choose_args(&mut self) {
        let buckets = &self.core.buckets;
        // A damaged map's few bytes could ask for any number of weights.
        let mut growth_left = MAX_IDS;
        for set in self.core.choose_args.values_mut() {
            let positions = set.values().map(|arg| arg.weight_sets.len()).find(|len| *len > 0);
            set.retain(|slot, arg| {
                let Some(bucket) = buckets.get(*slot).and_then(Option::as_ref) else {
                    return false;
                };
                if !matches!(bucket.contents, Contents::Straw2 { .. }) {
                    return false;
                }
                if Some(arg.weight_sets.len()) == positions {
                    for weights in &mut arg.weight_sets {
                        let growth = bucket.items.len().saturating_sub(weights.len());
                        let left = growth_left.checked_sub(growth);
                        if let Some(left) = left {
                            growth_left = left;
                            weights.resize(bucket.items.len(), 0);
                        }
                    }
                }
                !arg.is_empty()
            });
        }
    }

    /// The same map, if it is sound.
    pub(crate) fn sound(mut self) -> Result<CrushMap, BuildError> {
        self.core = std::mem::take(&mut self.core).build()?.into_builder();
        Ok(self)
    }
}
