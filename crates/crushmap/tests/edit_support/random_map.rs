//! Random maps, as text.

use std::fmt::Write;

use fastrand::Rng;

const CLASSES: [&str; 3] = ["hdd", "ssd", "nvme"];
const WEIGHTS: [&str; 9] = ["1.000", "1", "2", "0", "0.5", "1.234", "3.7", "0.001", "70.25"];

/// A bucket: its algorithm, and how many items it holds.
struct Made {
    algorithm: &'static str,
    size: usize,
}

/// A map with a few hosts, racks and roots, in all algorithms, at times with device classes,
/// linked buckets, rules and choose_args.
pub(crate) fn text(rng: &mut Rng) -> String {
    let mut text = String::new();
    let makes_trees = tunables(rng, &mut text);
    let devices = rng.usize(1..14);
    let with_classes = rng.u8(..3) > 0;
    let spread = 1 + usize::from(rng.u8(..4) == 0);
    for device in 0..devices {
        let class = if with_classes && rng.u8(..4) > 0 {
            format!(" class {}", rng.choice(CLASSES).unwrap_or("hdd"))
        } else {
            String::new()
        };
        let _ = writeln!(text, "device {} osd.{}{class}", device * spread, device * spread);
    }
    let root_type = if rng.bool() { 3 } else { 11 };
    let _ = writeln!(text, "type 0 osd\ntype 1 host\ntype 2 rack\ntype {root_type} root");
    // Uniform buckets have no shadows, so that most maps with classes are of other algorithms.
    let mixed = rng.u8(..3) == 0;
    let straw2 = rng.bool();
    let mut algorithm = |rng: &mut Rng| match (straw2, mixed && !with_classes) {
        (true, _) => "straw2",
        (false, false) => rng.choice(["list", "straw", "straw2", "straw2"]).unwrap_or("straw2"),
        (false, true) => {
            rng.choice(["uniform", "list", "tree", "straw", "straw2"]).unwrap_or("straw2")
        }
    };
    let mut made = Vec::new();
    let items: Vec<String> = (0..devices).map(|id| format!("osd.{}", id * spread)).collect();
    let hosts = layer(rng, &mut text, "host", &items, &mut algorithm, &mut made);
    let racks = layer(rng, &mut text, "rack", &hosts, &mut algorithm, &mut made);
    let roots = layer(rng, &mut text, "root", &racks, &mut algorithm, &mut made);
    if rng.u8(..4) == 0 {
        let algorithm = algorithm(rng);
        bucket(rng, &mut text, "root", "linked", &hosts, algorithm, &mut made);
    }
    rules(rng, &mut text, &roots, with_classes);
    // Ceph reads past the end of a tree's weight set once an item has left the tree.
    let trees = makes_trees || made.iter().any(|bucket| bucket.algorithm == "tree");
    if rng.u8(..3) == 0 && !trees {
        choose_args(rng, &mut text, &made);
    }
    text
}

/// Writes some tunables; returns whether new buckets will be trees.
fn tunables(rng: &mut Rng, text: &mut String) -> bool {
    let _ = writeln!(text, "tunable straw_calc_version {}", rng.u8(..2));
    let algorithms = if rng.bool() { 54 } else { rng.choice([54, 22, 4, 12, 2, 32]).unwrap_or(54) };
    let _ = writeln!(text, "tunable allowed_bucket_algs {algorithms}");
    algorithms == 12
}

/// Spreads items over buckets of one type; returns the buckets' names.
fn layer(
    rng: &mut Rng,
    text: &mut String,
    kind: &str,
    below: &[String],
    algorithm: &mut impl FnMut(&mut Rng) -> &'static str,
    made: &mut Vec<Made>,
) -> Vec<String> {
    let count = rng.usize(1..=below.len().clamp(1, 4));
    let mut names = Vec::new();
    for index in 0..count {
        let items: Vec<String> = below.iter().skip(index).step_by(count).cloned().collect();
        let name = format!("{kind}{index}{}", if rng.u8(..6) == 0 { "-ssd" } else { "" });
        let algorithm = algorithm(rng);
        bucket(rng, text, kind, &name, &items, algorithm, made);
        names.push(name);
    }
    names
}

fn bucket(
    rng: &mut Rng,
    text: &mut String,
    kind: &str,
    name: &str,
    items: &[String],
    algorithm: &'static str,
    made: &mut Vec<Made>,
) {
    let _ = writeln!(text, "{kind} {name} {{\n\talg {algorithm}\n\thash 0");
    let shared = WEIGHTS[rng.usize(..WEIGHTS.len())];
    for item in items {
        let weight =
            if algorithm == "uniform" { shared } else { WEIGHTS[rng.usize(..WEIGHTS.len())] };
        if item.starts_with("osd") || algorithm == "uniform" || rng.u8(..8) == 0 {
            let _ = writeln!(text, "\titem {item} weight {weight}");
        } else {
            let _ = writeln!(text, "\titem {item}");
        }
    }
    text.push_str("}\n");
    made.push(Made { algorithm, size: items.len() });
}

fn rules(rng: &mut Rng, text: &mut String, roots: &[String], with_classes: bool) {
    for id in 0..rng.u8(..3) {
        let root = &roots[rng.usize(..roots.len())];
        let class = if with_classes && rng.bool() {
            format!(" class {}", rng.choice(CLASSES).unwrap_or("hdd"))
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "rule rule{id} {{\n\tid {id}\n\ttype replicated\n\tmin_size 1\n\tmax_size 10\n\t\
             step take {root}{class}\n\tstep chooseleaf firstn 0 type host\n\tstep emit\n}}"
        );
    }
}

fn choose_args(rng: &mut Rng, text: &mut String, made: &[Made]) {
    for set in 0..rng.usize(1..3) {
        let positions = rng.usize(1..3);
        let whole = rng.bool();
        let _ = writeln!(text, "choose_args {set} {{");
        for (index, bucket) in made.iter().enumerate() {
            if bucket.algorithm != "straw2" || !(whole || rng.bool()) {
                continue;
            }
            // Without an id of its own, the n-th bucket gets -n.
            let _ = writeln!(text, "  {{\n    bucket_id -{}\n    weight_set [", index + 1);
            for _ in 0..positions {
                let weights: Vec<&str> =
                    (0..bucket.size).map(|_| WEIGHTS[rng.usize(..WEIGHTS.len())]).collect();
                let _ = writeln!(text, "      [ {} ]", weights.join(" "));
            }
            text.push_str("    ]\n");
            if whole && rng.u8(..6) == 0 {
                let ids: Vec<String> = (0..bucket.size).map(|id| (id + 20).to_string()).collect();
                let _ = writeln!(text, "    ids [ {} ]", ids.join(" "));
            }
            let _ = writeln!(text, "  }}");
        }
        text.push_str("}\n");
    }
}
