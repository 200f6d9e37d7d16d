//! All that is known of a cluster, in a file that is read back whole.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crushlab_compare::{Cancelled, Holders, Progress};
use crushlab_monitor::config::Config;
use crushlab_monitor::event::Downtime;
use serde_json::{Map as JsonMap, Value, json};

use super::{Cluster, Place, StateError};
use crate::rebase::rebased;

impl Cluster {
    /// Writes all of it to a file that [`Cluster::load`] reads back: the map, the data, where that
    /// is, settings and downtime. JSON, compressed with gzip if asked for.
    ///
    /// # Errors
    /// [`Cancelled`] when `progress` says so.
    pub fn to_file(
        &self,
        is_compressed: bool,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Vec<u8>, Cancelled> {
        let state = self.state(threads, progress)?;
        let settings: BTreeMap<_, _> = self.config().made.iter().collect();
        let downtime: BTreeMap<String, u64> =
            self.downtime().iter().map(|(osd, seconds)| (osd.to_string(), seconds)).collect();
        let holders = state.holders().map(|list| {
            let rows = list.iter().map(|(pg, osds)| (pg.to_string(), json!(osds)));
            rows.collect::<JsonMap<_, _>>()
        });
        let more = [
            ("settings", json!(settings)),
            ("downtime_seconds", json!(downtime)),
            ("notes", json!(self.notes())),
            ("holders", json!(holders)),
            ("stale_bytes", json!(*self.0.stale_bytes)),
        ];
        let more = more.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let recorded = rebased(self.recorded(), self.map());
        Ok(recorded.to_state_file(self.map(), &more, is_compressed))
    }

    /// The cluster with what was saved beside it.
    pub(super) fn with_saved(self, more: &JsonMap<String, Value>) -> Result<Cluster, StateError> {
        if more.is_empty() {
            return Ok(self);
        }
        let wrong = |problem: String| StateError::Saved { problem };
        let mut inner = self.shared();
        let settings: BTreeMap<String, String> = entry(more, "settings")?;
        let mut config = Config::default();
        for (name, value) in &settings {
            config.set(name, value).map_err(|error| wrong(format!("settings: {error}")))?;
        }
        inner.config = Arc::new(config);
        let downtime: BTreeMap<i32, u64> = entry(more, "downtime_seconds")?;
        inner.downtime = Downtime::of(downtime);
        inner.notes = entry(more, "notes")?;
        inner.stale_bytes = Arc::new(entry(more, "stale_bytes")?);
        let holders: Option<BTreeMap<String, Vec<i32>>> = entry(more, "holders")?;
        if let Some(holders) = holders {
            let mut rows = Vec::with_capacity(holders.len());
            for (pg, osds) in holders {
                let id = pg.parse().map_err(|_| wrong(format!("holders: '{pg}' is no PG")))?;
                rows.push((id, osds));
            }
            inner.place = Place::Known(Arc::new(Holders::of(rows)));
        }
        Ok(Cluster(Arc::new(inner)))
    }
}

/// A value that was saved beside a cluster; its default where it was not.
fn entry<T: serde::de::DeserializeOwned + Default>(
    more: &JsonMap<String, Value>,
    name: &str,
) -> Result<T, StateError> {
    let Some(value) = more.get(name) else { return Ok(T::default()) };
    let wrong = |error| StateError::Saved { problem: format!("{name}: {error}") };
    T::deserialize(value).map_err(wrong)
}
