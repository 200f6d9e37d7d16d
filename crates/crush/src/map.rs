//! The parts of a CRUSH map, and the map that is known to be sound.
//!
//! [`MapBuilder`] is free to hold anything. [`MapBuilder::build`] checks it once, so that a
//! [`Map`] that exists can be mapped without an error branch.

use std::any::Any;
use std::collections::BTreeMap;

use crate::bucket::Bucket;
use crate::choose_args::ChooseArgs;
use crate::derived::Derived;
use crate::error::BuildError;
use crate::validate;

/// What a step of a rule does. The numbers are those of the binary map (crush.h, `crush_opcodes`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Op {
    /// Does nothing.
    Noop = 0,
    /// `take`: `arg1` is the item that the following steps start from.
    Take = 1,
    /// `choose firstn`: `arg1` items of type `arg2`.
    ChooseFirstn = 2,
    /// `choose indep`: `arg1` items of type `arg2`, each with a position of its own.
    ChooseIndep = 3,
    /// `emit`: appends the working set to the result.
    Emit = 4,
    /// `chooseleaf firstn`: devices under `arg1` distinct items of type `arg2`.
    ChooseleafFirstn = 6,
    /// `chooseleaf indep`: devices under `arg1` distinct items of type `arg2`, by position.
    ChooseleafIndep = 7,
    /// `set_choose_tries`: `arg1` tries, where positive.
    SetChooseTries = 8,
    /// `set_chooseleaf_tries`: `arg1` tries of the leaf recursion, where positive.
    SetChooseleafTries = 9,
    /// `set_choose_local_tries`: `arg1` retries in the same bucket.
    SetChooseLocalTries = 10,
    /// `set_choose_local_fallback_tries`: `arg1` retries by permutation in the same bucket.
    SetChooseLocalFallbackTries = 11,
    /// `set_chooseleaf_vary_r`: `arg1` is the tunable's value for this rule.
    SetChooseleafVaryR = 12,
    /// `set_chooseleaf_stable`: `arg1` is the tunable's value for this rule.
    SetChooseleafStable = 13,
    /// `set_msr_descents`: `arg1` passes over the whole rule (MSR).
    SetMsrDescents = 14,
    /// `set_msr_collision_tries`: `arg1` tries at each bucket (MSR).
    SetMsrCollisionTries = 15,
    /// `choosemsr`: `arg1` items of type `arg2` (MSR).
    ChooseMsr = 16,
}

impl Op {
    /// Every operation there is, by rising number.
    pub const ALL: [Op; 16] = [
        Op::Noop,
        Op::Take,
        Op::ChooseFirstn,
        Op::ChooseIndep,
        Op::Emit,
        Op::ChooseleafFirstn,
        Op::ChooseleafIndep,
        Op::SetChooseTries,
        Op::SetChooseleafTries,
        Op::SetChooseLocalTries,
        Op::SetChooseLocalFallbackTries,
        Op::SetChooseleafVaryR,
        Op::SetChooseleafStable,
        Op::SetMsrDescents,
        Op::SetMsrCollisionTries,
        Op::ChooseMsr,
    ];

    /// The operation with this number in the binary map, if there is one.
    pub fn from_number(number: u32) -> Option<Op> {
        Op::ALL.into_iter().find(|op| *op as u32 == number)
    }
}

/// One step of a rule: an operation and its two arguments as the binary map stores them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What the step does.
    pub op: Op,
    /// First argument: an item, a count or a setting, as [`Op`] says.
    pub arg1: i32,
    /// Second argument: a type id, where [`Op`] names one; otherwise 0.
    pub arg2: i32,
}

impl Step {
    /// A step of these parts.
    pub const fn new(op: Op, arg1: i32, arg2: i32) -> Step {
        Step { op, arg1, arg2 }
    }

    /// How many items a choose step of a rule for `result_max` devices looks for: numbers below 1
    /// count down from all of them. At most `i32::MAX`.
    pub fn count(&self, result_max: usize) -> u32 {
        let count = match self.arg1 {
            count @ 1.. => count,
            count => count.saturating_add_unsigned(result_max as u32),
        };
        count.max(0) as u32
    }
}

/// Rule type of replicated pools.
pub const RULE_TYPE_REPLICATED: u8 = 1;
/// Rule type of erasure-coded pools.
pub const RULE_TYPE_ERASURE: u8 = 3;
/// Rule type of multi-step-retry rules that pack their results (Squid and later).
pub const RULE_TYPE_MSR_FIRSTN: u8 = 4;
/// Rule type of multi-step-retry rules that keep positions (Squid and later).
pub const RULE_TYPE_MSR_INDEP: u8 = 5;

/// A rule: what to take, what to choose below it, what to emit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Number of the rule set. It equals the rule's id in every map made since Luminous.
    pub ruleset: u8,
    /// Kind of pool: 1 replicated, 3 erasure, 4 msr_firstn, 5 msr_indep.
    pub rule_type: u8,
    /// Smallest pool size the rule is meant for; stored, printed, without effect on a mapping.
    pub min_size: u8,
    /// Largest pool size the rule is meant for; stored, printed, without effect on a mapping.
    pub max_size: u8,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

