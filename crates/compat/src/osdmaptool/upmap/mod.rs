//! `--upmap` and `--upmap-cleanup`: upmaps that even out PGs, and those that no longer fit.
//!
//! | file | what it does |
//! | --- | --- |
//! | `level` | one change after the other, as the tool finds them |
//! | `remap` | which OSDs the rule lets take a place |
//! | `random` | the order that PGs are tried in |
//!
//! With `--upmap-seed` and one pool the output is that of Reef and Tentacle, byte for byte. 16.2
//! tries PGs in an order that nobody can know, and so do all with several pools: the order here is
//! then that of the seed 0, pools by their ids, and the upmaps are as valid as theirs. Where the
//! tool aborts, as an OSD has PGs and no weight under the rule, the pool is left alone, with a
//! warning.

mod level;
mod random;
mod remap;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Write;
use std::num::NonZeroUsize;
use std::time::Instant;

use crushlab_crush::Map;
use crushlab_monitor::command::clean::{Fit, UpmapCheck};
use crushlab_osdmap::{OsdMap, PgId, PgWorkspace, PoolMapper, map_pool};

use self::level::{Changes, level_pool};
use self::random::Seeds;
use crate::arguments::Arguments;
use crate::console::Console;
use crate::files;
use crate::stop::{Outcome, Stop};

/// What the arguments ask of upmaps.
#[derive(Debug)]
pub(super) struct UpmapOptions {
    /// The file that commands go to; `-` for standard output.
    file: OsString,
    cleans: bool,
    levels: bool,
    most: i32,
    pub(super) deviation: i32,
    pools: BTreeSet<String>,
    seed: Option<u32>,
    is_active: bool,
}

impl Default for UpmapOptions {
    fn default() -> UpmapOptions {
        UpmapOptions {
            file: OsString::from("-"),
            cleans: false,
            levels: false,
            most: 10,
            deviation: 5,
            pools: BTreeSet::new(),
            seed: None,
            is_active: false,
        }
    }
}

