//! Random CRUSH maps as text: every algorithm, tunable, kind of step, class and choose_args form,
//! with the odd shapes (empty buckets, weight 0, gaps between ids) that real maps seldom have.

use std::fmt::Write;

use fastrand::Rng;

/// A device of the map.
struct Device {
    id: i32,
    class: Option<&'static str>,
}

/// A bucket of the map, as far as parents, rules and choose_args need to know it.
struct Bucket {
    id: i32,
    name: String,
    algorithm: &'static str,
    size: usize,
    weight: f64,
}

/// A random map and what can be asked of it.
pub(crate) struct Generated {
    /// The map's text.
    pub(crate) text: String,
    /// Ids of its rules.
    pub(crate) rules: Vec<u32>,
    /// Device ids, for reweights.
    pub(crate) devices: Vec<i32>,
    /// Names of its buckets, for edits.
    pub(crate) buckets: Vec<String>,
    /// Whether some buckets are trees.
    pub(crate) trees: bool,
    /// Whether there are device classes beside them: the inner nodes of their shadows hold
    /// uninitialised memory.
    pub(crate) shadow_trees: bool,
    /// Names of its types above devices, lowest first, with their ids.
    pub(crate) types: Vec<(u32, String)>,
}

const ALGORITHMS: [&str; 5] = ["uniform", "list", "tree", "straw", "straw2"];
const CLASSES: [&str; 3] = ["hdd", "ssd", "nvme"];

/// Buckets of one kind of weight: how heavy the next item is.
#[derive(Clone, Copy)]
enum Weights {
    Equal(f64),
    Sizes,
    Anything,
}

impl Weights {
    fn random(rng: &mut Rng) -> Weights {
        match rng.u8(0..4) {
            0 => Weights::Equal(1.0),
            1 => Weights::Equal(f64::from(rng.u32(1..2_000_000)) / 65_536.0),
            2 => Weights::Sizes,
            _ => Weights::Anything,
        }
    }

    fn next(self, rng: &mut Rng) -> f64 {
        match self {
            Weights::Equal(weight) => weight,
            Weights::Sizes => [1.819, 3.638, 7.277, 14.552][rng.usize(0..4)],
            Weights::Anything => match rng.u8(0..12) {
                0 => 0.0,
                1 => f64::from(rng.u32(1..16)) / 65_536.0,
                2 => f64::from(rng.u32(1..99_000)) / 1000.0,
                _ => f64::from(rng.u32(1..9_999)) / 1000.0,
            },
        }
    }
}

/// The map that belongs to a seed; with MSR rules where the judge knows them.
pub(crate) fn generate(seed: u64, with_msr: bool) -> Generated {
    let mut rng = Rng::with_seed(seed);
    let rng = &mut rng;
    let mut text = String::new();
    tunables(&mut text, rng);
    // Where devices have classes, crushtool makes shadow buckets by adding items one by one. That
    // adds up uninitialised memory in tree buckets, so that few maps have both, and ends half-way
    // at uniform ones, so that none has.
    let with_classes = rng.bool();
    let with_shadow_trees = with_classes && rng.u8(0..6) == 0;
    let devices = devices(&mut text, rng, with_classes);
    let types = types(&mut text, rng);
    let refused: &[&str] = match (with_classes, with_shadow_trees) {
        (true, false) => &["tree", "uniform"],
        (true, true) => &["uniform"],
        _ => &[],
    };
    let levels = buckets(&mut text, rng, &devices, &types, refused);
    let mut rules = rules(&mut text, rng, &levels, &types, &devices);
    if with_msr {
        msr_rules(&mut text, rng, &levels, &types, &devices, &mut rules);
    }
    choose_args(&mut text, rng, &levels);
    let trees = levels.iter().flatten().any(|bucket| bucket.algorithm == "tree");
    Generated {
        text,
        rules,
        devices: devices.iter().map(|device| device.id).collect(),
        buckets: levels.iter().flatten().map(|bucket| bucket.name.clone()).collect(),
        trees,
        shadow_trees: trees && with_shadow_trees,
        types,
    }
}

