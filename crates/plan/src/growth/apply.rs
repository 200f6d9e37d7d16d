//! What becomes of a cluster by a change: the commands that an operator would give, applied.

use std::collections::{BTreeMap, BTreeSet};

use crushlab_crush::Op;
use crushlab_osdmap::{OsdMap, OsdStats, Pool};
use shlex::try_quote;

use super::change::{Change, HostToAdd, ToErasure};
use super::error::GrowthError;
use super::state::{PoolState, State};
use crate::capacity::report::redundancy;
use crate::capacity::{ObjectSizes, RuleDomains, Subject};
use crushlab_monitor::Monitor;
use crushlab_monitor::command::Command;
use crushlab_monitor::config::{Config, Context};
use crushlab_osdmap::model::Uuid;

/// Bytes of a CRUSH weight of 1, by convention.
const TIB: f64 = (1u64 << 40) as f64;
/// A CRUSH weight of 1 in 16.16.
const WEIGHT_ONE: f64 = 0x10000 as f64;

/// A state after a change, and the commands that lead there.
#[derive(Clone, Debug)]
pub(super) struct Changed {
    pub(super) state: State,
    pub(super) commands: Vec<String>,
    /// A pool that was replaced, and the one that stands for it now.
    pub(super) moved_pool: Option<(i64, i64)>,
}

/// Applies a change.
///
/// # Errors
/// [`GrowthError`]: it cannot be, or Ceph would refuse it.
pub(super) fn apply(
    state: &State,
    change: &Change,
    config: &Config,
) -> Result<Changed, GrowthError> {
    // To move a pool is to delete it in the end, which nobody plans without allowing it.
    let config = Config { mon_allow_pool_delete: true, ..config.clone() };
    let objects = state.pools.iter().map(|(id, pool)| (*id, pool.objects));
    let context =
        Context { config, osd_usage: state.osds.clone(), pool_objects: objects.collect() };
    let monitor = Monitor::new(state.map.clone(), &context);
    let mut shell = Shell { state: state.clone(), monitor, commands: Vec::new() };
    let mut moved_pool = None;
    match change {
        Change::AddHost(host) => shell.add_host(host)?,
        Change::Replace { osds, device_bytes } => shell.replace(osds, *device_bytes)?,
        Change::ToErasure(to) => moved_pool = Some((to.pool, shell.move_to_erasure(to)?)),
    }
    let Shell { mut state, monitor, commands } = shell;
    state.map = monitor.into_map();
    state.crush = std::sync::Arc::new(state.map.crush.map()?);
    Ok(Changed { state, commands, moved_pool })
}

/// A state that commands are given to.
struct Shell<'a> {
    /// The state before; its map stays, that of the monitor changes.
    state: State,
    monitor: Monitor<'a>,
    commands: Vec<String>,
}