impl UpmapOptions {
    /// Takes the present argument if it is one of these.
    /// `last_text` becomes the text that an option has which others take over.
    pub(super) fn take(
        &mut self,
        arguments: &mut Arguments,
        last_text: &mut String,
    ) -> Outcome<bool> {
        if let Some(file) = arguments.with_value(&["--upmap-cleanup"])? {
            self.file = file;
            self.cleans = true;
        } else if let Some(file) = arguments.with_value(&["--upmap"])? {
            self.file = file;
            (self.cleans, self.levels) = (true, true);
        } else if let Some(deviation) = arguments.with_number("--upmap-deviation") {
            self.deviation = deviation.unwrap_or(self.deviation);
        } else if let Some(most) = arguments.with_number("--upmap-max") {
            self.most = most.unwrap_or(self.most);
        } else if let Some(seed) = arguments.with_number::<i32>("--upmap-seed") {
            self.seed = seed.map(|seed| seed as u32);
        } else if let Some(pool) = arguments.with_text(&["--upmap-pool"])? {
            last_text.clone_from(&pool);
            self.pools.insert(pool);
        } else if arguments.flag(&["--upmap-active"]) {
            self.is_active = true;
        } else if arguments.with_value(&["--read"])?.is_some() {
            let instead = "'crushlab balance MAP --read' deals out primaries";
            return Err(Stop::error(format!("osdmaptool: --read is not followed here: {instead}")));
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Whether anything is asked for.
    pub(super) fn is_asked(&self) -> bool {
        self.cleans
    }

    /// Does what is asked for; whether a change of the map is to be kept.
    pub(super) fn run(
        &self,
        map: &mut OsdMap,
        saves: bool,
        console: &mut Console<'_>,
    ) -> Outcome<bool> {
        if !self.cleans {
            return Ok(false);
        }
        let crush = map.crush.map().map_err(|error| Stop::error(format!("osdmaptool: {error}")))?;
        let mut commands = Commands { file: &self.file, text: String::new() };
        if self.file != "-" {
            console.line(&format!(
                "writing upmap command output to: {}",
                self.file.to_string_lossy()
            ))?;
        }
        console.line("checking for upmap cleanups")?;
        let unfit = unfit(map, &crush);
        if !unfit.is_empty() {
            commands.say(&unfit, console)?;
            unfit.apply(map);
        }
        let kept = match self.levels {
            true => self.level(map, &crush, saves, &mut commands, console)?,
            false => false,
        };
        commands.close()?;
        Ok(kept)
    }

    fn level(
        &self,
        map: &mut OsdMap,
        crush: &Map,
        saves: bool,
        commands: &mut Commands<'_>,
        console: &mut Console<'_>,
    ) -> Outcome<bool> {
        let UpmapOptions { most, deviation, is_active, .. } = self;
        console.line(&format!("upmap, max-count {most}, max deviation {deviation}"))?;
        let pools = self.pools_of(map, console)?;
        if pools.is_empty() {
            console.line("No pools available")?;
            return Ok(false);
        }
        let names: String = pools.iter().map(|id| format!("{} ", map.pools[id].name)).collect();
        let (start, mut rounds, mut kept) = (Instant::now(), 0, false);
        let mut seeds = Seeds(self.seed.unwrap_or(0));
        loop {
            let began = Instant::now();
            console.line(&format!("pools {names}"))?;
            let changes = self.round(map, crush, &pools, &mut seeds, console);
            console.line(&format!("prepared {}/{most} changes", changes.0))?;
            if *is_active {
                let seconds = began.elapsed().as_secs_f32();
                console.line(&format!("Time elapsed {seconds} secs"))?;
            }
            if changes.0 == 0 {
                console.line(
                    "Unable to find further optimization, or distribution is already perfect",
                )?;
                break;
            }
            commands.say(&changes.1, console)?;
            if saves || *is_active {
                changes.1.apply(map);
                kept |= saves;
            }
            rounds += 1;
            if !is_active {
                break;
            }
        }
        if *is_active {
            told_pgs(map, crush, &pools, console)?;
            let seconds = start.elapsed().as_secs_f32();
            console.line(&format!("Total time elapsed {seconds} secs, {rounds} rounds"))?;
        }
        Ok(kept)
    }

    /// The pools that are meant.
    fn pools_of(&self, map: &OsdMap, console: &mut Console<'_>) -> Outcome<Vec<i64>> {
        if self.pools.is_empty() {
            return Ok(map.pools.keys().copied().collect());
        }
        let mut found = Vec::new();
        for name in &self.pools {
            let pool = map.pools.iter().find(|(_, pool)| pool.name == *name);
            let (id, _) =
                pool.ok_or_else(|| Stop::error(format!(" pool {name} does not exist")))?;
            found.push(*id);
        }
        let names: Vec<&str> = self.pools.iter().map(String::as_str).collect();
        let ids: Vec<String> = found.iter().map(i64::to_string).collect();
        let (names, ids) = (names.join(","), ids.join(","));
        console.line(&format!(" limiting to pools {names} ([{ids}])"))?;
        Ok(found)
    }

    /// Changes of all pools, as many as are asked for.
    fn round(
        &self,
        map: &OsdMap,
        crush: &Map,
        pools: &[i64],
        seeds: &mut Seeds,
        console: &mut Console<'_>,
    ) -> (i32, Said) {
        let mut said = Said::default();
        let mut left = self.most;
        let deviation = self.deviation.unsigned_abs();
        for pool in pools.iter().filter(|_| self.most > 0) {
            let Some(found) = level_pool(map, crush, *pool, deviation, left, seeds) else {
                console.warn(&format!("osdmaptool: pool {pool} has PGs on OSDs without a weight"));
                continue;
            };
            let Changes { removed, set, count } = found;
            said.removed_items.extend(removed);
            said.items.extend(set);
            left -= count;
            if left <= 0 {
                break;
            }
        }
        (self.most - left, said)
    }
}

/// Changes of upmaps.
#[derive(Debug, Default)]
struct Said {
    removed_full: BTreeSet<PgId>,
    removed_items: BTreeSet<PgId>,
    items: BTreeMap<PgId, Vec<(i32, i32)>>,
}

impl Said {
    fn is_empty(&self) -> bool {
        self.removed_full.is_empty() && self.removed_items.is_empty() && self.items.is_empty()
    }

    /// Makes the changes in the order in which the monitors do: what is set, then what is removed.
    fn apply(&self, map: &mut OsdMap) {
        map.pg_upmap_items.extend(self.items.clone());
        self.removed_full.iter().for_each(|pg| drop(map.pg_upmap.remove(pg)));
        self.removed_items.iter().for_each(|pg| drop(map.pg_upmap_items.remove(pg)));
        map.epoch = map.epoch.wrapping_add(1);
    }
}

/// Where commands go.
struct Commands<'a> {
    file: &'a OsString,
    text: String,
}

impl Commands<'_> {
    fn say(&mut self, said: &Said, console: &mut Console<'_>) -> Outcome {
        let mut text = String::new();
        // Writing to a string cannot fail.
        for pg in &said.removed_full {
            let _ = writeln!(text, "ceph osd rm-pg-upmap {pg}");
        }
        for pg in &said.removed_items {
            let _ = writeln!(text, "ceph osd rm-pg-upmap-items {pg}");
        }
        for (pg, pairs) in &said.items {
            let pairs: String = pairs.iter().map(|(from, to)| format!(" {from} {to}")).collect();
            let _ = writeln!(text, "ceph osd pg-upmap-items {pg}{pairs}");
        }
        if self.file == "-" {
            return console.text(&text);
        }
        self.text.push_str(&text);
        Ok(())
    }

