//! Blocking flows: shards pushed along shortest paths until no path of that length is left.

use super::Network;
use super::search::{Place, UNREACHED};

/// A step of a path: where it leads, and the shard that it moves.
#[derive(Clone, Copy, Debug)]
struct Step {
    to: Place,
    shard: Option<u32>,
}

impl Network {
    /// Pushes along paths of rising levels until there is none left. Returns how much arrived.
    pub(super) fn push_blocking(&mut self) -> u64 {
        self.search.next_arc.fill(0);
        self.search.next_seat.fill(0);
        self.search.open.clear();
        for (domain, level) in self.search.domain_levels.iter().enumerate() {
            if *level != UNREACHED {
                let potential = self.search.domain_potentials[domain];
                let key = (self.domain_part[domain], *level, potential);
                self.search.open.entry(key).or_default().push(domain as u32);
            }
        }
        let mut pushed = 0;
        for source in 0..self.excess.len() as u32 {
            while self.excess[source as usize] > 0 && self.push_from(source) {
                pushed += 1;
            }
        }
        pushed
    }

    /// Pushes 1 along one path. Returns whether there was any.
    fn push_from(&mut self, source: u32) -> bool {
        let mut path: Vec<Step> = Vec::new();
        loop {
            let at = path.last().map_or(Place::Node(source), |step| step.to);
            if let Place::Node(node) = at
                && self.excess[node as usize] < 0
            {
                self.follow(source, &path);
                return true;
            }
            if let Some(step) = self.next_step(at, &path) {
                path.push(step);
                continue;
            }
            // A dead end: nobody comes here again at this level.
            match at {
                Place::Node(node) => self.search.levels[node as usize] = UNREACHED,
                Place::Domain(domain) => self.search.domain_levels[domain as usize] = UNREACHED,
            }
            if path.pop().is_none() {
                return false;
            }
        }
    }

    fn follow(&mut self, source: u32, path: &[Step]) {
        let mut at = source;
        let mut carried = None;
        for step in path {
            carried = step.shard.or(carried);
            let Place::Node(to) = step.to else { continue };
            match carried.take() {
                Some(shard) => self.move_shard(shard, to),
                None => self.move_flow(at, to),
            }
            at = to;
        }
        self.excess[source as usize] -= 1;
        self.excess[at as usize] += 1;
    }

    fn move_shard(&mut self, shard: u32, to: u32) {
        let place = self.shard_place[shard as usize];
        let from = self.shard_seat[shard as usize];
        let list = &mut self.shards[from as usize];
        list.swap_remove(place as usize);
        if let Some(moved) = list.get(place as usize) {
            self.shard_place[*moved as usize] = place;
        }
        let list = &mut self.shards[to as usize];
        self.shard_place[shard as usize] = list.len() as u32;
        list.push(shard);
        self.shard_seat[shard as usize] = to;
    }

    fn move_flow(&mut self, from: u32, to: u32) {
        let seats = self.seat_osd.len() as u32;
        if from < seats {
            self.seat_flow[from as usize] += 1;
        } else if to < seats {
            self.seat_flow[to as usize] -= 1;
        } else if to == self.sink() {
            self.osd_flow[(from - seats) as usize] += 1;
        } else {
            self.osd_flow[(to - seats) as usize] -= 1;
        }
    }

    /// Whether a step of no cost leads to a node of the next level.
    fn leads_on(&self, level: u32, potential: u32, to: u32) -> bool {
        self.search.levels[to as usize] == level + 1 && self.potential[to as usize] == potential
    }

    fn next_step(&mut self, at: Place, path: &[Step]) -> Option<Step> {
        let seats = self.seat_osd.len() as u32;
        match at {
            Place::Domain(domain) => self.next_of_domain(domain),
            Place::Node(node) if node < seats => self.next_of_seat(node, path),
            Place::Node(node) if node == self.sink() => self.next_of_sink(node),
            Place::Node(node) => self.next_of_osd(node, node - seats),
        }
        .map(|(to, shard)| Step { to, shard })
    }

    fn next_of_domain(&mut self, domain: u32) -> Option<(Place, Option<u32>)> {
        let level = self.search.domain_levels[domain as usize];
        let potential = self.search.domain_potentials[domain as usize];
        let seats = &self.domain_seats[domain as usize];
        let start = self.search.next_seat[domain as usize] as usize;
        let found = (start..seats.len()).find(|at| {
            let seat = seats[*at];
            self.seat_locks[seat as usize].may_enter && self.leads_on(level, potential, seat)
        });
        let at = found.unwrap_or(seats.len());
        let seat = seats.get(at).copied();
        self.search.next_seat[domain as usize] = at as u32;
        seat.map(|seat| (Place::Node(seat), None))
    }

