//! All PGs of a pool, on several threads.

use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Mutex;
use std::thread;

use crushlab_crush::NONE;
use crushlab_crush::effort::Effort;
use crushlab_kernel::Placements;

use super::NO_OSD;
use super::block::{BlockMapper, PGS_PER_BLOCK};
use super::pg::{PgMapping, PgWorkspace, PoolMapper};

/// The OSDs of all PGs of a pool, in flat buffers by number of the PG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolMapping {
    /// The pool.
    pub pool: i64,
    /// What CRUSH chooses, of the OSDs that exist.
    pub raw: Placements,
    /// The OSDs that shall hold each PG.
    pub up: Placements,
    /// Primaries of `up`, [`NO_OSD`] for none.
    pub up_primaries: Vec<i32>,
    /// The OSDs that serve each PG.
    pub acting: Placements,
    /// Primaries of `acting`, [`NO_OSD`] for none.
    pub acting_primaries: Vec<i32>,
}

impl PoolMapping {
    /// Number of PGs.
    pub fn len(&self) -> usize {
        self.up_primaries.len()
    }

    /// Whether there are no PGs.
    pub fn is_empty(&self) -> bool {
        self.up_primaries.is_empty()
    }

    /// The OSDs of the PG with this number; `None` past the end.
    pub fn get(&self, seed: u32) -> Option<PgMapping<'_>> {
        let index = seed as usize;
        Some(PgMapping {
            raw: self.raw.get(index)?,
            up: self.up.get(index)?,
            up_primary: *self.up_primaries.get(index)?,
            acting: self.acting.get(index)?,
            acting_primary: *self.acting_primaries.get(index)?,
        })
    }

    /// All PGs in order.
    pub fn iter(&self) -> impl Iterator<Item = PgMapping<'_>> {
        (0..self.len() as u32).filter_map(|seed| self.get(seed))
    }
}

/// Room for the OSDs of some PGs that follow each other.
struct Rows<'a> {
    devices: &'a mut [i32],
    lengths: &'a mut [u32],
    stride: usize,
}

impl Rows<'_> {
    fn set(&mut self, index: usize, osds: &[i32]) {
        // As long as the stride, which no mapping of the pool exceeds.
        let start = index * self.stride;
        self.devices[start..start + osds.len()].copy_from_slice(osds);
        self.lengths[index] = osds.len() as u32;
    }
}

fn empty(pgs: usize, stride: usize) -> Placements {
    Placements { devices: vec![NONE; pgs * stride], lengths: vec![0; pgs], stride }
}

fn blocks(placements: &mut Placements) -> impl Iterator<Item = Rows<'_>> {
    let stride = placements.stride;
    let devices = placements.devices.chunks_mut(PGS_PER_BLOCK * stride);
    let lengths = placements.lengths.chunks_mut(PGS_PER_BLOCK);
    devices.zip(lengths).map(move |(devices, lengths)| Rows { devices, lengths, stride })
}

/// Maps all PGs of a pool on `threads` threads. The answer does not depend on their number.
pub fn map_pool(mapper: &PoolMapper<'_>, threads: NonZeroUsize) -> PoolMapping {
    let by = BlockMapper::new(mapper);
    map_by(mapper, threads, |seeds, room, put| {
        let Ok(()) = by.map_block(seeds, room, |seed, pg| {
            put(seed, pg);
            Ok::<(), Infallible>(())
        });
    })
}

/// The same where it is known already what CRUSH chooses for each PG, by its number (see
/// [`PoolMapper::map_placed`]).
pub fn map_pool_placed(
    mapper: &PoolMapper<'_>,
    placed: &Placements,
    threads: NonZeroUsize,
) -> PoolMapping {
    map_by(mapper, threads, |seeds: Range<u32>, room: &mut PgWorkspace, put| {
        for seed in seeds {
            let chosen = placed.get(seed as usize).unwrap_or_default();
            put(seed, mapper.map_placed(seed, chosen, room));
        }
    })
}

/// Maps blocks of PGs by `map_block`, which is given the numbers of the PGs, room that it may use
/// again, and where to put each answer.
fn map_by<W: Default>(
    mapper: &PoolMapper<'_>,
    threads: NonZeroUsize,
    map_block: impl Fn(Range<u32>, &mut W, &mut dyn FnMut(u32, PgMapping<'_>)) + Sync,
) -> PoolMapping {
    // A stride of 0 would make blocks of nothing.
    let (pgs, stride) = (mapper.pool().pg_num as usize, mapper.stride().max(1));
    let mut mapping = PoolMapping {
        pool: mapper.pool_id(),
        raw: empty(pgs, stride),
        up: empty(pgs, stride),
        up_primaries: vec![NO_OSD; pgs],
        acting: empty(pgs, stride),
        acting_primaries: vec![NO_OSD; pgs],
    };
    fill(&mut mapping, threads, map_block);
    mapping
}

fn fill<W: Default>(
    mapping: &mut PoolMapping,
    threads: NonZeroUsize,
    map_block: impl Fn(Range<u32>, &mut W, &mut dyn FnMut(u32, PgMapping<'_>)) + Sync,
) {
    let block_count = mapping.len().div_ceil(PGS_PER_BLOCK).max(1);
    let sets = blocks(&mut mapping.raw).zip(blocks(&mut mapping.up));
    let sets = sets.zip(blocks(&mut mapping.acting));
    let primaries = mapping.up_primaries.chunks_mut(PGS_PER_BLOCK);
    let primaries = primaries.zip(mapping.acting_primaries.chunks_mut(PGS_PER_BLOCK));
    let work = Mutex::new(sets.zip(primaries).enumerate());
    let effort = Effort::current();
    let run = || {
        let _entered = Effort::enter(effort.clone());
        let mut room = W::default();
        loop {
            // A thread that panicked holds no lock that others could not go on with.
            let next = work.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
            let Some((block, (((mut raw, mut up), mut acting), primaries))) = next else { break };
            let (up_primaries, acting_primaries) = primaries;
            let first = (block * PGS_PER_BLOCK) as u32;
            let seeds = first..first + up_primaries.len() as u32;
            map_block(seeds, &mut room, &mut |seed, pg| {
                let index = (seed - first) as usize;
                raw.set(index, pg.raw);
                up.set(index, pg.up);
                acting.set(index, pg.acting);
                up_primaries[index] = pg.up_primary;
                acting_primaries[index] = pg.acting_primary;
            });
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.get().min(block_count) {
            scope.spawn(run);
        }
        run();
    });
}
