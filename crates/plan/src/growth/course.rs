//! Month by month, and when a limit is reached.

use super::spread::Load;

/// How full the fullest OSD is at the end of each month, and when limits are reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// The fullest OSD and its fill, from the start on; absent where no OSD holds data.
    pub fullest: Vec<Option<(i32, f64)>>,
    /// When the first OSD reaches each limit, in the order in which the limits were given.
    pub crossings: Vec<Option<Crossing>>,
}

/// The first OSD to reach a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// Months from the start; 0 where the limit is reached already. Within a month data grows
    /// evenly.
    pub months: f64,
    /// The OSD. Of those that reach it at the same time the first.
    pub osd: i32,
}

/// How much more pools store at the end of each month than at the start: by month, from the start
/// on, then by pool of the load.
pub(super) type Grown = Vec<Vec<f64>>;

impl Course {
    /// The course of OSDs that hold this, while pools grow by that.
    pub(super) fn of(load: &Load, grown: &Grown, limits: &[f64]) -> Course {
        let mut course =
            Course { fullest: vec![None; grown.len()], crossings: vec![None; limits.len()] };
        // Pools that do not grow make no difference.
        let growing: Vec<usize> = (0..load.per_stored_byte.len())
            .filter(|pool| grown.iter().any(|month| month.get(*pool).is_some_and(|g| *g != 0.0)))
            .collect();
        for (osd, &total) in load.total_bytes.iter().enumerate() {
            if total <= 0.0 {
                continue;
            }
            let used = load.used_bytes.get(osd).copied().unwrap_or(0.0);
            let fill = |month: &Vec<f64>| {
                let more: f64 = (growing.iter())
                    .map(|pool| month[*pool] * load.per_stored_byte[*pool][osd])
                    .sum();
                (used + more).max(0.0) / total
            };
            course.add(osd as i32, grown.iter().map(fill), limits);
        }
        course
    }

    fn add(&mut self, osd: i32, fills: impl Iterator<Item = f64>, limits: &[f64]) {
        let mut last = None;
        for ((month, fill), fullest) in fills.enumerate().zip(&mut self.fullest) {
            if fullest.is_none_or(|(_, most)| fill > most) {
                *fullest = Some((osd, fill));
            }
            for (limit, crossing) in limits.iter().zip(&mut self.crossings) {
                let months = match last {
                    None if fill >= *limit => 0.0,
                    Some(before) if before < *limit && fill >= *limit => {
                        (month - 1) as f64 + (limit - before) / (fill - before)
                    }
                    _ => continue,
                };
                if crossing.is_none_or(|first| months < first.months) {
                    *crossing = Some(Crossing { months, osd });
                }
            }
            last = Some(fill);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two OSDs of 100 and 200 bytes, of which 50 and 60 are used; a pool that puts a third of each
    /// byte on the first, and one that grows not at all.
    fn load() -> Load {
        Load {
            total_bytes: vec![100.0, 200.0, 0.0],
            used_bytes: vec![50.0, 60.0, 70.0],
            per_stored_byte: vec![vec![1.0 / 3.0, 2.0 / 3.0, 9.0], vec![1.0, 1.0, 1.0]],
        }
    }

    fn grown(amounts: &[f64]) -> Grown {
        amounts.iter().map(|amount| vec![*amount, 0.0]).collect()
    }

    #[test]
    fn the_first_osd_gives_the_date() {
        let course = Course::of(&load(), &grown(&[0.0, 30.0, 60.0, 90.0, 120.0]), &[0.75, 0.99]);
        // 50 + 10 a month of 100: 75 % in the middle of the third month.
        assert_eq!(course.crossings, [Some(Crossing { months: 2.5, osd: 0 }), None]);
        let ratios: Vec<f64> =
            course.fullest.iter().map(|fullest| fullest.expect("OSDs").1).collect();
        for (ratio, expected) in ratios.iter().zip([0.5, 0.6, 0.7, 0.8, 0.9]) {
            assert!((ratio - expected).abs() < 1e-12, "{ratios:?}");
        }
    }

    #[test]
    fn a_limit_that_is_reached_already_is_reached_now() {
        let course = Course::of(&load(), &grown(&[0.0, 0.0]), &[0.5, 0.51]);
        assert_eq!(course.crossings, [Some(Crossing { months: 0.0, osd: 0 }), None]);
    }

    #[test]
    fn another_osd_may_overtake() {
        // 60 + 60 a month of 200 meets 50 + 30 a month of 100 in the second month.
        let course = Course::of(&load(), &grown(&[0.0, -60.0, 90.0]), &[0.5]);
        assert_eq!(course.fullest[1], Some((0, 0.3)));
        assert_eq!(course.fullest[2].map(|(osd, _)| osd), Some(0));
        let shrinking = Course::of(&load(), &grown(&[0.0, -300.0]), &[0.5]);
        assert_eq!(shrinking.fullest[1].map(|(_, ratio)| ratio), Some(0.0));
    }

    #[test]
    fn without_osds_there_is_no_date() {
        let none = Load { total_bytes: vec![0.0], ..load() };
        let course = Course::of(&none, &grown(&[0.0, 9.0]), &[0.5]);
        assert_eq!((course.fullest, course.crossings), (vec![None, None], vec![None]));
    }
}
