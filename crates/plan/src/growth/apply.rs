//! What becomes of a cluster by a change: the commands that an operator would give, applied.

use std::collections::BTreeMap;

use crushlab_crush::Op;
use crushlab_osdmap::{OsdMap, OsdStats, Pool};
use shlex::try_quote;

use super::change::{Change, HostToAdd, OsdsToAdd, ToErasure};
use super::error::GrowthError;
use super::state::{PoolState, State};
use crate::capacity::report::redundancy;
use crate::capacity::{ObjectSizes, RuleDomains, Subject, min_alloc};
use crushlab_monitor::command::{Command, apply as apply_command};
use crushlab_monitor::config::{Config, Context};
use crushlab_monitor::event::recover;
use crushlab_monitor::staging;

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
    let mut shell = Shell::new(state, config);
    let mut moved_pool = None;
    match change {
        Change::AddHost(host) => shell.add_host(host)?,
        Change::Replace { osds, device_bytes } => shell.replace(osds, *device_bytes)?,
        Change::ToErasure(to) => moved_pool = Some((to.pool, shell.move_to_erasure(to)?)),
    }
    let Shell { mut state, commands, .. } = shell;
    state.crush = std::sync::Arc::new(state.map.crush.map()?);
    Ok(Changed { state, commands, moved_pool })
}

/// A state that commands are given to.
struct Shell {
    state: State,
    context: Context,
    commands: Vec<String>,
}

impl Shell {
    fn new(state: &State, config: &Config) -> Shell {
        // To move a pool is to delete it in the end, which nobody plans without allowing it.
        let config = Config { mon_allow_pool_delete: true, ..config.clone() };
        let objects = state.pools.iter().map(|(id, pool)| (*id, pool.objects));
        let context =
            Context { config, osd_usage: state.osds.clone(), pool_objects: objects.collect() };
        Shell { state: state.clone(), context, commands: Vec::new() }
    }

    fn run(&mut self, line: String) -> Result<(), GrowthError> {
        let command = Command::parse(&line).map_err(|error| GrowthError::unread(&line, &error))?;
        let applied = apply_command(&self.state.map, &command, &self.context)
            .map_err(|refusal| GrowthError::refused(&line, &refusal))?;
        self.state.map = applied.map;
        self.commands.push(line);
        Ok(())
    }

    fn add_host(&mut self, host: &HostToAdd) -> Result<(), GrowthError> {
        let place = place_of_host(&self.state, host)?;
        let mut added = Vec::new();
        for osds in &host.osds {
            let class = osds.class.clone().or_else(|| usual_class(&self.state.map));
            for _ in 0..osds.count {
                added.push(self.add_osd(osds, &host.name, &place, class.as_deref())?);
            }
        }
        // Their daemons start.
        self.state.map = recover(&self.state.map, &added, &self.context).map;
        Ok(())
    }

    fn add_osd(
        &mut self,
        osds: &OsdsToAdd,
        host: &str,
        place: &str,
        class: Option<&str>,
    ) -> Result<i32, GrowthError> {
        let map = &self.state.map;
        let free = (0..).find(|id| !map.exists(*id)).unwrap_or(0);
        self.run(format!("ceph osd new {}", unused_uuid(map)))?;
        let weight = weight_of(&self.state, osds.device_bytes);
        self.run(format!("ceph osd crush add osd.{free} {weight} host={host} {place}"))?;
        if let Some(class) = class {
            self.run(format!("ceph osd crush set-device-class {class} osd.{free}"))?;
        }
        self.set_device(free, osds.device_bytes);
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
            self.run(format!("ceph osd crush reweight osd.{osd} {weight}"))?;
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
        let old = self.state.map.pools.get(&to.pool).cloned().ok_or_else(missing)?;
        if old.is_erasure() {
            return Err(GrowthError::IsErasure { pool: old.name });
        }
        let data = self.state.pools.get(&to.pool).copied().unwrap_or_default();
        let (ToErasure { k, m, .. }, name) = (to, &old.name);
        let profile = quoted(&format!("{name}-k{k}m{m}"));
        let (new, name) = (quoted(&format!("{name}-ec")), quoted(name));
        let settings = profile_settings(&self.state, to);
        self.run(format!("ceph osd erasure-code-profile set {profile} k={k} m={m} {settings}"))?;
        let pg_num = to.pg_num.unwrap_or_else(|| pg_num_for(&old, k.saturating_add(*m)));
        self.run(format!("ceph osd pool create {new} {pg_num} {pg_num} erasure {profile}"))?;
        let id = i64::from(self.state.map.pool_max);
        self.commands.push(format!("# copy the objects of pool {name} into {new}"));
        let sure = "--yes-i-really-really-mean-it";
        self.run(format!("ceph osd pool rm {name} {name} {sure}"))?;
        self.run(format!("ceph osd pool rename {new} {name}"))?;
        if let Some(last) = staging::settle(&self.state.map, &self.context).pop() {
            self.state.map = last.map;
        }
        self.check_domains(id)?;
        self.state.pools.remove(&to.pool);
        let amplification = self.amplification(id, &data);
        self.state.pools.insert(id, PoolState { is_new: true, amplification, ..data });
        Ok(id)
    }