impl Shell<'_> {
    fn run(&mut self, command: &Command) -> Result<(), GrowthError> {
        let line = command.to_string();
        self.monitor.run(command).map_err(|refusal| GrowthError::refused(&line, &refusal))?;
        self.commands.push(line);
        Ok(())
    }

    fn add_host(&mut self, host: &HostToAdd) -> Result<(), GrowthError> {
        let places = [("host".to_owned(), host.name.clone()), place_of_host(&self.state, host)?];
        let mut uuids = UnusedUuids::of(self.monitor.map());
        let mut added = Vec::new();
        for osds in &host.osds {
            let class = osds.class.clone().or_else(|| usual_class(self.monitor.map()));
            let weight = weight_of(&self.state, osds.device_bytes);
            for _ in 0..osds.count {
                let osd = self.add_osd(uuids.next(), weight, &places, class.as_deref())?;
                self.set_device(osd, osds.device_bytes);
                added.push(osd);
            }
        }
        // Their daemons start.
        self.monitor.recover(&added);
        Ok(())
    }

    fn add_osd(
        &mut self,
        uuid: Uuid,
        weight: f64,
        places: &[(String, String)],
        class: Option<&str>,
    ) -> Result<i32, GrowthError> {
        let map = self.monitor.map();
        let free = (0..).find(|id| !map.exists(*id)).unwrap_or(0);
        self.run(&Command::new_osd(uuid))?;
        self.run(&Command::add_to_crush(free, weight, places))?;
        if let Some(class) = class {
            self.run(&Command::set_device_class(class, free))?;
        }
        Ok(free)
    }

    /// Notes an empty device.
    fn set_device(&mut self, osd: i32, device_bytes: u64) {
        let stats = OsdStats {
            total_bytes: device_bytes,
            used_bytes: 0,
            available_bytes: device_bytes,
            parts: None,
        };
        self.state.osds.insert(osd, stats);
        self.state.new_devices.insert(osd);
    }

    fn replace(&mut self, osds: &[i32], device_bytes: u64) -> Result<(), GrowthError> {
        let weight = weight_of(&self.state, device_bytes);
        for osd in osds {
            self.run(&Command::reweight_in_crush(*osd, weight))?;
            self.set_device(*osd, device_bytes);
        }
        Ok(())
    }

    /// Returns the id of the new pool.
    fn move_to_erasure(&mut self, to: &ToErasure) -> Result<i64, GrowthError> {
        let missing = || GrowthError::Refused {
            command: format!("pool {}", to.pool),
            refusal: "there is no such pool".to_owned(),
        };
        let old = self.monitor.map().pools.get(&to.pool).cloned().ok_or_else(missing)?;
        if old.is_erasure() {
            return Err(GrowthError::IsErasure { pool: old.name });
        }
        let data = self.state.pools.get(&to.pool).copied().unwrap_or_default();
        let (ToErasure { k, m, .. }, name) = (to, &old.name);
        let (profile, new) = (format!("{name}-k{k}m{m}"), format!("{name}-ec"));
        let settings = profile_settings(&self.state, to);
        self.run(&Command::set_erasure_code_profile(&profile, &settings))?;
        let pg_num = to.pg_num.unwrap_or_else(|| pg_num_for(&old, k.saturating_add(*m)));
        self.run(&Command::create_erasure_pool(&new, pg_num, &profile))?;
        let id = i64::from(self.monitor.map().pool_max);
        let (quoted_name, quoted_new) = (quoted(name), quoted(&new));
        self.commands.push(format!("# copy the objects of pool {quoted_name} into {quoted_new}"));
        self.run(&Command::remove_pool(name))?;
        self.run(&Command::rename_pool(&new, name))?;
        self.monitor.settle_pg_num();
        self.check_domains(id)?;
        self.state.pools.remove(&to.pool);
        let amplification = self.amplification(id, &data);
        self.state.pools.insert(id, PoolState { is_new: true, amplification, ..data });
        Ok(id)
    }

    /// Refuses a pool whose rule cannot be met.
    fn check_domains(&self, id: i64) -> Result<(), GrowthError> {
        let map = self.monitor.map();
        let crush = map.crush.map()?;
        let data = crushlab_osdmap::Cluster { osds: self.state.osds.clone(), ..Default::default() };
        let subject = Subject { map, crush: &crush, data: &data, placed: None };
        let Some(pool) = map.pools.get(&id) else { return Ok(()) };
        let rule = subject.rule_id(id).and_then(|rule| crush.rule(rule));
        let domains = rule.map(|rule| RuleDomains::new(&subject, rule, usize::from(pool.size)));
        match domains.and_then(|domains| domains.shortage()) {
            Some(shortage) => Err(GrowthError::Shortage { pool: pool.name.clone(), shortage }),
            None => Ok(()),
        }
    }

    /// What padding makes of a byte in the new pool, when all objects are as large as their mean.
    fn amplification(&self, id: i64, data: &PoolState) -> f64 {
        let (map, objects) = (self.monitor.map(), data.objects);
        let mean_bytes = (data.stored_bytes / objects.max(1) as f64).ceil() as u64;
        let redundancy = map.pools.get(&id).and_then(|pool| redundancy(map, pool));
        let unit = map.release().min_alloc_size_bytes(false);
        let overhead = redundancy
            .filter(|_| objects > 0 && mean_bytes > 0)
            .map(|redundancy| redundancy.overhead(&ObjectSizes::all(mean_bytes), unit));
        overhead.and_then(|one| Some(one.ratio? / one.nominal_ratio)).unwrap_or(1.0)
    }
}

fn quoted(name: &str) -> String {
    try_quote(name).map_or_else(|_| name.to_owned(), |quoted| quoted.into_owned())
}

/// The CRUSH weight of a new device: TiB, unless the cluster's weights mean something else. Then
/// it is as much by its size as most have.
fn weight_of(state: &State, device_bytes: u64) -> f64 {
    let crush = &state.map.crush;
    let per_byte = |(osd, stats): (&i32, &OsdStats)| {
        let weight = f64::from(crush.item_weight(*osd).filter(|weight| *weight > 0)?);
        (stats.total_bytes > 0).then(|| weight / WEIGHT_ONE / stats.total_bytes as f64)
    };
    let mut all: Vec<f64> = state.osds.iter().filter_map(per_byte).collect();
    all.sort_unstable_by(f64::total_cmp);
    let usual = all.get(all.len() / 2).copied().unwrap_or(1.0 / TIB);
    let is_tib = (usual * TIB - 1.0).abs() < 0.1;
    device_bytes as f64 * if is_tib { 1.0 / TIB } else { usual }
}

/// Uuids that no OSD of a map has.
struct UnusedUuids {
    used: BTreeSet<Uuid>,
    number: u64,
}

impl UnusedUuids {
    fn of(map: &OsdMap) -> UnusedUuids {
        UnusedUuids { used: map.osds.iter().map(|osd| osd.uuid).collect(), number: 0 }
    }

    fn next(&mut self) -> Uuid {
        loop {
            let mut uuid = [0; 16];
            (uuid[6], uuid[8]) = (0x40, 0x90);
            uuid[10..].copy_from_slice(&self.number.to_be_bytes()[2..]);
            self.number += 1;
            if !self.used.contains(&uuid) {
                return uuid;
            }
        }
    }
}

