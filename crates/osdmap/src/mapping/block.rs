//! Many PGs of a pool at once: CRUSH chooses for a block of them side by side.

use std::ops::Range;

use crushlab_kernel::{Batch, Workspace};

use super::pg::{PgMapping, PgWorkspace, PoolMapper};

/// PGs that are mapped side by side.
pub(super) const PGS_PER_BLOCK: usize = 4096;

/// A pool's mapper made ready for many PGs.
#[derive(Clone, Debug)]
pub struct BlockMapper<'a> {
    mapper: PoolMapper<'a>,
    /// None where the pool has no rule that fits.
    batch: Option<Batch<'a>>,
}

/// Room for blocks of PGs, to be used again for the next ones.
#[derive(Debug, Default)]
pub struct BlockWorkspace {
    crush: Workspace,
    pg: PgWorkspace,
    inputs: Vec<u32>,
    devices: Vec<i32>,
    lengths: Vec<u32>,
}

impl BlockWorkspace {
    /// An empty one.
    pub fn new() -> BlockWorkspace {
        BlockWorkspace::default()
    }
}

impl<'a> BlockMapper<'a> {
    /// For the PGs of this pool.
    pub fn new(mapper: &PoolMapper<'a>) -> BlockMapper<'a> {
        BlockMapper { mapper: *mapper, batch: mapper.crush().map(Batch::from) }
    }

    /// Gives `each` what [`PoolMapper::map_pg`] gives for the PGs of these numbers, in their order.
    ///
    /// # Errors
    /// The first that `each` returns; the PGs behind are left out then.
    pub fn map_block<E>(
        &self,
        seeds: Range<u32>,
        workspace: &mut BlockWorkspace,
        mut each: impl FnMut(u32, PgMapping<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let BlockWorkspace { crush, pg, inputs, devices, lengths } = workspace;
        let (pool, id) = (self.mapper.pool(), self.mapper.pool_id());
        let stride = self.batch.as_ref().map_or(0, |batch| batch.mapper().result_max());
        for start in seeds.clone().step_by(PGS_PER_BLOCK) {
            let end = start.saturating_add(PGS_PER_BLOCK as u32).min(seeds.end);
            inputs.clear();
            inputs.extend((start..end).map(|seed| pool.placement_seed(id, seed)));
            devices.resize(inputs.len() * stride, 0);
            lengths.clear();
            lengths.resize(inputs.len(), 0);
            if let Some(batch) = &self.batch {
                batch.place_into(inputs, devices, lengths, crush);
            }
            for (index, seed) in (start..end).enumerate() {
                let placed = index * stride..index * stride + lengths[index] as usize;
                each(seed, self.mapper.map_placed(seed, &devices[placed], pg))?;
            }
        }
        Ok(())
    }
}
