//! What a command prepares: the changes to come, beside the map as it is.

use std::collections::btree_map::Entry;

use crushlab_crush::Map;
use crushlab_crushmap::edit::WeightSets;
use crushlab_crushmap::{CrushMap, EditError};
use crushlab_osdmap::model::state;
use crushlab_osdmap::{OsdMap, Pool};

use crushlab_osdmap::model::Release;

use super::clean::Derived;
use super::error::Refusal;
use super::input_file::InputFile;
use super::verify_upmap::RuleFacts;
use crate::config::{Config, Context};
use crate::incremental::{Incremental, OsdEntry};

/// A change that is being prepared. A command looks at the map as it is and says what is to
/// change; this counts once the command proposes it, and never if the command is refused.
pub(crate) struct Pending<'a> {
    /// The map as it is.
    pub(crate) before: &'a OsdMap,
    /// What is known of the data.
    pub(crate) context: &'a Context,
    /// What is to change.
    pub(crate) change: Incremental,
    /// What a person should know.
    pub(crate) notes: Vec<String>,
    /// The file that the command reads.
    pub(crate) file: Option<InputFile>,
    /// The settings as they are, and as they will be where they change.
    config: &'a Config,
    new_config: Option<Config>,
    derived: &'a mut Derived,
    proposed: bool,
    crush_proposed: bool,
}

/// What came of preparing a change.
pub(crate) struct Prepared {
    /// What changes, if anything does.
    pub(crate) change: Option<Incremental>,
    /// Whether the new map has a new CRUSH map, were it the same.
    pub(crate) is_crush_proposed: bool,
    /// The settings, where they change.
    pub(crate) config: Option<Config>,
    pub(crate) notes: Vec<String>,
}

