//! Reading a dump.

use std::collections::{BTreeMap, HashMap};

use crushlab_crush::map::bucket_slot;
use crushlab_crush::{Algorithm, Bucket, ChooseArg, ChooseArgs, TypeOrder};
use serde_json::Value;

use super::node::Node;
use super::shadows::NamedShadow;
use super::tunables::read_tunables;
use crate::error::{JsonError, bucket_at_fault};
use crate::text::hash_number;
use crate::{CrushMap, MAX_CLASSES, MAX_IDS};

/// Limits of ids and numbers, as ranges of [`Node::whole`].
const DEVICE_IDS: std::ops::RangeInclusive<i64> = 0..=MAX_IDS as i64 - 1;
const BUCKET_IDS: std::ops::RangeInclusive<i64> = -(MAX_IDS as i64)..=-1;
const ITEM_IDS: std::ops::RangeInclusive<i64> = -(MAX_IDS as i64)..=MAX_IDS as i64 - 1;

impl CrushMap {
    /// Reads the JSON of `ceph osd crush dump` or `crushtool --dump`, or of `ceph report`, of
    /// which it takes the `crushmap`.
    ///
    /// Class ids are given out anew, in the order in which devices and shadows name classes.
    /// Weights of choose_args are as exact as the dump.
    ///
    /// # Errors
    /// [`JsonError`], with the line and column, or the path of the value that is at fault.
    pub fn from_json(bytes: &[u8]) -> Result<CrushMap, JsonError> {
        let document: Value = serde_json::from_slice(bytes).map_err(|error| {
            let text = error.to_string();
            let problem = text.split(" at line ").next().unwrap_or_default().to_owned();
            JsonError::Syntax { line: error.line(), column: error.column(), problem }
        })?;
        let root = Node::root(&document);
        match root.optional("crushmap")? {
            Some(crushmap) => read_map(&crushmap),
            None => read_map(&root),
        }
    }
}

fn read_map(root: &Node<'_>) -> Result<CrushMap, JsonError> {
    let mut map = CrushMap::default();
    map.core.type_order = TypeOrder::Free;
    if let Some(tunables) = root.optional("tunables")? {
        map.core.tunables = read_tunables(&tunables)?;
    } else {
        map.core.tunables = crushlab_crush::Tunables::ARGONAUT;
    }
    for entry in root.field("types")?.values()? {
        let id = entry.field("type_id")?.whole(0..=i64::from(i32::MAX))?;
        map.types.insert(id, entry.field("name")?.name()?.to_owned());
    }
    let buckets = root.field("buckets")?;
    for entry in buckets.values()? {
        map.read_bucket(&entry)?;
    }
    map.read_devices(&root.field("devices")?)?;
    map.read_shadows(&buckets)?;
    map.read_rules(&root.field("rules")?)?;
    if let Some(choose_args) = root.optional("choose_args")? {
        for (id, set) in choose_args.fields()? {
            let id = id.parse().map_err(|_| {
                set.error(format!("found key \"{id}\", expected the id of a pool, or -1"))
            })?;
            let set = CrushMap::read_choose_args(&set)?;
            map.core.choose_args.insert(id, set);
        }
    }
    map.update_choose_args();
    map.finalize();
    let places: HashMap<i32, Node<'_>> = (buckets.values()?)
        .filter_map(|entry| Some((entry.field("id").ok()?.whole(BUCKET_IDS).ok()?, entry)))
        .collect();
    map.sound().map_err(|problem| {
        let place = bucket_at_fault(&problem).and_then(|bucket| places.get(&bucket));
        place.unwrap_or(root).error(problem.to_string())
    })
}

