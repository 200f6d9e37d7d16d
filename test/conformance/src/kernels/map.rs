//! Random maps for the kernels: mostly what they take, with every odd shape that a map may have
//! and that could lead one of them astray.

use crushlab_crush::{
    Algorithm, Bucket, ChooseArg, ChooseArgs, Map, MapBuilder, Op, Rule, Step, Tunables, TypeOrder,
};
use fastrand::Rng;

/// Slot of the bucket that rules start from.
const ROOT: i32 = -1;

/// A map, one rule, and all that a mapping depends on but its input.
pub(super) struct Case {
    pub(super) map: Map,
    pub(super) size: usize,
    pub(super) reweights: Vec<u32>,
    pub(super) choose_args: Option<i64>,
}

pub(super) fn generate(rng: &mut Rng) -> Case {
    let mut builder = MapBuilder { type_order: TypeOrder::Free, ..MapBuilder::new() };
    let top_type = rng.i32(1..=4);
    let mut tree = Tree { rng, builder: &mut builder, next_device: 0, next_bucket: ROOT - 1 };
    tree.grow(ROOT, top_type);
    let devices = tree.next_device;
    builder.max_devices = match rng.u8(0..20) {
        0 => rng.i32(0..=devices),
        _ => devices,
    };
    builder.tunables = tunables(rng);
    builder.rules = vec![Some(rule(rng, &builder, top_type))];
    let choose_args = (rng.u8(0..4) == 0).then(|| choose_args(rng, &builder));
    let id = choose_args.is_some().then_some(7);
    builder.choose_args.extend(choose_args.map(|args| (7, args)));
    let reweights = reweights(rng, devices as usize);
    let size = match rng.u8(0..30) {
        0 => rng.usize(13..80),
        _ => rng.usize(1..=12),
    };
    let map = builder.build().expect("the parts fit each other");
    Case { map, size, reweights, choose_args: id }
}

struct Tree<'a> {
    rng: &'a mut Rng,
    builder: &'a mut MapBuilder,
    next_device: i32,
    next_bucket: i32,
}

impl Tree<'_> {
    /// Makes the bucket `id` of type `type_id` and everything below it.
    fn grow(&mut self, id: i32, type_id: i32) {
        let size = self.size(type_id);
        let mut items = Vec::with_capacity(size);
        for _ in 0..size {
            let item = self.item(type_id);
            // Now and then an item hangs below two parents.
            items.push(item);
        }
        let weights = weights(self.rng, items.len());
        let algorithm = match self.rng.u8(0..100) {
            0 if (1..=64).contains(&items.len()) => {
                *self.rng.choice(&Algorithm::ALL).expect("there are five")
            }
            _ => Algorithm::Straw2,
        };
        let weights = match algorithm {
            Algorithm::Uniform => vec![0x10000; items.len()],
            _ => weights,
        };
        let bucket = Bucket::new(id, type_id as u16, algorithm, &items, &weights, 1);
        let mut bucket = bucket.expect("the weights do not overflow");
        bucket.hash = u8::from(self.rng.u8(0..200) == 0);
        self.builder.insert_bucket(bucket).expect("each id is new");
    }

    fn size(&mut self, type_id: i32) -> usize {
        match self.rng.u8(0..40) {
            0 => 0,
            1 => 1,
            2 if type_id == 1 => self.rng.usize(30..200),
            3 if type_id <= 2 => self.rng.usize(14..36),
            _ if type_id <= 2 => self.rng.usize(2..12),
            _ => self.rng.usize(2..5),
        }
    }

    fn item(&mut self, parent_type: i32) -> i32 {
        let is_leaf = parent_type == 1 || self.rng.u8(0..40) == 0;
        if is_leaf {
            let shared = self.next_device > 0 && self.rng.u8(0..60) == 0;
            if shared {
                return self.rng.i32(0..self.next_device);
            }
            self.next_device += if self.rng.u8(0..30) == 0 { 3 } else { 1 };
            return self.next_device - 1;
        }
        let id = self.next_bucket;
        self.next_bucket -= 1;
        let skipped = i32::from(parent_type > 2 && self.rng.u8(0..30) == 0);
        self.grow(id, parent_type - 1 - skipped);
        id
    }
}

/// Weights of one bucket, of one of the kinds that kernels tell apart.
fn weights(rng: &mut Rng, len: usize) -> Vec<u32> {
    let most = (u32::MAX / len.max(1) as u32).min(i32::MAX as u32);
    let equal = |weight: u32| vec![weight.min(most); len];
    let one_of = |rng: &mut Rng, choices: &[u32]| {
        (0..len).map(|_| rng.choice(choices).map_or(1, |w| *w.min(&most))).collect()
    };
    let mut weights: Vec<u32> = match rng.u8(0..16) {
        0..=4 => equal(0x10000),
        5 => equal(rng.u32(1..0x40_0000)),
        // Around 856 units draws of equal weights begin to tie in longer runs.
        6 => equal(rng.u32(56_000_000..56_200_000)),
        7 => equal(rng.u32(0x400_0000..0x7fff_ffff)),
        8 => equal(rng.u32(1..40)),
        9 => one_of(rng, &[0x3_a3d7, 0x7_47ae, 0xe_8ccd]),
        10 => one_of(rng, &[1, 2, 3, 0x10000]),
        11 => one_of(rng, &[0x7fff_ffff, 0x7fff_fff0, 0x7000_0000]),
        12 => (0..len).map(|_| rng.u32(0x1_0000..0x1_0010)).collect(),
        _ => (0..len).map(|_| rng.u32(1..0x20_0000).min(most)).collect(),
    };
    match rng.u8(0..24) {
        0 => weights.fill(0),
        1..=4 => weights.iter_mut().filter(|_| rng.u8(0..5) == 0).for_each(|weight| *weight = 0),
        5 if rng.bool() => weights.iter_mut().take(1).for_each(|weight| *weight = 0x8000_0001),
        _ => {}
    }
    let total = weights.iter().try_fold(0u32, |sum, weight| sum.checked_add(*weight));
    if total.is_none() {
        weights.fill(most);
    }
    weights
}

