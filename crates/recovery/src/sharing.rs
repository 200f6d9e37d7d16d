//! Who goes how fast: PGs that copy at once share devices, networks and the pace of primaries.
//!
//! Each copying takes so much of some resources for each step. All rise together until a resource
//! is used up; those that need it stay where they are, and the others go on (max-min fairness).
//! When one begins or ends, those that share a resource with it are reckoned anew, and the others
//! keep their pace: near to the whole answer, at a small part of its cost.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Number of a resource.
pub(crate) type Resource = u32;
/// Number of a copying.
pub(crate) type Flow = u32;

/// How much of a resource one step takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Use {
    pub(crate) resource: Resource,
    pub(crate) amount: f64,
}

/// What a copying takes, and how fast it goes.
#[derive(Clone, Debug, Default)]
struct State {
    uses: Vec<Use>,
    /// Steps per second.
    rate: f64,
    /// What keeps it from going faster.
    limit: Option<Resource>,
    is_open: bool,
}

/// All resources and those that use them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sharing {
    /// What each resource gives per second.
    capacities: Vec<f64>,
    /// Who uses each, and how much of it a step takes.
    users: Vec<Vec<(Flow, f64)>>,
    states: Vec<State>,
    /// What is left of a resource, and what one more step of all open ones takes.
    left: Vec<(f64, f64)>,
}

/// A level as a key of a heap: levels are never negative, and never NaN.
#[derive(Clone, Copy, PartialEq)]
struct Level(f64);

impl Eq for Level {}

