//! The integral flow that places shards: as even as its bounds say, with as few moves as can be.
//!
//! A [`Part`] is a number of groups of shards (a PG's shards below one bucket) that choose among
//! the same domains: each shard of a group is in a domain of its own, on one OSD there. Parts are
//! joined by the OSDs: a *seat* is an OSD as one part sees it, with bounds on its shards, and the
//! sum of an OSD's seats has bounds, too.
//!
//! In the language of flows: group → (group, domain), at most once → seat, within its bounds →
//! OSD, within its bounds → sink. The flow starts from the present placement, which costs nothing;
//! a shard on an OSD that its group does not have now costs 1. Seats and OSDs beyond their bounds
//! are sources, those below are targets. Shards flow between them along shortest paths of the
//! residual graph: first all paths of cost 0, then of cost 1, and so on, each level by blocking
//! flows (the primal-dual method of Ford and Fulkerson, with Dinic's levels). So what is there
//! when sources and targets are exhausted costs the least possible, and is integral.
//!
//! Groups are no nodes of the search. A hop leads from a seat through one of its groups to a seat
//! of the same domain, or of a domain that the group does not use; all seats of a domain that cost
//! the same are reached through one node of that domain. A level so looks at each shard a few
//! times at most, whatever the number of domains and OSDs is.

mod push;
mod search;
#[cfg(test)]
mod tests;

/// Stands for no seat.
pub(crate) const NO_SEAT: u32 = u32::MAX;

/// Least and most shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) low: u32,
    pub(crate) high: u32,
}

impl Bounds {
    /// No bounds at all.
    pub(crate) const FREE: Bounds = Bounds { low: 0, high: u32::MAX };

    fn clamp(self, count: u32) -> u32 {
        count.clamp(self.low, self.high.max(self.low))
    }
}

/// A group of shards of a part, by seats of the part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Group {
    /// Where its shards are to begin with, each in another domain.
    pub(crate) start: Vec<u32>,
    /// Where they are at no cost; [`NO_SEAT`] or shorter where a shard is to come in any case.
    pub(crate) now: Vec<u32>,
    /// Where they would be without upmaps: preferred among what costs the same.
    pub(crate) raw: Vec<u32>,
    /// Domains that are not for this group.
    pub(crate) blocked: Vec<u32>,
}

/// What may be done with the shards of a seat that are there now, and with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lock {
    /// Whether shards that are there now may leave.
    pub(crate) may_leave: bool,
    /// Whether shards that are not may come.
    pub(crate) may_enter: bool,
}

impl Lock {
    /// All may be done.
    pub(crate) const OPEN: Lock = Lock { may_leave: true, may_enter: true };

    /// What two locks both let be done.
    pub(crate) fn and(self, other: Lock) -> Lock {
        Lock {
            may_leave: self.may_leave && other.may_leave,
            may_enter: self.may_enter && other.may_enter,
        }
    }
}

/// Groups that choose among the same domains.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    /// The OSD of each seat.
    pub(crate) osds: Vec<u32>,
    /// The domain of each seat.
    pub(crate) domains: Vec<u32>,
    /// The bounds of each seat.
    pub(crate) bounds: Vec<Bounds>,
    /// The lock of each seat; open where there is none.
    pub(crate) locks: Vec<Lock>,
    pub(crate) groups: Vec<Group>,
}

/// Parts and the flow through them.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    // Seats.
    seat_osd: Vec<u32>,
    seat_domain: Vec<u32>,
    seat_bounds: Vec<Bounds>,
    seat_locks: Vec<Lock>,
    /// What flows from a seat to its OSD: its shards, unless these break the bounds.
    seat_flow: Vec<u32>,
    /// Shards of a seat, in no order.
    shards: Vec<Vec<u32>>,
    // Domains, all of one part in a row.
    domain_seats: Vec<Vec<u32>>,
    domain_part: Vec<u32>,
    parts: u32,
    // OSDs.
    osd_seats: Vec<Vec<u32>>,
    osd_bounds: Vec<Bounds>,
    /// What flows from an OSD to the sink.
    osd_flow: Vec<u32>,
    // Shards.
    shard_group: Vec<u32>,
    shard_seat: Vec<u32>,
    /// Where a shard stands in the list of its seat.
    shard_place: Vec<u32>,
    shard_now: Vec<u32>,
    shard_raw: Vec<u32>,
    // Groups: their shards are `group_start[g]..group_start[g + 1]`.
    group_start: Vec<u32>,
    /// Blocked domains, `blocked_start[g]..blocked_start[g + 1]`.
    blocked: Vec<u32>,
    blocked_start: Vec<u32>,
    /// By part, its first group and its first seat.
    part_groups: Vec<u32>,
    part_seats: Vec<u32>,
    // Nodes: seats, then OSDs, then the sink.
    potential: Vec<u32>,
    excess: Vec<i64>,
    search: search::Search,
}

