//! From racks, hosts and OSDs to the CRUSH map.

use std::collections::{BTreeMap, HashMap};

use crushlab_crush::{Algorithm, Bucket, MapBuilder};
use crushlab_crushmap::{CrushMap, is_valid_name};

use super::document::{Description, Host, OsdEntry, Rack};
use crate::document_error::DocumentError;
use crate::limits::MAX_OSDS;
use crate::model::NEW_CRUSH_TYPES;

const HOST: u16 = 1;
const RACK: u16 = 3;
const ROOT: u16 = 11;

/// Bytes of a crush weight of 1 by convention, and that weight in 16.16.
const TIB: u128 = 1 << 40;
const WEIGHT_ONE: u128 = 0x10000;

type Built<T> = Result<T, DocumentError>;

/// The CRUSH map, without rules, and the size of each OSD in bytes.
pub(super) fn build_tree(description: &Description) -> Built<(CrushMap, Vec<u64>)> {
    check_counts(description)?;
    let core = MapBuilder::new();
    let types = NEW_CRUSH_TYPES.iter().zip(0..).map(|(name, id)| (id, (*name).to_owned()));
    let crush = CrushMap { core, types: types.collect(), ..CrushMap::default() };
    let mut tree = Tree { crush, sizes: Vec::new(), numbers: HashMap::new(), ids: HashMap::new() };
    // The root comes first, so that it has the id -1 that new clusters give it.
    let root = tree.reserve(&description.root, "root")?;
    let mut items = Vec::new();
    for (index, rack) in description.racks.iter().enumerate() {
        tree.add_racks(rack, &format!("racks[{index}]"), &mut items)?;
    }
    for (index, host) in description.hosts.iter().enumerate() {
        tree.add_hosts(host, &format!("hosts[{index}]"), &mut items)?;
    }
    tree.fill(root, ROOT, &items, "root")?;
    let mut crush = tree.crush;
    crush.core.max_devices = tree.sizes.len() as i32;
    crush.rebuild_class_roots().map_err(|error| DocumentError::new("root", error.to_string()))?;
    Ok((crush, tree.sizes))
}

/// Refuses more OSDs than can be worked with, before any is made.
fn check_counts(description: &Description) -> Built<()> {
    let osds = |host: &Host| {
        let osds = host.osds.iter().map(|osd| u64::from(osd.count)).fold(0, u64::saturating_add);
        osds.saturating_add(1).saturating_mul(u64::from(host.count.unwrap_or(1)))
    };
    let hosts = |hosts: &[Host]| hosts.iter().map(osds).fold(0, u64::saturating_add);
    let rack = |rack: &Rack| {
        let within = hosts(&rack.hosts).saturating_add(1);
        within.saturating_mul(u64::from(rack.count.unwrap_or(1)))
    };
    let racks = description.racks.iter().map(rack).fold(0, u64::saturating_add);
    let all = racks.saturating_add(hosts(&description.hosts));
    if all >= MAX_OSDS as u64 {
        let problem = format!("found {all} racks, hosts and OSDs, expected fewer than {MAX_OSDS}");
        return Err(DocumentError::new("", problem));
    }
    Ok(())
}

struct Tree {
    crush: CrushMap,
    sizes: Vec<u64>,
    /// Last number given to a name that is counted.
    numbers: HashMap<String, u32>,
    /// Ids by name.
    ids: HashMap<String, i32>,
}

impl Tree {
    fn add_racks(&mut self, rack: &Rack, path: &str, items: &mut Vec<(i32, u32)>) -> Built<()> {
        for _ in 0..rack.count.unwrap_or(1) {
            let name = self.name(rack.name.as_deref(), rack.count, "rack");
            let id = self.reserve(&name, path)?;
            let mut hosts = Vec::new();
            for (index, host) in rack.hosts.iter().enumerate() {
                self.add_hosts(host, &format!("{path}.hosts[{index}]"), &mut hosts)?;
            }
            items.push((id, self.fill(id, RACK, &hosts, path)?));
        }
        Ok(())
    }

