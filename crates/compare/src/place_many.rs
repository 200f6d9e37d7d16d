//! Many inputs placed on several threads, with progress and a way to stop.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Mutex;
use std::thread;

use crushlab_crush::NONE;
use crushlab_kernel::{Batch, Placements, Workspace};

use crate::progress::Progress;

/// Inputs that a thread takes at once.
const INPUTS_PER_BLOCK: usize = 4096;

/// The inputs to place, in the order of the answer.
#[derive(Clone, Debug)]
pub enum Inputs {
    /// Every number of a range.
    Range(Range<u32>),
    /// These.
    List(Vec<u32>),
}

impl Inputs {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Inputs::Range(range) => range.len(),
            Inputs::List(list) => list.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The one at this place; `None` past the end.
    pub fn get(&self, index: usize) -> Option<u32> {
        match self {
            Inputs::Range(range) => range.clone().nth(index),
            Inputs::List(list) => list.get(index).copied(),
        }
    }

    /// Copies those from `start` on into `block`, at most [`INPUTS_PER_BLOCK`], each hashed with
    /// `pool` if there is one.
    fn copy_block(&self, start: usize, pool: Option<i64>, block: &mut Vec<u32>) {
        block.clear();
        match self {
            Inputs::Range(range) => {
                block.extend(range.clone().skip(start).take(INPUTS_PER_BLOCK));
            }
            Inputs::List(list) => {
                block.extend(list.iter().skip(start).take(INPUTS_PER_BLOCK));
            }
        }
        if let Some(pool) = pool {
            block.iter_mut().for_each(|x| *x = crate::seeds::pool_input(*x, pool));
        }
    }
}

/// Places all inputs; `None` when `progress` was cancelled. The answer does not depend on the
/// number of threads. A mapper makes a batch of the fastest kernel. With a pool, each input is the
/// number of one of its PGs (see [`Seeds::Pool`](crate::Seeds::Pool)).
pub fn place_many<'a>(
    batch: impl Into<Batch<'a>>,
    inputs: &Inputs,
    pool: Option<i64>,
    threads: NonZeroUsize,
    progress: &Progress,
) -> Option<Placements> {
    let batch = batch.into();
    let stride = batch.mapper().result_max();
    let mut devices = vec![NONE; inputs.len() * stride];
    let mut lengths = vec![0; inputs.len()];
    let rows_per_block = INPUTS_PER_BLOCK * stride.max(1);
    let blocks = Mutex::new(
        devices.chunks_mut(rows_per_block).zip(lengths.chunks_mut(INPUTS_PER_BLOCK)).enumerate(),
    );
    let work = || {
        let _entered = progress.enter();
        let mut workspace = Workspace::new();
        let mut block = Vec::with_capacity(INPUTS_PER_BLOCK);
        while !progress.is_cancelled() {
            // A thread that panicked holds no lock that others could not go on with.
            let next = blocks.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
            let Some((index, (devices, lengths))) = next else { break };
            inputs.copy_block(index * INPUTS_PER_BLOCK, pool, &mut block);
            batch.place_into(&block, devices, lengths, &mut workspace);
            progress.advance(block.len() as u64);
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.get() {
            scope.spawn(work);
        }
        work();
    });
    (!progress.is_cancelled()).then_some(Placements { devices, lengths, stride })
}

#[cfg(test)]
mod tests {
    use crushlab_crush::Workspace;
    use crushlab_crush::{Algorithm, Bucket, BuildError, Map, MapBuilder, Mapper, Op, Rule, Step};

    use super::*;
    use crate::share::FULL_REWEIGHT;

    fn map() -> Result<Map, BuildError> {
        let mut builder = MapBuilder::new();
        let devices = [0, 1, 2, 3, 4];
        let weights = [FULL_REWEIGHT; 5];
        builder.insert_bucket(Bucket::new(-1, 1, Algorithm::Straw2, &devices, &weights, 1)?)?;
        builder.max_devices = 5;
        let steps = [(Op::Take, -1), (Op::ChooseFirstn, 0), (Op::Emit, 0)];
        let steps = steps.map(|(op, arg1)| Step::new(op, arg1, 0)).to_vec();
        builder.rules.push(Some(Rule::new(1, steps)));
        builder.build()
    }

    #[test]
    fn every_way_of_asking_gives_what_a_single_mapping_gives() {
        let map = map().expect("the map above is sound");
        let mapper = Mapper::new(&map, 0, 3, &[FULL_REWEIGHT; 5]).expect("rule 0 exists");
        let list = Inputs::List((100..20_000).collect());
        for inputs in [Inputs::Range(100..20_000), list] {
            for threads in [1, 3].map(|count| NonZeroUsize::new(count).expect("not 0")) {
                let progress = Progress::new();
                let placed = place_many(&mapper, &inputs, None, threads, &progress);
                let placed = placed.expect("nobody cancels");
                assert_eq!(progress.done(), 19_900);
                let mut workspace = Workspace::new();
                for (x, row) in (100..20_000).zip(placed.iter()) {
                    assert_eq!(mapper.place(x, &mut workspace), row);
                }
            }
        }
    }

    #[test]
    fn a_pools_inputs_are_hashed() {
        let map = map().expect("the map above is sound");
        let mapper = Mapper::new(&map, 0, 3, &[FULL_REWEIGHT; 5]).expect("rule 0 exists");
        let one = NonZeroUsize::MIN;
        let inputs = Inputs::List(vec![0x16]);
        let pool = place_many(&mapper, &inputs, Some(4), one, &Progress::new());
        let seed = Inputs::List(vec![3_510_089_861]);
        assert_eq!(pool, place_many(&mapper, &seed, None, one, &Progress::new()));
        assert!(pool.is_some());
    }

    #[test]
    fn cancelling_ends_the_work() {
        let map = map().expect("the map above is sound");
        let mapper = Mapper::new(&map, 0, 3, &[FULL_REWEIGHT; 5]).expect("rule 0 exists");
        let progress = Progress::new();
        progress.cancel();
        let inputs = Inputs::Range(0..1000);
        assert_eq!(place_many(&mapper, &inputs, None, NonZeroUsize::MIN, &progress), None);
    }
}