/// Whether all bounds are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// They are, at the least cost.
    Kept,
    /// They cannot be, or not at the cost that was allowed.
    Broken,
    /// A path was seen that cannot be taken as a whole: nothing is known.
    Stuck,
}

impl Network {
    /// The flow of the present placement. `osds` is one more than the largest OSD of a part.
    pub(crate) fn new(parts: &[Part], osds: usize) -> Network {
        let mut network = Network::empty(osds);
        for part in parts {
            network.add(part);
        }
        network.part_groups.push(network.groups() as u32);
        network.part_seats.push(network.seat_osd.len() as u32);
        let nodes = network.seat_osd.len() + osds + 1;
        network.potential = vec![0; nodes];
        network.search = search::Search::new(nodes, network.domain_seats.len());
        network.reset_flow();
        network
    }

    fn empty(osds: usize) -> Network {
        Network {
            seat_osd: Vec::new(),
            seat_domain: Vec::new(),
            seat_bounds: Vec::new(),
            seat_locks: Vec::new(),
            seat_flow: Vec::new(),
            shards: Vec::new(),
            domain_seats: Vec::new(),
            domain_part: Vec::new(),
            parts: 0,
            osd_seats: vec![Vec::new(); osds],
            osd_bounds: vec![Bounds::FREE; osds],
            osd_flow: vec![0; osds],
            shard_group: Vec::new(),
            shard_seat: Vec::new(),
            shard_place: Vec::new(),
            shard_now: Vec::new(),
            shard_raw: Vec::new(),
            group_start: vec![0],
            blocked: Vec::new(),
            blocked_start: vec![0],
            part_groups: Vec::new(),
            part_seats: Vec::new(),
            potential: Vec::new(),
            excess: Vec::new(),
            search: search::Search::new(0, 0),
        }
    }

    fn add(&mut self, part: &Part) {
        let first_seat = self.seat_osd.len() as u32;
        let first_domain = self.domain_seats.len() as u32;
        self.part_groups.push(self.groups() as u32);
        self.part_seats.push(first_seat);
        let domains = part.domains.iter().max().map_or(0, |domain| domain + 1);
        self.domain_seats.extend((0..domains).map(|_| Vec::new()));
        self.domain_part.extend((0..domains).map(|_| self.parts));
        self.parts += 1;
        self.seat_locks.extend(
            (0..part.osds.len()).map(|seat| part.locks.get(seat).copied().unwrap_or(Lock::OPEN)),
        );
        for ((osd, domain), bounds) in part.osds.iter().zip(&part.domains).zip(&part.bounds) {
            let seat = self.seat_osd.len() as u32;
            self.seat_osd.push(*osd);
            self.seat_domain.push(first_domain + domain);
            self.seat_bounds.push(*bounds);
            self.shards.push(Vec::new());
            // Both are of this part, whose domains were made above; OSDs are as the caller says.
            self.domain_seats[(first_domain + domain) as usize].push(seat);
            self.osd_seats[*osd as usize].push(seat);
        }
        let shifted = |seat: Option<&u32>| match seat {
            Some(&seat) if seat != NO_SEAT => seat + first_seat,
            _ => NO_SEAT,
        };
        for group in &part.groups {
            let id = self.groups() as u32;
            for (index, seat) in group.start.iter().enumerate() {
                let (shard, seat) = (self.shard_group.len() as u32, seat + first_seat);
                self.shard_group.push(id);
                self.shard_seat.push(seat);
                self.shard_now.push(shifted(group.now.get(index)));
                self.shard_raw.push(shifted(group.raw.get(index)));
                let list = &mut self.shards[seat as usize];
                self.shard_place.push(list.len() as u32);
                list.push(shard);
            }
            self.group_start.push(self.shard_group.len() as u32);
            self.blocked.extend(group.blocked.iter().map(|domain| domain + first_domain));
            self.blocked_start.push(self.blocked.len() as u32);
        }
    }

    fn groups(&self) -> usize {
        self.group_start.len() - 1
    }

    /// Lets the flow be that of the placement, as far as bounds let it.
    fn reset_flow(&mut self) {
        let (seats, osds) = (self.seat_osd.len(), self.osd_seats.len());
        let count = |seat: usize| self.shards[seat].len() as u32;
        self.seat_flow = (0..seats).map(|seat| self.seat_bounds[seat].clamp(count(seat))).collect();
        let mut sums = vec![0u32; osds];
        for (seat, flow) in self.seat_flow.iter().enumerate() {
            sums[self.seat_osd[seat] as usize] += flow;
        }
        self.osd_flow = (0..osds).map(|osd| self.osd_bounds[osd].clamp(sums[osd])).collect();
        self.excess = Vec::with_capacity(seats + osds + 1);
        let excess = |has: u32, flows: u32| i64::from(has) - i64::from(flows);
        self.excess.extend((0..seats).map(|seat| excess(count(seat), self.seat_flow[seat])));
        self.excess.extend((0..osds).map(|osd| excess(sums[osd], self.osd_flow[osd])));
        let through: i64 = self.osd_flow.iter().map(|flow| i64::from(*flow)).sum();
        self.excess.push(through - self.shard_group.len() as i64);
    }

