//! Names of items and of rules.

use super::insert::check_name;
use super::{Draft, EditError};
use crate::CrushMap;

impl CrushMap {
    /// Renames a device or a bucket (`CrushWrapper::rename_item`). The names of a bucket's shadows
    /// follow with the next edit that makes the shadow trees anew.
    ///
    /// # Errors
    /// [`EditError::NoSuchItem`], [`EditError::NameTaken`], [`EditError::AlreadyRenamed`],
    /// [`EditError::InvalidName`].
    pub fn rename_item(&mut self, from: &str, to: &str) -> Result<(), EditError> {
        self.edit(|draft| {
            let id = draft.renamed(from, to)?;
            draft.names.insert(id, to.to_owned());
            Ok(())
        })
    }

    /// Renames a bucket (`ceph osd crush rename-bucket`).
    ///
    /// # Errors
    /// Those of [`rename_item`](CrushMap::rename_item), and [`EditError::RenamedDevice`].
    pub fn rename_bucket(&mut self, from: &str, to: &str) -> Result<(), EditError> {
        self.edit(|draft| {
            let id = draft.renamed(from, to)?;
            if id >= 0 {
                return Err(EditError::RenamedDevice { name: from.to_owned() });
            }
            draft.names.insert(id, to.to_owned());
            Ok(())
        })
    }

    /// Renames a rule (`ceph osd crush rule rename`).
    ///
    /// # Errors
    /// [`EditError::NoSuchRule`], [`EditError::RuleExists`].
    pub fn rename_rule(&mut self, from: &str, to: &str) -> Result<(), EditError> {
        self.edit(|draft| {
            let no_rule = || EditError::NoSuchRule { name: from.to_owned() };
            let id = draft.rule_id(from).ok_or_else(no_rule)?;
            if draft.rule_id(to).is_some() {
                return Err(EditError::RuleExists { name: to.to_owned() });
            }
            draft.rule_names.insert(id, to.to_owned());
            Ok(())
        })
    }
}

impl Draft {
    /// The id of an item that may be renamed so (`can_rename_item`).
    fn renamed(&self, from: &str, to: &str) -> Result<i32, EditError> {
        match (self.item_id(from), self.item_id(to)) {
            (Some(_), Some(id)) => Err(EditError::NameTaken { name: to.to_owned(), id }),
            (Some(id), None) => check_name(to).map(|()| id),
            (None, Some(_)) => {
                Err(EditError::AlreadyRenamed { from: from.to_owned(), to: to.to_owned() })
            }
            (None, None) => Err(EditError::NoSuchItem { name: from.to_owned() }),
        }
    }
}
