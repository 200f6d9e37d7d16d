//! Whatever changes, a record knows which PGs do: it agrees with placing all of them again.

mod index_support;

use std::num::NonZeroUsize;

use crushlab_compare::index::{Affected, Conditions, Record};
use crushlab_compare::{Inputs, Progress};
use crushlab_crush::Workspace;
use index_support::change::{
    add_item, anything, bucket_ids, change_weight, lower, move_item, raise, rebuild, remove_item,
    sum_up,
};
use index_support::{State, bucket, choose_args, state};

const PGS: u32 = 64;
const ONE_THREAD: NonZeroUsize = NonZeroUsize::MIN;

fn record(conditions: Conditions) -> Record {
    Record::new(conditions, Inputs::Range(0..PGS), ONE_THREAD, &Progress::new()).expect("a rule")
}

/// Compares a record's answer with placing all PGs again; says how many it placed, if not all.
fn check(record: &Record, after: &Conditions, context: &dyn Fn() -> String) -> Option<usize> {
    let changes = record.changes(after, ONE_THREAD, &Progress::new()).expect("a rule");
    let (before, mapper) = (record.conditions(), after.mapper().expect("a rule"));
    let before = before.mapper().expect("a rule");
    let (mut old, mut new) = (Workspace::new(), Workspace::new());
    let mut found = changes.pgs.iter().zip(changes.after.iter()).peekable();
    for pg in 0..PGS {
        let (was, is) = (before.place(pg, &mut old), mapper.place(pg, &mut new));
        let claimed = found.next_if(|(changed, _)| **changed == pg).map(|(_, row)| row);
        assert_eq!(claimed, (was != is).then_some(is), "PG {pg} of {}", context());
    }
    assert_eq!(found.next(), None);
    changes.every_pg.is_none().then_some(changes.placed_pgs.len())
}

/// Runs a kind of change over many random states. Returns the share of PGs placed again where
/// not all had to be.
fn run(cases: u64, least_exact: f64, change: fn(&mut State, &mut fastrand::Rng)) -> f64 {
    let (mut exact, mut placed) = (0, 0);
    for seed in 0..cases {
        let random = &mut fastrand::Rng::with_seed(seed);
        let before = state(random);
        let mut after = before.clone();
        change(&mut after, random);
        let recorded = before.conditions();
        let conditions = if after.is_same_map(&before) {
            recorded.with_reweights(after.reweights.as_slice())
        } else {
            after.conditions()
        };
        let record = record(recorded);
        let context = || format!("seed {seed}: {before:#?}\n\nafter: {after:#?}");
        if let Some(pgs) = check(&record, &conditions, &context) {
            exact += 1;
            placed += pgs;
        }
    }
    let share = f64::from(exact) / cases as f64;
    assert!(share >= least_exact, "only {share} of the cases had a shortcut");
    placed as f64 / f64::from(exact) / f64::from(PGS)
}

#[test]
fn lowered_reweights() {
    let placed = run(400, 0.8, lower);
    assert!(placed < 0.3, "{placed} of the PGs were placed again");
}

#[test]
fn nothing_changes_nothing() {
    assert_eq!(run(200, 0.8, |_, _| {}), 0.0);
}

#[test]
fn raised_reweights() {
    run(400, 0.6, raise);
}

/// Some down, some up.
fn reweights(state: &mut State, random: &mut fastrand::Rng) {
    lower(state, random);
    raise(state, random);
}

#[test]
fn reweights_up_and_down() {
    run(400, 0.6, reweights);
}

#[test]
fn weights_of_osds_and_of_all_above_them() {
    let placed = run(600, 0.6, |state, random| {
        change_weight(state, random);
        sum_up(state);
    });
    assert!(placed < 0.9, "{placed} of the PGs were placed again");
}

#[test]
fn weights_of_any_bucket() {
    run(600, 0.6, change_weight);
}

#[test]
fn weights_that_count_as_negative() {
    run(400, 0.6, |state, random| {
        let ids = bucket_ids(state);
        let id = ids[random.usize(0..ids.len())];
        rebuild(state, id, |_, weights| {
            weights.fill(0);
            if let Some(weight) = weights.first_mut() {
                *weight = random.u32(u32::MAX / 2 - 2..u32::MAX / 2 + 4);
            }
        });
    });
}

#[test]
fn items_that_are_added() {
    run(600, 0.6, add_item);
}

#[test]
fn items_that_are_removed() {
    run(600, 0.6, remove_item);
}

#[test]
fn items_that_are_moved() {
    run(400, 0.6, move_item);
}

#[test]
fn weight_sets() {
    run(400, 0.6, |state, random| {
        let args = choose_args(state, random);
        state.builder.choose_args.insert(1, args);
    });
}

#[test]
fn another_algorithm() {
    run(400, 0.6, |state, random| {
        let ids = bucket_ids(state);
        let id = ids[random.usize(0..ids.len())];
        let old = state.builder.bucket(id).expect("there").clone();
        let new = bucket(id, i32::from(old.type_id), &old.items, true, random);
        *state.builder.bucket_mut(id).expect("there") = new;
    });
}

#[test]
fn anything_at_once() {
    run(1500, 0.2, |state, random| {
        for _ in 0..random.usize(1..5) {
            anything(state, random);
        }
    });
}

#[test]
fn ties_go_to_the_first() {
    // With another hash than rjenkins1 all items of a weight draw the same.
    run(400, 0.0, |state, random| {
        let ids = bucket_ids(state);
        let id = ids[random.usize(0..ids.len())];
        rebuild(state, id, |items, weights| {
            let places = 0..items.len();
            if places.len() > 1 {
                let (one, other) = (random.usize(places.clone()), random.usize(places));
                items.swap(one, other);
                weights[one] = weights[other];
            }
        });
    });
}

#[test]
fn a_record_follows_many_changes() {
    for seed in 0..240 {
        let random = &mut fastrand::Rng::with_seed(seed);
        let anything = if seed % 2 == 0 { anything } else { reweights };
        let mut before = state(random);
        let mut record = record(before.conditions());
        for step in 0..6 {
            let mut after = before.clone();
            anything(&mut after, random);
            let conditions = after.conditions();
            let context =
                || format!("step {step} of seed {seed}: {before:#?}\n\nafter: {after:#?}");
            check(&record, &conditions, &context);
            let changes = record.changes(&conditions, ONE_THREAD, &Progress::new());
            record.advance(conditions, &changes.expect("a rule"));
            before = after;
        }
    }
}

#[test]
fn a_rule_of_several_blocks_is_said_to_touch_every_pg() {
    let random = &mut fastrand::Rng::with_seed(7);
    let mut state = state(random);
    let rule = state.builder.rules[0].as_mut().expect("a rule");
    rule.steps.extend(rule.steps.clone());
    let conditions = state.conditions();
    state.reweights[0] = 0;
    let after = conditions.with_reweights(state.reweights.as_slice());
    let affected = record(conditions).affected(&after, ONE_THREAD, &Progress::new());
    let Some(Affected::Every(reason)) = affected else { panic!("{affected:?}") };
    assert_eq!(reason.to_string(), "the rule has several blocks or is one of multi-step retry");
}
