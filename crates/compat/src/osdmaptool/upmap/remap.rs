//! Which OSDs could take the place of a PG's overfull ones by its rule, as the tool looks for them
//! (`CrushWrapper::try_remap_rule`): level by level, an overfull OSD by the first underfull one
//! below the same bucket, and a bucket by another one only where nothing below it is underfull.
//!
//! The tool's own limits are kept, as they decide what it prints: a bucket that is exchanged on an
//! upper level is forgotten on the next one, and of several buckets of a level only the first ones
//! are looked at.

use std::collections::{BTreeSet, HashMap, HashSet};

use crushlab_crush::Op;
use crushlab_crushmap::CrushMap;

/// What stands for a bucket that is not there.
const NOWHERE: i32 = 0;

/// OSDs with too many and too few PGs.
#[derive(Debug, Default)]
pub(super) struct Goal {
    pub(super) overfull: BTreeSet<i32>,
    /// Those furthest below their targets first.
    pub(super) underfull: Vec<i32>,
    /// The same of those that are below by less.
    pub(super) slightly_underfull: Vec<i32>,
}

/// A step of a rule as far as it matters here.
#[derive(Debug)]
enum Step {
    Take(i32),
    /// So many of each type, one level below the other; and what was taken.
    Choose(Vec<(i32, usize)>, i32),
    Emit,
}

/// A rule for pools of one size.
#[derive(Debug)]
pub(super) struct Remap {
    steps: Vec<Step>,
    /// For each type, the bucket that an item is in.
    parents: HashMap<i32, HashMap<i32, i32>>,
    /// What is below a bucket, itself included.
    below: HashMap<i32, HashSet<i32>>,
}

impl Remap {
    /// Reads a rule; `None` where there is none.
    pub(super) fn new(crush: &CrushMap, rule: usize, size: usize) -> Option<Remap> {
        let rule = crush.core.rules.get(rule)?.as_ref()?;
        let mut remap = Remap { steps: Vec::new(), parents: HashMap::new(), below: HashMap::new() };
        let mut roots = BTreeSet::new();
        let (mut stack, mut root): (Vec<(i32, usize)>, i32) = (Vec::new(), NOWHERE);
        for step in &rule.steps {
            let count = if step.arg1 <= 0 { step.arg1 + size as i32 } else { step.arg1 };
            let count = usize::try_from(count).unwrap_or(0);
            match step.op {
                Op::Take => {
                    root = step.arg1;
                    roots.insert(root);
                    remap.steps.push(Step::Take(root));
                }
                Op::ChooseFirstn | Op::ChooseIndep => stack.push((step.arg2, count)),
                Op::ChooseleafFirstn | Op::ChooseleafIndep => {
                    stack.push((step.arg2, count));
                    if step.arg2 > 0 {
                        stack.push((0, 1));
                    }
                    remap.steps.push(Step::Choose(std::mem::take(&mut stack), root));
                }
                Op::Emit => {
                    if !stack.is_empty() {
                        remap.steps.push(Step::Choose(std::mem::take(&mut stack), root));
                    }
                    remap.steps.push(Step::Emit);
                }
                _ => {}
            }
        }
        remap.learn(crush, &roots);
        Some(remap)
    }

    /// Finds what is below buckets, and the buckets of each type that items are in.
    fn learn(&mut self, crush: &CrushMap, roots: &BTreeSet<i32>) {
        for root in roots {
            below(crush, *root, &mut self.below);
        }
        let stacks = self.steps.iter().filter_map(|step| match step {
            Step::Choose(stack, _) => Some(stack),
            _ => None,
        });
        let kinds: BTreeSet<i32> = stacks.flatten().map(|(kind, _)| *kind).collect();
        for kind in kinds.into_iter().filter(|kind| *kind > 0) {
            let parents = self.parents.entry(kind).or_default();
            let mut buckets = Vec::new();
            roots.iter().for_each(|root| of_type(crush, *root, kind, &mut buckets));
            for bucket in buckets {
                for item in self.below.get(&bucket).into_iter().flatten() {
                    parents.entry(*item).or_insert(bucket);
                }
            }
        }
    }

    fn parent(&self, item: i32, kind: i32) -> i32 {
        self.parents.get(&kind).and_then(|own| own.get(&item)).copied().unwrap_or(NOWHERE)
    }

    fn contains(&self, bucket: i32, item: i32) -> bool {
        bucket == item || self.below.get(&bucket).is_some_and(|own| own.contains(&item))
    }

    /// What the OSDs of a PG could be instead; `None` where the rule cannot be followed.
    pub(super) fn propose(&self, goal: &Goal, now: &[i32]) -> Option<Vec<i32>> {
        let mut walk = Walk { rule: self, goal, now, at: 0, used: HashSet::new() };
        let (mut working, mut found) = (Vec::new(), Vec::new());
        for step in &self.steps {
            match step {
                Step::Take(root) => working = vec![*root],
                Step::Choose(stack, root) => working = walk.choose(stack, *root, working)?,
                Step::Emit => found.append(&mut working),
            }
        }
        Some(found)
    }

