//! Random maps, rules and conditions, all from one seed.

pub(crate) mod change;

use std::sync::Arc;

use crushlab_compare::index::Conditions;
use crushlab_crush::{
    Algorithm, Bucket, ChooseArg, ChooseArgs, MapBuilder, Op, RULE_TYPE_ERASURE,
    RULE_TYPE_REPLICATED, Rule, Step, Tunables,
};

pub(crate) const ONE: u32 = 0x10000;
pub(crate) const HOST: i32 = 1;
pub(crate) const RACK: i32 = 2;
const ROOT: i32 = 3;

/// A map that is still to be changed or built, and reweights for its OSDs.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) builder: MapBuilder,
    pub(crate) reweights: Vec<u32>,
    pub(crate) size: usize,
}

impl State {
    /// The conditions of rule 0, pool 1.
    pub(crate) fn conditions(&self) -> Conditions {
        Conditions {
            map: Arc::new(self.builder.clone().build().expect("a sound map")),
            rule: 0,
            result_max: self.size,
            reweights: self.reweights.as_slice().into(),
            choose_args_of: Some(1),
        }
    }

    /// Whether it differs in no more than reweights.
    pub(crate) fn is_same_map(&self, other: &State) -> bool {
        let (one, other) = (&self.builder, &other.builder);
        one.buckets == other.buckets
            && one.rules == other.rules
            && one.max_devices == other.max_devices
            && one.tunables == other.tunables
            && one.choose_args == other.choose_args
    }
}

/// A weight: mostly one of a few sizes, sometimes 0 or any number at all.
pub(crate) fn weight(random: &mut fastrand::Rng) -> u32 {
    match random.u32(0..20) {
        0 => 0,
        1 => random.u32(1..ONE),
        2 => random.u32(0..u32::MAX / 64),
        _ => ONE * random.u32(1..4),
    }
}

/// A reweight: mostly 1.
pub(crate) fn reweight(random: &mut fastrand::Rng) -> u32 {
    match random.u32(0..10) {
        0 => 0,
        1..3 => random.u32(0..ONE),
        _ => ONE,
    }
}

/// A bucket of these items with random weights; straw2, unless `other` lets it be another.
pub(crate) fn bucket(
    id: i32,
    type_id: i32,
    items: &[i32],
    other: bool,
    random: &mut fastrand::Rng,
) -> Bucket {
    let algorithm = if other {
        Algorithm::ALL[random.usize(0..Algorithm::ALL.len())]
    } else {
        Algorithm::Straw2
    };
    let even = weight(random);
    let is_even = algorithm == Algorithm::Uniform || random.u32(0..3) == 0;
    let weights: Vec<u32> =
        items.iter().map(|_| if is_even { even } else { weight(random) }).collect();
    let mut made =
        Bucket::new(id, type_id as u16, algorithm, items, &weights, 1).expect("small sums");
    // Any other hash than rjenkins1 gives 0 for everything, so that equal weights draw the same.
    made.hash = u8::from(other && random.u32(0..3) == 0);
    made
}

