//! How long it takes to know which PGs a change touches, against placing all of them again: 20
//! racks of 25 hosts of 20 OSDs of unequal weights, a million PGs of three replicas, one thread.
//!
//! ```sh
//! cargo run --release -p crushlab-plan --example incremental
//! ```

use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crushlab_compare::index::{Changes, Conditions, Record};
use crushlab_compare::{Inputs, Progress, place_many};
use crushlab_crush::{
    Algorithm, Bucket, BuildError, MapBuilder, Op, RULE_TYPE_REPLICATED, Rule, Step, Tunables,
};

const RACKS: i32 = 20;
const HOSTS: i32 = 25;
const OSDS: i32 = 20;
const PGS: u32 = 1 << 20;
const ONE: u32 = 0x10000;
/// 1.82, 3.64 and 7.28 (16.16).
const WEIGHTS: [u32; 3] = [119_275, 238_551, 477_102];
const ROUNDS: usize = 5;

fn bucket(id: i32, type_id: u16, items: &[(i32, u32)]) -> Result<Bucket, BuildError> {
    let (items, weights): (Vec<i32>, Vec<u32>) = items.iter().copied().unzip();
    Bucket::new(id, type_id, Algorithm::Straw2, &items, &weights, 1)
}

/// The map with one OSD's weight (16.16).
fn map(changed: Option<(i32, u32)>) -> Result<MapBuilder, BuildError> {
    let mut builder = MapBuilder::new();
    let weight = |osd: i32| match changed {
        Some((one, weight)) if one == osd => weight,
        _ => WEIGHTS[osd as usize % WEIGHTS.len()],
    };
    let mut racks = Vec::new();
    for rack in 0..RACKS {
        let mut hosts = Vec::new();
        for host in rack * HOSTS..(rack + 1) * HOSTS {
            let osds: Vec<(i32, u32)> =
                (host * OSDS..(host + 1) * OSDS).map(|osd| (osd, weight(osd))).collect();
            let made = bucket(-100 - host, 1, &osds)?;
            hosts.push((made.id, made.weight));
            builder.insert_bucket(made)?;
        }
        let made = bucket(-2 - rack, 2, &hosts)?;
        racks.push((made.id, made.weight));
        builder.insert_bucket(made)?;
    }
    builder.insert_bucket(bucket(-1, 3, &racks)?)?;
    builder.max_devices = RACKS * HOSTS * OSDS;
    builder.tunables = Tunables::JEWEL;
    let steps = [(Op::Take, -1, 0), (Op::ChooseleafFirstn, 0, 1), (Op::Emit, 0, 0)];
    let steps = steps.map(|(op, arg1, arg2)| Step::new(op, arg1, arg2)).to_vec();
    builder.rules.push(Some(Rule::new(RULE_TYPE_REPLICATED, steps)));
    Ok(builder)
}

/// The shortest of some rounds.
fn best<T>(mut work: impl FnMut() -> Option<T>) -> Result<(Duration, T), Box<dyn Error>> {
    let mut found = None;
    let mut shortest = Duration::MAX;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        found = work();
        shortest = shortest.min(started.elapsed());
    }
    Ok((shortest, found.ok_or("the map has no rule 0")?))
}

fn main() -> Result<(), Box<dyn Error>> {
    let (one, progress) = (NonZeroUsize::MIN, Progress::new());
    let osds = (RACKS * HOSTS * OSDS) as usize;
    let conditions = |builder: MapBuilder, reweights: Vec<u32>| -> Result<_, BuildError> {
        let (map, reweights) = (Arc::new(builder.build()?), reweights.into());
        Ok(Conditions { map, rule: 0, result_max: 3, reweights, choose_args_of: None })
    };
    let base = conditions(map(None)?, vec![ONE; osds])?;
    let inputs = Inputs::Range(0..PGS);
    let record = Record::new(base.clone(), inputs.clone(), one, &progress).ok_or("no rule 0")?;
    let mut out = vec![ONE; osds];
    out[1234] = 0;
    let without = base.with_reweights(out.clone());
    let of_out = Record::new(without.clone(), inputs.clone(), one, &progress).ok_or("no rule 0")?;
    out[1234] = 0xf000;
    let heavier = conditions(map(Some((1234, 2 * WEIGHTS[1])))?, vec![ONE; osds])?;
    let lighter = conditions(map(Some((1234, WEIGHTS[0])))?, vec![ONE; osds])?;
    let cases: [(&str, &Record, &Conditions); 5] = [
        ("one OSD out", &record, &without),
        ("one OSD reweighted to 0.94", &record, &base.with_reweights(out)),
        ("one OSD in again", &of_out, &base),
        ("CRUSH weight of one OSD doubled", &record, &heavier),
        ("CRUSH weight of one OSD halved", &record, &lighter),
    ];
    for (name, record, after) in cases {
        let started = Instant::now();
        record.changes(after, one, &progress).ok_or("no rule 0")?;
        let first = started.elapsed();
        let (took, changes) = best(|| record.changes(after, one, &progress))?;
        let mapper = after.mapper().ok_or("no rule 0")?;
        let (full, placed) = best(|| place_many(&mapper, &inputs, None, one, &progress))?;
        check(record, &changes, &placed)?;
        println!(
            "{name}: {} PGs change, {} placed again, {:.3} ms ({:.1} ms at first); all: {:.1} ms, \
             {:.0} times as long",
            changes.pgs.len(),
            changes.placed_pgs.len(),
            took.as_secs_f64() * 1e3,
            first.as_secs_f64() * 1e3,
            full.as_secs_f64() * 1e3,
            full.as_secs_f64() / took.as_secs_f64(),
        );
    }
    Ok(())
}

/// The answers of both ways are the same.
fn check(
    record: &Record,
    changes: &Changes,
    placed: &crushlab_kernel::Placements,
) -> Result<(), Box<dyn Error>> {
    let mut found = changes.pgs.iter().zip(changes.after.iter()).peekable();
    for (pg, (was, is)) in (0..PGS).zip(record.placements().iter().zip(placed.iter())) {
        let claimed = found.next_if(|(changed, _)| **changed == pg).map_or(was, |(_, row)| row);
        if claimed != is {
            return Err(format!("PG {pg}: found {claimed:?}, expected {is:?}").into());
        }
    }
    Ok(())
}