impl Rule {
    /// A rule of this type for pools of 1 to 10 replicas, rule set 0.
    pub fn new(rule_type: u8, steps: Vec<Step>) -> Rule {
        Rule { ruleset: 0, rule_type, min_size: 1, max_size: 10, steps }
    }
}

/// The switches that choose between the generations of the algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tunables {
    /// Retries in the same bucket after a collision.
    pub choose_local_tries: u32,
    /// Retries in the same bucket by permutation.
    pub choose_local_fallback_tries: u32,
    /// Retries from the top: a mapping makes one try more than this.
    pub choose_total_tries: u32,
    /// Non-zero: one try only in the leaf recursion of `chooseleaf firstn`.
    pub chooseleaf_descend_once: u32,
    /// Non-zero: the leaf recursion's r depends on the parent's, shifted right by one less.
    pub chooseleaf_vary_r: u8,
    /// Non-zero: a leaf does not depend on the position of its parent in the result.
    pub chooseleaf_stable: u8,
    /// Version (0 or 1) of the calculation of straw lengths.
    pub straw_calc_version: u8,
    /// Sum of `1 << algorithm` over the bucket algorithms that new buckets may use.
    pub allowed_bucket_algs: u32,
    /// Passes over an MSR rule.
    pub msr_descents: u32,
    /// Tries at each bucket of an MSR rule.
    pub msr_collision_tries: u32,
}

/// Algorithms uniform, list and straw: all that maps could use before Hammer.
const LEGACY_ALGORITHMS: u32 = 1 << 1 | 1 << 2 | 1 << 4;
/// The legacy ones and straw2.
const HAMMER_ALGORITHMS: u32 = LEGACY_ALGORITHMS | 1 << 5;

impl Tunables {
    /// Profile `argonaut` (also `legacy`): what a map without tunables means.
    pub const ARGONAUT: Tunables = Tunables {
        choose_local_tries: 2,
        choose_local_fallback_tries: 5,
        choose_total_tries: 19,
        chooseleaf_descend_once: 0,
        chooseleaf_vary_r: 0,
        chooseleaf_stable: 0,
        straw_calc_version: 0,
        allowed_bucket_algs: LEGACY_ALGORITHMS,
        msr_descents: 100,
        msr_collision_tries: 100,
    };
    /// Profile `bobtail`.
    pub const BOBTAIL: Tunables = Tunables {
        choose_local_tries: 0,
        choose_local_fallback_tries: 0,
        choose_total_tries: 50,
        chooseleaf_descend_once: 1,
        ..Tunables::ARGONAUT
    };
    /// Profile `firefly`.
    pub const FIREFLY: Tunables = Tunables { chooseleaf_vary_r: 1, ..Tunables::BOBTAIL };
    /// Profile `hammer`.
    pub const HAMMER: Tunables =
        Tunables { allowed_bucket_algs: HAMMER_ALGORITHMS, ..Tunables::FIREFLY };
    /// Profile `jewel` (also `optimal`).
    pub const JEWEL: Tunables = Tunables { chooseleaf_stable: 1, ..Tunables::HAMMER };

    /// The profile of this name: legacy, argonaut, bobtail, firefly, hammer, jewel, optimal or
    /// default. As in Ceph, `straw_calc_version` is 1 in `optimal` and `default` only.
    pub fn profile(name: &str) -> Option<Tunables> {
        match name {
            "legacy" | "argonaut" => Some(Tunables::ARGONAUT),
            "bobtail" => Some(Tunables::BOBTAIL),
            "firefly" => Some(Tunables::FIREFLY),
            "hammer" => Some(Tunables::HAMMER),
            "jewel" => Some(Tunables::JEWEL),
            "optimal" | "default" => Some(Tunables { straw_calc_version: 1, ..Tunables::JEWEL }),
            _ => None,
        }
    }
}

impl Default for Tunables {
    /// What a newly built map gets: profile `default`.
    fn default() -> Tunables {
        Tunables { straw_calc_version: 1, ..Tunables::JEWEL }
    }
}

/// Whether a bucket must be of a higher type than the buckets in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TypeOrder {
    /// A child bucket's type id must be lower than its parent's: what Ceph demands of edits.
    #[default]
    Enforced,
    /// Any order. For maps that exist: Ceph maps them whatever the order is.
    Free,
}

/// A map in the making. Everything is public and nothing is checked before [`build`].
///
/// [`build`]: MapBuilder::build
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapBuilder {
    /// Buckets by slot: slot i holds the bucket with id -1-i, or nothing.
    pub buckets: Vec<Option<Bucket>>,
    /// Rules by id.
    pub rules: Vec<Option<Rule>>,
    /// Devices have ids below this; a mapping gives up on an item that has not.
    pub max_devices: i32,
    /// The tunables.
    pub tunables: Tunables,
    /// choose_args sets by id: a pool's id, or -1 for the compat set.
    pub choose_args: BTreeMap<i64, ChooseArgs>,
    /// Whether types must fall from parent to child.
    pub type_order: TypeOrder,
}

