//! Rules of a text.

use crushlab_crush::{Op, Rule, Step};

use super::compile::Compiler;
use super::syntax::{At, Name, RuleSyntax, StepSyntax};
use crate::error::TextError;
use crate::release::{RULE_MAX_SIZE, RULE_MIN_SIZE};

/// Sizes of a rule that gives none.
const MIN_SIZE: At<i64> = At { value: RULE_MIN_SIZE as i64, offset: 0 };
const MAX_SIZE: At<i64> = At { value: RULE_MAX_SIZE as i64, offset: 0 };

impl<'a> Compiler<'a> {
    /// Compiles one rule; in front of the first one, makes the shadow trees.
    pub(super) fn rule(&mut self, syntax: &RuleSyntax<'a>) -> Result<(), TextError> {
        if !self.rule_seen {
            self.rule_seen = true;
            // The tool goes on with the trees it could make. A rule that takes one that it could
            // not is an error below.
            self.shadow_problem = self.map.populate_shadows(&self.shadow_ids).err();
        }
        if let Some(name) = syntax.name
            && !self.rule_names.insert(name.value)
        {
            let problem =
                format!("found rule \"{}\" again, expected a name of its own", name.value);
            return Err(self.error(name.offset, problem));
        }
        let id: u8 = self.ranged(syntax.id, "a rule id", 0, 255)?;
        let slot = usize::from(id);
        let rules = &mut self.map.core.rules;
        if rules.len() <= slot {
            rules.resize(slot + 1, None);
        }
        if rules.get(slot).is_some_and(Option::is_some) {
            let problem = format!("found rule id {id} again, expected one that is free");
            return Err(self.error(syntax.id.offset, problem));
        }
        let mut rule = Rule {
            ruleset: id,
            rule_type: self.ranged(syntax.rule_type, "a rule type", 0, 255)?,
            min_size: self.ranged(syntax.min_size.unwrap_or(MIN_SIZE), "a size", 0, 255)?,
            max_size: self.ranged(syntax.max_size.unwrap_or(MAX_SIZE), "a size", 0, 255)?,
            steps: Vec::with_capacity(syntax.steps.len()),
        };
        for step in &syntax.steps {
            rule.steps.push(self.step(step)?);
        }
        if let Some(place) = self.map.core.rules.get_mut(slot) {
            *place = Some(rule);
        }
        if let Some(name) = syntax.name {
            self.map.rule_names.insert(i32::from(id), name.value.to_owned());
        }
        Ok(())
    }

    fn step(&self, syntax: &StepSyntax<'a>) -> Result<Step, TextError> {
        let whole =
            |number| self.ranged(number, "a number", i64::from(i32::MIN), i64::from(i32::MAX));
        Ok(match syntax {
            StepSyntax::Take { item, class } => Step::new(Op::Take, self.take(*item, *class)?, 0),
            StepSyntax::Choose { op, count, type_name } => {
                let type_id = self.type_ids.get(type_name.value).ok_or_else(|| {
                    let problem = format!(
                        "found type \"{}\", expected a type that is defined",
                        type_name.value
                    );
                    self.error(type_name.offset, problem)
                })?;
                Step::new(*op, whole(*count)?, *type_id)
            }
            StepSyntax::Set { op, value } => Step::new(*op, whole(*value)?, 0),
            StepSyntax::Noop => Step::new(Op::Noop, 0, 0),
            StepSyntax::Emit => Step::new(Op::Emit, 0, 0),
        })
    }

    /// The item that a step takes: a class stands for the shadow.
    fn take(&self, item: Name<'a>, class: Option<Name<'a>>) -> Result<i32, TextError> {
        let id = *self.item_ids.get(item.value).ok_or_else(|| {
            let problem =
                format!("found \"{}\", expected a device or bucket of this map", item.value);
            self.error(item.offset, problem)
        })?;
        let Some(class) = class else { return Ok(id) };
        let shadow = (self.map.class_id(class.value))
            .and_then(|class| self.map.shadows.get(&id)?.get(&class));
        shadow.copied().ok_or_else(|| {
            let names: Vec<&str> = self.map.class_names.values().map(String::as_str).collect();
            let mut problem = format!(
                "found class \"{}\", expected one that \"{}\" can be split by (classes here: {})",
                class.value,
                item.value,
                if names.is_empty() { "none".to_owned() } else { names.join(", ") }
            );
            if let Some(reason) = &self.shadow_problem {
                problem.push_str(&format!("; not all could be: {reason}"));
            }
            self.error(class.offset, problem)
        })
    }
}
