//! Everything that placements follow from but their inputs.

use std::sync::Arc;

use crushlab_crush::{ChooseArgs, Map, Mapper};
use crushlab_osdmap::PoolMapper;

/// Everything that placements follow from but their inputs: a [`Mapper`] that owns what it needs.
#[derive(Clone, Debug)]
pub struct Conditions {
    /// The CRUSH map.
    pub map: Arc<Map>,
    /// Id of the rule.
    pub rule: usize,
    /// Most devices that a placement has.
    pub result_max: usize,
    /// Reweights (16.16) by device; a device beyond their end is out.
    pub reweights: Arc<[u32]>,
    /// The pool whose choose_args set counts ([`Map::choose_args_for`]); `None` for no such set.
    pub choose_args_of: Option<i64>,
}

impl Conditions {
    /// The conditions of a pool's PGs. `crush` is the map that `mapper` was made with. `None` where
    /// no rule fits the pool: its PGs have no OSDs then.
    pub fn of_pool(mapper: &PoolMapper<'_>, crush: &Arc<Map>) -> Option<Conditions> {
        Some(Conditions {
            map: crush.clone(),
            rule: mapper.rule_id()?,
            result_max: usize::from(mapper.pool().size),
            reweights: mapper.map().osd_weights.as_slice().into(),
            choose_args_of: Some(mapper.pool_id()),
        })
    }

    /// The same with other reweights.
    pub fn with_reweights(&self, reweights: impl Into<Arc<[u32]>>) -> Conditions {
        Conditions { reweights: reweights.into(), ..self.clone() }
    }

    /// The mapper; `None` where the map has no such rule.
    pub fn mapper(&self) -> Option<Mapper<'_>> {
        let mapper = Mapper::new(&self.map, self.rule, self.result_max, &self.reweights)?;
        Some(mapper.with_choose_args(self.choose_args()))
    }

    /// The choose_args set that counts.
    pub(crate) fn choose_args(&self) -> Option<&ChooseArgs> {
        self.choose_args_of.and_then(|pool| self.map.choose_args_for(pool))
    }
}