    fn next_of_sink(&mut self, node: u32) -> Option<(Place, Option<u32>)> {
        let (level, potential) = self.level_and_potential(node);
        let osds = self.osd_seats.len() as u32;
        let found = (self.search.next_arc[node as usize]..osds).find(|osd| {
            self.can_take_from_sink(*osd) && self.leads_on(level, potential, self.osd_node(*osd))
        });
        self.search.next_arc[node as usize] = found.unwrap_or(osds);
        found.map(|osd| (Place::Node(self.osd_node(osd)), None))
    }

    fn next_of_osd(&mut self, node: u32, osd: u32) -> Option<(Place, Option<u32>)> {
        let (level, potential) = self.level_and_potential(node);
        if self.can_give_to_sink(osd) && self.leads_on(level, potential, self.sink()) {
            return Some((Place::Node(self.sink()), None));
        }
        let seats = &self.osd_seats[osd as usize];
        let start = self.search.next_arc[node as usize] as usize;
        let found = (start..seats.len()).find(|index| {
            self.can_take_from_osd(seats[*index]) && self.leads_on(level, potential, seats[*index])
        });
        let at = found.unwrap_or(seats.len());
        let seat = seats.get(at).copied();
        self.search.next_arc[node as usize] = at as u32;
        seat.map(|seat| (Place::Node(seat), None))
    }

    fn next_of_seat(&mut self, seat: u32, path: &[Step]) -> Option<(Place, Option<u32>)> {
        let (level, potential) = self.level_and_potential(seat);
        let osd = self.osd_node(self.seat_osd[seat as usize]);
        if self.can_give_to_osd(seat) && self.leads_on(level, potential, osd) {
            return Some((Place::Node(osd), None));
        }
        loop {
            let next = self.search.next_arc[seat as usize] as usize;
            let shard = *self.shards[seat as usize].get(next)?;
            if let Some(to) = self.next_of_shard(seat, shard, path) {
                return Some((to, Some(shard)));
            }
            self.search.next_arc[seat as usize] += 1;
        }
    }

    fn next_of_shard(&mut self, seat: u32, shard: u32, path: &[Step]) -> Option<Place> {
        if !self.may_leave(shard) {
            return None;
        }
        let (level, potential) = self.level_and_potential(seat);
        let has_moved = u32::from(!self.is_now(shard, seat));
        for index in self.group_of(shard) {
            // Seats that the group would have without upmaps come before others of the same cost.
            for (to, cost) in [(self.shard_now[index], 0), (self.shard_raw[index], 1)] {
                // Potentials are above 0 wherever a step leads back.
                let is_known = to != super::NO_SEAT && potential + cost >= has_moved;
                if is_known
                    && self.leads_on(level, potential + cost - has_moved, to)
                    && self.is_hop(shard, to)
                    && !self.is_entered(shard, self.seat_domain[to as usize], path)
                {
                    return Some(Place::Node(to));
                }
            }
        }
        let part = self.domain_part[self.seat_domain[seat as usize] as usize];
        let key = (part, level + 1, potential + 1 - has_moved);
        let mut open = self.search.open.remove(&key)?;
        let mut index = 0;
        let found = loop {
            let Some(&domain) = open.get(index) else { break None };
            if self.search.domain_levels[domain as usize] == UNREACHED {
                open.swap_remove(index);
            } else if self.may_enter(shard, domain) && !self.is_entered(shard, domain, path) {
                break Some(Place::Domain(domain));
            } else {
                index += 1;
            }
        };
        self.search.open.insert(key, open);
        found
    }

    /// Whether a step of this path brings another shard of the group into this domain.
    fn is_entered(&self, shard: u32, domain: u32, path: &[Step]) -> bool {
        let group = self.shard_group[shard as usize];
        path.iter().any(|step| {
            let is_same = |other: u32| self.shard_group[other as usize] == group;
            step.shard.is_some_and(is_same)
                && match step.to {
                    Place::Domain(entered) => entered == domain,
                    Place::Node(seat) => self.seat_domain[seat as usize] == domain,
                }
        })
    }

    fn level_and_potential(&self, node: u32) -> (u32, u32) {
        (self.search.levels[node as usize], self.potential[node as usize])
    }
}
