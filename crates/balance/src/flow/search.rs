//! Levels: how many steps of the residual graph are between a source and each node.

use std::collections::BTreeMap;

use super::{NO_SEAT, Network};

/// Level of what is not reached.
pub(super) const UNREACHED: u32 = u32::MAX;

/// A search's own numbers, by node or by domain.
#[derive(Clone, Debug)]
pub(super) struct Search {
    pub(super) levels: Vec<u32>,
    pub(super) domain_levels: Vec<u32>,
    /// The highest potential of a domain's seats: what a step into it leads to.
    pub(super) domain_potentials: Vec<u32>,
    /// How far the arcs of a node are looked through.
    pub(super) next_arc: Vec<u32>,
    pub(super) next_seat: Vec<u32>,
    /// Domains that may lead on, by part, level and potential.
    pub(super) open: BTreeMap<(u32, u32, u32), Vec<u32>>,
    queue: Vec<Place>,
}

/// A node, or a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Node(u32),
    Domain(u32),
}

impl Search {
    pub(super) fn new(nodes: usize, domains: usize) -> Search {
        Search {
            levels: vec![UNREACHED; nodes],
            domain_levels: vec![UNREACHED; domains],
            domain_potentials: vec![0; domains],
            next_arc: vec![0; nodes],
            next_seat: vec![0; domains],
            open: BTreeMap::new(),
            queue: Vec::new(),
        }
    }
}

/// Domains that are not reached yet, by part and potential.
type Unreached = BTreeMap<(u32, u32), Vec<u32>>;

impl Network {
    /// Finds the level of each node that can be reached at no cost. Returns whether a target can.
    pub(super) fn find_levels(&mut self) -> bool {
        self.search_levels(false)
    }

    /// Whether a target can be reached at whatever cost.
    pub(super) fn is_any_target_reachable(&mut self) -> bool {
        let own = (self.search.levels.clone(), self.search.domain_levels.clone());
        let is_reached = self.search_levels(true);
        (self.search.levels, self.search.domain_levels) = own;
        is_reached
    }

    /// Raises the potential of all that the last search did not reach: it is further away by 1 at
    /// least, as costs are whole numbers.
    pub(super) fn raise_unreached(&mut self) {
        for (potential, level) in self.potential.iter_mut().zip(&self.search.levels) {
            if *level == UNREACHED {
                *potential += 1;
            }
        }
    }

    fn search_levels(&mut self, at_any_cost: bool) -> bool {
        let mut unreached = self.start_search(at_any_cost);
        let mut target_level = UNREACHED;
        let mut done = 0;
        while let Some(place) = self.search.queue.get(done).copied() {
            done += 1;
            match place {
                Place::Domain(domain) => {
                    for index in 0..self.domain_seats[domain as usize].len() {
                        let seat = self.domain_seats[domain as usize][index];
                        let own = self.search.domain_potentials[domain as usize];
                        let is_tight = at_any_cost || self.potential[seat as usize] == own;
                        if is_tight && self.seat_locks[seat as usize].may_enter {
                            let level = self.search.domain_levels[domain as usize];
                            self.reach(seat, level + 1);
                        }
                    }
                }
                Place::Node(node) => {
                    let level = self.search.levels[node as usize];
                    // Nothing behind the nearest target is needed.
                    if level >= target_level {
                        continue;
                    }
                    if self.excess[node as usize] < 0 {
                        target_level = level;
                        continue;
                    }
                    self.search_node(node, level, at_any_cost, &mut unreached);
                }
            }
        }
        target_level != UNREACHED
    }

    /// Forgets the last search, and reaches all sources.
    fn start_search(&mut self, at_any_cost: bool) -> Unreached {
        self.search.levels.fill(UNREACHED);
        self.search.domain_levels.fill(UNREACHED);
        self.search.queue.clear();
        let mut unreached = Unreached::new();
        for (domain, seats) in self.domain_seats.iter().enumerate() {
            let open = seats.iter().filter(|seat| self.seat_locks[**seat as usize].may_enter);
            let highest = open.map(|seat| self.potential[*seat as usize]).max();
            self.search.domain_potentials[domain] = highest.unwrap_or(0);
            let key = if at_any_cost { 0 } else { highest.unwrap_or(0) };
            unreached.entry((self.domain_part[domain], key)).or_default().push(domain as u32);
        }
        for node in 0..self.excess.len() as u32 {
            if self.excess[node as usize] > 0 {
                self.reach(node, 0);
            }
        }
        unreached
    }

