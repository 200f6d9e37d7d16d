//! Mappings per second of each kernel on the maps that the project measures itself by:
//! `cargo run --release -p crushlab-kernel --example speed [MAP [KERNEL [RULE]]]`.
//!
//! The best of many short runs on one thread, each checked against the plain mapper first.

use std::time::Instant;

use crushlab_crush::{
    Algorithm, Bucket, BuildError, Map, MapBuilder, Mapper, Op, Rule, Step, Workspace,
};
use crushlab_kernel::{Batch, Kernel};

/// Device weights (16.16) that alternate, racks (0 for none), hosts in all, devices in a host.
type Shape = (&'static str, &'static [u32], i32, i32, i32);

const SHAPES: [Shape; 5] = [
    ("M1", &[0x10000], 0, 10, 10),
    ("M2", &[0x3_a3d7, 0x7_47ae, 0xe_8ccd], 0, 50, 20),
    ("M3", &[0x1_d1ec, 0x3_a3d7, 0x7_47ae], 20, 500, 20),
    ("M4", &[0x10000], 0, 1000, 10),
    ("M4m", &[0x1_d1ec, 0x3_a3d7, 0x7_47ae], 0, 1000, 10),
];

fn map((_, weights, racks, hosts, devices): Shape) -> Result<Map, BuildError> {
    let mut builder = MapBuilder::new();
    let bucket = |id, type_id, items: &[i32], weights: &[u32]| {
        Bucket::new(id, type_id, Algorithm::Straw2, items, weights, 1)
    };
    let (mut host_ids, mut host_weights) = (Vec::new(), Vec::new());
    for host in 0..hosts {
        let items: Vec<i32> = (host * devices..(host + 1) * devices).collect();
        // Scattered, so that hosts differ in weight where devices do.
        let scattered = |item: &i32| (*item as u32).wrapping_mul(2_654_435_761) >> 20;
        let weights: Vec<u32> =
            items.iter().map(|item| weights[scattered(item) as usize % weights.len()]).collect();
        let host = bucket(-2 - racks - host, 1, &items, &weights)?;
        host_ids.push(host.id);
        host_weights.push(host.weight);
        builder.insert_bucket(host)?;
    }
    let (mut top_ids, mut top_weights) = (host_ids.clone(), host_weights.clone());
    if racks > 0 {
        (top_ids, top_weights) = (Vec::new(), Vec::new());
        let hosts_per_rack = (hosts / racks) as usize;
        let hosts = host_ids.chunks(hosts_per_rack).zip(host_weights.chunks(hosts_per_rack));
        for (rack, (ids, weights)) in hosts.enumerate() {
            let rack = bucket(-2 - rack as i32, 2, ids, weights)?;
            top_ids.push(rack.id);
            top_weights.push(rack.weight);
            builder.insert_bucket(rack)?;
        }
    }
    builder.insert_bucket(bucket(-1, 3, &top_ids, &top_weights)?)?;
    builder.max_devices = hosts * devices;
    let rule = |rule_type, before: &[Step], op| {
        let mut steps = before.to_vec();
        steps.extend([Step::new(Op::Take, -1, 0), Step::new(op, 0, 1), Step::new(Op::Emit, 0, 0)]);
        Some(Rule::new(rule_type, steps))
    };
    builder.rules.push(rule(1, &[], Op::ChooseleafFirstn));
    let tries = [Step::new(Op::SetChooseleafTries, 5, 0), Step::new(Op::SetChooseTries, 100, 0)];
    builder.rules.push(rule(3, &tries, Op::ChooseleafIndep));
    builder.build()
}

fn main() -> Result<(), BuildError> {
    let mut words = std::env::args().skip(1);
    let wanted_map = words.next();
    let wanted_kernel = words.next();
    let wanted_rule = words.next();
    for shape in SHAPES.into_iter().filter(|shape| wanted_map.as_ref().is_none_or(|m| m == shape.0))
    {
        let map = map(shape)?;
        let full = vec![0x10000; map.max_devices() as usize];
        let scattered = |osd: usize| (osd as u32).wrapping_mul(2_654_435_761) >> 16;
        let some_out: Vec<u32> = (0..full.len())
            .map(|osd| match scattered(osd) % 100 {
                0 | 1 => 0,
                2..7 => 0xd99a,
                _ => 0x10000,
            })
            .collect();
        for (rule, size) in [(0, 3), (1, 11)] {
            if wanted_rule.as_ref().is_some_and(|name| *name != format!("R{size}")) {
                continue;
            }
            for (reweights, note) in [(&full, ""), (&some_out, " reweighted")] {
                let mapper = Mapper::new(&map, rule, size, reweights).expect("both rules exist");
                let mut line = format!("{} R{size}{note}:", shape.0);
                let mut scalar_per_second = 0.0;
                for kernel in Kernel::available() {
                    if wanted_kernel.as_ref().is_some_and(|name| name != kernel.name()) {
                        continue;
                    }
                    let batch = Batch::new(mapper, kernel);
                    check(&batch);
                    let per_second =
                        measure(&batch, if kernel == Kernel::Scalar { 200 } else { 1 << 14 });
                    if kernel == Kernel::Scalar {
                        scalar_per_second = per_second;
                    }
                    line += &format!(
                        "  {kernel} {:.0}k ({:.1})",
                        per_second / 1e3,
                        per_second / scalar_per_second
                    );
                }
                println!("{line}");
            }
        }
    }
    Ok(())
}

/// Panics where a batch and the plain mapper differ.
fn check(batch: &Batch<'_>) {
    let inputs: Vec<u32> = (0..1000).collect();
    let placed = batch.place(&inputs, std::num::NonZeroUsize::MIN);
    let mut workspace = Workspace::new();
    for (x, devices) in inputs.iter().zip(placed.iter()) {
        assert_eq!(devices, batch.mapper().place(*x, &mut workspace), "input {x}");
    }
}

/// The best of many runs over `count` inputs, in mappings per second.
fn measure(batch: &Batch<'_>, count: u32) -> f64 {
    let mut devices = vec![0; count as usize * batch.mapper().result_max()];
    let mut lengths = vec![0; count as usize];
    let mut workspace = crushlab_kernel::Workspace::new();
    let begin = Instant::now();
    let (mut best, mut runs) = (f64::INFINITY, 0);
    while runs < 5 || begin.elapsed().as_millis() < 400 {
        let inputs: Vec<u32> = (runs * count..(runs + 1) * count).collect();
        let start = Instant::now();
        batch.place_into(&inputs, &mut devices, &mut lengths, &mut workspace);
        best = start.elapsed().as_secs_f64().min(best);
        runs += 1;
    }
    f64::from(count) / best
}