impl MapBuilder {
    /// An empty map with default tunables.
    pub fn new() -> MapBuilder {
        MapBuilder::default()
    }

    /// Puts a bucket into the slot of its id. Slots are added as Ceph adds them: 8 at first, then
    /// as many as there are until it fits.
    ///
    /// # Errors
    /// [`BuildError::BucketIdNotNegative`], [`BuildError::BucketIdTooLow`] or
    /// [`BuildError::DuplicateBucketId`].
    pub fn insert_bucket(&mut self, bucket: Bucket) -> Result<(), BuildError> {
        let slot =
            bucket_slot(bucket.id).ok_or(BuildError::BucketIdNotNegative { bucket: bucket.id })?;
        if slot >= MAX_BUCKET_SLOTS {
            return Err(BuildError::BucketIdTooLow { bucket: bucket.id });
        }
        while slot >= self.buckets.len() {
            let slots = (2 * self.buckets.len()).max(8);
            self.buckets.resize(slots, None);
        }
        if self.buckets[slot].is_some() {
            return Err(BuildError::DuplicateBucketId { bucket: bucket.id });
        }
        self.buckets[slot] = Some(bucket);
        Ok(())
    }

    /// The bucket with this id.
    pub fn bucket(&self, id: i32) -> Option<&Bucket> {
        self.buckets.get(bucket_slot(id)?)?.as_ref()
    }

    /// The bucket with this id, to change.
    pub fn bucket_mut(&mut self, id: i32) -> Option<&mut Bucket> {
        self.buckets.get_mut(bucket_slot(id)?)?.as_mut()
    }

    /// Checks everything that a mapping relies on.
    ///
    /// # Errors
    /// The first thing found wrong, with the item it was found at.
    pub fn build(self) -> Result<Map, BuildError> {
        validate::check(&self)?;
        Ok(Map { parts: self, derived: Derived::default() })
    }
}

/// Slots that a map may have; Ceph would go on until memory ends.
const MAX_BUCKET_SLOTS: usize = 1 << 18;

/// The slot of a bucket's id (bucket -1 has slot 0); `None` for a device's id.
#[inline]
pub fn bucket_slot(id: i32) -> Option<usize> {
    usize::try_from(-1 - i64::from(id)).ok()
}

/// A CRUSH map that was checked: every child exists, there is no cycle, every list has the length
/// it should have.
#[derive(Clone, Debug)]
pub struct Map {
    parts: MapBuilder,
    derived: Derived,
}

impl Map {
    /// The bucket with this id.
    pub fn bucket(&self, id: i32) -> Option<&Bucket> {
        self.parts.bucket(id)
    }

    /// Buckets by slot, holes included.
    pub fn bucket_slots(&self) -> &[Option<Bucket>] {
        &self.parts.buckets
    }

    /// The buckets that exist, by falling id (-1 first).
    pub fn buckets(&self) -> impl Iterator<Item = &Bucket> {
        self.parts.buckets.iter().flatten()
    }

    /// The rule with this id.
    pub fn rule(&self, id: usize) -> Option<&Rule> {
        self.parts.rules.get(id)?.as_ref()
    }

    /// Rules by id, holes included.
    pub fn rule_slots(&self) -> &[Option<Rule>] {
        &self.parts.rules
    }

    /// Upper bound of the device ids.
    pub fn max_devices(&self) -> i32 {
        self.parts.max_devices
    }

    /// The tunables.
    pub fn tunables(&self) -> &Tunables {
        &self.parts.tunables
    }

    /// All choose_args sets by id.
    pub fn choose_args(&self) -> &BTreeMap<i64, ChooseArgs> {
        &self.parts.choose_args
    }

    /// The choose_args set that a pool's mappings use: its own, else the compat set -1, else none
    /// (CrushWrapper.h, `choose_args_get_with_fallback`).
    pub fn choose_args_for(&self, pool: i64) -> Option<&ChooseArgs> {
        self.parts.choose_args.get(&pool).or_else(|| self.parts.choose_args.get(&-1))
    }

    /// What somebody works out of the map once, to be found again by all who ask for the same type
    /// later, on any thread: the first call makes it, and it stays as long as the map does. Copies
    /// of the map share it. `None` where something of another type is kept already.
    pub fn derived<T: Any + Send + Sync>(&self, derive: impl FnOnce(&Map) -> T) -> Option<&T> {
        self.derived.get_or_init(|| derive(self))
    }

    /// Whether it was built of just these parts.
    pub fn is_of(&self, parts: &MapBuilder) -> bool {
        self.parts == *parts
    }

    /// The same parts, free to be changed and built again.
    pub fn into_builder(self) -> MapBuilder {
        self.parts
    }
}
