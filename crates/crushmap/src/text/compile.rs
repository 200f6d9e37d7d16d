//! A map of the statements.

use std::collections::{HashMap, HashSet};

use crushlab_crush::{Tunables, TypeOrder};

use super::parse::parse;
use super::syntax::{Definition, Device, Name, Number, Syntax};
use crate::error::{ShadowError, TextError, bucket_at_fault};
use crate::shadow::Shadows;
use crate::{CrushMap, MAX_CLASSES, MAX_IDS};

impl CrushMap {
    /// Compiles a text as `crushtool -c` does, so that [`to_binary`](CrushMap::to_binary) gives
    /// the same bytes. Where crushtool cuts a number that is too large for its field down to what
    /// fits, this is an error.
    ///
    /// # Errors
    /// [`TextError`], with the line and column of what is wrong.
    pub fn from_text(text: &str) -> Result<CrushMap, TextError> {
        Compiler::new(text).compile(&parse(text)?)
    }
}

/// What is known while a text is being compiled.
pub(super) struct Compiler<'a> {
    pub(super) text: &'a str,
    pub(super) map: CrushMap,
    /// Devices and buckets by name.
    pub(super) item_ids: HashMap<&'a str, i32>,
    pub(super) type_ids: HashMap<&'a str, i32>,
    /// Ids that a bucket without one does not get.
    pub(super) used_ids: HashSet<i32>,
    /// No bucket id above this one is unused.
    pub(super) next_id: i32,
    /// Total weight by bucket: what it weighs in another bucket that does not say.
    pub(super) weights: HashMap<i32, u32>,
    /// Levels of buckets by bucket, itself counted.
    pub(super) heights: HashMap<i32, usize>,
    /// Offset of each bucket's name.
    pub(super) places: HashMap<i32, usize>,
    /// Ids of shadow buckets that the text gives.
    pub(super) shadow_ids: Shadows,
    /// Whether a rule was seen; shadow trees are made in front of the first.
    pub(super) rule_seen: bool,
    pub(super) rule_names: HashSet<&'a str>,
    /// Why there are fewer shadow trees than there should be.
    pub(super) shadow_problem: Option<ShadowError>,
}

