//! What failure domains of unequal size can hold at most.
//!
//! A rule puts n shards of each PG into n different domains. If M bytes of data are in each of the
//! n positions, a domain takes M of them at most, and no more than it is large. So the largest M
//! is the one up to which the sum of min(size of the domain, M) is at least n * M. No placement
//! can do better; what CRUSH makes of it is measured in [`usable`](super::usable). Where a rule
//! chooses on several levels, racks and hosts in them, the same holds on each.

use std::collections::HashSet;
use std::fmt;

use crushlab_crush::{Op, Rule, Step};

use super::subject::Subject;

/// More failure domains than there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// Domains that a PG needs.
    pub needed: usize,
    /// Domains that there are, with OSDs that can be used.
    pub found: usize,
    /// Their type, such as `host`.
    pub type_name: String,
    /// What each of them has to have in turn: how many, and of which type.
    pub each: Option<(usize, String)>,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shortage { needed, found, type_name, each } = self;
        write!(f, "its PGs need {needed} different failure domains of type {type_name}")?;
        if let Some((count, name)) = each {
            write!(f, " with {count} of type {name} in each")?;
        }
        write!(
            f,
            ", and its rule finds {found}: expected a smaller size (or k + m), or more of them"
        )
    }
}

/// The failure domains of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleDomains {
    blocks: Vec<Block>,
}

/// One `take … emit`.
#[derive(Clone, Debug, PartialEq)]
struct Block {
    /// Shards of a PG that it places.
    positions: usize,
    choices: Vec<Choice>,
    below: Vec<Domain>,
}

/// One choose step: so many of this type.
#[derive(Clone, Debug, PartialEq)]
struct Choice {
    count: usize,
    type_id: i32,
    type_name: String,
}

/// An item that a step may choose.
#[derive(Clone, Debug, PartialEq)]
struct Domain {
    id: i32,
    /// Bytes of the OSDs below it that can be used.
    size_bytes: f64,
    /// What the next step may choose below it; empty behind the last.
    below: Vec<Domain>,
}

impl RuleDomains {
    /// The domains of a rule for pools of this size. Sizes are those of OSDs that are up and in.
    pub fn new(subject: &Subject<'_>, rule: &Rule, size: usize) -> RuleDomains {
        let mut blocks = Vec::new();
        let mut free = size;
        for steps in rule.steps.split(|step| step.op == Op::Emit) {
            let Some(take) = steps.iter().rfind(|step| step.op == Op::Take) else { continue };
            let choices: Vec<Choice> =
                steps.iter().filter_map(|step| choice(subject, step, size)).collect();
            let all = choices.iter().map(|one| one.count).fold(1, usize::saturating_mul);
            let positions = all.min(free);
            free -= positions;
            if positions > 0 && !choices.is_empty() {
                let below = domains_below(subject, take.arg1, &choices);
                blocks.push(Block { positions, choices, below });
            }
        }
        RuleDomains { blocks }
    }

    /// What the rule asks for and cannot have, if there is such a thing.
    pub fn shortage(&self) -> Option<Shortage> {
        self.blocks.iter().find_map(Block::shortage)
    }

    /// The most bytes that each position of the PGs can hold, all PGs together: what a replicated
    /// pool can store, and the k-th part of what an erasure-coded one can.
    pub fn position_bytes(&self) -> f64 {
        self.position_bytes_without(None)
    }

    /// The same after the loss of a domain.
    pub fn position_bytes_without(&self, lost: Option<i32>) -> f64 {
        let of = |block: &Block| block.position_bytes(lost);
        self.blocks.iter().map(of).min_by(f64::total_cmp).unwrap_or(0.0)
    }

    /// The largest domain of the last step: the one whose loss leaves the least room. Of equal
    /// ones the first.
    pub fn largest(&self) -> Option<i32> {
        let mut largest: Option<(i32, f64)> = None;
        let mut pending: Vec<&Domain> =
            self.blocks.iter().flat_map(|block| &block.below).rev().collect();
        while let Some(domain) = pending.pop() {
            if !domain.below.is_empty() {
                pending.extend(domain.below.iter().rev());
            } else if largest.is_none_or(|(_, bytes)| domain.size_bytes > bytes) {
                largest = Some((domain.id, domain.size_bytes));
            }
        }
        largest.map(|(id, _)| id)
    }

    /// The type of the domains of the last step.
    pub fn type_name(&self) -> Option<&str> {
        self.blocks.first()?.choices.last().map(|choice| choice.type_name.as_str())
    }
}

impl Block {
    fn shortage(&self) -> Option<Shortage> {
        let (first, rest) = self.choices.split_first()?;
        let each = shards_below(rest);
        let needed = self.positions.div_ceil(each);
        let found = self.below.iter().filter(|one| one.slots(rest, None) >= each).count();
        (found < needed).then(|| Shortage {
            needed,
            found,
            type_name: first.type_name.clone(),
            each: rest.first().map(|next| (next.count, next.type_name.clone())),
        })
    }