/// A random state: 1 to 4 racks (or none) of hosts of OSDs.
pub(crate) fn state(random: &mut fastrand::Rng) -> State {
    let mut builder = MapBuilder::new();
    let is_plain = random.u32(0..3) > 0;
    let other = |random: &mut fastrand::Rng| !is_plain && random.u32(0..3) == 0;
    let (mut next_id, mut next_osd) = (-2, 0);
    let mut tops = Vec::new();
    let has_racks = random.bool();
    for _ in 0..if has_racks { random.u32(1..5) } else { 1 } {
        let mut hosts = Vec::new();
        for _ in 0..random.u32(1..7) {
            let osds = random.i32(if is_plain { 1 } else { 0 }..6);
            let items: Vec<i32> = (next_osd..next_osd + osds).collect();
            next_osd += osds;
            let is_other = other(random);
            builder.insert_bucket(bucket(next_id, HOST, &items, is_other, random)).expect("new");
            hosts.push(next_id);
            next_id -= 1;
        }
        if !is_plain && random.u32(0..8) == 0 {
            // An OSD beside hosts.
            hosts.push(next_osd);
            next_osd += 1;
        }
        if has_racks {
            let is_other = other(random);
            builder.insert_bucket(bucket(next_id, RACK, &hosts, is_other, random)).expect("new");
            tops.push(next_id);
            next_id -= 1;
        } else {
            tops = hosts;
        }
    }
    let is_other = other(random);
    builder.insert_bucket(bucket(-1, ROOT, &tops, is_other, random)).expect("new");
    builder.max_devices = next_osd;
    builder.tunables = tunables(random);
    builder.rules.push(Some(rule(has_racks, random)));
    let reweights = (0..next_osd).map(|_| reweight(random)).collect();
    let mut state = State { builder, reweights, size: random.usize(1..7) };
    if random.u32(0..4) == 0 {
        let pool = if random.bool() { 1 } else { -1 };
        let args = choose_args(&state, random);
        state.builder.choose_args.insert(pool, args);
    }
    state
}

fn tunables(random: &mut fastrand::Rng) -> Tunables {
    match random.u32(0..10) {
        0 => Tunables::ARGONAUT,
        1 => Tunables::BOBTAIL,
        2 => Tunables::FIREFLY,
        3 => Tunables { choose_total_tries: random.u32(0..4), ..Tunables::JEWEL },
        4 => Tunables { chooseleaf_vary_r: 3, choose_local_tries: 2, ..Tunables::JEWEL },
        _ => Tunables::JEWEL,
    }
}

/// A random rule: one or two steps, one block or two.
pub(crate) fn rule(has_racks: bool, random: &mut fastrand::Rng) -> Rule {
    let is_indep = random.bool();
    let (choose, leaf) = match is_indep {
        true => (Op::ChooseIndep, Op::ChooseleafIndep),
        false => (Op::ChooseFirstn, Op::ChooseleafFirstn),
    };
    let mut steps = Vec::new();
    if random.u32(0..4) == 0 {
        let op = [Op::SetChooseTries, Op::SetChooseleafTries, Op::SetChooseleafStable]
            [random.usize(0..3)];
        steps.push(Step::new(op, random.i32(0..6), 0));
    }
    for _ in 0..if random.u32(0..6) == 0 { 2 } else { 1 } {
        steps.push(Step::new(Op::Take, -1, 0));
        match random.u32(0..5) {
            0 => steps.push(Step::new(choose, random.i32(-1..4), 0)),
            1 if has_racks => {
                steps.push(Step::new(choose, random.i32(0..4), RACK));
                steps.push(Step::new(leaf, random.i32(0..4), HOST));
            }
            2 => {
                steps.push(Step::new(choose, random.i32(0..4), HOST));
                steps.push(Step::new(choose, random.i32(0..3), 0));
            }
            3 if has_racks => steps.push(Step::new(leaf, 0, RACK)),
            _ => steps.push(Step::new(leaf, random.i32(-1..3), random.i32(0..2))),
        }
        steps.push(Step::new(Op::Emit, 0, 0));
    }
    Rule::new(if is_indep { RULE_TYPE_ERASURE } else { RULE_TYPE_REPLICATED }, steps)
}

/// Random weight sets and ids for some straw2 buckets.
pub(crate) fn choose_args(state: &State, random: &mut fastrand::Rng) -> ChooseArgs {
    let mut args = ChooseArgs::new();
    let positions = if random.u32(0..3) == 0 { 2 } else { 1 };
    for found in state.builder.buckets.iter().flatten() {
        if found.algorithm() != Algorithm::Straw2 || random.bool() {
            continue;
        }
        let mut weights = || found.items.iter().map(|_| weight(random)).collect::<Vec<u32>>();
        let weight_sets = (0..positions).map(|_| weights()).collect();
        let ids = (random.u32(0..4) == 0).then(|| found.items.iter().map(|id| id + 1000).collect());
        args.insert((-1 - found.id) as usize, ChooseArg { ids, weight_sets });
    }
    args
}
