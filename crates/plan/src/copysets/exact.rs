//! All losses that lose data, counted one by one.

use super::combinations::{combinations, each_choice, with_inside};
use super::sets::LossSets;
use crushlab_compare::progress::Progress;

/// Most looks at a set that counting through all losses may take.
const LOOKS_MAX: u128 = 1_000_000_000;

/// Most fatal losses that are listed to find equal ones.
const LISTED_MAX: u128 = 8_000_000;

/// Ways to lose `lost` OSDs that lose the data of one set of `members`, of which `fatal` are too
/// many.
pub(crate) fn fatal_losses(osds: usize, members: usize, fatal: usize, lost: usize) -> u128 {
    let inside = fatal..=members.min(lost);
    inside.map(|inside| with_inside(osds, members, lost, inside)).fold(0, u128::saturating_add)
}

/// The number of losses of `lost` OSDs that lose data; `None` where counting takes too long, or
/// when `progress` was cancelled.
pub(crate) fn count(sets: &LossSets, lost: usize, progress: &Progress) -> Option<u128> {
    let osds = sets.osds().len();
    let memberships: u128 = sets.sets().iter().map(|set| set.osds.len() as u128).sum();
    let looks_each = memberships * lost as u128 / (osds.max(1) as u128) + 1;
    let looks = combinations(osds, lost).saturating_mul(looks_each);
    let listed = sets.sets().iter().fold(0u128, |sum, set| {
        sum.saturating_add(fatal_losses(osds, set.osds.len(), set.fatal, lost))
    });
    if listed == 0 {
        return Some(0);
    }
    // Listing takes time for sorting, too.
    let bits = bits_per_osd(osds);
    let can_list = listed <= LISTED_MAX && bits * lost <= u128::BITS as usize;
    if can_list && (listed.saturating_mul(30) <= looks || looks > LOOKS_MAX) {
        return list(sets, lost, bits, progress);
    }
    (looks <= LOOKS_MAX).then(|| go_through(sets, lost, progress)).flatten()
}

fn bits_per_osd(osds: usize) -> usize {
    (usize::BITS - osds.leading_zeros()) as usize
}

/// Goes through all losses.
fn go_through(sets: &LossSets, lost: usize, progress: &Progress) -> Option<u128> {
    let of_osds: Vec<&[u32]> = sets.osds().map(|osd| sets.of(osd)).collect();
    let mut hits = vec![0usize; sets.sets().len()];
    let (mut fatal, mut gone_through) = (0u128, 0u64);
    each_choice(of_osds.len(), lost, |choice| {
        gone_through += 1;
        if gone_through.is_multiple_of(4096) && progress.is_cancelled() {
            return;
        }
        let touched = || choice.iter().flat_map(|osd| of_osds[*osd]).map(|set| *set as usize);
        let mut is_fatal = false;
        for set in touched() {
            hits[set] += 1;
            is_fatal |= hits[set] >= sets.sets()[set].fatal;
        }
        touched().for_each(|set| hits[set] = 0);
        fatal += u128::from(is_fatal);
    });
    (!progress.is_cancelled()).then_some(fatal)
}

/// Lists the losses that are fatal to each set, and counts equal ones once.
fn list(sets: &LossSets, lost: usize, bits: usize, progress: &Progress) -> Option<u128> {
    let osds: Vec<i32> = sets.osds().collect();
    let mut losses: Vec<u128> = Vec::new();
    let (mut members, mut others) = (Vec::new(), Vec::new());
    let mut chosen: Vec<usize> = Vec::with_capacity(lost);
    for set in sets.sets() {
        if progress.is_cancelled() {
            return None;
        }
        members.clear();
        members.extend(set.osds.iter().filter_map(|osd| osds.binary_search(osd).ok()));
        others.clear();
        if set.fatal < lost {
            others.extend((0..osds.len()).filter(|number| !members.contains(number)));
        }
        for inside in set.fatal..=members.len().min(lost) {
            each_choice(members.len(), inside, |within| {
                each_choice(others.len(), lost - inside, |beside| {
                    chosen.clear();
                    chosen.extend(within.iter().map(|at| members[*at]));
                    chosen.extend(beside.iter().map(|at| others[*at]));
                    chosen.sort_unstable();
                    let key = chosen.iter().fold(0, |key, osd| key << bits | *osd as u128);
                    losses.push(key);
                });
            });
        }
    }
    losses.sort_unstable();
    losses.dedup();
    Some(losses.len() as u128)
}
