//! Which OSDs serve a PG, given who has its data.

use crushlab_crush::NONE;
use crushlab_osdmap::mapping::NO_OSD;

use super::shape::PoolShape;

/// What a PG's OSDs choose among.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// The pool.
    pub shape: &'a PoolShape,
    /// OSDs that shall hold the PG.
    pub up: &'a [i32],
    /// Their primary.
    pub up_primary: i32,
    /// OSDs that are up and have all of the PG's data; by position in erasure-coded pools, with
    /// holes.
    pub holders: &'a [i32],
    /// OSDs that serve the PG at first: those that did so for the time being, else `up`.
    pub current: &'a [i32],
}

impl Choice<'_> {
    /// Puts the OSDs that will serve the PG into `acting` and returns their primary
    /// (`PeeringState::choose_acting`). OSDs that lack data are served, not serving, until they
    /// have it.
    pub fn choose(&self, acting: &mut Vec<i32>) -> i32 {
        acting.clear();
        if self.shape.is_erasure {
            self.choose_shards(acting);
        } else {
            self.choose_replicas(acting);
        }
        if acting == self.up {
            self.up_primary
        } else {
            acting.iter().copied().find(|osd| *osd != NONE).unwrap_or(NO_OSD)
        }
    }

    fn has_data(&self, osd: i32) -> bool {
        self.holders.contains(&osd)
    }

    /// The primary of `up` if it has the data, else the one that is primary now, else the lowest
    /// number (`find_best_info`). Then the others of `up`, those that serve it now, and the rest
    /// by number, until there are enough.
    fn choose_replicas(&self, acting: &mut Vec<i32>) {
        let current_primary = self.current.first().copied().filter(|osd| self.has_data(*osd));
        let up_primary = Some(self.up_primary).filter(|osd| self.has_data(*osd));
        let lowest = self.holders.iter().copied().min();
        let Some(primary) = up_primary.or(current_primary).or(lowest) else { return };
        acting.push(primary);
        for osd in self.up {
            if self.has_data(*osd) && !acting.contains(osd) {
                acting.push(*osd);
            }
        }
        for osd in self.current {
            if acting.len() < self.shape.size && self.has_data(*osd) && !acting.contains(osd) {
                acting.push(*osd);
            }
        }
        while acting.len() < self.shape.size {
            let rest = self.holders.iter().copied().filter(|osd| !acting.contains(osd));
            let Some(next) = rest.min() else { break };
            acting.push(next);
        }
    }

    /// Whoever has the shard, position by position.
    fn choose_shards(&self, acting: &mut Vec<i32>) {
        let holder = |shard| self.holders.get(shard).copied().unwrap_or(NONE);
        acting.extend((0..self.shape.size).map(holder));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLICATED: PoolShape =
        PoolShape { is_erasure: false, size: 3, min_size: 2, readable_size: 1 };

    fn choose(shape: &PoolShape, up: &[i32], holders: &[i32]) -> (Vec<i32>, i32) {
        let mut acting = Vec::new();
        let choice = Choice { shape, up, up_primary: up[0], holders, current: up };
        let primary = choice.choose(&mut acting);
        (acting, primary)
    }

    #[test]
    fn a_primary_that_has_the_data_stays_first() {
        assert_eq!(choose(&REPLICATED, &[5, 2, 9], &[5, 2, 3]), (vec![5, 2, 3], 5));
        assert_eq!(choose(&REPLICATED, &[5, 2, 9], &[9, 2, 5]), (vec![5, 2, 9], 5));
    }

    #[test]
    fn else_the_lowest_number_that_has_it_serves() {
        assert_eq!(choose(&REPLICATED, &[5, 7, 9], &[7, 3, 4]), (vec![3, 7, 4], 3));
        assert_eq!(choose(&REPLICATED, &[5, 7], &[7]), (vec![7], 7));
    }

    #[test]
    fn shards_stay_in_their_places() {
        let shape = PoolShape { is_erasure: true, ..REPLICATED };
        assert_eq!(choose(&shape, &[5, 7, 9], &[4, NONE, 9]), (vec![4, NONE, 9], 4));
    }
}