/// The class that most OSDs have.
fn usual_class(map: &OsdMap) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for osd in (0..map.max_osd() as i32).filter(|osd| map.exists(*osd)) {
        if let Some(class) = map.crush.item_class(osd) {
            *counts.entry(class).or_default() += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|(class, count)| (*count, std::cmp::Reverse(*class)));
    most.map(|(class, _)| class.to_owned())
}

/// Where a host is put: the type and the name of a bucket.
fn place_of_host(state: &State, host: &HostToAdd) -> Result<(String, String), GrowthError> {
    let crush = &state.map.crush;
    let error = |problem: String| GrowthError::Place { host: host.name.clone(), problem };
    if crush.item_id(&host.name).is_some() {
        return Err(error("found this name in the map, expected a new one".to_owned()));
    }
    if !crushlab_crushmap::is_valid_name(&host.name) {
        return Err(error("expected a name of letters, digits, -, _ and .".to_owned()));
    }
    let Some(host_type) = crush.type_id("host") else {
        return Err(error("the map has no type host".to_owned()));
    };
    let id = match &host.parent {
        Some(name) => crush.item_id(name).ok_or_else(|| {
            error(format!("found no bucket {name:?}, expected one to put the host into"))
        })?,
        None => main_root(state).ok_or_else(|| error("the map has no root".to_owned()))?,
    };
    let bucket = crush.core.bucket(id).filter(|bucket| i32::from(bucket.type_id) > host_type);
    let name = crush.item_name(id).unwrap_or_default();
    let Some(bucket) = bucket else {
        return Err(error(format!("{name} cannot hold hosts: expected a rack, a root, …")));
    };
    let child_type = |item: &i32| crush.core.bucket(*item).map(|child| i32::from(child.type_id));
    let holds_others =
        bucket.items.iter().filter_map(child_type).any(|type_id| type_id > host_type);
    if holds_others && host.parent.is_none() {
        return Err(error(format!(
            "{name} holds no hosts itself: expected the bucket to put it into, such as @rack1"
        )));
    }
    let type_name = crush.types.get(&i32::from(bucket.type_id)).cloned().unwrap_or_default();
    Ok((type_name, name.to_owned()))
}

/// The root that the rules of most pools take, without regard to device classes.
fn main_root(state: &State) -> Option<i32> {
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    for pool in state.map.pools.keys() {
        if let Some((root, _)) = taken(state, *pool) {
            *counts.entry(root).or_default() += 1;
        }
    }
    // Of equal ones the first that was made, which has the highest id.
    let most = counts.into_iter().max_by_key(|(id, count)| (*count, *id));
    most.map(|(id, _)| id).or_else(|| state.map.crush.real_roots().into_iter().next_back())
}

/// What a pool's rule takes first, and the class that it keeps to.
fn taken(state: &State, pool: i64) -> Option<(i32, Option<i32>)> {
    let data = crushlab_osdmap::Cluster::default();
    let rule = state.subject(&data).rule_id(pool)?;
    let rule = state.crush.rule(rule)?;
    let take = rule.steps.iter().find(|step| step.op == Op::Take)?;
    state.map.crush.without_class(take.arg1)
}

/// Settings of the profile of a pool that goes where another one was.
fn profile_settings(state: &State, to: &ToErasure) -> Vec<(String, String)> {
    let crush = &state.map.crush;
    let domain = to.failure_domain.clone().or_else(|| {
        let data = crushlab_osdmap::Cluster::default();
        let rule = state.crush.rule(state.subject(&data).rule_id(to.pool)?)?;
        let choice = rule.steps.iter().rfind(|step| {
            use Op::{ChooseFirstn, ChooseIndep, ChooseMsr, ChooseleafFirstn, ChooseleafIndep};
            let choices = [ChooseFirstn, ChooseIndep, ChooseMsr, ChooseleafFirstn, ChooseleafIndep];
            choices.contains(&step.op)
        });
        crush.types.get(&choice?.arg2).cloned()
    });
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let mut settings = vec![
        pair("k", &to.k.to_string()),
        pair("m", &to.m.to_string()),
        pair("crush-failure-domain", domain.as_deref().unwrap_or("host")),
    ];
    if let Some((root, class)) = taken(state, to.pool) {
        settings.extend(crush.item_name(root).map(|name| pair("crush-root", name)));
        let class = class.and_then(|class| crush.class_names.get(&class));
        settings.extend(class.map(|name| pair("crush-device-class", name)));
    }
    settings
}

/// The power of two nearest to the PGs that make as many shards as a pool has.
fn pg_num_for(old: &Pool, shards: u8) -> u32 {
    let wanted = f64::from(old.pg_num) * f64::from(old.size) / f64::from(shards.max(1));
    let power = wanted.max(1.0).log2().round() as u32;
    1 << power.min(24)
}
