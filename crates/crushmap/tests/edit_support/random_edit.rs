//! Random edits, as crushtool's arguments and as calls.

use crushlab_crush::{Algorithm, RULE_TYPE_REPLICATED};
use crushlab_crushmap::edit::{EditError, Location, Removal, RuleMode, SimpleRule, WeightSets};
use crushlab_crushmap::{CrushMap, Reclassify, ReclassifyBuckets};
use fastrand::Rng;

/// An edit that both sides can make.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    AddItem { id: i32, weight: &'static str, name: String, place: Place },
    UpdateItem { id: i32, weight: &'static str, name: String, place: Place },
    Move { name: String, place: Place },
    AddBucket { name: String, kind: String, place: Place },
    Remove { name: String },
    ReweightItem { name: String, weight: &'static str },
    Reweight,
    RebuildClassRoots,
    SimpleRule { name: String, root: String, kind: String, mode: &'static str, class: String },
    ReplicatedRule { name: String, root: String, kind: String },
    RemoveRule { name: String },
    Tunable { name: &'static str, value: i64 },
    SubtreeClass { root: String, class: &'static str },
    ReclassifyRoot { root: String, class: &'static str },
    ReclassifyBucket { pattern: String, class: &'static str, parent: String },
}

type Place = Vec<(String, String)>;

/// What a call did.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It changed the map (or left it, where crushtool writes it all the same).
    Done,
    /// Nothing was to be done, and crushtool writes no map.
    Unchanged,
    /// It was refused.
    Refused(#[expect(dead_code, reason = "printed when a case fails")] EditError),
}

const WEIGHTS: [&str; 10] =
    ["1", "0", "2.5", "0.333", "1.00001", "300.123", "7", "40000", "-1", "-0.000001"];
const TUNABLES: [&str; 8] = [
    "choose_local_tries",
    "choose_local_fallback_tries",
    "choose_total_tries",
    "chooseleaf_descend_once",
    "chooseleaf_vary_r",
    "chooseleaf_stable",
    "straw_calc_version",
    "allowed_bucket_algs",
];

fn pick(rng: &mut Rng, list: &[&'static str]) -> &'static str {
    list[rng.usize(..list.len())]
}

/// Name of an item of the map, or of none.
fn any_name(rng: &mut Rng, map: &CrushMap) -> String {
    let names: Vec<&String> =
        map.names.iter().filter(|(id, _)| !map.is_shadow(**id)).map(|(_, name)| name).collect();
    if names.is_empty() || rng.u8(..12) == 0 {
        return pick(rng, &["missing", "host9", "osd.99", "bad name", "rack7"]).to_owned();
    }
    names[rng.usize(..names.len())].clone()
}

fn bucket_name(rng: &mut Rng, map: &CrushMap) -> String {
    let buckets: Vec<i32> =
        map.core.buckets.iter().flatten().map(|b| b.id).filter(|id| !map.is_shadow(*id)).collect();
    match buckets.get(rng.usize(..buckets.len().max(1))) {
        Some(id) => map.item_name(*id).unwrap_or("missing").to_owned(),
        None => "missing".to_owned(),
    }
}

/// Mostly a sensible place, at times one with a new bucket or nonsense.
fn place(rng: &mut Rng, map: &CrushMap) -> Place {
    let mut place = Place::new();
    let name = bucket_name(rng, map);
    if let Some(bucket) = map.item_id(&name).and_then(|id| map.core.bucket(id)) {
        let kind = map.types.get(&i32::from(bucket.type_id)).cloned().unwrap_or_default();
        if bucket.type_id > 1 && rng.bool() {
            place.push(("host".to_owned(), pick(rng, &["host7", "host8", "host0"]).to_owned()));
        }
        place.push((kind, name));
    }
    if rng.u8(..6) == 0 {
        place.extend(map.location(map.item_id("osd.0").unwrap_or(0)).iter().map(owned));
    }
    match rng.u8(..20) {
        0 => place.push(("rack".to_owned(), any_name(rng, map))),
        1 => place.push(("room".to_owned(), bucket_name(rng, map))),
        2 => place.clear(),
        _ => {}
    }
    place
}

fn owned((kind, name): (&str, &str)) -> (String, String) {
    (kind.to_owned(), name.to_owned())
}

impl Edit {
    /// An edit that fits the map most of the time.
    pub(crate) fn random(rng: &mut Rng, map: &CrushMap) -> Edit {
        let weight = pick(rng, &WEIGHTS);
        let class = pick(rng, &["ssd", "hdd", "fast"]);
        match rng.u8(..34) {
            0..6 => {
                let (id, name) = device(rng, map);
                Edit::AddItem { id, weight, name, place: place(rng, map) }
            }
            6..11 => {
                let (id, name) = device(rng, map);
                Edit::UpdateItem { id, weight, name, place: place(rng, map) }
            }
            11..16 => Edit::Move { name: any_name(rng, map), place: place(rng, map) },
            16..19 => Edit::AddBucket {
                name: pick(rng, &["host5", "rack5", "room1", "host0", "bad name"]).to_owned(),
                kind: pick(rng, &["host", "rack", "root", "osd", "none"]).to_owned(),
                place: if rng.bool() { place(rng, map) } else { Place::new() },
            },
            19..23 => Edit::Remove { name: any_name(rng, map) },
            23..26 => Edit::ReweightItem { name: any_name(rng, map), weight },
            26 => Edit::Reweight,
            27 => Edit::RebuildClassRoots,
            28 => Edit::SimpleRule {
                name: pick(rng, &["new0", "new1", "rule0"]).to_owned(),
                root: any_name(rng, map),
                kind: pick(rng, &["host", "rack", "osd", "none"]).to_owned(),
                mode: pick(rng, &["firstn", "indep"]),
                class: pick(rng, &["", "", "ssd", "hdd", "none"]).to_owned(),
            },
            29 => Edit::ReplicatedRule {
                name: pick(rng, &["new2", "rule1"]).to_owned(),
                root: any_name(rng, map),
                kind: pick(rng, &["host", "rack"]).to_owned(),
            },
            30 => Edit::RemoveRule { name: pick(rng, &["rule0", "rule1", "new0"]).to_owned() },
            31 => Edit::Tunable { name: pick(rng, &TUNABLES), value: rng.i64(0..70) },
            // Ceph looks the wrong one up where two items have one name, and goes on all the same.
            _ if has_twins(map) => Edit::Reweight,
            32 => Edit::SubtreeClass { root: bucket_name(rng, map), class },
            _ if rng.bool() => Edit::ReclassifyRoot { root: any_name(rng, map), class },
            _ => Edit::ReclassifyBucket {
                pattern: match rng.u8(..3) {
                    0 => "%-ssd".to_owned(),
                    1 => "host%".to_owned(),
                    _ => bucket_name(rng, map),
                },
                class,
                parent: bucket_name(rng, map),
            },
        }
    }

    /// Whether the edit takes the last item out of a list, uniform or tree bucket. crushtool then
    /// goes on with memory it has freed, and what comes of that differs from run to run.
    pub(crate) fn spoils_memory(&self, map: &CrushMap) -> bool {
        let name = match self {
            Edit::Move { name, .. } | Edit::Remove { name } => map.item_id(name),
            Edit::UpdateItem { id, .. } => Some(*id),
            _ => None,
        };
        let mut holders = name.into_iter().flat_map(|item| map.parents(item));
        holders.any(|bucket| match bucket.algorithm() {
            Algorithm::List | Algorithm::Uniform => bucket.items.len() == 1,
            Algorithm::Tree => true,
            Algorithm::Straw | Algorithm::Straw2 => false,
        })
    }

    /// The edit as crushtool's arguments.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut arguments: Vec<String> = Vec::new();
        let mut add =
            |words: &[&str]| arguments.extend(words.iter().map(|word| (*word).to_owned()));
        match self {
            Edit::AddItem { id, weight, name, .. } => {
                add(&["--add-item", &id.to_string(), weight, name]);
            }
            Edit::UpdateItem { id, weight, name, .. } => {
                add(&["--update-item", &id.to_string(), weight, name]);
            }
            Edit::Move { name, .. } => add(&["--move", name]),
            Edit::AddBucket { name, kind, .. } => add(&["--add-bucket", name, kind]),
            Edit::Remove { name } => add(&["--remove-item", name]),
            Edit::ReweightItem { name, weight } => add(&["--reweight-item", name, weight]),
            Edit::Reweight => add(&["--reweight"]),
            Edit::RebuildClassRoots => add(&["--rebuild-class-roots"]),
            Edit::SimpleRule { name, root, kind, mode, class } => {
                add(&["--create-simple-rule", name, root, kind, mode]);
                if !class.is_empty() {
                    add(&["--device-class", class]);
                }
            }
            Edit::ReplicatedRule { name, root, kind } => {
                add(&["--create-replicated-rule", name, root, kind]);
            }
            Edit::RemoveRule { name } => add(&["--remove-rule", name]),
            Edit::Tunable { name, value } => add(&[&format!("--set-{name}"), &value.to_string()]),
            Edit::SubtreeClass { root, class } => {
                add(&["--rebuild-class-roots", "--set-subtree-class", root, class]);
            }
            Edit::ReclassifyRoot { root, class } => add(&[
                "--set-subtree-class",
                root,
                class,
                "--reclassify",
                "--reclassify-root",
                root,
                class,
            ]),
            Edit::ReclassifyBucket { pattern, class, parent } => {
                add(&["--reclassify", "--reclassify-bucket", pattern, class, parent]);
            }
        }
        for (kind, name) in self.place().into_iter().flatten() {
            arguments.extend(["--loc".to_owned(), kind.clone(), name.clone()]);
        }
        arguments
    }

    fn place(&self) -> Option<&Place> {
        match self {
            Edit::AddItem { place, .. }
            | Edit::UpdateItem { place, .. }
            | Edit::Move { place, .. }
            | Edit::AddBucket { place, .. } => Some(place),
            _ => None,
        }
    }

    /// The edit as a call; what it takes two calls for is all or nothing too.
    pub(crate) fn apply(&self, map: &mut CrushMap) -> Outcome {
        let mut copy = map.clone();
        let outcome = self.call(&mut copy);
        if !matches!(outcome, Outcome::Refused(_)) {
            *map = copy;
        }
        outcome
    }

    fn call(&self, map: &mut CrushMap) -> Outcome {
        let place = Location::new(self.place().into_iter().flatten().cloned());
        let number = |weight: &str| weight.parse::<f64>().map_or(0.0, |weight| weight as f32);
        let unchanged_is_written = !matches!(self, Edit::Move { .. });
        let outcome: Result<bool, EditError> = match self {
            Edit::AddItem { id, weight, name, .. } => {
                map.insert_item(*id, number(weight), name, &place).map(|()| true)
            }
            Edit::UpdateItem { id, weight, name, .. } => {
                map.update_item(*id, number(weight), name, &place)
            }
            Edit::Move { place: words, .. } if words.is_empty() => {
                // crushtool asks for a location before anything else.
                return Outcome::Unchanged;
            }
            Edit::Move { name, .. } => map.move_item(name, &place),
            Edit::AddBucket { name, kind, .. } => map.add_bucket(name, kind, &place).map(|_| true),
            Edit::Remove { name } => map.remove_item(name, Removal::Remove).map(|()| true),
            Edit::ReweightItem { name, weight } => {
                map.reweight_item(name, number(weight), WeightSets::Update).map(|()| true)
            }
            Edit::Reweight => map.reweight_all().map(|()| true),
            Edit::RebuildClassRoots => map.rebuild_class_roots().map(|()| true),
            Edit::SimpleRule { name, root, kind, mode, class } => {
                let rule = SimpleRule {
                    name,
                    root,
                    failure_domain: kind,
                    device_class: Some(class),
                    mode: RuleMode::from_name(mode).unwrap_or(RuleMode::Firstn),
                    rule_type: RULE_TYPE_REPLICATED,
                    id: None,
                };
                map.add_simple_rule(&rule).map(|_| true)
            }
            Edit::ReplicatedRule { name, root, kind } => {
                map.add_replicated_rule(name, root, kind, None).map(|_| true)
            }
            Edit::RemoveRule { name } => map.remove_rule(name).map(|()| true),
            Edit::Tunable { name, value } => map.set_tunable(name, *value).map(|()| true),
            // crushtool's order, whatever the order of its arguments.
            Edit::SubtreeClass { root, class } => map
                .rebuild_class_roots()
                .and_then(|()| map.set_subtree_class(root, class))
                .map(|()| true),
            Edit::ReclassifyRoot { root, class } => {
                map.set_subtree_class(root, class).and_then(|()| reclassify_root(map, root, class))
            }
            Edit::ReclassifyBucket { pattern, class, parent } => {
                reclassify_bucket(map, pattern, class, parent)
            }
        };
        match outcome {
            Ok(true) => Outcome::Done,
            Ok(false) if unchanged_is_written => Outcome::Done,
            Ok(false) => Outcome::Unchanged,
            Err(error) => Outcome::Refused(error),
        }
    }
}

fn reclassify_root(map: &mut CrushMap, root: &str, class: &str) -> Result<bool, EditError> {
    let mut request = Reclassify::default();
    request.roots.insert(root.to_owned(), class.to_owned());
    map.reclassify(&request, &mut Vec::new()).map(|()| true)
}

fn reclassify_bucket(
    map: &mut CrushMap,
    pattern: &str,
    class: &str,
    parent: &str,
) -> Result<bool, EditError> {
    let mut request = Reclassify::default();
    let (class, default_parent) = (class.to_owned(), parent.to_owned());
    request.buckets.insert(pattern.to_owned(), ReclassifyBuckets { class, default_parent });
    map.reclassify(&request, &mut Vec::new()).map(|()| true)
}

/// Whether two items have one name, as `--update-item` lets happen.
fn has_twins(map: &CrushMap) -> bool {
    map.names.iter().any(|(id, name)| map.item_id(name) != Some(*id))
}

/// A device that there is, or a new one.
fn device(rng: &mut Rng, map: &CrushMap) -> (i32, String) {
    let known: Vec<i32> = map.names.range(0..).map(|(id, _)| *id).collect();
    match known.get(rng.usize(..known.len().max(1))) {
        Some(id) if rng.bool() => {
            (*id, map.item_name(*id).map_or_else(|| format!("osd.{id}"), str::to_owned))
        }
        _ => {
            let id = rng.i32(0..20);
            (
                id,
                pick(rng, &["osd.14", "osd.15", "osd.3", "device", "host0", "bad name"]).to_owned(),
            )
        }
    }
}
