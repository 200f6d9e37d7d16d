//! The value: what is known of a cluster at one time.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use crushlab_compare::{
    Baseline, Cancelled, ClusterData, ClusterState, Comparison, History, Holders, Options,
    Progress, compare_with,
};
use crushlab_crush::{BuildError, Map};
use crushlab_monitor::config::{Config, Context};
use crushlab_monitor::event::Downtime;
use crushlab_osdmap::{
    Cluster as Recorded, DocumentError, Form, Input, LoadError, Loaded, OsdMap, Pool, Source,
    Warning, describe_value,
};
use crushlab_plan::capacity::Subject;
use serde_json::Value;

mod anonymous;
mod save;
mod snapshot;

pub use snapshot::Snapshot;

use crate::outlook::Outlook;
use crate::rebase::rebased;

/// What is known of a cluster at one time. Cheap to clone: clones share everything.
#[derive(Clone)]
pub struct Cluster(Arc<Inner>);

struct Inner {
    /// What was counted, and the map that the counted PGs are of.
    recorded: Arc<Recorded>,
    /// The map, where changes have left another one.
    changed: Option<Arc<OsdMap>>,
    /// The checked form of the map's own CRUSH map.
    crush: Arc<Map>,
    config: Arc<Config>,
    downtime: Downtime,
    notes: Vec<String>,
    forms: Arc<[Form]>,
    /// Bytes on OSDs that are down of PGs that are whole without them.
    stale_bytes: Arc<BTreeMap<i32, u64>>,
    /// What was recorded of PGs that no map can tell.
    history: Arc<History>,
    place: Place,
    baseline: Arc<OnceLock<Baseline>>,
    outlook: OnceLock<Arc<Outlook>>,
}

/// Where the data is.
#[derive(Clone)]
enum Place {
    /// Where the map says.
    AsMapped,
    /// Where this list says, else on the up sets.
    Known(Arc<Holders>),
    /// Where it was in another state: nothing has moved since.
    As(Cluster, OnceLock<Holders>),
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("epoch", &self.map().epoch).finish_non_exhaustive()
    }
}

/// Why a cluster cannot be read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StateError {
    /// A file is not what it seems to be, or contradicts another.
    Load(Box<LoadError>),
    /// A plan is wrong.
    Plan(DocumentError),
    /// The CRUSH map is broken.
    Crush(BuildError),
    /// What was saved beside the cluster is not what is written there.
    Saved {
        /// What is wrong, with the name of the entry.
        problem: String,
    },
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StateError::Load(error) => error.fmt(f),
            StateError::Plan(error) => error.fmt(f),
            StateError::Crush(error) => error.fmt(f),
            StateError::Saved { problem } => write!(f, "the saved state: {problem}"),
        }
    }
}

impl std::error::Error for StateError {}

impl From<LoadError> for StateError {
    fn from(error: LoadError) -> StateError {
        StateError::Load(Box::new(error))
    }
}

/// What another state differs in from the one that it was made of.
pub(crate) struct Next {
    pub(crate) recorded: Arc<Recorded>,
    pub(crate) map: Arc<OsdMap>,
    pub(crate) holders: Holders,
    pub(crate) stale_bytes: BTreeMap<i32, u64>,
}

impl Cluster {
    /// Reads a cluster from files of any kind, see [`crushlab_osdmap::Cluster::load`].
    ///
    /// # Errors
    /// [`StateError`].
    pub fn load(inputs: &[Input<'_>]) -> Result<Cluster, StateError> {
        let Loaded { cluster, forms, more, .. } = Recorded::load(inputs)?;
        Cluster::of(cluster, forms)?.with_saved(&more)
    }

    /// A cluster that need not exist, from the object that its YAML form holds.
    ///
    /// # Errors
    /// [`StateError::Plan`] with the path of what is wrong, [`StateError::Crush`].
    pub fn from_plan(plan: &Value) -> Result<Cluster, StateError> {
        let recorded = describe_value(plan).map_err(StateError::Plan)?;
        Cluster::of(recorded, vec![Form::Description])
    }

    /// A cluster of which this is known, read from files of these forms.
    ///
    /// # Errors
    /// [`StateError::Crush`].
    pub fn of(recorded: Recorded, forms: Vec<Form>) -> Result<Cluster, StateError> {
        let crush = recorded.map.crush.map().map(Arc::new).map_err(StateError::Crush)?;
        let history = Arc::new(History::of(&recorded));
        Ok(Cluster(Arc::new(Inner {
            recorded: Arc::new(recorded),
            changed: None,
            crush,
            config: Arc::default(),
            downtime: Downtime::default(),
            notes: Vec::new(),
            forms: forms.into(),
            stale_bytes: Arc::default(),
            history,
            place: Place::AsMapped,
            baseline: Arc::default(),
            outlook: OnceLock::new(),
        })))
    }

    /// The map.
    pub fn map(&self) -> &OsdMap {
        self.0.changed.as_deref().unwrap_or(&self.0.recorded.map)
    }

    /// The checked form of the map's own CRUSH map.
    pub fn crush(&self) -> &Arc<Map> {
        &self.0.crush
    }

    /// What was counted: data of PGs and pools, sizes of OSDs. Its map is the one that these PGs
    /// are of, and not that of the cluster after a change.
    pub fn recorded(&self) -> &Arc<Recorded> {
        &self.0.recorded
    }

    /// Settings of its monitors and managers.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// For how long OSDs have been down.
    pub fn downtime(&self) -> &Downtime {
        &self.0.downtime
    }

    /// What the last change had to say.
    pub fn notes(&self) -> &[String] {
        &self.0.notes
    }

    /// What each file turned out to be, in the order in which they were given.
    pub fn forms(&self) -> &[Form] {
        &self.0.forms
    }

    /// Whether it was described, and need not exist.
    pub fn is_planned(&self) -> bool {
        self.0.recorded.sources.map == Some(Source::Assumed)
    }

    /// Whether its map is the one that was read.
    pub fn is_as_read(&self) -> bool {
        self.0.changed.is_none()
    }

    /// What is to be said of what is known.
    pub fn warnings(&self) -> &[Warning] {
        &self.0.recorded.warnings
    }

    /// What was counted, as if it had been counted of the map as it is.
    pub fn counted(&self) -> Cow<'_, Recorded> {
        match &self.0.changed {
            Some(map) => Cow::Owned(rebased(self.recorded(), map)),
            None => Cow::Borrowed(self.recorded()),
        }
    }

