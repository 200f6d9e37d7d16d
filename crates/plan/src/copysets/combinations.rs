//! How many ways there are to choose some things out of others.

/// Ways to choose `chosen` out of `all`; the largest number there is where it is larger.
pub(crate) fn combinations(all: usize, chosen: usize) -> u128 {
    if chosen > all {
        return 0;
    }
    let chosen = chosen.min(all - chosen);
    (0..chosen).fold(1u128, |ways, at| {
        let next = ways.checked_mul((all - at) as u128);
        // Ways to choose one thing less, times the things left: always divisible.
        next.map_or(u128::MAX, |product| product / (at as u128 + 1))
    })
}

/// Ways to choose `chosen` out of `all` so that exactly `inside` of them are among `members` that
/// are marked.
pub(crate) fn with_inside(all: usize, members: usize, chosen: usize, inside: usize) -> u128 {
    let outside = combinations(all.saturating_sub(members), chosen.saturating_sub(inside));
    combinations(members, inside).saturating_mul(outside)
}

/// Calls `each` with every choice of `chosen` of the numbers below `all`, in order.
pub(crate) fn each_choice(all: usize, chosen: usize, mut each: impl FnMut(&[usize])) {
    if chosen > all {
        return;
    }
    let mut choice: Vec<usize> = (0..chosen).collect();
    loop {
        each(&choice);
        // The last number that can still rise, and all behind it as low as they can be.
        let movable = (0..chosen).rev().find(|at| choice[*at] < all - chosen + at);
        let Some(at) = movable else { return };
        choice[at] += 1;
        for next in at + 1..chosen {
            choice[next] = choice[next - 1] + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pascals_triangle() {
        for all in 1..30 {
            for chosen in 1..=all {
                let sum = combinations(all - 1, chosen - 1) + combinations(all - 1, chosen);
                assert_eq!(combinations(all, chosen), sum);
            }
        }
        assert_eq!((combinations(3, 4), combinations(0, 0)), (0, 1));
        assert_eq!(combinations(10_000, 3), 166_616_670_000);
        assert_eq!(combinations(65_536, 200), u128::MAX);
    }

    #[test]
    fn choices_are_gone_through_once() {
        let mut choices = Vec::new();
        each_choice(6, 3, |choice| choices.push(choice.to_vec()));
        assert_eq!(choices.len() as u128, combinations(6, 3));
        assert!(choices.is_sorted() && choices.windows(2).all(|pair| pair[0] != pair[1]));
        let inside = choices.iter().filter(|one| one.iter().filter(|at| **at < 4).count() == 2);
        assert_eq!(inside.count() as u128, with_inside(6, 4, 3, 2));
        let mut empty = 0;
        each_choice(5, 0, |choice| empty += usize::from(choice.is_empty()));
        each_choice(2, 3, |_| empty += 10);
        assert_eq!(empty, 1);
    }
}