impl PartialOrd for Level {
    fn partial_cmp(&self, other: &Level) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Level {
    fn cmp(&self, other: &Level) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Sharing {
    /// As many flows at most, and resources that give this much per second.
    pub(crate) fn new(capacities: Vec<f64>, flows: usize) -> Sharing {
        Sharing {
            users: vec![Vec::new(); capacities.len()],
            left: vec![(0.0, 0.0); capacities.len()],
            capacities,
            states: vec![State::default(); flows],
        }
    }

    /// Lets a copying take part. Its pace is 0 until [`Sharing::balance`].
    pub(crate) fn add(&mut self, flow: Flow, uses: Vec<Use>) {
        for one in &uses {
            self.users[one.resource as usize].push((flow, one.amount));
        }
        self.states[flow as usize] = State { uses, ..State::default() };
    }

    /// Whether a copying takes part.
    pub(crate) fn takes_part(&self, flow: Flow) -> bool {
        !self.states[flow as usize].uses.is_empty()
    }

    /// Ends one; returns what it took.
    pub(crate) fn remove(&mut self, flow: Flow) -> Vec<Use> {
        let state = std::mem::take(&mut self.states[flow as usize]);
        for one in &state.uses {
            self.users[one.resource as usize].retain(|(user, _)| *user != flow);
        }
        state.uses
    }

    /// Whether anybody uses a resource.
    pub(crate) fn is_used(&self, resource: Resource) -> bool {
        !self.users[resource as usize].is_empty()
    }

    /// Steps per second of a copying, and what keeps it from being faster.
    pub(crate) fn pace(&self, flow: Flow) -> (f64, Option<Resource>) {
        let state = &self.states[flow as usize];
        (state.rate, state.limit)
    }

    /// Gives a resource another capacity; true where it differs.
    pub(crate) fn set_capacity(&mut self, resource: Resource, capacity: f64) -> bool {
        let old = std::mem::replace(&mut self.capacities[resource as usize], capacity);
        old != capacity
    }

    /// Reckons the pace of all that use one of these resources, and lists them.
    pub(crate) fn balance(&mut self, changed: &[Resource], affected: &mut Vec<Flow>) {
        affected.clear();
        let users = changed.iter().flat_map(|resource| &self.users[*resource as usize]);
        affected.extend(users.map(|(flow, _)| *flow));
        affected.sort_unstable();
        affected.dedup();
        let mut resources: Vec<Resource> = Vec::new();
        for flow in affected.iter() {
            self.states[*flow as usize].is_open = true;
            resources.extend(self.states[*flow as usize].uses.iter().map(|one| one.resource));
        }
        resources.sort_unstable();
        resources.dedup();
        let mut heap = BinaryHeap::new();
        for resource in resources {
            self.measure(resource);
            heap.extend(self.level(resource).map(|level| Reverse((level, resource))));
        }
        while let Some(Reverse((level, resource))) = heap.pop() {
            match self.level(resource) {
                // Others have been settled meanwhile: it can go further than was thought.
                Some(now) if now > level => heap.push(Reverse((now, resource))),
                Some(_) => self.settle(resource, level.0),
                None => {}
            }
        }
    }

    /// What is left of a resource beside those that keep their pace.
    fn measure(&mut self, resource: Resource) {
        let mut left = self.capacities[resource as usize];
        let mut load = 0.0;
        for (flow, amount) in &self.users[resource as usize] {
            let state = &self.states[*flow as usize];
            if state.is_open { load += amount } else { left -= amount * state.rate }
        }
        self.left[resource as usize] = (left.max(0.0), load);
    }

    /// The pace at which a resource is used up; `None` where nobody open uses it.
    fn level(&self, resource: Resource) -> Option<Level> {
        let (left, load) = self.left[resource as usize];
        (load > 1e-15).then(|| Level(left / load))
    }

    /// All open users of a resource stay at this pace.
    fn settle(&mut self, resource: Resource, level: f64) {
        let users = std::mem::take(&mut self.users[resource as usize]);
        for (flow, _) in &users {
            let state = &mut self.states[*flow as usize];
            if !state.is_open {
                continue;
            }
            (state.is_open, state.rate, state.limit) = (false, level, Some(resource));
            for one in &state.uses {
                let (left, load) = &mut self.left[one.resource as usize];
                *left = (*left - one.amount * level).max(0.0);
                *load -= one.amount;
            }
        }
        self.users[resource as usize] = users;
        self.left[resource as usize].1 = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(resource: Resource, amount: f64) -> Use {
        Use { resource, amount }
    }

    #[test]
    fn what_one_cannot_use_the_others_get() {
        let mut sharing = Sharing::new(vec![10.0, 2.0], 3);
        sharing.add(0, vec![one(0, 1.0), one(1, 1.0)]);
        sharing.add(1, vec![one(0, 1.0)]);
        sharing.add(2, vec![one(0, 2.0)]);
        let mut affected = Vec::new();
        sharing.balance(&[0, 1], &mut affected);
        assert_eq!(affected, [0, 1, 2]);
        assert_eq!(sharing.pace(0), (2.0, Some(1)));
        let (rate, limit) = sharing.pace(1);
        assert!((rate - 8.0 / 3.0).abs() < 1e-9 && limit == Some(0));
        sharing.remove(2);
        sharing.balance(&[0], &mut affected);
        assert_eq!(sharing.pace(1).0, 8.0);
    }

    #[test]
    fn nothing_is_used_beyond_what_there_is() {
        fastrand::seed(7);
        let capacities: Vec<f64> = (0..12).map(|_| fastrand::f64() * 9.0 + 1.0).collect();
        let mut sharing = Sharing::new(capacities.clone(), 40);
        let mut affected = Vec::new();
        for flow in 0..40 {
            let uses: Vec<Use> = (0..3)
                .map(|part| one(part * 4 + fastrand::u32(0..4), fastrand::f64() + 0.1))
                .collect();
            let changed: Vec<Resource> = uses.iter().map(|one| one.resource).collect();
            sharing.add(flow, uses);
            sharing.balance(&changed, &mut affected);
            for (resource, capacity) in (0..).zip(&capacities) {
                let used: f64 = sharing.users[resource as usize]
                    .iter()
                    .map(|(flow, amount)| amount * sharing.pace(*flow).0)
                    .sum();
                assert!(used <= capacity * (1.0 + 1e-9), "{used} of {capacity}");
            }
            assert!((0..=flow).all(|flow| sharing.pace(flow).0 > 0.0));
        }
    }
}
