//! A cluster that was asked, and has not been written to a file before.

use std::sync::Arc;

use crushlab_osdmap::model::Time;
use crushlab_osdmap::{Cluster as Recorded, Warning};
use serde_json::{Map as JsonMap, Value};

use super::{Cluster, Inner};

/// What a program that asked a cluster says of that.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// When it asked.
    pub time: Time,
    /// With which command, what else it heard: kept beside the cluster as it is.
    pub about: JsonMap<String, Value>,
    /// What is to be said of the answers.
    pub warnings: Vec<Warning>,
}

impl Cluster {
    /// The cluster with what is said of how it was asked.
    pub fn with_snapshot(&self, snapshot: Snapshot) -> Cluster {
        let Snapshot { time, about, warnings } = snapshot;
        let mut recorded = Recorded::clone(self.recorded());
        recorded.recorded_at = Some(time);
        recorded.snapshot = about;
        recorded.warnings.extend(warnings);
        let (place, notes) = (self.0.place.clone(), self.0.notes.clone());
        Cluster(Arc::new(Inner { recorded: Arc::new(recorded), place, notes, ..self.shared() }))
    }
}
