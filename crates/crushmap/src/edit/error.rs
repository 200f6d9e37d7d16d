//! Why an edit was refused.

use std::fmt;

use crushlab_crush::BuildError;

use super::location::Location;
use crate::error::ShadowError;

/// The error number that Ceph's tools and monitors answer with: what `errno.h` of Linux defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Errno {
    /// Operation not permitted.
    Eperm = 1,
    /// No such file or directory.
    Enoent = 2,
    /// Resource temporarily unavailable.
    Eagain = 11,
    /// Permission denied.
    Eacces = 13,
    /// Device or resource busy.
    Ebusy = 16,
    /// File exists.
    Eexist = 17,
    /// Not a directory.
    Enotdir = 20,
    /// Invalid argument.
    Einval = 22,
    /// No space left on device.
    Enospc = 28,
    /// Numerical argument out of domain.
    Edom = 33,
    /// Numerical result out of range.
    Erange = 34,
    /// Directory not empty.
    Enotempty = 39,
    /// Too many levels of symbolic links.
    Eloop = 40,
    /// Value too large for defined data type.
    Eoverflow = 75,
    /// Operation not supported.
    Enotsup = 95,
    /// Operation already in progress.
    Ealready = 114,
}

impl Errno {
    /// The number, positive.
    pub fn number(self) -> i32 {
        self as i32
    }

    /// Its text, as glibc's `strerror` words it.
    pub fn description(self) -> &'static str {
        match self {
            Errno::Eperm => "Operation not permitted",
            Errno::Enoent => "No such file or directory",
            Errno::Eagain => "Resource temporarily unavailable",
            Errno::Eacces => "Permission denied",
            Errno::Ebusy => "Device or resource busy",
            Errno::Eexist => "File exists",
            Errno::Enotdir => "Not a directory",
            Errno::Einval => "Invalid argument",
            Errno::Enospc => "No space left on device",
            Errno::Edom => "Numerical argument out of domain",
            Errno::Erange => "Numerical result out of range",
            Errno::Enotempty => "Directory not empty",
            Errno::Eloop => "Too many levels of symbolic links",
            Errno::Eoverflow => "Value too large for defined data type",
            Errno::Enotsup => "Operation not supported",
            Errno::Ealready => "Operation already in progress",
        }
    }
}

impl fmt::Display for Errno {
    /// As Ceph's `cpp_strerror` prints it: `(22) Invalid argument`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}) {}", self.number(), self.description())
    }
}

