//! One state of a cluster.

use std::sync::Arc;

use crushlab_crush::{BuildError, Map};
use crushlab_osdmap::model::state;
use crushlab_osdmap::{OsdMap, PgId};

use super::history::History;
use super::holders::Holders;
use super::pg_state::PgState;

/// One state of a cluster: its map, and where the data is.
#[derive(Clone, Debug)]
pub struct ClusterState<'a> {
    map: &'a OsdMap,
    crush: Arc<Map>,
    holders: Option<&'a Holders>,
    history: Option<&'a History>,
}

impl<'a> ClusterState<'a> {
    /// The state that a map describes: data is on the acting OSDs, and on those that are down but
    /// still have their place in the PG.
    ///
    /// # Errors
    /// What is wrong with the map's CRUSH map.
    pub fn new(map: &'a OsdMap) -> Result<ClusterState<'a>, BuildError> {
        Ok(ClusterState::with_crush(map, Arc::new(map.crush.map()?)))
    }

    /// The same where the checked form of the map's own CRUSH map is there already. States that
    /// share one are known to have the same.
    pub fn with_crush(map: &'a OsdMap, crush: Arc<Map>) -> ClusterState<'a> {
        ClusterState { map, crush, holders: None, history: None }
    }

    /// The same, with the data of the listed PGs where the list says, and that of all others on
    /// their up sets. The map's pg_temp is not looked at then.
    pub fn with_holders(self, holders: &'a Holders) -> ClusterState<'a> {
        ClusterState { holders: Some(holders), ..self }
    }

    /// The same, with what was recorded of PGs that the map does not tell.
    pub fn with_history(self, history: &'a History) -> ClusterState<'a> {
        ClusterState { history: Some(history).filter(|history| !history.is_empty()), ..self }
    }

    /// What was recorded of a PG, if that decides.
    pub fn recorded(&self, pg: PgId) -> Option<PgState> {
        self.history.and_then(|history| history.get(pg))
    }

    /// The map.
    pub fn map(&self) -> &'a OsdMap {
        self.map
    }

    /// Its CRUSH map, checked.
    pub fn crush(&self) -> &Arc<Map> {
        &self.crush
    }

    /// Whose data is elsewhere, where that is known from a change before.
    pub fn holders(&self) -> Option<&'a Holders> {
        self.holders
    }

    /// Whether some OSD that exists is down.
    pub fn has_down(&self) -> bool {
        let is_down = |state: &u32| state & state::EXISTS != 0 && state & state::UP == 0;
        self.map.osd_states.iter().any(is_down)
    }
}
