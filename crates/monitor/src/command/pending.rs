//! The map that a command prepares: Ceph's pending increment and the map it leads to, in one.

use crushlab_crushmap::edit::WeightSets;
use crushlab_crushmap::{CrushMap, EditError};
use crushlab_osdmap::model::state;
use crushlab_osdmap::{OsdMap, Pool};

use super::error::Refusal;
use crate::config::{Config, Context};

/// A map that is being prepared. A command looks at `before` and changes `map`; what it changes
/// counts once it proposes.
pub struct Pending<'a> {
    /// The map as it is.
    pub before: &'a OsdMap,
    /// The map as it will be.
    pub map: OsdMap,
    /// Settings, and what is known of the data.
    pub context: &'a Context,
    /// What a person should know.
    pub notes: Vec<String>,
    proposed: bool,
    crush_proposed: bool,
}

impl<'a> Pending<'a> {
    /// A change of this map that has not done anything yet.
    pub fn new(before: &'a OsdMap, context: &'a Context) -> Pending<'a> {
        let map = before.clone();
        let notes = Vec::new();
        Pending { before, map, context, notes, proposed: false, crush_proposed: false }
    }

    /// The settings.
    pub fn config(&self) -> &'a Config {
        &self.context.config
    }

    /// Tells the person something.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// There will be a new map.
    pub fn propose(&mut self) {
        self.proposed = true;
    }

    /// Whether there will be a new map.
    pub fn is_proposed(&self) -> bool {
        self.proposed
    }

    /// Whether the new map has a new CRUSH map, were it the same.
    pub fn is_crush_proposed(&self) -> bool {
        self.crush_proposed
    }

    /// Edits the CRUSH map. Nothing is proposed yet: some edits find that they change nothing.
    pub fn edit<T>(
        &mut self,
        edit: impl FnOnce(&mut CrushMap) -> Result<T, EditError>,
    ) -> Result<T, Refusal> {
        Ok(edit(&mut self.map.crush)?)
    }

    /// There will be a new map with a new CRUSH map.
    pub fn propose_crush(&mut self) {
        self.proposed = true;
        self.crush_proposed = true;
    }

    /// Whether weights in weight sets follow those of items.
    pub fn weight_sets(&self) -> WeightSets {
        if self.config().osd_crush_update_weight_set {
            WeightSets::Update
        } else {
            WeightSets::Keep
        }
    }

    /// Sets an OSD's reweight (`OSDMap::apply_incremental`): one that is in is no longer new, nor
    /// out automatically.
    pub fn set_osd_weight(&mut self, osd: i32, weight: u32) {
        let Ok(index) = usize::try_from(osd) else { return };
        if let Some(slot) = self.map.osd_weights.get_mut(index) {
            *slot = weight;
        }
        if weight == 0 {
            return;
        }
        if let Some(bits) = self.map.osd_states.get_mut(index) {
            *bits = (*bits | state::EXISTS) & !(state::AUTOOUT | state::NEW);
        }
        if let Some(osd) = self.map.osds.get_mut(index) {
            osd.xinfo.old_weight = 0;
        }
    }

    /// Sets and clears state bits of an OSD. One that goes down remembers when.
    pub fn change_state(&mut self, osd: i32, set: u32, clear: u32) {
        let Ok(index) = usize::try_from(osd) else { return };
        let Some(bits) = self.map.osd_states.get_mut(index) else { return };
        let goes_down = *bits & clear & state::UP != 0;
        *bits = (*bits | set) & !clear;
        if !goes_down {
            return;
        }
        let (epoch, now) = (self.before.epoch.saturating_add(1), self.before.modified);
        if let Some(osd) = self.map.osds.get_mut(index) {
            osd.info.down_at = epoch;
            osd.xinfo.down_stamp = now;
        }
    }

    /// The pool of this name.
    pub fn pool(&self, name: &str) -> Result<(i64, &Pool), Refusal> {
        self.before.pool_by_name(name).ok_or_else(|| {
            Refusal::missing(format!("unrecognized pool '{name}': expected the name of a pool"))
        })
    }

    /// Changes a pool, which thus has a new epoch of its last change.
    pub fn change_pool(&mut self, id: i64, change: impl FnOnce(&mut Pool)) {
        let epoch = self.before.epoch.saturating_add(1);
        if let Some(pool) = self.map.pools.get_mut(&id) {
            change(pool);
            pool.last_change = epoch;
            self.proposed = true;
        }
    }

    /// Refuses an OSD that does not exist.
    pub fn existing(&self, osd: i32) -> Result<i32, Refusal> {
        if self.before.exists(osd) {
            return Ok(osd);
        }
        Err(Refusal::missing(format!("osd.{osd} does not exist")))
    }

    /// The OSDs that ids such as `3`, `osd.3`, or a first `all` mean. Those that do not exist are
    /// told and left out.
    pub fn listed_osds(&mut self, ids: &[&str]) -> Result<Listed, Refusal> {
        let existing = || (0..).zip(&self.before.osd_states);
        if matches!(ids.first(), Some(&("all" | "any" | "*"))) {
            let all = existing().filter(|(_, bits)| **bits & state::EXISTS != 0);
            return Ok(Listed { osds: all.map(|(osd, _)| osd).collect(), is_all: true });
        }
        let mut osds = Vec::new();
        for id in ids {
            let osd = super::value::osd_id(id).ok_or_else(|| {
                Refusal::invalid(format!("invalid osd id '{id}': expected 3 or osd.3"))
            })?;
            if !self.before.exists(osd) {
                self.note(format!("osd.{osd} does not exist"));
            } else if !osds.contains(&osd) {
                osds.push(osd);
            }
        }
        Ok(Listed { osds, is_all: false })
    }
}

/// OSDs that a command names.
pub struct Listed {
    /// Their ids; all of these exist.
    pub osds: Vec<i32>,
    /// Whether all were meant: then no words are lost on those that need no change.
    pub is_all: bool,
}