    /// For each level but the last, buckets that have something underfull below them.
    fn open_buckets(&self, goal: &Goal, stack: &[(i32, usize)], root: i32) -> Vec<BTreeSet<i32>> {
        let upper = &stack[..stack.len().saturating_sub(1)];
        let mut open = vec![BTreeSet::new(); upper.len()];
        for osd in &goal.underfull {
            let mut item = *osd;
            for (level, (kind, _)) in upper.iter().enumerate().rev() {
                item = self.parent(item, *kind);
                if self.contains(root, item) {
                    open[level].insert(item);
                }
            }
        }
        open
    }
}

/// Goes through the OSDs of a PG.
struct Walk<'a> {
    rule: &'a Remap,
    goal: &'a Goal,
    now: &'a [i32],
    /// The OSD that is next.
    at: usize,
    /// OSDs that have taken a place.
    used: HashSet<i32>,
}

impl Walk<'_> {
    fn choose(
        &mut self,
        stack: &[(i32, usize)],
        root: i32,
        mut working: Vec<i32>,
    ) -> Option<Vec<i32>> {
        let open = self.rule.open_buckets(self.goal, stack, root);
        for (level, (kind, count)) in stack.iter().enumerate() {
            if self.at == self.now.len() {
                break;
            }
            let below: usize = stack[level + 1..].iter().map(|(_, count)| count).product();
            let mut chosen = Vec::new();
            let mut ahead = self.at;
            for from in &working {
                let mut leaves: Vec<&[i32]> = vec![&[]; *count];
                for leaf in &mut leaves {
                    if *kind > 0 {
                        chosen.push(self.rule.parent(*self.now.get(ahead)?, *kind));
                        let end = (ahead + below).min(self.now.len());
                        *leaf = &self.now[ahead..end];
                        ahead = end;
                    } else {
                        chosen.push(self.leaf(*from));
                        if self.at == self.now.len() {
                            break;
                        }
                    }
                }
                if let Some(open) = open.get(level) {
                    self.exchange(stack, level, open, &leaves, &mut chosen);
                }
                if self.at == self.now.len() {
                    break;
                }
            }
            working = chosen;
        }
        Some(working)
    }

    /// The OSD for the next place below a bucket: the one that is there, or one that it could be.
    fn leaf(&mut self, bucket: i32) -> i32 {
        let own = self.now[self.at];
        self.at += 1;
        if !self.goal.overfull.contains(&own) {
            return own;
        }
        let Goal { underfull, slightly_underfull, .. } = self.goal;
        let free = underfull.iter().chain(slightly_underfull).find(|osd| {
            !self.used.contains(*osd)
                && self.rule.contains(bucket, **osd)
                && !self.now.contains(*osd)
        });
        if let Some(osd) = free {
            self.used.insert(*osd);
        }
        free.copied().unwrap_or(own)
    }

    /// Puts others in the place of buckets with overfull OSDs and without underfull ones.
    fn exchange(
        &self,
        stack: &[(i32, usize)],
        level: usize,
        open: &BTreeSet<i32>,
        leaves: &[&[i32]],
        chosen: &mut [i32],
    ) {
        for (place, leaves) in leaves.iter().enumerate() {
            let Some(own) = chosen.get(place).copied() else { continue };
            let is_overfull = leaves.iter().any(|osd| self.goal.overfull.contains(osd));
            if open.contains(&own) || !is_overfull {
                continue;
            }
            let above = level.checked_sub(1).map(|level| stack[level].0);
            let is_beside = |other: i32| {
                above
                    .is_none_or(|kind| self.rule.parent(own, kind) == self.rule.parent(other, kind))
            };
            let other = open.iter().find(|other| !chosen.contains(other) && is_beside(**other));
            if let Some(other) = other {
                chosen[place] = *other;
            }
        }
    }
}

/// Finds what is below a bucket and each one below it.
fn below(crush: &CrushMap, item: i32, known: &mut HashMap<i32, HashSet<i32>>) -> HashSet<i32> {
    if let Some(found) = known.get(&item) {
        return found.clone();
    }
    let mut found = HashSet::from([item]);
    if let Some(bucket) = crush.core.bucket(item) {
        // Maps that are read have no circles; an item that is met again is known by now.
        known.insert(item, found.clone());
        for child in &bucket.items {
            found.extend(below(crush, *child, known));
        }
        known.insert(item, found.clone());
    }
    found
}

/// Buckets of a type, in the order of the tree.
fn of_type(crush: &CrushMap, item: i32, kind: i32, found: &mut Vec<i32>) {
    let Some(bucket) = crush.core.bucket(item) else { return };
    match i32::from(bucket.type_id).cmp(&kind) {
        std::cmp::Ordering::Less => {}
        std::cmp::Ordering::Equal => found.push(item),
        std::cmp::Ordering::Greater => {
            bucket.items.iter().for_each(|child| of_type(crush, *child, kind, found));
        }
    }
}