    /// Sets bounds on what each OSD holds over all parts. What is there and within them stays.
    pub(crate) fn bound_osds(&mut self, bounds: Vec<Bounds>) {
        self.osd_bounds = bounds;
        self.reset_flow();
    }

    /// Lets the shards of a seat of the only part leave in this order of their groups, where it is
    /// all the same otherwise. Groups that are not there are passed over.
    pub(crate) fn prefer(&mut self, seat: u32, groups: impl Iterator<Item = usize>) {
        let of_group = |group: usize| {
            let shards = self.group_start[group]..self.group_start[group + 1];
            shards.into_iter().find(|shard| self.shard_seat[*shard as usize] == seat)
        };
        let mut list: Vec<u32> = groups.filter_map(of_group).collect();
        // When one leaves, the last takes its place.
        if let Some(rest) = list.get_mut(1..) {
            rest.reverse();
        }
        if list.len() == self.shards[seat as usize].len() {
            for (place, shard) in (0..).zip(&list) {
                self.shard_place[*shard as usize] = place;
            }
            self.shards[seat as usize] = list;
        }
    }

    /// Moves shards until all bounds are kept, with the fewest moves.
    pub(crate) fn solve(&mut self) -> Outcome {
        loop {
            match self.push_at_no_cost() {
                // What the search reached is nearer than all else by a cost of 1 or more.
                Outcome::Broken if self.is_any_target_reachable() => self.raise_unreached(),
                outcome => return outcome,
            }
        }
    }

    /// The same among the placements that need no more moves than the present one, which has the
    /// fewest for the bounds that it was made for.
    pub(crate) fn push_at_no_cost(&mut self) -> Outcome {
        loop {
            if self.excess.iter().all(|excess| *excess <= 0) {
                return Outcome::Kept;
            }
            if !self.find_levels() {
                return Outcome::Broken;
            }
            if self.push_blocking() == 0 {
                return Outcome::Stuck;
            }
        }
    }

    /// Shards on OSDs that their groups do not have now, of one part.
    pub(crate) fn moves(&self, part: usize) -> u64 {
        let groups = self.part_groups[part] as usize..self.part_groups[part + 1] as usize;
        let shards = self.group_start[groups.start]..self.group_start[groups.end];
        shards.filter(|shard| !self.is_now(*shard, self.shard_seat[*shard as usize])).count() as u64
    }

    /// Where the shards of a part's group are, by seats of the part.
    pub(crate) fn seats(&self, part: usize, group: usize) -> impl Iterator<Item = u32> + '_ {
        let group = self.part_groups[part] as usize + group;
        let shards = self.group_start[group] as usize..self.group_start[group + 1] as usize;
        let first = self.part_seats[part];
        self.shard_seat[shards].iter().map(move |seat| seat - first)
    }

    /// The shards of the group of a shard.
    fn group_of(&self, shard: u32) -> std::ops::Range<usize> {
        let group = self.shard_group[shard as usize] as usize;
        self.group_start[group] as usize..self.group_start[group + 1] as usize
    }

    /// Whether the group of a shard has this seat now.
    fn is_now(&self, shard: u32, seat: u32) -> bool {
        self.shard_now[self.group_of(shard)].contains(&seat)
    }

    /// Whether the lock of its seat lets a shard leave.
    fn may_leave(&self, shard: u32) -> bool {
        let seat = self.shard_seat[shard as usize];
        self.seat_locks[seat as usize].may_leave || !self.is_now(shard, seat)
    }

    /// Whether a shard may go to a seat of this domain: it is there, or no other of its group is.
    fn may_enter(&self, shard: u32, domain: u32) -> bool {
        if self.seat_domain[self.shard_seat[shard as usize] as usize] == domain {
            return true;
        }
        let group = self.shard_group[shard as usize] as usize;
        let blocked = self.blocked_start[group] as usize..self.blocked_start[group + 1] as usize;
        let shards = self.group_start[group] as usize..self.group_start[group + 1] as usize;
        let seats = &self.shard_seat[shards];
        seats.iter().all(|seat| self.seat_domain[*seat as usize] != domain)
            && !self.blocked[blocked].contains(&domain)
    }

    fn osd_node(&self, osd: u32) -> u32 {
        self.seat_osd.len() as u32 + osd
    }

    fn sink(&self) -> u32 {
        (self.seat_osd.len() + self.osd_seats.len()) as u32
    }
}