/// One of the profiles, or any mixture.
fn tunables(text: &mut String, rng: &mut Rng) {
    let profile: [u32; 8] = match rng.u8(0..8) {
        0 => return,
        1 => [0, 0, 50, 1, 0, 0, 0, 22],
        2 => [0, 0, 50, 1, 1, 0, 0, 22],
        3 => [0, 0, 50, 1, 1, 0, 0, 54],
        4 | 5 => [0, 0, 50, 1, 1, 1, 1, 54],
        _ => [
            rng.u32(0..4),
            rng.u32(0..7),
            rng.u32(0..60),
            rng.u32(0..2),
            rng.u32(0..6),
            rng.u32(0..2),
            rng.u32(0..2),
            [22, 54, 62][rng.usize(0..3)],
        ],
    };
    let names = [
        "choose_local_tries",
        "choose_local_fallback_tries",
        "choose_total_tries",
        "chooseleaf_descend_once",
        "chooseleaf_vary_r",
        "chooseleaf_stable",
        "straw_calc_version",
        "allowed_bucket_algs",
    ];
    for (name, value) in names.iter().zip(profile) {
        let _ = writeln!(text, "tunable {name} {value}");
    }
}

fn devices(text: &mut String, rng: &mut Rng, with_classes: bool) -> Vec<Device> {
    let count = [rng.i32(1..8), rng.i32(8..40), rng.i32(40..200)][rng.usize(0..3)];
    let gaps = rng.u8(0..4) == 0;
    let classes = if with_classes { rng.usize(0..=CLASSES.len()) } else { 0 };
    let mut devices = Vec::new();
    let mut id = 0;
    for _ in 0..count {
        if gaps && rng.u8(0..4) == 0 {
            id += rng.i32(1..4);
        }
        let class = (classes > 0 && rng.u8(0..10) > 0).then(|| CLASSES[rng.usize(0..classes)]);
        let _ = match class {
            Some(class) => writeln!(text, "device {id} osd.{id} class {class}"),
            None => writeln!(text, "device {id} osd.{id}"),
        };
        devices.push(Device { id, class });
        id += 1;
    }
    devices
}

fn types(text: &mut String, rng: &mut Rng) -> Vec<(u32, String)> {
    let names = ["host", "chassis", "rack", "row", "root"];
    let levels = rng.usize(1..=4);
    let _ = writeln!(text, "type 0 osd");
    let mut types = Vec::new();
    let mut id = 0;
    for name in names.iter().take(levels - 1).chain(["root"].iter()) {
        id += if rng.u8(0..5) == 0 { rng.u32(1..4) } else { 1 };
        let _ = writeln!(text, "type {id} {name}");
        types.push((id, (*name).to_string()));
    }
    types
}

/// Buckets level by level, the highest level last; each parent's children are written before it.
fn buckets(
    text: &mut String,
    rng: &mut Rng,
    devices: &[Device],
    types: &[(u32, String)],
    refused: &[&str],
) -> Vec<Vec<Bucket>> {
    let algorithm = |rng: &mut Rng| match ALGORITHMS[rng.usize(0..5)] {
        algorithm if refused.contains(&algorithm) => "straw2",
        algorithm => algorithm,
    };
    let one_algorithm = rng.bool().then(|| algorithm(rng));
    let explicit_ids = rng.u8(0..3) > 0;
    let mut next_id = -1;
    let mut levels: Vec<Vec<Bucket>> = Vec::new();
    let mut children: Vec<(String, f64)> = Vec::new();
    let weights = Weights::random(rng);
    for device in devices {
        children.push((format!("osd.{}", device.id), weights.next(rng)));
    }
    for (level, (_, type_name)) in types.iter().enumerate() {
        let top = level + 1 == types.len();
        let count = if top { rng.usize(1..=2) } else { rng.usize(1..=children.len().min(30)) };
        let mut parts: Vec<Vec<(String, f64)>> = (0..count).map(|_| Vec::new()).collect();
        for child in &children {
            let even = rng.u8(0..3) > 0;
            let part = if even { children.len() % count } else { rng.usize(0..count) };
            let part = if even {
                (part + parts.iter().map(Vec::len).sum::<usize>()) % count
            } else {
                part
            };
            parts[part].push(child.clone());
        }
        let mut written = Vec::new();
        for (index, items) in parts.into_iter().enumerate() {
            if explicit_ids && rng.u8(0..12) == 0 {
                next_id -= rng.i32(1..4);
            }
            let name = format!("{type_name}{index}");
            let algorithm = one_algorithm.unwrap_or_else(|| algorithm(rng));
            let id = explicit_ids.then_some(next_id);
            next_id -= 1;
            written.push(bucket(text, rng, type_name, name, id.unwrap_or(0), algorithm, items));
        }
        children = written
            .iter()
            .map(|bucket| {
                // An item need not weigh what its bucket does.
                let weight = match rng.u8(0..160) {
                    // Straw2 takes weights from here on for negative ones.
                    0 => 32_768.0 + bucket.weight,
                    1..9 => bucket.weight / 2.0,
                    _ => bucket.weight,
                };
                (bucket.name.clone(), weight)
            })
            .collect();
        levels.push(written);
    }
    levels
}

