//! The sentences of [`EditError`].

use std::fmt;

use super::error::EditError;

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        items(self, f)
            .or_else(|| places(self, f))
            .or_else(|| rules_and_classes(self, f))
            .unwrap_or_else(|| settings(self, f))
    }
}

type Written = Option<fmt::Result>;

fn items(error: &EditError, f: &mut fmt::Formatter<'_>) -> Written {
    use EditError::*;
    Some(match error {
        NoSuchItem { name } => {
            write!(f, "'{name}' does not exist: expected the name of a device or bucket")
        }
        NoSuchId { id } => write!(f, "item {id} does not exist"),
        NotInTree { item, below: None } => write!(f, "'{item}' is in no bucket"),
        NotInTree { item, below: Some(below) } => {
            write!(f, "'{item}' is not in that position below '{below}'")
        }
        NoSuchType { name } => {
            write!(f, "type '{name}' does not exist: expected a bucket type of this map")
        }
        DeviceType { name } => {
            write!(f, "type '{name}' is for devices: expected a bucket type of this map")
        }
        NotABucket { name } => write!(f, "'{name}' is a device: expected a bucket"),
        RenamedDevice { name } => {
            write!(f, "'{name}' is a device: expected a bucket, as only buckets are renamed")
        }
        NotADevice { name, id } => {
            write!(f, "'{name}' (id {id}) is a bucket: expected a device, with an id of 0 or above")
        }
        BadDeviceId { id } => {
            write!(f, "{id} is no device id: expected a number between 0 and 2147483645")
        }
        InvalidName { name } => {
            write!(f, "'{name}' is not a valid name: expected one or more of A-Z a-z 0-9 - _ .")
        }
        NameTaken { name, id } => {
            write!(f, "the name '{name}' is taken by item {id}: expected a new one")
        }
        AlreadyRenamed { from, to } => {
            write!(f, "'{from}' does not exist and '{to}' does: it is renamed already")
        }
        WeightOutOfRange { weight } => {
            write!(f, "weight {weight} is out of range: expected 0 or above and below 32768")
        }
        _ => return None,
    })
}

fn places(error: &EditError, f: &mut fmt::Formatter<'_>) -> Written {
    use EditError::*;
    Some(match error {
        BadLocation { text } => {
            write!(f, "'{text}' is no location: expected TYPE=NAME, such as host=host1")
        }
        AlreadyBeneath { item, bucket } => {
            write!(f, "'{item}' is already beneath '{bucket}': expected a bucket without it")
        }
        Loop { item, bucket } => write!(
            f,
            "'{item}' contains '{bucket}': it cannot be put into it without forming a loop"
        ),
        WrongType { bucket, found, expected } => {
            write!(f, "'{bucket}' is a {found}, and the location calls it a {expected}")
        }
        NoPlace { item, location } => write!(
            f,
            "there is no place for '{item}' in {location}: expected TYPE=NAME with a bucket type \
             of this map"
        ),
        NotEmpty { bucket, items } => {
            write!(f, "'{bucket}' holds {items} items: expected an empty bucket")
        }
        BucketInUse { bucket } => write!(
            f,
            "'{bucket}' is in use: a rule takes it or its shadow, or it is a shadow itself"
        ),
        SwapOfRelated { first, second } => {
            write!(f, "'{first}' and '{second}' cannot be swapped: one of them contains the other")
        }
        Bucket { bucket, problem } => write!(f, "'{bucket}' cannot hold that: {problem}"),
        NoAlgorithmAllowed { allowed_bucket_algs } => write!(
            f,
            "tunable allowed_bucket_algs is {allowed_bucket_algs}, which allows no algorithm for \
             a new bucket: set it to 54"
        ),
        Unsound(problem) => write!(f, "the map cannot be edited so: {problem}"),
        TooManyWays { bucket, limit } => {
            write!(f, "links lead to bucket {bucket} in more than {limit} ways: remove some")
        }
        _ => return None,
    })
}

fn rules_and_classes(error: &EditError, f: &mut fmt::Formatter<'_>) -> Written {
    use EditError::*;
    Some(match error {
        RuleExists { name } => write!(f, "rule '{name}' exists: expected a new name"),
        RuleIdTaken { id } => write!(f, "rule id {id} is taken: expected a free one"),
        NoSuchRule { name } => write!(f, "rule '{name}' does not exist"),
        TooManyRules => write!(f, "the map has 256 rules, and that is the most it can have"),
        NoSuchClass { name } | NoClassForRule { name } => {
            write!(f, "device class '{name}' does not exist")
        }
        ClassNotBelow { class, root } => {
            write!(f, "'{root}' has no devices of class '{class}': expected a class found there")
        }
        ClassExists { name } => write!(f, "device class '{name}' exists: expected a new name"),
        ClassBound { device, found, wanted } => write!(
            f,
            "osd.{device} has class '{found}' and cannot get '{wanted}': remove its class first"
        ),
        ClassInUse { class, rules } => write!(
            f,
            "class '{class}' is in use: still referenced by rule {}",
            rules.iter().map(|rule| format!("'{rule}'")).collect::<Vec<_>>().join(",")
        ),
        Shadow(problem) => write!(f, "the shadow trees cannot be made: {problem}"),
        RootTakenByClass { rule, root } => {
            write!(f, "rule {rule} takes '{root}' by device class: expected rules without class")
        }
        NotReclassified { item, bucket } => write!(
            f,
            "item {item} in bucket {bucket} is not also reclassified: expected a match for it"
        ),
        _ => return None,
    })
}

fn settings(error: &EditError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    use EditError::*;
    match error {
        NotStraw2 { bucket } => write!(
            f,
            "'{bucket}' is not straw2: expected a map of straw2 buckets alone for a weight set"
        ),
        NoWeightSet { set: -1 } => write!(f, "there is no compat weight set: create it first"),
        NoWeightSet { set } => {
            write!(f, "there is no weight set for pool {set}: create it first")
        }
        WrongWeightCount { found, expected } => {
            write!(f, "{found} weights were given: expected exactly {expected}, one per position")
        }
        NoSuchProfile { name } => write!(
            f,
            "'{name}' is no tunables profile: expected legacy, argonaut, bobtail, firefly, \
             hammer, jewel, optimal or default"
        ),
        NoSuchTunable { name } => write!(
            f,
            "'{name}' is no tunable: expected choose_local_tries, choose_local_fallback_tries, \
             choose_total_tries, chooseleaf_descend_once, chooseleaf_vary_r, chooseleaf_stable, \
             straw_calc_version or allowed_bucket_algs"
        ),
        TunableOutOfRange { name, value, highest } => {
            write!(f, "{name} cannot be {value}: expected a number between 0 and {highest}")
        }
        NoLayers => write!(f, "no layers were given: expected at least one NAME ALGORITHM SIZE"),
        TooManyDevices { found, limit } => {
            write!(f, "{found} devices are too many: expected at most {limit}")
        }
        other => write!(f, "{}", other.errno()),
    }
}
