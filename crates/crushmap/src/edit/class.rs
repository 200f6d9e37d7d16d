//! Device classes.

use crushlab_crush::Op;

use super::insert::check_name;
use super::{Draft, EditError};
use crate::CrushMap;

impl CrushMap {
    /// Gives a device a class, which is made when it does not exist, and makes the shadow trees
    /// anew (`ceph osd crush set-device-class`). A device without a name gets `osd.ID`. Returns
    /// whether anything changed.
    ///
    /// # Errors
    /// [`EditError::ClassBound`] when the device has another class, [`EditError::BadDeviceId`],
    /// [`EditError::InvalidName`], [`EditError::Shadow`].
    pub fn set_device_class(&mut self, device: i32, class: &str) -> Result<bool, EditError> {
        self.edit(|draft| {
            if !(0..i32::MAX - 1).contains(&device) {
                return Err(EditError::BadDeviceId { id: device });
            }
            check_name(class)?;
            draft.names.entry(device).or_insert_with(|| format!("osd.{device}"));
            match draft.item_class(device) {
                Some(found) if found == class => return Ok(false),
                Some(found) => {
                    let (found, wanted) = (found.to_owned(), class.to_owned());
                    return Err(EditError::ClassBound { device, found, wanted });
                }
                None => {}
            }
            let id = draft.class_id_or_new(class);
            draft.classes.insert(device, id);
            draft.rebuild_shadows()?;
            Ok(true)
        })
    }

    /// Takes a device's class away (`ceph osd crush rm-device-class`). Returns whether it had one.
    ///
    /// # Errors
    /// [`EditError::NoSuchId`] for a device without a name.
    pub fn remove_device_class(&mut self, device: i32) -> Result<bool, EditError> {
        self.edit(|draft| {
            if !draft.names.contains_key(&device) {
                return Err(EditError::NoSuchId { id: device });
            }
            draft.remove_device_class(device)
        })
    }

    /// Makes a class that no device has yet (`ceph osd crush class create`); the next edit that
    /// makes the shadow trees anew forgets it if that is still so. Returns its id.
    ///
    /// # Errors
    /// [`EditError::ClassExists`], [`EditError::InvalidName`].
    pub fn create_class(&mut self, class: &str) -> Result<i32, EditError> {
        self.edit(|draft| {
            check_name(class)?;
            if draft.class_id(class).is_some() {
                return Err(EditError::ClassExists { name: class.to_owned() });
            }
            Ok(draft.class_id_or_new(class))
        })
    }

    /// Removes a class, from its devices too (`ceph osd crush class rm`, which refuses in addition
    /// a class that an erasure-code profile names).
    ///
    /// # Errors
    /// [`EditError::NoSuchClass`], [`EditError::ClassInUse`].
    pub fn remove_class(&mut self, class: &str) -> Result<(), EditError> {
        self.edit(|draft| {
            let no_class = || EditError::NoSuchClass { name: class.to_owned() };
            let id = draft.class_id(class).ok_or_else(no_class)?;
            let rules = draft.rules_using_class(id);
            if !rules.is_empty() {
                return Err(EditError::ClassInUse { class: class.to_owned(), rules });
            }
            let devices: Vec<i32> = draft.devices_of_class(id).collect();
            for device in &devices {
                draft.remove_device_class(*device)?;
            }
            if devices.is_empty() {
                draft.class_names.remove(&id);
            }
            Ok(())
        })
    }

    /// Renames a class and the shadow buckets of it (`ceph osd crush class rename`).
    ///
    /// # Errors
    /// [`EditError::NoSuchClass`], [`EditError::ClassExists`], [`EditError::InvalidName`].
    pub fn rename_class(&mut self, from: &str, to: &str) -> Result<(), EditError> {
        self.edit(|draft| {
            let no_class = || EditError::NoSuchClass { name: from.to_owned() };
            let class = draft.class_id(from).ok_or_else(no_class)?;
            if draft.class_id(to).is_some() {
                return Err(EditError::ClassExists { name: to.to_owned() });
            }
            check_name(to)?;
            let shadows: Vec<i32> = (draft.classes.range(..0))
                .filter(|(_, other)| **other == class)
                .map(|(id, _)| *id)
                .collect();
            for shadow in shadows {
                if let Some(name) = draft.names.get_mut(&shadow) {
                    let origin = name.split_once('~').map_or(name.as_str(), |(origin, _)| origin);
                    *name = format!("{origin}~{to}");
                }
            }
            draft.class_names.insert(class, to.to_owned());
            Ok(())
        })
    }

    /// Gives every device below a bucket a class, whatever class it has
    /// (`crushtool --set-subtree-class`). The shadow trees stay as they are: call
    /// [`rebuild_class_roots`](CrushMap::rebuild_class_roots), or reclassify, afterwards. crushtool
    /// does not look whether this succeeds: it goes on, with the class made where the name is a
    /// device's.
    ///
    /// # Errors
    /// [`EditError::NoSuchItem`], [`EditError::NotABucket`], [`EditError::InvalidName`].
    pub fn set_subtree_class(&mut self, root: &str, class: &str) -> Result<(), EditError> {
        self.edit(|draft| {
            check_name(class)?;
            let id = draft.named_bucket(root)?;
            let class = draft.class_id_or_new(class);
            for device in draft.devices_under(id) {
                draft.classes.insert(device, class);
            }
            Ok(())
        })
    }

    /// Makes all shadow trees anew and forgets classes that nothing needs
    /// (`crushtool --rebuild-class-roots`).
    ///
    /// # Errors
    /// [`EditError::Shadow`].
    pub fn rebuild_class_roots(&mut self) -> Result<(), EditError> {
        self.edit(|draft| Ok(draft.rebuild_shadows()?))
    }

    /// Names of the rules that take a shadow of a class (`class_is_in_use`), one for each take.
    pub fn rules_using_class(&self, class: i32) -> Vec<String> {
        let is_shadow =
            |id: i32| self.shadows.values().any(|by_class| by_class.get(&class) == Some(&id));
        let mut names = Vec::new();
        for (id, rule) in self.core.rules.iter().enumerate() {
            for step in rule.iter().flat_map(|rule| &rule.steps) {
                if step.op == Op::Take && is_shadow(step.arg1) {
                    let name = self.rule_names.get(&(id as i32));
                    names.push(name.cloned().unwrap_or_else(|| id.to_string()));
                }
            }
        }
        names
    }
}

impl Draft {
    fn remove_device_class(&mut self, device: i32) -> Result<bool, EditError> {
        if self.classes.remove(&device).is_none() {
            return Ok(false);
        }
        self.rebuild_shadows()?;
        Ok(true)
    }
}