impl CrushMap {
    fn read_bucket(&mut self, entry: &Node<'_>) -> Result<(), JsonError> {
        let id = entry.field("id")?.whole(BUCKET_IDS)?;
        let type_id = entry.field("type_id")?.whole(1..=i64::from(u16::MAX))?;
        let weight = entry.field("weight")?.bits()?;
        let alg = entry.field("alg")?;
        let name = alg.text()?;
        let algorithm = Algorithm::from_name(name).ok_or_else(|| {
            let expected = "expected uniform, list, tree, straw or straw2";
            alg.error(format!("found algorithm \"{name}\", {expected}"))
        })?;
        let entries = entry.field("items")?;
        let mut items = Vec::with_capacity(entries.len()?);
        let mut weights = Vec::with_capacity(entries.len()?);
        for (index, item) in entries.values()?.enumerate() {
            items.push(item.field("id")?.whole(ITEM_IDS)?);
            weights.push(item.field("weight")?.bits()?);
            if let Some(position) = item.optional("pos")?
                && position.whole::<usize>(0..=i64::MAX)? != index
            {
                let problem = format!("found another position, expected {index}: items in order");
                return Err(position.error(problem));
            }
        }
        let straw_calc_version = self.core.tunables.straw_calc_version;
        let mut bucket = Bucket::new(id, type_id, algorithm, &items, &weights, straw_calc_version)
            .map_err(|problem| entry.error(problem.to_string()))?;
        bucket.weight = weight;
        if let Some(hash) = entry.optional("hash")? {
            bucket.hash = hash_number(hash.text()?);
        }
        self.core.insert_bucket(bucket).map_err(|problem| entry.error(problem.to_string()))?;
        if let Some(name) = entry.optional("name")? {
            self.names.insert(id, name.name()?.to_owned());
        }
        Ok(())
    }

    /// Names and classes of devices. The dump lists every id below `max_devices`; one that is no
    /// device has the name `deviceN` there, is in no bucket, and is not the last.
    fn read_devices(&mut self, devices: &Node<'_>) -> Result<(), JsonError> {
        let held: std::collections::HashSet<i32> =
            self.core.buckets.iter().flatten().flat_map(|bucket| &bucket.items).copied().collect();
        let last = devices.len()?.saturating_sub(1);
        for (index, entry) in devices.values()?.enumerate() {
            let id: i32 = entry.field("id")?.whole(DEVICE_IDS)?;
            let name = entry.field("name")?.name()?;
            let class = entry.optional("class")?;
            let placeholder = name.strip_prefix("device") == Some(id.to_string().as_str());
            if placeholder && class.is_none() && index != last && !held.contains(&id) {
                continue;
            }
            self.names.insert(id, name.to_owned());
            if let Some(class) = class {
                let class = self.read_class(&class, class.name()?)?;
                self.classes.insert(id, class);
            }
        }
        Ok(())
    }

    fn read_class(&mut self, place: &Node<'_>, class: &str) -> Result<i32, JsonError> {
        let id = self.class_id_or_new(class);
        if self.class_names.len() > MAX_CLASSES {
            let found = format!("found class \"{class}\" after {MAX_CLASSES} others");
            return Err(place.error(format!("{found}, expected no more than these")));
        }
        Ok(id)
    }

    /// A bucket named `NAME~CLASS` is a shadow.
    fn read_shadows(&mut self, buckets: &Node<'_>) -> Result<(), JsonError> {
        let mut named = BTreeMap::new();
        for entry in buckets.values()? {
            let Some(name) = entry.optional("name")? else { continue };
            let Some((original, class)) = name.text()?.split_once('~') else { continue };
            let shadow = entry.field("id")?.whole(BUCKET_IDS)?;
            let class = self.read_class(&name, class)?;
            self.classes.insert(shadow, class);
            named.insert(shadow, NamedShadow { original: original.to_owned(), class });
        }
        self.match_shadows(&named);
        Ok(())
    }

    fn read_choose_args(set: &Node<'_>) -> Result<ChooseArgs, JsonError> {
        let mut args = ChooseArgs::new();
        for entry in set.values()? {
            let place = entry.field("bucket_id")?;
            let bucket: i32 = place.whole(BUCKET_IDS)?;
            // As with bytes, what is said of a bucket that is gone is left out further down.
            let Some(slot) = bucket_slot(bucket) else { continue };
            let mut arg = ChooseArg::default();
            if let Some(weight_set) = entry.optional("weight_set")? {
                for weights in weight_set.values()? {
                    let weights = weights.values()?.map(|weight| weight.weight());
                    arg.weight_sets.push(weights.collect::<Result<_, _>>()?);
                }
            }
            if let Some(ids) = entry.optional("ids")? {
                let limits = i64::from(i32::MIN)..=i64::from(i32::MAX);
                let ids = ids.values()?.map(|id| id.whole(limits.clone()));
                arg.ids = Some(ids.collect::<Result<_, _>>()?);
            }
            args.insert(slot, arg);
        }
        Ok(args)
    }
}