    /// Refuses a pool whose rule cannot be met.
    fn check_domains(&self, id: i64) -> Result<(), GrowthError> {
        let crush = self.state.map.crush.map()?;
        let data = crushlab_osdmap::Cluster { osds: self.state.osds.clone(), ..Default::default() };
        let subject = Subject { map: &self.state.map, crush: &crush, data: &data };
        let Some(pool) = self.state.map.pools.get(&id) else { return Ok(()) };
        let rule = subject.rule_id(id).and_then(|rule| crush.rule(rule));
        let domains = rule.map(|rule| RuleDomains::new(&subject, rule, usize::from(pool.size)));
        match domains.and_then(|domains| domains.shortage()) {
            Some(shortage) => Err(GrowthError::Shortage { pool: pool.name.clone(), shortage }),
            None => Ok(()),
        }
    }

    /// What padding makes of a byte in the new pool, when all objects are as large as their mean.
    fn amplification(&self, id: i64, data: &PoolState) -> f64 {
        let (map, objects) = (&self.state.map, data.objects);
        let mean_bytes = (data.stored_bytes / objects.max(1) as f64).ceil() as u64;
        let redundancy = map.pools.get(&id).and_then(|pool| redundancy(map, pool));
        let unit = min_alloc::default_bytes(map.require_osd_release, false);
        let overhead = redundancy
            .filter(|_| objects > 0 && mean_bytes > 0)
            .map(|redundancy| redundancy.overhead(&ObjectSizes::all(mean_bytes), unit));
        overhead.and_then(|one| Some(one.ratio? / one.nominal_ratio)).unwrap_or(1.0)
    }
}

fn quoted(name: &str) -> String {
    try_quote(name).map_or_else(|_| name.to_owned(), |quoted| quoted.into_owned())
}

/// The CRUSH weight of a new device, with five decimals as Ceph's own tools give it: TiB, unless
/// the cluster's weights mean something else. Then it is as much by its size as most have.
fn weight_of(state: &State, device_bytes: u64) -> String {
    let crush = &state.map.crush;
    let per_byte = |(osd, stats): (&i32, &OsdStats)| {
        let weight = f64::from(crush.item_weight(*osd).filter(|weight| *weight > 0)?);
        (stats.total_bytes > 0).then(|| weight / WEIGHT_ONE / stats.total_bytes as f64)
    };
    let mut all: Vec<f64> = state.osds.iter().filter_map(per_byte).collect();
    all.sort_unstable_by(f64::total_cmp);
    let usual = all.get(all.len() / 2).copied().unwrap_or(1.0 / TIB);
    let is_tib = (usual * TIB - 1.0).abs() < 0.1;
    format!("{:.5}", device_bytes as f64 * if is_tib { 1.0 / TIB } else { usual })
}

/// A uuid that no OSD of the map has.
fn unused_uuid(map: &OsdMap) -> String {
    let text = |number: u64| format!("00000000-0000-4000-9000-{number:012x}");
    let bytes = |number: u64| {
        let mut uuid = [0; 16];
        (uuid[6], uuid[8]) = (0x40, 0x90);
        uuid[10..].copy_from_slice(&number.to_be_bytes()[2..]);
        uuid
    };
    let is_free = |number: &u64| map.osds.iter().all(|osd| osd.uuid != bytes(*number));
    text((0..=map.osds.len() as u64).find(is_free).unwrap_or(0))
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

/// Where a host is put, as `osd crush add` takes it: `root=default`.
fn place_of_host(state: &State, host: &HostToAdd) -> Result<String, GrowthError> {
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
    Ok(format!("{type_name}={name}"))
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
fn profile_settings(state: &State, to: &ToErasure) -> String {
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
    let mut settings =
        vec![format!("crush-failure-domain={}", domain.as_deref().unwrap_or("host"))];
    if let Some((root, class)) = taken(state, to.pool) {
        settings.extend(crush.item_name(root).map(|name| format!("crush-root={name}")));
        let class = class.and_then(|class| crush.class_names.get(&class));
        settings.extend(class.map(|name| format!("crush-device-class={name}")));
    }
    settings.join(" ")
}

/// The power of two nearest to the PGs that make as many shards as a pool has.
fn pg_num_for(old: &Pool, shards: u8) -> u32 {
    let wanted = f64::from(old.pg_num) * f64::from(old.size) / f64::from(shards.max(1));
    let power = wanted.max(1.0).log2().round() as u32;
    1 << power.min(24)
}
