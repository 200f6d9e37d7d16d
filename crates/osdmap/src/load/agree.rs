//! Whether files are of one cluster at one time.

use std::collections::{BTreeMap, BTreeSet};

use super::error::LoadError;
use crate::json::DfPool;
use crate::model::{OsdMap, PgId};
use crate::osd_df::OsdDf;
use crate::osd_tree::OsdTree;
use crate::pg_dump::PgDump;
use crate::warning::{Warning, code};

/// What files are compared with.
pub(super) struct Check<'a> {
    /// The file that the map is from.
    pub(super) name: &'a str,
    pub(super) map: &'a OsdMap,
    pub(super) warnings: Vec<Warning>,
}

/// A warning for pools whose rules the CRUSH map lacks.
pub(super) fn rules(name: &str, crush_name: &str, map: &OsdMap) -> Option<Warning> {
    let has_rule =
        |rule: u8| map.crush.core.rules.get(usize::from(rule)).is_some_and(Option::is_some);
    let lacking = map.pools.values().filter(|pool| !has_rule(pool.crush_rule));
    let lacking: Vec<String> =
        lacking.map(|pool| format!("{} (rule {})", pool.name, pool.crush_rule)).collect();
    let message = format!(
        "{crush_name}: lacks the rules of pools of {name}: {}; their PGs have no place: are both \
         of one cluster?",
        some(&lacking)
    );
    (!lacking.is_empty()).then(|| Warning::new(code::CRUSH_RULE_MISSING, message))
}

/// A warning for sizes that were read from text.
pub(super) fn rounded(file: &str, command: &str) -> Warning {
    let message =
        format!("{file}: sizes are rounded in this text: record {command} for exact ones");
    Warning::new(code::SIZES_ROUNDED, message)
}

/// The first few of many.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names.get(..SHOWN.min(names.len())).unwrap_or_default().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn osd_names(osds: &[i32]) -> String {
    some(&osds.iter().map(|osd| format!("osd.{osd}")).collect::<Vec<_>>())
}

