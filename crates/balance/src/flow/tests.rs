use fastrand::Rng;

use super::{Bounds, Group, NO_SEAT, Network, Outcome, Part};

/// What a group may be: a seat in each of as many domains as it has shards.
fn choices(part: &Part, group: &Group) -> Vec<Vec<u32>> {
    let seats = part.osds.len() as u32;
    let domain = |seat: u32| part.domains[seat as usize];
    let mut all = vec![Vec::new()];
    for _ in &group.start {
        let mut longer = Vec::new();
        for chosen in &all {
            let first = chosen.last().map_or(0, |last: &u32| last + 1);
            for seat in first..seats {
                let is_free = chosen.iter().all(|other| domain(*other) != domain(seat));
                if is_free && !group.blocked.contains(&domain(seat)) {
                    let mut next: Vec<u32> = chosen.clone();
                    next.push(seat);
                    longer.push(next);
                }
            }
        }
        all = longer;
    }
    all
}

/// The fewest moves that keep all bounds, by trying everything.
fn fewest_moves(parts: &[Part], osd_bounds: &[Bounds]) -> Option<u64> {
    let groups: Vec<(usize, &Group, Vec<Vec<u32>>)> = parts
        .iter()
        .enumerate()
        .flat_map(|(index, part)| part.groups.iter().map(move |group| (index, part, group)))
        .map(|(index, part, group)| (index, group, choices(part, group)))
        .collect();
    let mut picked = vec![0; groups.len()];
    let mut best = None;
    loop {
        let mut counts: Vec<Vec<u32>> = parts.iter().map(|part| vec![0; part.osds.len()]).collect();
        let mut moves = 0;
        for ((part, group, choices), pick) in groups.iter().zip(&picked) {
            for seat in &choices[*pick] {
                counts[*part][*seat as usize] += 1;
                moves += u64::from(!group.now.contains(seat));
            }
        }
        if keeps_bounds(parts, &counts, osd_bounds) {
            best = Some(best.map_or(moves, |best: u64| best.min(moves)));
        }
        let Some(next) = (0..picked.len()).find(|at| picked[*at] + 1 < groups[*at].2.len()) else {
            return best;
        };
        picked[next] += 1;
        picked[..next].fill(0);
    }
}

fn keeps_bounds(parts: &[Part], counts: &[Vec<u32>], osd_bounds: &[Bounds]) -> bool {
    let is_within = |count: u32, bounds: &Bounds| (bounds.low..=bounds.high).contains(&count);
    let mut sums = vec![0; osd_bounds.len()];
    for (part, counts) in parts.iter().zip(counts) {
        for ((osd, bounds), count) in part.osds.iter().zip(&part.bounds).zip(counts) {
            sums[*osd as usize] += count;
            if !is_within(*count, bounds) {
                return false;
            }
        }
    }
    sums.iter().zip(osd_bounds).all(|(sum, bounds)| is_within(*sum, bounds))
}

fn random_part(rng: &mut Rng, osds: u32, groups: usize) -> Part {
    let domains = rng.u32(2..=3);
    let mut part = Part {
        locks: Vec::new(),
        osds: (0..osds).collect(),
        domains: (0..osds).map(|osd| osd % domains).collect(),
        bounds: Vec::new(),
        groups: Vec::new(),
    };
    let size = rng.usize(1..=2);
    for _ in 0..groups {
        let blocked =
            if size == 1 && rng.u8(0..4) == 0 { vec![rng.u32(0..domains)] } else { vec![] };
        let mut group = Group { start: vec![0; size], blocked, ..Group::default() };
        let all = choices(&part, &group);
        group.start = rng.choice(&all).cloned().unwrap_or_default();
        group.now = group.start.clone();
        if rng.u8(0..4) == 0 {
            group.now = vec![NO_SEAT; size];
        }
        group.raw = rng.choice(&all).cloned().unwrap_or_default();
        part.groups.push(group);
    }
    let mean = (groups * size) as u32 / osds;
    part.bounds = (0..osds)
        .map(|_| {
            let low = mean.saturating_sub(rng.u32(0..2));
            Bounds { low, high: low + rng.u32(0..=2) }
        })
        .collect();
    part
}

#[test]
fn moves_are_the_fewest_that_keep_the_bounds() {
    let mut solved = 0;
    for seed in 0..600 {
        let mut rng = Rng::with_seed(seed);
        let osds = rng.u32(3..=5);
        let first = random_part(&mut rng, osds, 3);
        let second = random_part(&mut rng, osds, 2);
        let parts = [first, second];
        let osd_bounds: Vec<Bounds> = (0..osds)
            .map(|_| {
                let low = rng.u32(0..=1);
                Bounds { low, high: low + rng.u32(1..=3) }
            })
            .collect();
        let fewest = fewest_moves(&parts, &osd_bounds);
        let mut network = Network::new(&parts, osds as usize);
        // Half of them in two steps, as levelling does.
        if seed % 2 == 0 {
            let alone = fewest_moves(&parts, &vec![Bounds::FREE; osds as usize]);
            let outcome = network.solve();
            assert_eq!(outcome == Outcome::Kept, alone.is_some(), "seed {seed}");
            if alone.is_none() {
                continue;
            }
            assert_eq!(network.moves(0) + network.moves(1), alone.unwrap_or(0), "seed {seed}");
        }
        network.bound_osds(osd_bounds);
        let outcome = network.solve();
        assert_eq!(outcome == Outcome::Kept, fewest.is_some(), "seed {seed}: {outcome:?}");
        if let Some(fewest) = fewest {
            assert_eq!(network.moves(0) + network.moves(1), fewest, "seed {seed}");
            solved += 1;
        }
    }
    assert!(solved > 100, "{solved}");
}