    fn reach(&mut self, node: u32, level: u32) {
        let own = &mut self.search.levels[node as usize];
        if *own == UNREACHED {
            *own = level;
            self.search.queue.push(Place::Node(node));
        }
    }

    fn search_node(&mut self, node: u32, level: u32, at_any_cost: bool, unreached: &mut Unreached) {
        let (seats, potential) = (self.seat_osd.len() as u32, self.potential[node as usize]);
        let is_open =
            |network: &Network, to: u32| at_any_cost || network.potential[to as usize] == potential;
        if node == self.sink() {
            for osd in 0..self.osd_seats.len() as u32 {
                let to = self.osd_node(osd);
                if self.can_take_from_sink(osd) && is_open(self, to) {
                    self.reach(to, level + 1);
                }
            }
        } else if node >= seats {
            let osd = node - seats;
            if self.can_give_to_sink(osd) && is_open(self, self.sink()) {
                self.reach(self.sink(), level + 1);
            }
            for index in 0..self.osd_seats[osd as usize].len() {
                let seat = self.osd_seats[osd as usize][index];
                if self.can_take_from_osd(seat) && is_open(self, seat) {
                    self.reach(seat, level + 1);
                }
            }
        } else {
            let to = self.osd_node(self.seat_osd[node as usize]);
            if self.can_give_to_osd(node) && is_open(self, to) {
                self.reach(to, level + 1);
            }
            for index in 0..self.shards[node as usize].len() {
                let shard = self.shards[node as usize][index];
                self.search_shard(node, shard, at_any_cost, unreached);
            }
        }
    }

    /// Reaches what a shard of a seat leads to.
    fn search_shard(
        &mut self,
        seat: u32,
        shard: u32,
        at_any_cost: bool,
        unreached: &mut Unreached,
    ) {
        if !self.may_leave(shard) {
            return;
        }
        let level = self.search.levels[seat as usize];
        let potential = self.potential[seat as usize];
        let has_moved = u32::from(!self.is_now(shard, seat));
        for index in self.group_of(shard) {
            for (to, cost) in [(self.shard_now[index], 0), (self.shard_raw[index], 1)] {
                if to == NO_SEAT || self.search.levels[to as usize] != UNREACHED {
                    continue;
                }
                let costs_nothing = self.potential[to as usize] + has_moved == potential + cost;
                if (at_any_cost || costs_nothing) && self.is_hop(shard, to) {
                    self.reach(to, level + 1);
                }
            }
        }
        let wanted = if at_any_cost { 0 } else { potential + 1 - has_moved };
        let own = self.seat_domain[seat as usize];
        let part = self.domain_part[own as usize];
        let Some(domains) = unreached.get_mut(&(part, wanted)) else { return };
        let mut index = 0;
        while let Some(&domain) = domains.get(index) {
            if self.may_enter(shard, domain) {
                domains.swap_remove(index);
                self.search.domain_levels[domain as usize] = level + 1;
                self.search.queue.push(Place::Domain(domain));
            } else {
                index += 1;
            }
        }
    }

    /// Whether a shard may go to this seat, where none of its group is.
    pub(super) fn is_hop(&self, shard: u32, to: u32) -> bool {
        to != self.shard_seat[shard as usize]
            && (self.seat_locks[to as usize].may_enter || self.is_now(shard, to))
            && self.may_enter(shard, self.seat_domain[to as usize])
    }

    pub(super) fn can_give_to_osd(&self, seat: u32) -> bool {
        self.seat_flow[seat as usize] < self.seat_bounds[seat as usize].high
    }

    pub(super) fn can_take_from_osd(&self, seat: u32) -> bool {
        self.seat_flow[seat as usize] > self.seat_bounds[seat as usize].low
    }

    pub(super) fn can_give_to_sink(&self, osd: u32) -> bool {
        self.osd_flow[osd as usize] < self.osd_bounds[osd as usize].high
    }

    pub(super) fn can_take_from_sink(&self, osd: u32) -> bool {
        self.osd_flow[osd as usize] > self.osd_bounds[osd as usize].low
    }
}