/// Why an edit was refused; the map is then as it was before. The person who asked for the edit
/// can mend all of these but [`Unsound`](EditError::Unsound), which speaks of the map itself.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EditError {
    /// Nothing in the map has this name.
    NoSuchItem {
        /// The name.
        name: String,
    },
    /// No bucket and no device has this id.
    NoSuchId {
        /// The id.
        id: i32,
    },
    /// The item has a name, but no bucket holds it.
    NotInTree {
        /// Name or id of the item.
        item: String,
        /// Where it was looked for, where that was not the whole map.
        below: Option<String>,
    },
    /// The map has no type of this name.
    NoSuchType {
        /// The name.
        name: String,
    },
    /// Type 0 is the devices' own.
    DeviceType {
        /// The type's name.
        name: String,
    },
    /// A bucket was expected, this is a device (or a name without a bucket).
    NotABucket {
        /// The name.
        name: String,
    },
    /// Source of a renaming that is no bucket.
    RenamedDevice {
        /// The name.
        name: String,
    },
    /// A device was expected, this is a bucket.
    NotADevice {
        /// The name.
        name: String,
        /// Its id.
        id: i32,
    },
    /// A device's id is not one.
    BadDeviceId {
        /// The id.
        id: i32,
    },
    /// Not a name that Ceph takes.
    InvalidName {
        /// The name.
        name: String,
    },
    /// A location that is not `TYPE=NAME`.
    BadLocation {
        /// The text.
        text: String,
    },
    /// Another item has the name.
    NameTaken {
        /// The name.
        name: String,
        /// Who has it.
        id: i32,
    },
    /// The renaming was made before: the old name is gone, the new one is there.
    AlreadyRenamed {
        /// The old name.
        from: String,
        /// The new name.
        to: String,
    },
    /// A weight that is negative, not a number, or 32768 and more.
    WeightOutOfRange {
        /// The weight.
        weight: f64,
    },
    /// The item is in that subtree already.
    AlreadyBeneath {
        /// The item.
        item: String,
        /// The bucket it was to be put into.
        bucket: String,
    },
    /// A bucket would be inside itself.
    Loop {
        /// The bucket to be moved.
        item: String,
        /// The bucket it was to be put into, which it contains.
        bucket: String,
    },
    /// The location calls a bucket by a type that it has not.
    WrongType {
        /// The bucket.
        bucket: String,
        /// The type it has.
        found: String,
        /// The type the location gives it.
        expected: String,
    },
    /// No bucket to put the item into: the location names no type of this map.
    NoPlace {
        /// The item.
        item: String,
        /// The location.
        location: Location,
    },
    /// A bucket that has to be empty is not.
    NotEmpty {
        /// The bucket.
        bucket: String,
        /// How many items it holds.
        items: usize,
    },
    /// A rule takes the bucket, or it is the shadow of another.
    BucketInUse {
        /// The bucket.
        bucket: String,
    },
    /// One of two buckets to be swapped contains the other.
    SwapOfRelated {
        /// One bucket.
        first: String,
        /// The other.
        second: String,
    },
    /// A bucket cannot hold what it was to hold.
    Bucket {
        /// Its name, or id where it has none.
        bucket: String,
        /// Why not.
        problem: BuildError,
    },
    /// The map does not allow any bucket algorithm (tunable `allowed_bucket_algs`).
    NoAlgorithmAllowed {
        /// The tunable's value.
        allowed_bucket_algs: u32,
    },
    /// There is a rule of this name.
    RuleExists {
        /// The name.
        name: String,
    },
    /// The rule id (or rule set) is taken.
    RuleIdTaken {
        /// The id.
        id: i32,
    },
    /// No rule has this name.
    NoSuchRule {
        /// The name, or id.
        name: String,
    },
    /// 256 rules are the most.
    TooManyRules,
    /// The map has no device class of this name.
    NoSuchClass {
        /// The name.
        name: String,
    },
    /// A rule was to keep to a device class that the map has not.
    NoClassForRule {
        /// The name.
        name: String,
    },
    /// No device of the class is below the root.
    ClassNotBelow {
        /// The class.
        class: String,
        /// The root.
        root: String,
    },
    /// There is a class of this name.
    ClassExists {
        /// The name.
        name: String,
    },
    /// The device has another class, which has to be removed first.
    ClassBound {
        /// The device.
        device: i32,
        /// The class it has.
        found: String,
        /// The class it was to get.
        wanted: String,
    },
    /// Rules take buckets by this class.
    ClassInUse {
        /// The class.
        class: String,
        /// The rules' names.
        rules: Vec<String>,
    },
    /// Shadow trees could not be made.
    Shadow(ShadowError),
    /// Weight sets are for maps whose buckets are all straw2.
    NotStraw2 {
        /// A bucket that is not.
        bucket: String,
    },
    /// The choose_args set does not exist.
    NoWeightSet {
        /// Its id: a pool's, or -1 for the compat set.
        set: i64,
    },
    /// As many weights are needed as the set has positions.
    WrongWeightCount {
        /// Weights given.
        found: usize,
        /// Positions of the set.
        expected: usize,
    },
    /// A tunables profile that does not exist.
    NoSuchProfile {
        /// The name.
        name: String,
    },
    /// A tunable that does not exist.
    NoSuchTunable {
        /// The name.
        name: String,
    },
    /// A tunable cannot have this value.
    TunableOutOfRange {
        /// The tunable.
        name: String,
        /// The value.
        value: i64,
        /// The highest it can have; the lowest is 0.
        highest: i64,
    },
    /// A map was to be built of no layers.
    NoLayers,
    /// A map was to be built of more devices than a map may have.
    TooManyDevices {
        /// The number asked for.
        found: usize,
        /// The most there can be.
        limit: usize,
    },
    /// A rule takes a class of a root that is to become one class.
    RootTakenByClass {
        /// The rule's id.
        rule: usize,
        /// The root.
        root: String,
    },
    /// A bucket to be reclassified holds one that is not.
    NotReclassified {
        /// The child.
        item: i32,
        /// The bucket that holds it.
        bucket: i32,
    },
    /// The map itself is not sound, before or after the edit.
    Unsound(BuildError),
    /// Links make so many ways to one bucket that a change would take for ever to spread.
    TooManyWays {
        /// The bucket.
        bucket: i32,
        /// Ways that are bearable.
        limit: u64,
    },
}

impl EditError {
    /// The error number that Ceph answers with where it refuses the same.
    pub fn errno(&self) -> Errno {
        use EditError::*;
        match self {
            NoSuchItem { .. } | NoSuchId { .. } | NotInTree { .. } => Errno::Enoent,
            NoSuchRule { .. } | NoSuchClass { .. } | NoWeightSet { .. } => Errno::Enoent,
            NameTaken { .. } | RuleExists { .. } | RuleIdTaken { .. } => Errno::Eexist,
            ClassExists { .. } => Errno::Eexist,
            RenamedDevice { .. } => Errno::Enotdir,
            AlreadyRenamed { .. } => Errno::Ealready,
            WeightOutOfRange { .. } => Errno::Eoverflow,
            Loop { .. } => Errno::Eloop,
            NotEmpty { .. } => Errno::Enotempty,
            BucketInUse { .. } | ClassBound { .. } | ClassInUse { .. } => Errno::Ebusy,
            TooManyRules => Errno::Enospc,
            NotStraw2 { .. } => Errno::Eperm,
            Bucket { problem, .. } | Unsound(problem) => build_errno(problem),
            Shadow(ShadowError::Build(problem)) => build_errno(problem),
            _ => Errno::Einval,
        }
    }
}

fn build_errno(problem: &BuildError) -> Errno {
    match problem {
        BuildError::WeightOverflow { .. } | BuildError::TooManyItems { .. } => Errno::Erange,
        BuildError::DuplicateBucketId { .. } => Errno::Eexist,
        BuildError::Cycle { .. } => Errno::Eloop,
        _ => Errno::Einval,
    }
}

impl From<ShadowError> for EditError {
    fn from(error: ShadowError) -> EditError {
        EditError::Shadow(error)
    }
}

impl std::error::Error for EditError {}