/// Writes one bucket. An id of 0 leaves the choice to the compiler.
fn bucket(
    text: &mut String,
    rng: &mut Rng,
    type_name: &str,
    name: String,
    id: i32,
    algorithm: &'static str,
    mut items: Vec<(String, f64)>,
) -> Bucket {
    let mut algorithm = algorithm;
    if algorithm == "uniform" {
        let weight = items.first().map_or(0.0, |item| item.1);
        items.iter_mut().for_each(|item| item.1 = weight);
    }
    // crushtool cannot make an empty uniform bucket, reads past the end of a tree bucket that
    // weighs nothing and is not full, and cannot store a tree of more than 64 items.
    let nothing = items.iter().all(|item| (item.1 * 65_536.0) as u32 == 0);
    let unusable = match algorithm {
        "uniform" => items.is_empty(),
        "tree" => nothing || items.len() > 64,
        _ => false,
    };
    if unusable {
        algorithm = "straw2";
    }
    let _ = writeln!(text, "{type_name} {name} {{");
    if id != 0 {
        let _ = writeln!(text, "\tid {id}");
    }
    let _ = writeln!(text, "\talg {algorithm}");
    if rng.u8(0..8) > 0 {
        let _ = writeln!(text, "\thash {}", if rng.bool() { "0" } else { "rjenkins1" });
    }
    let positions = algorithm == "uniform" && rng.u8(0..4) == 0;
    let size = items.len();
    for (index, (item, weight)) in items.iter().enumerate() {
        let _ = write!(text, "\titem {item} weight {weight:.5}");
        if positions {
            let _ = write!(text, " pos {}", size - 1 - index);
        }
        text.push('\n');
    }
    text.push_str("}\n");
    let weight = items.iter().map(|item| item.1).sum();
    Bucket { id, name, algorithm, size, weight }
}

fn rules(
    text: &mut String,
    rng: &mut Rng,
    levels: &[Vec<Bucket>],
    types: &[(u32, String)],
    devices: &[Device],
) -> Vec<u32> {
    let mut ids = Vec::new();
    let mut id = 0;
    for index in 0..rng.u32(2..6) {
        if rng.u8(0..8) == 0 {
            id += 1;
        }
        let kind = if rng.bool() { "replicated" } else { "erasure" };
        let _ = writeln!(
            text,
            "rule rule{index} {{\n\tid {id}\n\ttype {kind}\n\tmin_size {}\n\tmax_size {}",
            rng.u32(0..4),
            rng.u32(4..20)
        );
        settings(text, rng);
        for _ in 0..if rng.u8(0..4) == 0 { rng.u32(2..4) } else { 1 } {
            block(text, rng, levels, types, devices);
        }
        text.push_str("}\n");
        ids.push(id);
        id += 1;
    }
    ids
}

/// Rules that retry several steps at once, as Squid and later know them.
fn msr_rules(
    text: &mut String,
    rng: &mut Rng,
    levels: &[Vec<Bucket>],
    types: &[(u32, String)],
    devices: &[Device],
    ids: &mut Vec<u32>,
) {
    let classes: Vec<&str> = devices.iter().filter_map(|device| device.class).collect();
    for _ in 0..2 {
        let id = ids.last().map_or(0, |last| last + 1);
        let kind = if rng.bool() { "msr_indep" } else { "msr_firstn" };
        let _ = writeln!(text, "rule rule{id} {{\n\tid {id}\n\ttype {kind}");
        for (step, limit) in [("set_msr_descents", 60), ("set_msr_collision_tries", 40)] {
            if rng.u8(0..3) == 0 {
                let _ = writeln!(text, "\tstep {step} {}", rng.u32(1..limit));
            }
        }
        for _ in 0..if rng.u8(0..4) == 0 { 2 } else { 1 } {
            let top = levels.len() - 1;
            let root = &levels[top][rng.usize(0..levels[top].len())].name;
            let class = classes.get(rng.usize(0..=classes.len() * 2)).copied();
            let class = class.map(|class| format!(" class {class}")).unwrap_or_default();
            let _ = writeln!(text, "\tstep take {root}{class}");
            for (_, name) in types[..top].iter().rev() {
                if rng.bool() {
                    let _ = writeln!(text, "\tstep choosemsr {} type {name}", rng.u32(0..4));
                }
            }
            let _ = writeln!(text, "\tstep choosemsr {} type osd\n\tstep emit", rng.u32(0..4));
        }
        text.push_str("}\n");
        ids.push(id);
    }
}

