//! One of its OSDs for each PG, so that the OSD with the most has as few as can be.

use std::collections::VecDeque;

/// Level of what is not reached.
const UNREACHED: u32 = u32::MAX;

/// A choice for each PG.
#[derive(Clone, Debug)]
pub(crate) struct Matching {
    /// What each PG may choose.
    choices: Vec<Vec<u32>>,
    chosen: Vec<Option<u32>>,
    /// PGs that have chosen each OSD.
    chosen_by: Vec<Vec<u32>>,
}

impl Matching {
    /// `now` is what is chosen; a PG without a choice is nobody's.
    pub(crate) fn new(choices: Vec<Vec<u32>>, now: Vec<Option<u32>>, osds: usize) -> Matching {
        let mut chosen_by = vec![Vec::new(); osds];
        for (pg, osd) in (0..).zip(&now) {
            if let Some(osd) = osd {
                chosen_by[*osd as usize].push(pg);
            }
        }
        Matching { choices, chosen: now, chosen_by }
    }

    /// What each PG has chosen.
    pub(crate) fn chosen(&self) -> &[Option<u32>] {
        &self.chosen
    }

    /// Most PGs that have chosen one OSD.
    pub(crate) fn largest(&self) -> u64 {
        self.chosen_by.iter().map(Vec::len).max().unwrap_or(0) as u64
    }

    /// Lets the OSD that most have chosen be chosen by as few as can be: by halving, each step a
    /// maximum flow.
    pub(crate) fn lower_largest(&mut self) {
        let pgs: usize = self.chosen_by.iter().map(Vec::len).sum();
        let (mut low, mut high) = (pgs.div_ceil(self.chosen_by.len().max(1)), self.largest());
        let start = self.clone();
        while (low as u64) < high {
            let middle = low + (high as usize - low) / 2;
            let mut tried = start.clone();
            if tried.limit(middle) {
                high = middle as u64;
                *self = tried;
            } else {
                low = middle + 1;
            }
        }
    }

    /// Lets no OSD be chosen by more than this many, along shortest chains. Returns whether that
    /// can be.
    fn limit(&mut self, most: usize) -> bool {
        loop {
            let over = |by: &Vec<u32>| by.len() > most;
            if !self.chosen_by.iter().any(over) {
                return true;
            }
            let mut levels = self.levels(most);
            let mut next = vec![0; self.chosen_by.len()];
            let mut pushed = 0;
            for osd in 0..self.chosen_by.len() as u32 {
                while self.chosen_by[osd as usize].len() > most
                    && self.push(osd, most, &mut levels, &mut next)
                {
                    pushed += 1;
                }
            }
            if pushed == 0 {
                return false;
            }
        }
    }

    /// How many PGs have to choose anew between an OSD with too many and each other one.
    fn levels(&self, most: usize) -> Vec<u32> {
        let mut levels = vec![UNREACHED; self.chosen_by.len()];
        let mut queue = VecDeque::new();
        for (osd, by) in (0u32..).zip(&self.chosen_by) {
            if by.len() > most {
                levels[osd as usize] = 0;
                queue.push_back(osd);
            }
        }
        while let Some(osd) = queue.pop_front() {
            for pg in &self.chosen_by[osd as usize] {
                for other in &self.choices[*pg as usize] {
                    if levels[*other as usize] == UNREACHED {
                        levels[*other as usize] = levels[osd as usize] + 1;
                        queue.push_back(*other);
                    }
                }
            }
        }
        levels
    }

    /// Lets PGs choose anew along one chain from an OSD to one with room. Returns whether there is
    /// any.
    fn push(&mut self, from: u32, most: usize, levels: &mut [u32], next: &mut [usize]) -> bool {
        let mut path: Vec<(u32, u32)> = Vec::new();
        let mut at = from;
        loop {
            if self.chosen_by[at as usize].len() < most {
                for (pg, to) in path {
                    self.choose(pg, to);
                }
                return true;
            }
            let step = self.step(at, levels, &mut next[at as usize]);
            if let Some((pg, to)) = step {
                path.push((pg, to));
                at = to;
                continue;
            }
            levels[at as usize] = UNREACHED;
            if path.pop().is_none() {
                return false;
            }
            at = path.last().map_or(from, |(_, to)| *to);
        }
    }

    fn step(&self, at: u32, levels: &[u32], next: &mut usize) -> Option<(u32, u32)> {
        let level = levels[at as usize].checked_add(1)?;
        while let Some(pg) = self.chosen_by[at as usize].get(*next) {
            let to = self.choices[*pg as usize].iter().find(|to| levels[**to as usize] == level);
            if let Some(to) = to {
                return Some((*pg, *to));
            }
            *next += 1;
        }
        None
    }

    fn choose(&mut self, pg: u32, osd: u32) {
        if let Some(was) = self.chosen[pg as usize].replace(osd) {
            let by = &mut self.chosen_by[was as usize];
            // Chains lead on from where an OSD's list was looked at last, so it is near the start.
            if let Some(place) = by.iter().position(|other| *other == pg) {
                by.swap_remove(place);
            }
        }
        self.chosen_by[osd as usize].push(pg);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least that the most chosen OSD can have, by trying all.
    fn least(choices: &[Vec<u32>], osds: usize) -> usize {
        let mut picked = vec![0; choices.len()];
        let mut best = usize::MAX;
        loop {
            let mut counts = vec![0; osds];
            choices.iter().zip(&picked).for_each(|(own, at)| counts[own[*at] as usize] += 1);
            best = best.min(counts.into_iter().max().unwrap_or(0));
            let Some(at) = (0..picked.len()).find(|at| picked[*at] + 1 < choices[*at].len()) else {
                return best;
            };
            picked[at] += 1;
            picked[..at].fill(0);
        }
    }

    #[test]
    fn the_most_chosen_has_as_few_as_can_be() {
        for seed in 0..300 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let osds = rng.usize(2..=5);
            let choices: Vec<Vec<u32>> = (0..rng.usize(1..=8))
                .map(|_| {
                    let mut all: Vec<u32> = (0..osds as u32).collect();
                    rng.shuffle(&mut all);
                    all.truncate(rng.usize(1..=osds.min(3)));
                    all
                })
                .collect();
            let now = choices.iter().map(|own| Some(own[0])).collect();
            let mut matching = Matching::new(choices.clone(), now, osds);
            matching.lower_largest();
            assert_eq!(matching.largest() as usize, least(&choices, osds), "seed {seed}");
            for (own, chosen) in choices.iter().zip(matching.chosen()) {
                assert!(chosen.is_some_and(|osd| own.contains(&osd)), "seed {seed}");
            }
        }
    }
}
