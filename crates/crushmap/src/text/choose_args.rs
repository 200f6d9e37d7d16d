//! choose_args of a text.

use crushlab_crush::map::bucket_slot;
use crushlab_crush::{ChooseArg, ChooseArgs};

use super::compile::Compiler;
use super::syntax::{At, ChooseArgSyntax, ChooseArgsSyntax};
use crate::error::TextError;

impl Compiler<'_> {
    /// Compiles one set.
    pub(super) fn choose_args(&mut self, syntax: &ChooseArgsSyntax) -> Result<(), TextError> {
        // The tool prints the compat set's id -1 as an unsigned number, and reads it back through
        // a number that is cut down to 32 bits.
        let id = i64::from(syntax.id.value as i32);
        if self.map.core.choose_args.contains_key(&id) {
            let problem = format!("found choose_args {id} again, expected each set once");
            return Err(self.error(syntax.id.offset, problem));
        }
        let mut set = ChooseArgs::new();
        for entry in &syntax.entries {
            self.choose_arg(entry, &mut set)?;
        }
        set.retain(|_, arg| !arg.is_empty());
        self.map.core.choose_args.insert(id, set);
        Ok(())
    }

    fn choose_arg(&self, syntax: &ChooseArgSyntax, set: &mut ChooseArgs) -> Result<(), TextError> {
        let bucket = i32::try_from(syntax.bucket.value).ok();
        let bucket = bucket.and_then(|id| self.map.core.bucket(id)).ok_or_else(|| {
            let problem = format!("found bucket id {}, which no bucket has", syntax.bucket.value);
            self.error(syntax.bucket.offset, format!("{problem}, expected one of this map's"))
        })?;
        let Some(slot) = bucket_slot(bucket.id) else { return Ok(()) };
        let arg: &mut ChooseArg = set.entry(slot).or_default();
        if let Some(weight_sets) = &syntax.weight_sets {
            arg.weight_sets = (weight_sets.iter())
                .map(|weights| {
                    self.check_length(weights, "weights", bucket.items.len())?;
                    weights.value.iter().map(|weight| self.weight(*weight, u32::MAX)).collect()
                })
                .collect::<Result<_, _>>()?;
        }
        if let Some(ids) = &syntax.ids {
            self.check_length(ids, "ids", bucket.items.len())?;
            let ids: Vec<i32> = (ids.value.iter())
                .map(|id| self.ranged(*id, "an id", i64::from(i32::MIN), i64::from(i32::MAX)))
                .collect::<Result<_, _>>()?;
            arg.ids = (!ids.is_empty()).then_some(ids);
        }
        Ok(())
    }

    fn check_length<T>(
        &self,
        list: &At<Vec<T>>,
        what: &str,
        expected: usize,
    ) -> Result<(), TextError> {
        let found = list.value.len();
        if found == expected {
            return Ok(());
        }
        let problem = format!("found {found} {what}, expected {expected}, one for each item");
        Err(self.error(list.offset, problem))
    }
}