    fn close(self) -> Outcome {
        if self.file == "-" {
            return Ok(());
        }
        files::write(self.file, self.text.as_bytes())
    }
}

/// Upmaps that the monitors drop with the next map.
fn unfit(map: &OsdMap, crush: &Map) -> Said {
    let bare = OsdMap {
        pg_upmap: BTreeMap::new(),
        pg_upmap_items: BTreeMap::new(),
        pg_upmap_primaries: BTreeMap::new(),
        ..map.clone()
    };
    let mut said = Said::default();
    let mut check = UpmapCheck::new(&map.crush);
    let mut workspace = PgWorkspace::new();
    let pgs: BTreeSet<PgId> =
        map.pg_upmap.keys().chain(map.pg_upmap_items.keys()).copied().collect();
    for pg in pgs {
        let pool = map.pools.get(&pg.pool);
        let is_there = pool.is_some_and(|pool| pg.seed < pool.pg_num.min(pool.pg_num_pending));
        let mapper = PoolMapper::new(&bare, crush, pg.pool).ok().filter(|_| is_there);
        let fit = mapper.map_or(Fit::Cancelled, |mapper| {
            check.fit(map, pg, mapper.map_pg(pg.seed, &mut workspace).raw)
        });
        match fit {
            Fit::Kept => {}
            Fit::Changed(pairs) => drop(said.items.insert(pg, pairs)),
            Fit::Cancelled => {
                said.removed_full.extend(map.pg_upmap.contains_key(&pg).then_some(pg));
                said.removed_items.extend(map.pg_upmap_items.contains_key(&pg).then_some(pg));
            }
        }
    }
    said
}

/// Prints how many PGs of some pools each OSD has.
fn told_pgs(map: &OsdMap, crush: &Map, pools: &[i64], console: &mut Console<'_>) -> Outcome {
    let mut counts: BTreeMap<i32, u64> = BTreeMap::new();
    for pool in pools {
        let Ok(mapper) = PoolMapper::new(map, crush, *pool) else { continue };
        for osd in map_pool(&mapper, NonZeroUsize::MIN).up.iter().flatten() {
            if *osd != crushlab_crush::NONE {
                *counts.entry(*osd).or_default() += 1;
            }
        }
    }
    for (osd, pgs) in counts {
        console.line(&format!("osd.{osd} pgs {pgs}"))?;
    }
    Ok(())
}