    /// The largest M for which the domains can hold M bytes in each position.
    fn position_bytes(&self, lost: Option<i32>) -> f64 {
        let Some((_, rest)) = self.choices.split_first() else { return 0.0 };
        // Only the last domain of a PG may have fewer shards than the rule puts into each.
        let each = shards_below(rest);
        let fewest = if self.positions.is_multiple_of(each) { each } else { 1 };
        let is_kept = |one: &&Domain| Some(one.id) != lost && one.slots(rest, lost) >= fewest;
        let kept = || self.below.iter().filter(is_kept);
        if kept().map(|one| one.slots(rest, lost)).sum::<usize>() < self.positions {
            return 0.0;
        }
        let positions = self.positions as f64;
        let fits = |bytes: f64| {
            kept().map(|one| one.holds(rest, bytes, lost)).sum::<f64>() >= positions * bytes
        };
        let total: f64 = self.below.iter().map(|one| one.size_bytes).sum();
        let (mut low, mut high) = (0.0, total / positions);
        if fits(high) {
            return high;
        }
        // What is held grows more and more slowly with M, so there is one place to be found; as
        // many halvings as a number has bits are enough.
        for _ in 0..f64::MANTISSA_DIGITS + 8 {
            let middle = (low + high) / 2.0;
            if fits(middle) { low = middle } else { high = middle }
        }
        low
    }
}

impl Domain {
    /// Shards of a PG that can be placed below it, by the steps that follow.
    fn slots(&self, rest: &[Choice], lost: Option<i32>) -> usize {
        let Some((next, rest)) = rest.split_first() else {
            return usize::from(self.size_bytes > 0.0);
        };
        let kept = self.below.iter().filter(|one| Some(one.id) != lost);
        let mut slots: Vec<usize> = kept.map(|one| one.slots(rest, lost)).collect();
        slots.sort_unstable_by(|a, b| b.cmp(a));
        slots.iter().take(next.count).sum()
    }

    /// Bytes that it can hold when each position has so many.
    fn holds(&self, rest: &[Choice], bytes: f64, lost: Option<i32>) -> f64 {
        let Some((next, rest)) = rest.split_first() else {
            return self.size_bytes.min(bytes);
        };
        let each = shards_below(rest);
        let is_kept = |one: &&Domain| Some(one.id) != lost && one.slots(rest, lost) >= each;
        let kept = self.below.iter().filter(is_kept);
        let held: f64 = kept.map(|one| one.holds(rest, bytes, lost)).sum();
        held.min(next.count.saturating_mul(each) as f64 * bytes)
    }
}

/// Shards that steps put below each of what the step before them chooses.
fn shards_below(rest: &[Choice]) -> usize {
    rest.iter().map(|choice| choice.count).fold(1, usize::saturating_mul).max(1)
}

fn choice(subject: &Subject<'_>, step: &Step, size: usize) -> Option<Choice> {
    let is_choice = matches!(
        step.op,
        Op::ChooseFirstn
            | Op::ChooseIndep
            | Op::ChooseleafFirstn
            | Op::ChooseleafIndep
            | Op::ChooseMsr
    );
    // 0 and below are relative to the size.
    let count = match usize::try_from(step.arg1) {
        Ok(positive) if positive > 0 => positive,
        _ => size.saturating_sub(step.arg1.unsigned_abs() as usize),
    };
    is_choice.then(|| Choice {
        count,
        type_id: step.arg2,
        type_name: subject.map.crush.types.get(&step.arg2).cloned().unwrap_or_default(),
    })
}

/// What the first of the steps may choose below an item.
fn domains_below(subject: &Subject<'_>, item: i32, choices: &[Choice]) -> Vec<Domain> {
    let Some((choice, rest)) = choices.split_first() else { return Vec::new() };
    let mut found = Vec::new();
    let mut seen = HashSet::from([item]);
    let mut pending = vec![item];
    while let Some(bucket) = pending.pop().and_then(|id| subject.crush.bucket(id)) {
        for (index, child) in bucket.items.iter().enumerate().rev() {
            // CRUSH draws nothing of weight 0.
            if bucket.item_weight(index) == Some(0) || !seen.insert(*child) {
                continue;
            }
            let child_type = subject.crush.bucket(*child).map_or(0, |one| i32::from(one.type_id));
            if child_type == choice.type_id {
                let below = domains_below(subject, *child, rest);
                found.push(Domain { id: *child, size_bytes: size_below(subject, *child), below });
            } else if *child < 0 {
                pending.push(*child);
            }
        }
    }
    found.sort_unstable_by_key(|domain| std::cmp::Reverse(domain.id));
    found
}

/// Bytes of the OSDs below an item that can be used.
fn size_below(subject: &Subject<'_>, item: i32) -> f64 {
    let mut bytes = 0.0;
    let mut seen = HashSet::from([item]);
    let mut pending = vec![item];
    while let Some(id) = pending.pop() {
        let Some(bucket) = subject.crush.bucket(id) else {
            let stats = subject.osd_stats(id).filter(|_| subject.map.is_up(id));
            bytes += stats.map_or(0.0, |stats| stats.total_bytes as f64);
            continue;
        };
        for (index, child) in bucket.items.iter().enumerate() {
            if bucket.item_weight(index) != Some(0) && seen.insert(*child) {
                pending.push(*child);
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests;