    /// The settings and what commands ask of the data.
    pub(crate) fn context(&self) -> Context {
        let recorded = self.recorded();
        Context {
            osd_usage: recorded.osds.clone(),
            pool_objects: recorded.pools.iter().map(|(id, pool)| (*id, pool.objects)).collect(),
            config: self.config().clone(),
        }
    }

    /// What questions about capacity and growth are about.
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            map: self.map(),
            crush: self.crush(),
            data: self.recorded(),
            placed: self.0.baseline.get(),
        }
    }

    /// What is known of its data, for comparisons and sweeps.
    pub fn data(&self) -> ClusterData<'_> {
        let stale_bytes = BTreeMap::clone(&self.0.stale_bytes);
        ClusterData { stale_bytes, ..ClusterData::new(self.recorded()) }
    }

    /// Its map, and where its data is: where it was before changes, as nothing has moved since.
    ///
    /// # Errors
    /// [`Cancelled`] when `progress` says so.
    pub fn state(
        &self,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<ClusterState<'_>, Cancelled> {
        let mapped = self.mapped();
        Ok(match &self.0.place {
            Place::AsMapped => mapped,
            Place::Known(holders) => mapped.with_holders(holders),
            Place::As(origin, found) => {
                if let Some(holders) = found.get() {
                    return Ok(mapped.with_holders(holders));
                }
                let before = origin.state(threads, progress)?;
                let baseline = origin.baseline(threads, progress)?;
                let options =
                    Options { threads, list_pgs: false, keep_holders: true, ..Options::default() };
                let quiet = progress.quiet();
                let data = origin.data();
                let compared = compare_with(baseline, &before, &mapped, &data, &options, &quiet)?;
                mapped.with_holders(found.get_or_init(|| compared.holders_after))
            }
        })
    }

    /// Its map, with data where that says.
    pub fn mapped(&self) -> ClusterState<'_> {
        ClusterState::with_crush(self.map(), Arc::clone(self.crush())).with_history(&self.0.history)
    }

    /// What another state of the cluster differs in from this one.
    ///
    /// # Errors
    /// [`Cancelled`] when `progress` says so.
    pub fn compare(
        &self,
        after: &Cluster,
        options: &Options,
        progress: &Progress,
    ) -> Result<Comparison, Cancelled> {
        let Options { threads, .. } = *options;
        let baseline = self.baseline(threads, progress)?;
        let state = self.state(threads, progress)?;
        compare_with(baseline, &state, &after.mapped(), &self.data(), options, progress)
    }

    /// All its PGs, placed and counted. They are kept for the next question.
    ///
    /// # Errors
    /// [`Cancelled`] when `progress` says so.
    pub fn baseline(
        &self,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<&Baseline, Cancelled> {
        if let Some(baseline) = self.0.baseline.get() {
            return Ok(baseline);
        }
        let state = self.state(threads, progress)?;
        let made = Baseline::new(&state, self.recorded(), threads, &progress.quiet())?;
        Ok(self.0.baseline.get_or_init(|| made))
    }

    /// Keeps what is known of its PGs.
    pub(crate) fn keep_baseline(&self, baseline: Baseline) {
        // Another thread may have come to the same.
        let _ = self.0.baseline.set(baseline);
    }

    pub(crate) fn kept_outlook(&self) -> &OnceLock<Arc<Outlook>> {
        &self.0.outlook
    }

    /// The cluster with another map: data stays where it is.
    ///
    /// # Errors
    /// [`StateError::Crush`].
    pub(crate) fn with_map(
        &self,
        map: OsdMap,
        config: Option<Config>,
        downtime: Downtime,
        notes: Vec<String>,
    ) -> Result<Cluster, StateError> {
        let crush = self.crush_of(&map)?;
        let origin = match &self.0.place {
            Place::As(origin, found) => match found.get() {
                // Known by now: what happened before that need not be kept.
                Some(holders) => {
                    let baseline = Arc::clone(&self.0.baseline);
                    let place = Place::Known(Arc::new(holders.clone()));
                    Cluster(Arc::new(Inner { place, baseline, ..self.shared() }))
                }
                None => origin.clone(),
            },
            Place::AsMapped | Place::Known(_) => self.clone(),
        };
        let history = self.history_after(&map);
        Ok(Cluster(Arc::new(Inner {
            changed: Some(Arc::new(map)),
            history,
            crush,
            config: config.map_or_else(|| Arc::clone(&self.0.config), Arc::new),
            downtime,
            notes,
            place: Place::As(origin, OnceLock::new()),
            ..self.shared()
        })))
    }

    /// What of the recorded states still holds with another map: nothing once an OSD is back.
    fn history_after(&self, map: &OsdMap) -> Arc<History> {
        let is_back = |osd: i32| map.is_up(osd) && !self.map().is_up(osd);
        match (0i32..).take(map.max_osd()).any(is_back) {
            true => Arc::default(),
            false => Arc::clone(&self.0.history),
        }
    }

    /// What was recorded of PGs that no map can tell.
    pub fn history(&self) -> &History {
        &self.0.history
    }

    /// The cluster with other pools: what is planned of them was changed.
    pub fn with_pools(&self, pools: BTreeMap<i64, Pool>) -> Cluster {
        let map = OsdMap { pools, ..self.map().clone() };
        let (changed, place) = (Some(Arc::new(map)), Place::As(self.clone(), OnceLock::new()));
        Cluster(Arc::new(Inner { changed, place, ..self.shared() }))
    }

    /// The cluster with the map that another one has come to, and its settings.
    pub(crate) fn with_map_of(&self, other: &Cluster) -> Cluster {
        let map = other.0.changed.clone();
        Cluster(Arc::new(Inner {
            changed: Some(map.unwrap_or_else(|| Arc::new(other.map().clone()))),
            history: self.history_after(other.map()),
            crush: Arc::clone(other.crush()),
            config: Arc::clone(&other.0.config),
            downtime: other.0.downtime.clone(),
            notes: other.0.notes.clone(),
            place: Place::As(self.clone(), OnceLock::new()),
            ..self.shared()
        }))
    }

    /// The cluster with other settings.
    pub(crate) fn with_settings(&self, config: Config) -> Cluster {
        let (config, notes) = (Arc::new(config), self.0.notes.clone());
        let place = self.0.place.clone();
        Cluster(Arc::new(Inner { config, notes, place, ..self.shared() }))
    }

    /// The cluster with its data elsewhere.
    ///
    /// # Errors
    /// [`StateError::Crush`].
    pub(crate) fn with_data(&self, next: Next) -> Result<Cluster, StateError> {
        let Next { recorded, map, holders, stale_bytes } = next;
        Ok(Cluster(Arc::new(Inner {
            recorded,
            history: Arc::new(self.0.history.lasting()),
            crush: self.crush_of(&map)?,
            changed: Some(map),
            stale_bytes: Arc::new(stale_bytes),
            place: Place::Known(Arc::new(holders)),
            ..self.shared()
        })))
    }

    /// The cluster with its data where these say.
    pub(crate) fn with_holders(&self, holders: Holders) -> Cluster {
        let (place, notes) = (Place::Known(Arc::new(holders)), self.0.notes.clone());
        Cluster(Arc::new(Inner { place, notes, ..self.shared() }))
    }

    fn crush_of(&self, map: &OsdMap) -> Result<Arc<Map>, StateError> {
        if self.crush().is_of(&map.crush.core) {
            return Ok(Arc::clone(self.crush()));
        }
        map.crush.map().map(Arc::new).map_err(StateError::Crush)
    }

    /// All that another state has, too, unless it says otherwise.
    fn shared(&self) -> Inner {
        let inner = &*self.0;
        Inner {
            recorded: Arc::clone(&inner.recorded),
            changed: inner.changed.clone(),
            crush: Arc::clone(&inner.crush),
            config: Arc::clone(&inner.config),
            downtime: inner.downtime.clone(),
            notes: Vec::new(),
            forms: Arc::clone(&inner.forms),
            stale_bytes: Arc::clone(&inner.stale_bytes),
            history: Arc::clone(&inner.history),
            place: Place::AsMapped,
            baseline: Arc::default(),
            outlook: OnceLock::new(),
        }
    }
}
