//! The cluster when all data has moved that can: no further than flags, full OSDs and rules let it.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crushlab_compare::{Cancelled, ClusterData, ClusterReport, Holders, Progress};
use crushlab_osdmap::{OsdMap, PgId};

use crate::cluster::{Cluster, Next, StateError};
use crate::rebase::{derived, rebased};

/// Why a cluster cannot settle.
#[derive(Clone, Debug, PartialEq)]
pub enum SettleError {
    /// [`Progress::cancel`] was called.
    Cancelled,
    /// The CRUSH map is broken.
    State(StateError),
}

impl std::fmt::Display for SettleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SettleError::Cancelled => Cancelled.fmt(f),
            SettleError::State(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SettleError {}

impl From<Cancelled> for SettleError {
    fn from(_: Cancelled) -> SettleError {
        SettleError::Cancelled
    }
}

impl From<StateError> for SettleError {
    fn from(error: StateError) -> SettleError {
        SettleError::State(error)
    }
}

impl Cluster {
    /// The cluster when all data has moved that can. Backfill stops at backfillfull, and what the
    /// flags norebalance, nobackfill and norecover hold stays; a PG that stays has a pg_temp, as
    /// the cluster itself would give it one. Bytes are where the PGs are.
    ///
    /// # Errors
    /// [`SettleError::Cancelled`] when `progress` says so.
    pub fn settled(
        &self,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Cluster, SettleError> {
        let outlook = self.outlook(threads, progress)?;
        let mut data = self.data();
        data.heal(&outlook.report);
        Ok(self.moved(data, &outlook.holders, &outlook.acting)?)
    }

    /// The cluster with its data moved: `data` says what OSDs hold, `holders` whose data is not on
    /// its up set, and `acting` who serves PGs that others than their up sets serve.
    pub(crate) fn moved(
        &self,
        data: ClusterData<'_>,
        holders: &Holders,
        acting: &Holders,
    ) -> Result<Cluster, StateError> {
        let mut map = OsdMap::clone(self.map());
        map.primary_temp.clear();
        let listed = |(pg, osds): (PgId, &[i32])| {
            let pool = map.pools.get(&pg.pool);
            (pg, pool.map_or_else(|| osds.to_vec(), |pool| pool.to_pg_temp(osds)))
        };
        map.pg_temp = acting.iter().map(listed).collect();
        let mut recorded = rebased(self.recorded(), &map);
        let differs = recorded.osds != data.osds;
        recorded.sources.osds = recorded.sources.osds.map(|source| derived(source, differs));
        recorded.sources.pgs = recorded.sources.pgs.map(|source| derived(source, true));
        recorded.pg_counts = None;
        recorded.osds = data.osds;
        for (pg, stats) in &mut recorded.pgs {
            // What was recorded of its OSDs and its state is history; what it holds is not.
            let stays = holders.get(*pg).is_some();
            if !stays {
                (stats.objects_degraded, stats.objects_misplaced) = (0, 0);
            }
            stats.state = "unknown".into();
            (stats.up, stats.acting) = (Box::default(), Box::default());
            (stats.up_primary, stats.acting_primary) = (-1, -1);
        }
        let next = Next {
            recorded: Arc::new(recorded),
            map: Arc::new(map),
            holders: holders.clone(),
            stale_bytes: BTreeMap::clone(&data.stale_bytes),
        };
        self.with_data(next)
    }
}

/// What the healing of a report leaves on OSDs.
pub(crate) fn healed<'a>(mut data: ClusterData<'a>, report: &ClusterReport) -> ClusterData<'a> {
    data.heal(report);
    data
}