impl<'a> Pending<'a> {
    /// A change of this map that does not do anything yet.
    pub(crate) fn new(
        before: &'a OsdMap,
        context: &'a Context,
        config: &'a Config,
        derived: &'a mut Derived,
    ) -> Pending<'a> {
        Pending {
            before,
            context,
            change: Incremental::default(),
            notes: Vec::new(),
            file: None,
            config,
            new_config: None,
            derived,
            proposed: false,
            crush_proposed: false,
        }
    }

    /// What was prepared.
    pub(crate) fn finish(mut self) -> Prepared {
        let release = self.release();
        if let Some(crush) = &mut self.change.crush {
            crush.forget_rule_sizes(release);
        }
        Prepared {
            change: self.proposed.then_some(self.change),
            is_crush_proposed: self.crush_proposed,
            config: self.new_config,
            notes: self.notes,
        }
    }

    /// The settings.
    pub(crate) fn config(&self) -> &'a Config {
        self.config
    }

    /// The release of the cluster.
    pub(crate) fn release(&self) -> Release {
        self.before.release()
    }

    /// The settings as they will be.
    pub(crate) fn config_mut(&mut self) -> &mut Config {
        self.new_config.get_or_insert_with(|| self.config.clone())
    }

    /// Tells the person something.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// There will be a new map.
    pub(crate) fn propose(&mut self) {
        self.proposed = true;
    }

    /// Whether there will be a new map.
    pub(crate) fn is_proposed(&self) -> bool {
        self.proposed
    }

    /// There will be a new map with a new CRUSH map.
    pub(crate) fn propose_crush(&mut self) {
        self.proposed = true;
        self.crush_proposed = true;
    }

    /// The CRUSH map as it will be.
    pub(crate) fn crush(&self) -> &CrushMap {
        self.change.crush.as_deref().unwrap_or(&self.before.crush)
    }

    /// Refuses a CRUSH map that clients which the cluster lets in would not understand, where the
    /// one before was understood (`OSDMonitor::validate_crush_against_features`).
    pub(crate) fn check_crush_clients(&self) -> Result<(), Refusal> {
        let allowed = Release::of_number(self.before.require_min_compat_client);
        let Some(crush) = self.change.crush.as_deref().filter(|_| self.crush_proposed) else {
            return Ok(());
        };
        let needed = self.before.min_compat_client_with(crush, self.release());
        let needed_before = self.before.min_compat_client(self.release());
        if allowed == Release::default() || needed <= allowed || needed <= needed_before {
            return Ok(());
        }
        Err(Refusal::invalid(format!(
            "new crush map requires client version {needed} but require_min_compat_client is \
             {allowed}: 'ceph osd set-require-min-compat-client {needed}' first"
        )))
    }

    /// Edits the CRUSH map. Nothing is proposed yet: some edits find that they change nothing.
    pub(crate) fn edit<T>(
        &mut self,
        edit: impl FnOnce(&mut CrushMap) -> Result<T, EditError>,
    ) -> Result<T, EditError> {
        let before = self.before;
        edit(self.change.crush.get_or_insert_with(|| Box::new(before.crush.clone())))
    }

    /// The CRUSH map as it is, checked and ready to place; `None` where it cannot be used.
    pub(crate) fn placing_crush(&mut self) -> Option<&Map> {
        self.derived.crush(&self.before.crush)
    }

    /// What is known of a rule of the CRUSH map as it is.
    pub(crate) fn rule_facts(&mut self, rule: u8) -> &RuleFacts {
        self.derived.rules.of(&self.before.crush, usize::from(rule))
    }

    /// Whether weights in weight sets follow those of items.
    pub(crate) fn weight_sets(&self) -> WeightSets {
        if self.config().osd_crush_update_weight_set {
            WeightSets::Update
        } else {
            WeightSets::Keep
        }
    }

    /// The number of OSD ids as it will be.
    fn max_osd(&self) -> usize {
        self.change.max_osd.unwrap_or_else(|| self.before.max_osd())
    }

    /// An OSD as it will be; `None` where there is no such id.
    pub(crate) fn osd_mut(&mut self, osd: i32) -> Option<&mut OsdEntry> {
        usize::try_from(osd).ok().filter(|index| *index < self.max_osd())?;
        let before = self.before;
        Some(self.change.osds.entry(osd).or_insert_with(|| OsdEntry::of(before, osd)))
    }

    /// Sets an OSD's reweight (`OSDMap::apply_incremental`): one that is in is no longer new, nor
    /// out automatically.
    pub(crate) fn set_osd_weight(&mut self, osd: i32, weight: u32) {
        let Some(entry) = self.osd_mut(osd) else { return };
        entry.weight = weight;
        if weight != 0 {
            entry.state = (entry.state | state::EXISTS) & !(state::AUTOOUT | state::NEW);
            entry.osd.xinfo.old_weight = 0;
        }
    }

    /// Sets and clears state bits of an OSD. One that goes down remembers when.
    pub(crate) fn change_state(&mut self, osd: i32, set: u32, clear: u32) {
        let (epoch, now) = (self.before.epoch.saturating_add(1), self.before.modified);
        let Some(entry) = self.osd_mut(osd) else { return };
        let goes_down = entry.state & clear & state::UP != 0;
        entry.state = (entry.state | set) & !clear;
        if goes_down {
            entry.osd.info.down_at = epoch;
            entry.osd.xinfo.down_stamp = now;
        }
    }

    /// The pool of this name.
    pub(crate) fn pool(&self, name: &str) -> Result<(i64, &'a Pool), Refusal> {
        self.before.pool_by_name(name).ok_or_else(|| {
            Refusal::missing(format!("unrecognized pool '{name}': expected the name of a pool"))
        })
    }

    /// A pool as it will be, without a new epoch of its last change; `None` where there is none.
    pub(crate) fn pool_mut(&mut self, id: i64) -> Option<&mut Pool> {
        match self.change.pools.entry(id) {
            Entry::Occupied(entry) => entry.into_mut().as_mut(),
            Entry::Vacant(entry) => {
                let pool = self.before.pools.get(&id)?;
                entry.insert(Some(pool.clone())).as_mut()
            }
        }
    }

    /// Changes a pool, which thus has a new epoch of its last change.
    pub(crate) fn change_pool(&mut self, id: i64, change: impl FnOnce(&mut Pool)) {
        let epoch = self.before.epoch.saturating_add(1);
        if let Some(pool) = self.pool_mut(id) {
            change(pool);
            pool.last_change = epoch;
            self.proposed = true;
        }
    }

    /// Refuses an OSD that does not exist.
    pub(crate) fn existing(&self, osd: i32) -> Result<i32, Refusal> {
        if self.before.exists(osd) {
            return Ok(osd);
        }
        Err(Refusal::missing(format!("osd.{osd} does not exist")))
    }

    /// The OSDs that ids such as `3`, `osd.3`, or a first `all` mean. Those that do not exist are
    /// told and left out.
    pub(crate) fn listed_osds(&mut self, ids: &[&str]) -> Result<Listed, Refusal> {
        let existing = || (0..).zip(&self.before.osd_states);
        if matches!(ids.first(), Some(&("all" | "any" | "*"))) {
            let all = existing().filter(|(_, bits)| **bits & state::EXISTS != 0);
            return Ok(Listed { osds: all.map(|(osd, _)| osd).collect(), is_all: true });
        }
        let mut osds = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for id in ids {
            let osd = super::value::osd_id(id).ok_or_else(|| {
                Refusal::invalid(format!("invalid osd id '{id}': expected 3 or osd.3"))
            })?;
            if !self.before.exists(osd) {
                self.note(format!("osd.{osd} does not exist"));
            } else if seen.insert(osd) {
                osds.push(osd);
            }
        }
        Ok(Listed { osds, is_all: false })
    }
}

/// OSDs that a command names.
pub(crate) struct Listed {
    /// Their ids; all of these exist.
    pub(crate) osds: Vec<i32>,
    /// Whether all were meant: then no words are lost on those that need no change.
    pub(crate) is_all: bool,
}