    fn add_hosts(&mut self, host: &Host, path: &str, items: &mut Vec<(i32, u32)>) -> Built<()> {
        for _ in 0..host.count.unwrap_or(1) {
            let name = self.name(host.name.as_deref(), host.count, "host");
            let id = self.reserve(&name, path)?;
            let mut osds = Vec::new();
            for (index, osd) in host.osds.iter().enumerate() {
                self.add_osds(osd, &format!("{path}.osds[{index}]"), &mut osds)?;
            }
            items.push((id, self.fill(id, HOST, &osds, path)?));
        }
        Ok(())
    }

    fn add_osds(&mut self, entry: &OsdEntry, path: &str, items: &mut Vec<(i32, u32)>) -> Built<()> {
        let class = self.class(&entry.class, path)?;
        let weight = u128::from(entry.size) * WEIGHT_ONE / TIB;
        let weight = u32::try_from(weight).ok().filter(|weight| *weight > 0).ok_or_else(|| {
            let problem = "expected a size from 16 MiB to 64 PiB, as crush weights have it";
            DocumentError::new(format!("{path}.size"), problem)
        })?;
        for _ in 0..entry.count {
            let id = self.sizes.len() as i32;
            self.sizes.push(entry.size);
            self.crush.names.insert(id, format!("osd.{id}"));
            self.crush.classes.insert(id, class);
            items.push((id, weight));
        }
        Ok(())
    }

    /// The id of a device class, which is made where there is none of this name yet.
    fn class(&mut self, name: &str, path: &str) -> Built<i32> {
        if let Some(id) = classes(&self.crush).get(name) {
            return Ok(*id);
        }
        let made = self.crush.create_class(name);
        made.map_err(|error| DocumentError::new(format!("{path}.class"), error.to_string()))
    }

    /// A name as it is given, or with the next number where it is counted or none is given.
    fn name(&mut self, name: Option<&str>, count: Option<u32>, kind: &str) -> String {
        if let (Some(name), None) = (name, count) {
            return name.to_owned();
        }
        let name = name.unwrap_or(kind);
        let number = self.numbers.entry(name.to_owned()).or_insert(0);
        *number += 1;
        format!("{name}{number}")
    }

    /// Gives a bucket its id, so that a parent comes before its children.
    fn reserve(&mut self, name: &str, path: &str) -> Built<i32> {
        let at = |problem: String| DocumentError::new(format!("{path}.name"), problem);
        if !is_valid_name(name) {
            let expected = "expected a name of letters, digits, -, _ and .";
            return Err(at(format!("found {name:?}, {expected}")));
        }
        let id = -1 - self.ids.len() as i32;
        if self.ids.insert(name.to_owned(), id).is_some() {
            return Err(at(format!("found {name:?} twice, expected each name once")));
        }
        self.crush.names.insert(id, name.to_owned());
        Ok(id)
    }

    /// Makes a bucket of its items; returns its weight.
    fn fill(&mut self, id: i32, type_id: u16, items: &[(i32, u32)], path: &str) -> Built<u32> {
        let at = |problem: String| DocumentError::new(path, problem);
        let (ids, weights): (Vec<i32>, Vec<u32>) = items.iter().copied().unzip();
        let bucket = Bucket::new(id, type_id, Algorithm::Straw2, &ids, &weights, 1)
            .map_err(|error| at(error.to_string()))?;
        let weight = bucket.weight;
        self.crush.core.insert_bucket(bucket).map_err(|error| at(error.to_string()))?;
        Ok(weight)
    }
}

/// Device classes: ids by name.
pub(super) fn classes(crush: &CrushMap) -> BTreeMap<&str, i32> {
    crush.class_names.iter().map(|(id, name)| (name.as_str(), *id)).collect()
}
