//! Running a rule: the definition of a mapping. Every faster way has to agree with this one.

use crate::choose::firstn::Firstn;
use crate::choose::indep::Indep;
use crate::choose::{Chooser, msr};
use crate::choose_args::ChooseArgs;
use crate::ln::DISTANCE;
use crate::map::{Map, Op, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP, Rule, Step};
use crate::rule_tunables::RuleTunables;
use crate::trace::{Event, NoObserver, Observer};
use crate::workspace::Workspace;

/// A map, a rule and everything else a mapping needs but its input.
#[derive(Clone, Copy, Debug)]
pub struct Mapper<'a> {
    map: &'a Map,
    rule: &'a Rule,
    result_max: usize,
    reweights: &'a [u32],
    choose_args: Option<&'a ChooseArgs>,
}

impl<'a> Mapper<'a> {
    /// A mapper for rule `rule` of the map, for at most `result_max` devices. `reweights` are
    /// 16.16 by device id; a device without one, or with 0, is out. No choose_args.
    ///
    /// Returns `None` where the map has no such rule.
    pub fn new(
        map: &'a Map,
        rule: usize,
        result_max: usize,
        reweights: &'a [u32],
    ) -> Option<Mapper<'a>> {
        let rule = map.rule(rule)?;
        Some(Mapper { map, rule, result_max, reweights, choose_args: None })
    }

    /// The same with a choose_args set of this map; see [`Map::choose_args_for`].
    pub fn with_choose_args(self, choose_args: Option<&'a ChooseArgs>) -> Mapper<'a> {
        Mapper { choose_args, ..self }
    }

    /// The map.
    pub fn map(&self) -> &'a Map {
        self.map
    }

    /// The rule.
    pub fn rule(&self) -> &'a Rule {
        self.rule
    }

    /// Reweights (16.16) by device id.
    pub fn reweights(&self) -> &'a [u32] {
        self.reweights
    }

    /// The choose_args set.
    pub fn choose_args(&self) -> Option<&'a ChooseArgs> {
        self.choose_args
    }

    /// The largest number of devices a mapping gives.
    pub fn result_max(&self) -> usize {
        self.result_max
    }

    /// The devices that input `x` is mapped to; [`NONE`](crate::item::NONE) where an `indep` rule
    /// leaves a hole. May be shorter than `result_max`.
    pub fn place<'w>(&self, x: u32, workspace: &'w mut Workspace) -> &'w [i32] {
        self.place_observed(x, workspace, &mut NoObserver)
    }

    /// The same, with an observer that is told of every draw and decision.
    pub fn place_observed<'w, O: Observer>(
        &self,
        x: u32,
        workspace: &'w mut Workspace,
        observer: &mut O,
    ) -> &'w [i32] {
        let Workspace { working, chosen, leaves, result, permutations, msr, spending } = workspace;
        spending.begin();
        permutations.reset();
        working.clear();
        result.clear();
        let mut chooser = Chooser {
            map: self.map,
            reweights: self.reweights,
            choose_args: self.choose_args,
            distances: &DISTANCE,
            permutations,
            spending,
            observer,
            x,
        };
        if [RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP].contains(&self.rule.rule_type) {
            msr::run(&mut chooser, self.rule, self.result_max, msr, result);
            return result;
        }
        let mut tunables = RuleTunables::of(self.map);
        for (index, step) in self.rule.steps.iter().enumerate() {
            chooser.tell(Event::Step { index, step: *step });
            match step.op {
                Op::Take => {
                    if step.arg1 < self.map.max_devices() && self.exists(step.arg1) {
                        working.clear();
                        working.push(step.arg1);
                    }
                }
                Op::ChooseFirstn | Op::ChooseleafFirstn | Op::ChooseIndep | Op::ChooseleafIndep => {
                    if working.is_empty() {
                        continue;
                    }
                    for buffer in [&mut *chosen, &mut *leaves] {
                        buffer.clear();
                        buffer.resize(self.result_max, 0);
                    }
                    let length =
                        self.choose(&mut chooser, step, &tunables, working, chosen, leaves);
                    let leaf = matches!(step.op, Op::ChooseleafFirstn | Op::ChooseleafIndep);
                    working.clear();
                    working.extend_from_slice(if leaf {
                        &leaves[..length]
                    } else {
                        &chosen[..length]
                    });
                }
                Op::Emit => {
                    let left = self.result_max - result.len();
                    for item in working.iter().take(left) {
                        chooser.tell(Event::Emitted { item: *item });
                        result.push(*item);
                    }
                    working.clear();
                }
                _ => tunables.set(step),
            }
        }
        result
    }

    /// Whether an item can be taken.
    fn exists(&self, item: i32) -> bool {
        item >= 0 || self.map.bucket(item).is_some()
    }

    /// Runs a choose step on every item of the working set; returns how many it chose.
    fn choose<O: Observer>(
        &self,
        chooser: &mut Chooser<'a, '_, O>,
        step: &Step,
        tunables: &RuleTunables,
        working: &[i32],
        chosen: &mut [i32],
        leaves: &mut [i32],
    ) -> usize {
        let count = step.count(self.result_max) as i32;
        if count == 0 {
            return 0;
        }
        let mut length = 0;
        for bucket in working.iter().filter_map(|item| self.map.bucket(*item)) {
            chooser.tell(Event::From { bucket: bucket.id });
            // Each item of the working set fills a part of its own, blind to the others'.
            let (items, leaves) = (&mut chosen[length..], &mut leaves[length..]);
            length += match step.op {
                Op::ChooseFirstn => {
                    chooser.firstn(bucket, firstn(tunables, step, count, None), items, 0, None)
                }
                Op::ChooseleafFirstn => {
                    let leaf_tries = tunables.chooseleaf_firstn_tries();
                    let search = firstn(tunables, step, count, Some(leaf_tries));
                    chooser.firstn(bucket, search, items, 0, Some(leaves))
                }
                _ => {
                    let positions = items.len().min(count as usize);
                    let leaf = step.op == Op::ChooseleafIndep;
                    let search = Indep {
                        count,
                        type_id: step.arg2,
                        rounds: tunables.choose_tries,
                        leaf_rounds: leaf.then(|| tunables.chooseleaf_indep_tries()),
                        parent_r: 0,
                        is_leaf: false,
                    };
                    let leaves = leaf.then_some(leaves);
                    chooser.indep(bucket, search, 0..positions, items, leaves);
                    positions
                }
            };
        }
        length
    }
}

/// What a firstn step looks for.
fn firstn(tunables: &RuleTunables, step: &Step, count: i32, leaf_tries: Option<u32>) -> Firstn {
    Firstn {
        count,
        type_id: step.arg2,
        tries: tunables.choose_tries,
        leaf_tries,
        local_tries: tunables.choose_local_tries,
        local_fallback_tries: tunables.choose_local_fallback_tries,
        vary_r: tunables.chooseleaf_vary_r,
        stable: tunables.chooseleaf_stable,
        parent_r: 0,
        is_leaf: false,
    }
}