/// The set_* steps that some rules begin with.
fn settings(text: &mut String, rng: &mut Rng) {
    let steps: [(&str, u32); 6] = [
        ("set_choose_tries", 120),
        ("set_chooseleaf_tries", 10),
        ("set_choose_local_tries", 4),
        ("set_choose_local_fallback_tries", 6),
        ("set_chooseleaf_vary_r", 6),
        ("set_chooseleaf_stable", 2),
    ];
    for (step, limit) in steps {
        if rng.u8(0..5) == 0 {
            let _ = writeln!(text, "\tstep {step} {}", rng.u32(0..limit));
        }
    }
}

/// One run of take, choose… and emit.
fn block(
    text: &mut String,
    rng: &mut Rng,
    levels: &[Vec<Bucket>],
    types: &[(u32, String)],
    devices: &[Device],
) {
    let top = levels.len() - 1;
    let level = if rng.u8(0..6) == 0 { rng.usize(0..=top) } else { top };
    let root = &levels[level][rng.usize(0..levels[level].len())];
    if rng.u8(0..20) == 0 {
        let device = &devices[rng.usize(0..devices.len())];
        let _ = writeln!(text, "\tstep take osd.{}\n\tstep emit", device.id);
        return;
    }
    let classes: Vec<&str> = devices.iter().filter_map(|device| device.class).collect();
    let _ = if !classes.is_empty() && rng.u8(0..3) == 0 {
        writeln!(text, "\tstep take {} class {}", root.name, classes[rng.usize(0..classes.len())])
    } else {
        writeln!(text, "\tstep take {}", root.name)
    };
    let count = |rng: &mut Rng| [0, 0, 1, 2, 3, 4, -1][rng.usize(0..7)];
    let mode = |rng: &mut Rng| if rng.bool() { "firstn" } else { "indep" };
    // From the top down to devices, in one chooseleaf or in several steps.
    let mut below = level;
    while below > 0 && rng.u8(0..3) == 0 {
        below = rng.usize(0..below);
        let _ =
            writeln!(text, "\tstep choose {} {} type {}", mode(rng), count(rng), types[below].1);
    }
    let leaf_type = match rng.usize(0..=below) {
        0 => "osd",
        level => types[level - 1].1.as_str(),
    };
    // A rule that emits buckets makes crushtool write outside its counters.
    let word = if leaf_type == "osd" && rng.u8(0..3) > 0 { "choose" } else { "chooseleaf" };
    let _ = writeln!(text, "\tstep {word} {} {} type {leaf_type}", mode(rng), count(rng));
    text.push_str("\tstep emit\n");
}

fn choose_args(text: &mut String, rng: &mut Rng, levels: &[Vec<Bucket>]) {
    // Sets name buckets by id, so only maps whose ids are written out can have one.
    let buckets: Vec<&Bucket> =
        levels.iter().flatten().filter(|bucket| bucket.id < 0 && bucket.size > 0).collect();
    if buckets.is_empty() || rng.u8(0..3) > 0 {
        return;
    }
    for id in [0, -1, 3].into_iter().filter(|_| rng.bool()).collect::<Vec<i64>>() {
        let _ = writeln!(text, "choose_args {} {{", id as u64);
        // One number of positions for the whole set: where they differ, an edit makes crushtool
        // write uninitialised weights.
        let positions = rng.usize(0..4);
        for bucket in &buckets {
            if bucket.algorithm != "straw2" && rng.bool() || rng.u8(0..4) == 0 {
                continue;
            }
            let _ = writeln!(text, "  {{\n    bucket_id {}", bucket.id);
            if positions > 0 {
                text.push_str("    weight_set [\n");
                for _ in 0..positions {
                    text.push_str("      [");
                    for _ in 0..bucket.size {
                        let _ = write!(text, " {:.3}", Weights::Anything.next(rng));
                    }
                    text.push_str(" ]\n");
                }
                text.push_str("    ]\n");
            }
            if rng.u8(0..3) == 0 {
                text.push_str("    ids [");
                for index in 0..bucket.size {
                    let _ = write!(text, " {}", -1000 - 7 * index as i32 + rng.i32(0..5));
                }
                text.push_str(" ]\n");
            }
            text.push_str("  }\n");
        }
        text.push_str("}\n");
    }
}