impl<'a> Compiler<'a> {
    fn new(text: &'a str) -> Compiler<'a> {
        let mut map = CrushMap::default();
        map.core.tunables = Tunables::ARGONAUT;
        map.core.type_order = TypeOrder::Free;
        Compiler {
            text,
            map,
            item_ids: HashMap::new(),
            type_ids: HashMap::new(),
            used_ids: HashSet::new(),
            next_id: -1,
            weights: HashMap::new(),
            heights: HashMap::new(),
            places: HashMap::new(),
            shadow_ids: Shadows::new(),
            rule_seen: false,
            rule_names: HashSet::new(),
            shadow_problem: None,
        }
    }

    fn compile(mut self, syntax: &Syntax<'a>) -> Result<CrushMap, TextError> {
        for (name, value) in &syntax.tunables {
            self.tunable(*name, *value)?;
        }
        for device in &syntax.devices {
            self.device(device)?;
        }
        for (id, name) in &syntax.types {
            let id = self.ranged(*id, "a type id", 0, i64::from(i32::MAX))?;
            self.type_ids.insert(name.value, id);
            self.map.types.insert(id, name.value.to_owned());
        }
        self.reserve_ids(&syntax.definitions);
        for index in self.definition_order(&syntax.definitions)? {
            match syntax.definitions.get(index) {
                Some(Definition::Bucket(bucket)) => self.bucket(bucket)?,
                Some(Definition::Rule(rule)) => self.rule(rule)?,
                None => {}
            }
        }
        for set in &syntax.choose_args {
            self.choose_args(set)?;
        }
        self.map.finalize();
        let places = self.places;
        self.map.sound().map_err(|problem| {
            let place = bucket_at_fault(&problem).and_then(|bucket| places.get(&bucket));
            TextError::new(self.text, place.copied().unwrap_or(0), problem.to_string())
        })
    }

    fn tunable(&mut self, name: Name<'a>, value: Number) -> Result<(), TextError> {
        let whole = self.ranged(value, "a tunable's value", 0, i64::from(u32::MAX))?;
        let byte = u8::try_from(whole);
        let tunables = &mut self.map.core.tunables;
        let small = match name.value {
            "chooseleaf_vary_r" => &mut tunables.chooseleaf_vary_r,
            "chooseleaf_stable" => &mut tunables.chooseleaf_stable,
            "straw_calc_version" => &mut tunables.straw_calc_version,
            _ => {
                *self.wide_tunable(name)? = whole;
                return Ok(());
            }
        };
        match byte {
            Ok(byte) => *small = byte,
            Err(_) => {
                let problem = format!("found {whole}, expected at most 255 for {}", name.value);
                return Err(self.error(value.offset, problem));
            }
        }
        Ok(())
    }

    /// The tunable of this name that has 32 bits.
    fn wide_tunable(&mut self, name: Name<'a>) -> Result<&mut u32, TextError> {
        let text = self.text;
        let tunables = &mut self.map.core.tunables;
        Ok(match name.value {
            "choose_local_tries" => &mut tunables.choose_local_tries,
            "choose_local_fallback_tries" => &mut tunables.choose_local_fallback_tries,
            "choose_total_tries" => &mut tunables.choose_total_tries,
            "chooseleaf_descend_once" => &mut tunables.chooseleaf_descend_once,
            "allowed_bucket_algs" => &mut tunables.allowed_bucket_algs,
            "msr_descents" => &mut tunables.msr_descents,
            "msr_collision_tries" => &mut tunables.msr_collision_tries,
            other => {
                let problem = format!(
                    "found tunable \"{other}\", expected choose_local_tries, \
                     choose_local_fallback_tries, choose_total_tries, chooseleaf_descend_once, \
                     chooseleaf_vary_r, chooseleaf_stable, straw_calc_version, \
                     allowed_bucket_algs, msr_descents or msr_collision_tries"
                );
                return Err(TextError::new(text, name.offset, problem));
            }
        })
    }

    fn device(&mut self, device: &Device<'a>) -> Result<(), TextError> {
        let id = self.ranged(device.id, "a device id", 0, MAX_IDS as i64 - 1)?;
        if self.item_ids.insert(device.name.value, id).is_some() {
            return Err(self.taken(device.name));
        }
        self.map.names.insert(id, device.name.value.to_owned());
        if let Some(class) = device.class {
            let class = self.class_id(class)?;
            self.map.classes.insert(id, class);
        }
        Ok(())
    }

    /// The id of a class, a new one if need be.
    pub(super) fn class_id(&mut self, class: Name<'a>) -> Result<i32, TextError> {
        let id = self.map.class_id_or_new(class.value);
        if self.map.class_names.len() > MAX_CLASSES {
            let problem = format!(
                "found class \"{}\" after {MAX_CLASSES} others, expected no more than these",
                class.value
            );
            return Err(self.error(class.offset, problem));
        }
        Ok(id)
    }

    /// A number that must be within limits.
    pub(super) fn ranged<N: TryFrom<i64>>(
        &self,
        number: Number,
        what: &str,
        least: i64,
        most: i64,
    ) -> Result<N, TextError> {
        let within = (least..=most).contains(&number.value);
        N::try_from(number.value).ok().filter(|_| within).ok_or_else(|| {
            let problem = format!("found {}, expected {what} from {least} to {most}", number.value);
            self.error(number.offset, problem)
        })
    }

    /// A name that another device or bucket has.
    pub(super) fn taken(&self, name: Name<'a>) -> TextError {
        let problem = format!(
            "found \"{}\" again, expected a name that no device or bucket has yet",
            name.value
        );
        self.error(name.offset, problem)
    }

    pub(super) fn error(&self, offset: usize, problem: impl Into<String>) -> TextError {
        TextError::new(self.text, offset, problem)
    }
}