impl Check<'_> {
    fn warn(&mut self, code: &'static str, message: String) {
        self.warnings.push(Warning::new(code, message));
    }

    fn contradiction(&self, file: &str, says: String, map_says: String) -> LoadError {
        LoadError::Contradiction {
            name: file.to_owned(),
            says,
            other: self.name.to_owned(),
            other_says: map_says,
        }
    }

    fn expect_osd(&self, file: &str, osd: i32) -> Result<(), LoadError> {
        if self.map.exists(osd) {
            return Ok(());
        }
        Err(self.contradiction(file, format!("osd.{osd}"), "no OSD of this id".to_owned()))
    }

    fn expect_pools(
        &self,
        file: &str,
        pools: &BTreeSet<i64>,
        is_whole: bool,
    ) -> Result<(), LoadError> {
        if let Some(id) = pools.iter().find(|id| !self.map.pools.contains_key(id)) {
            return Err(self.contradiction(file, format!("pool {id}"), format!("no pool {id}")));
        }
        let lacking = self.map.pools.iter().find(|(id, _)| is_whole && !pools.contains(id));
        match lacking {
            Some((id, pool)) => {
                let map_says = format!("pool {id}, {:?}", pool.name);
                Err(self.contradiction(file, format!("no pool {id}"), map_says))
            }
            None => Ok(()),
        }
    }

    pub(super) fn tree(&mut self, file: &str, tree: &OsdTree) -> Result<(), LoadError> {
        if let Some(osd) = tree.unknown_to(self.map) {
            self.expect_osd(file, osd)?;
        }
        self.states(file, tree);
        Ok(())
    }

    fn states(&mut self, file: &str, tree: &OsdTree) {
        let differing = tree.differing(self.map);
        if !differing.is_empty() {
            let message = format!(
                "{file}: state or reweight of {} is another than in {}, which counts: they are of \
                 different times",
                osd_names(&differing),
                self.name
            );
            self.warn(code::OSD_STATES_DIFFER, message);
        }
    }

    pub(super) fn osd_df(&mut self, file: &str, df: &OsdDf) -> Result<(), LoadError> {
        if file != self.name {
            for osd in df.sizes.keys() {
                self.expect_osd(file, *osd)?;
            }
            self.states(file, &df.tree);
        }
        if df.is_rounded {
            self.warnings.push(rounded(file, "ceph osd df tree -f json"));
        }
        let unknown = df.sizes.iter().filter(|(_, stats)| stats.is_none()).map(|(osd, _)| *osd);
        self.unknown_sizes(file, unknown.collect());
        Ok(())
    }

    fn unknown_sizes(&mut self, file: &str, osds: Vec<i32>) {
        if !osds.is_empty() {
            let message = format!(
                "{file}: the size of {} is not known, as of OSDs that are out or new: their fill \
                 is left out",
                osd_names(&osds)
            );
            self.warn(code::OSD_SIZES_UNKNOWN, message);
        }
    }

    pub(super) fn df(&self, file: &str, df: &BTreeMap<i64, DfPool>) -> Result<(), LoadError> {
        // A pool that was just made is in the map before the managers know of it.
        self.expect_pools(file, &df.keys().copied().collect(), false)?;
        let renamed = df.iter().find_map(|(id, pool)| {
            let name = &self.map.pools.get(id)?.name;
            (!pool.name.is_empty() && pool.name != *name).then_some((id, &pool.name, name))
        });
        match renamed {
            Some((id, found, name)) => {
                let says = format!("pool {id}, {found:?}");
                Err(self.contradiction(file, says, format!("pool {id}, {name:?}")))
            }
            None => Ok(()),
        }
    }

    pub(super) fn pg_dump(&mut self, file: &str, dump: &PgDump) -> Result<(), LoadError> {
        for osd in dump.osds.keys() {
            self.expect_osd(file, *osd)?;
        }
        let mut counts: BTreeMap<i64, u32> = BTreeMap::new();
        let mut last: BTreeMap<i64, u32> = BTreeMap::new();
        for PgId { pool, seed } in dump.pgs.keys() {
            *counts.entry(*pool).or_default() += 1;
            last.insert(*pool, *seed);
        }
        self.expect_pools(file, &counts.keys().copied().collect(), dump.is_whole)?;
        let mut incomplete = Vec::new();
        for (id, pool) in &self.map.pools {
            let (count, last) = (counts.get(id).copied().unwrap_or(0), last.get(id).copied());
            let is_beyond = last.is_some_and(|last| last >= pool.pg_num);
            if is_beyond || dump.is_whole && count != pool.pg_num {
                let says = match last.filter(|_| is_beyond) {
                    Some(last) => format!("PG {}", PgId::new(*id, last)),
                    None => format!("{count} PGs of pool {id}"),
                };
                let map_says = format!("pg_num {} in pool {id}, {:?}", pool.pg_num, pool.name);
                return Err(self.contradiction(file, says, map_says));
            }
            if count < pool.pg_num {
                incomplete.push(pool.name.clone());
            }
        }
        if !incomplete.is_empty() {
            let pools = some(&incomplete);
            let message = format!("{file}: holds only some PGs, or none, of {pools}");
            self.warn(code::PGS_INCOMPLETE, message);
        }
        let mut osds = dump.pgs.values().flat_map(|pg| pg.up.iter().chain(&*pg.acting));
        let max_osd = self.map.max_osd() as i64;
        let unknown = osds.find(|osd| **osd != crushlab_crush::NONE && i64::from(**osd) >= max_osd);
        if let Some(osd) = unknown {
            self.expect_osd(file, *osd)?;
        }
        if !self.epochs(file, dump) {
            self.pg_states(file, dump);
        }
        let unknown = dump.osds.iter().filter(|(_, stats)| stats.is_none()).map(|(osd, _)| *osd);
        self.unknown_sizes(file, unknown.collect());
        Ok(())
    }

    /// Says which PGs were served by OSDs that the map has down, though nothing tells of another
    /// epoch: no PG that reports is. One that is stale does not report.
    fn pg_states(&mut self, file: &str, dump: &PgDump) {
        let is_down = |osd: &&i32| **osd != crushlab_crush::NONE && !self.map.is_up(**osd);
        let mut pgs = 0u64;
        let mut osds = BTreeSet::new();
        for stats in dump.pgs.values() {
            let reports = stats.state.split('+').all(|word| word != "stale" && word != "unknown");
            let down: Vec<i32> = stats.acting.iter().filter(is_down).copied().collect();
            if reports && !down.is_empty() {
                pgs += 1;
                osds.extend(down);
            }
        }
        if pgs > 0 {
            let osds: Vec<i32> = osds.into_iter().collect();
            let are = if pgs == 1 { "PG that is" } else { "PGs that are" };
            let message = format!(
                "{file}: has {pgs} {are} served by {}, down in {}, which counts: they are of \
                 different times",
                osd_names(&osds),
                self.name
            );
            self.warn(code::PG_STATES_DIFFER, message);
        }
    }

    /// Says that the data is of another epoch, and whether it is.
    fn epochs(&mut self, file: &str, dump: &PgDump) -> bool {
        let epoch = self.map.epoch;
        let found = match dump.epoch {
            Some(found) if found != epoch => format!("epoch {found}"),
            // No PG can report in an epoch that is still to come.
            None if dump.latest_epoch > epoch => format!("epoch {} or later", dump.latest_epoch),
            _ => return false,
        };
        let name = self.name;
        let message = format!(
            "{file}: is of {found}, {name} of epoch {epoch}: what they say may not fit together; \
             record both again, one right after the other"
        );
        self.warn(code::EPOCHS_DIFFER, message);
        true
    }

    /// Says which pools' erasure codes are not known: text does not have them.
    pub(super) fn profiles(&mut self) {
        let profiles = &self.map.erasure_code_profiles;
        let is_unknown =
            |profile: &&String| !profile.is_empty() && !profiles.contains_key(*profile);
        let erasure = self.map.pools.values().filter(|pool| pool.is_erasure());
        let unknown: BTreeSet<String> =
            erasure.map(|pool| &pool.erasure_code_profile).filter(is_unknown).cloned().collect();
        if !unknown.is_empty() {
            let message = format!(
                "{}: lacks the erasure code profiles {}, so k and m of their pools are not known: \
                 record ceph osd dump -f json",
                self.name,
                some(&unknown.into_iter().collect::<Vec<_>>())
            );
            self.warn(code::ERASURE_CODE_PROFILES_UNKNOWN, message);
        }
    }
}
