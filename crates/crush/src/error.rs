//! What can be wrong with a map.

use std::fmt;

/// Levels of buckets a map may have from a root to a device. Ceph sets no limit; this one keeps a
/// hostile map from exhausting the stack, and is far above what any cluster uses.
pub const MAX_DEPTH: usize = 256;

/// Why a map was refused. Whoever made the map can mend it; the text says which item and what was
/// expected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// A bucket's id is a device's id.
    BucketIdNotNegative {
        /// The id.
        bucket: i32,
    },
    /// A bucket's id would need more slots than a map may have.
    BucketIdTooLow {
        /// The id.
        bucket: i32,
    },
    /// Two buckets have one id.
    DuplicateBucketId {
        /// The id.
        bucket: i32,
    },
    /// A bucket stands in a slot that is not its own.
    BucketInWrongSlot {
        /// The id it bears.
        bucket: i32,
        /// The id that its slot stands for.
        expected: i32,
    },
    /// A bucket has type 0, the devices' type.
    BucketOfDeviceType {
        /// The bucket.
        bucket: i32,
    },
    /// A bucket holds a bucket that does not exist.
    UnknownItem {
        /// The bucket.
        bucket: i32,
        /// The item in it.
        item: i32,
    },
    /// A bucket is, directly or through others, inside itself.
    Cycle {
        /// A bucket on the cycle.
        bucket: i32,
    },
    /// Buckets are nested deeper than [`MAX_DEPTH`].
    TooDeep {
        /// The bucket at which the limit was passed.
        bucket: i32,
    },
    /// A bucket holds a bucket of the same or a higher type.
    WrongTypeOrder {
        /// The parent.
        bucket: i32,
        /// The parent's type id.
        bucket_type: u16,
        /// The child.
        item: i32,
        /// The child's type id.
        item_type: u16,
    },
    /// The items' weights add up to more than 32 bits hold.
    WeightOverflow {
        /// The bucket.
        bucket: i32,
    },
    /// The items of a uniform bucket differ in weight.
    UnequalUniformWeights {
        /// The bucket.
        bucket: i32,
        /// The first item that differs from item 0.
        item: i32,
    },
    /// A list that belongs to a bucket has another length than the bucket has items.
    WrongLength {
        /// The bucket.
        bucket: i32,
        /// Which list.
        list: &'static str,
        /// Its length.
        found: usize,
        /// The length it should have.
        expected: usize,
    },
    /// A bucket holds more items than its algorithm can.
    TooManyItems {
        /// The bucket.
        bucket: i32,
        /// How many it holds.
        found: usize,
        /// How many it may hold.
        limit: usize,
    },
    /// No bucket algorithm has this number.
    UnknownAlgorithm {
        /// The bucket.
        bucket: i32,
        /// The number.
        algorithm: u8,
    },
    /// A choose_args set speaks of a bucket that does not exist.
    ChooseArgsWithoutBucket {
        /// Id of the set.
        choose_args: i64,
        /// The bucket.
        bucket: i32,
    },
    /// `max_devices` is negative.
    NegativeMaxDevices {
        /// Its value.
        max_devices: i32,
    },
    /// More rules than a rule id, one byte, can tell apart.
    TooManyRules {
        /// How many there are.
        found: usize,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use BuildError::*;
        match self {
            BucketIdNotNegative { bucket } => {
                write!(f, "bucket id {bucket}: expected a negative number (0 and up are devices)")
            }
            BucketIdTooLow { bucket } => {
                write!(f, "bucket id {bucket}: expected -262144 or above")
            }
            DuplicateBucketId { bucket } => {
                write!(f, "bucket id {bucket} is used twice: expected an id of its own for each")
            }
            BucketInWrongSlot { bucket, expected } => {
                write!(f, "bucket {bucket} stands where bucket {expected} was expected")
            }
            BucketOfDeviceType { bucket } => {
                write!(f, "bucket {bucket} has type 0: expected 1 or above (0 is for devices)")
            }
            UnknownItem { bucket, item } => write!(
                f,
                "bucket {bucket} holds item {item}, which does not exist: expected a device or a \
                 bucket of this map"
            ),
            Cycle { bucket } => {
                write!(f, "bucket {bucket} is inside itself: expected a tree without a cycle")
            }
            TooDeep { bucket } => write!(
                f,
                "bucket {bucket} is nested too deep: expected at most {MAX_DEPTH} levels of buckets"
            ),
            WrongTypeOrder { bucket, bucket_type, item, item_type } => write!(
                f,
                "bucket {bucket} (type {bucket_type}) holds bucket {item} (type {item_type}): \
                 expected a type below {bucket_type}"
            ),
            WeightOverflow { bucket } => write!(
                f,
                "the weights in bucket {bucket} add up to 65536 or more: expected a sum below that"
            ),
            UnequalUniformWeights { bucket, item } => write!(
                f,
                "item {item} of uniform bucket {bucket} differs in weight: expected one weight for \
                 all its items"
            ),
            WrongLength { bucket, list, found, expected } => write!(
                f,
                "bucket {bucket} has {found} {list}: expected {expected} to go with its items"
            ),
            TooManyItems { bucket, found, limit } => {
                write!(f, "bucket {bucket} holds {found} items: expected at most {limit}")
            }
            UnknownAlgorithm { bucket, algorithm } => write!(
                f,
                "bucket {bucket} has algorithm {algorithm}: expected 1 (uniform), 2 (list), \
                 3 (tree), 4 (straw) or 5 (straw2)"
            ),
            ChooseArgsWithoutBucket { choose_args, bucket } => write!(
                f,
                "choose_args {choose_args} speaks of bucket {bucket}, which does not exist"
            ),
            NegativeMaxDevices { max_devices } => {
                write!(f, "max_devices is {max_devices}: expected 0 or above")
            }
            TooManyRules { found } => {
                write!(f, "the map has room for {found} rules: expected at most 256")
            }
        }
    }
}

impl std::error::Error for BuildError {}
