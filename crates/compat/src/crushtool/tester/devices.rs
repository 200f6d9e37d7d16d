//! Weights of devices, and how many a rule may reach.

use std::collections::{BTreeMap, HashSet};

use crushlab_crush::Op;
use crushlab_crushmap::CrushMap;

use super::options::TestOptions;
use super::random::Dice;

/// Reweight (16.16) of each device: as given, else 1 where a bucket holds it and 0 elsewhere.
pub(super) fn reweights(map: &CrushMap, options: &TestOptions) -> Vec<u32> {
    let items = map.core.buckets.iter().flatten().flat_map(|bucket| &bucket.items);
    let present: HashSet<i32> = items.copied().collect();
    (0..map.core.max_devices)
        .map(|device| match options.weights.get(&device) {
            Some(weight) => *weight,
            None => u32::from(present.contains(&device)) << 16,
        })
        .collect()
}

/// Marks a share of the devices in a share of the buckets down, for `--mark-down-ratio`.
pub(super) fn mark_down(
    map: &CrushMap,
    options: &TestOptions,
    reweights: &mut [u32],
    dice: &mut Dice,
) {
    if options.down_device_ratio.is_nan() || options.down_device_ratio <= 0.0 {
        return;
    }
    let holds_devices = |items: &[i32]| items.first().is_some_and(|item| *item >= 0);
    let buckets = map.core.buckets.iter().flatten();
    let mut buckets: Vec<_> =
        buckets.filter(|bucket| bucket.weight as i32 > 0 && holds_devices(&bucket.items)).collect();
    // crushtool's shuffle leaves out the last place, and divides by 0 where there is one only.
    let places = buckets.len().saturating_sub(1);
    for index in 0..buckets.len() {
        if places > 0 {
            buckets.swap(index, dice.below(places));
        }
    }
    let visited = (options.down_bucket_ratio * buckets.len() as f32) as usize;
    for bucket in buckets.into_iter().take(visited) {
        // The items are shuffled too, which has no effect but on the dice.
        for _ in 0..bucket.items.len() {
            dice.next();
        }
        let down = (options.down_device_ratio * bucket.items.len() as f32) as usize;
        for item in bucket.items.iter().take(down) {
            let device = usize::try_from(*item).ok();
            if let Some(weight) = device.and_then(|device| reweights.get_mut(device)) {
                *weight = 0;
            }
        }
    }
}

/// What a rule's devices should store if all were as even as their weights.
pub(super) struct Expected {
    /// Replicas of each input that count: those asked for, or fewer if there is no room.
    replicas: i32,
    /// Share of each device in the total weight.
    pub(super) shares: Vec<f32>,
}

impl Expected {
    pub(super) fn new(
        map: &CrushMap,
        rule: usize,
        replicas: i32,
        reweights: &[u32],
        total: i32,
    ) -> Expected {
        let share = |weight: &u32| *weight as f32 / total as f32;
        Expected {
            replicas: replicas.min(reachable(map, rule)),
            shares: reweights.iter().map(share).collect(),
        }
    }

    /// Objects that each device should store of this many inputs.
    pub(super) fn objects(&self, inputs: i32) -> Vec<f32> {
        let objects = self.replicas.wrapping_mul(inputs) as f32;
        self.shares.iter().map(|share| share * objects).collect()
    }
}

/// The most items that a rule may choose, as far as can be told from the number of buckets of the
/// types it chooses (CrushTester.cc, `get_maximum_affected_by_rule`). Steps that set something
/// count as choosing, devices are not counted, and buckets of a type are counted anew for each
/// step that chooses it, as in Ceph.
pub(super) fn reachable(map: &CrushMap, rule: usize) -> i32 {
    let steps = map.core.rules.get(rule).and_then(Option::as_ref).map(|rule| rule.steps.as_slice());
    let choosing = steps.unwrap_or(&[]).iter().filter(|step| {
        let number = step.op as u32;
        number >= 2 && step.op != Op::Emit
    });
    // The last count asked for, and the number of steps, by type.
    let mut counts: BTreeMap<i32, (i32, usize)> = BTreeMap::new();
    for step in choosing {
        let (count, uses) = counts.entry(step.arg2).or_default();
        *count = step.arg1;
        *uses += 1;
    }
    let named = map.names.keys().filter_map(|id| map.core.bucket(*id));
    let types: Vec<i32> = named.map(|bucket| i32::from(bucket.type_id)).collect();
    let slots = map.core.buckets.len() as i32;
    let mut least = slots.max(map.core.max_devices);
    for (type_id, (count, uses)) in counts {
        let mut most = (types.iter().filter(|other| **other == type_id).count() * uses) as i32;
        if count > 0 && count < most {
            most = count;
        }
        if most > 0 && most < least {
            least = most;
        }
    }
    least
}