fn tunables(rng: &mut Rng) -> Tunables {
    let base = match rng.u8(0..6) {
        0 => Tunables::BOBTAIL,
        1 => Tunables::FIREFLY,
        _ => Tunables::JEWEL,
    };
    let mut tunables = Tunables { chooseleaf_stable: rng.u8(0..2), ..base };
    match rng.u8(0..12) {
        0 => tunables.chooseleaf_descend_once = 0,
        1 => tunables.chooseleaf_vary_r = rng.u8(0..=5),
        2 => tunables.choose_local_tries = rng.u32(0..3),
        _ => {}
    }
    if rng.u8(0..3) == 0 {
        tunables.choose_total_tries = rng.u32(0..12);
    }
    tunables
}

fn rule(rng: &mut Rng, builder: &MapBuilder, top_type: i32) -> Rule {
    let mut steps = Vec::new();
    let takes = if rng.u8(0..6) == 0 { 2 } else { 1 };
    for _ in 0..takes {
        settings(rng, &mut steps);
        let start = match rng.u8(0..12) {
            0 => rng.i32(-(builder.buckets.len() as i32)..=2),
            _ => ROOT,
        };
        steps.push(Step::new(Op::Take, start, 0));
        let indep = rng.bool();
        let mut type_id = top_type;
        for _ in 0..rng.u8(0..3) {
            type_id = rng.i32(0..=type_id);
            let op = if indep { Op::ChooseIndep } else { Op::ChooseFirstn };
            steps.push(Step::new(op, count(rng), type_id));
        }
        if rng.u8(0..5) != 0 {
            let op = if indep { Op::ChooseleafIndep } else { Op::ChooseleafFirstn };
            steps.push(Step::new(op, count(rng), rng.i32(0..=type_id.min(2))));
        }
        settings(rng, &mut steps);
        steps.push(Step::new(Op::Emit, 0, 0));
    }
    Rule::new(if rng.bool() { 1 } else { 3 }, steps)
}

fn count(rng: &mut Rng) -> i32 {
    match rng.u8(0..10) {
        0 => -rng.i32(1..4),
        1..=4 => rng.i32(1..5),
        _ => 0,
    }
}

fn settings(rng: &mut Rng, steps: &mut Vec<Step>) {
    if rng.u8(0..3) == 0 {
        let (op, most) = *rng
            .choice(&[
                (Op::SetChooseTries, 60),
                (Op::SetChooseleafTries, 9),
                (Op::SetChooseleafVaryR, 4),
                (Op::SetChooseleafStable, 2),
                (Op::SetChooseLocalTries, 2),
                (Op::SetChooseLocalFallbackTries, 2),
                (Op::Noop, 1),
            ])
            .expect("there are some");
        steps.push(Step::new(op, rng.i32(0..most), 0));
    }
}

/// Replacements for some buckets, mostly with one set of weights.
fn choose_args(rng: &mut Rng, builder: &MapBuilder) -> ChooseArgs {
    let mut args = ChooseArgs::new();
    for (slot, bucket) in builder.buckets.iter().enumerate() {
        let Some(bucket) = bucket.as_ref().filter(|_| rng.bool()) else { continue };
        let len = bucket.items.len();
        let sets = if rng.u8(0..30) == 0 { rng.usize(2..4) } else { rng.usize(0..2) };
        let weight_sets = (0..sets).map(|_| weights(rng, len)).collect();
        let ids = (rng.u8(0..3) == 0).then(|| (0..len).map(|_| rng.i32(-500..500)).collect());
        args.insert(slot, ChooseArg { ids, weight_sets });
    }
    args
}

fn reweights(rng: &mut Rng, devices: usize) -> Vec<u32> {
    let mut reweights = vec![0x10000; devices];
    let (out, partly) = *rng
        .choice(&[(0, 0), (0, 0), (2, 5), (2, 5), (30, 0), (0, 40), (60, 20), (95, 3)])
        .expect("there are some");
    for reweight in &mut reweights {
        match rng.u8(0..100) {
            percent if percent < out => *reweight = 0,
            percent if percent < out + partly => *reweight = rng.u32(1..0x1_2000),
            _ => {}
        }
    }
    if rng.u8(0..20) == 0 {
        reweights.truncate(rng.usize(0..=devices));
    }
    reweights
}
