//! Rules of a dump, both ways.

use std::collections::HashMap;

use crushlab_crush::{Op, Rule, Step};
use serde_json::{Value, json};

use super::node::Node;
use crate::CrushMap;
use crate::error::JsonError;
use crate::release::{RULE_MAX_SIZE, RULE_MIN_SIZE};

/// Steps that dumps name. The others appear by number: `opcode`, `arg1`, `arg2`.
const NAMED: [(&str, Op); 12] = [
    ("noop", Op::Noop),
    ("take", Op::Take),
    ("emit", Op::Emit),
    ("choose_firstn", Op::ChooseFirstn),
    ("choose_indep", Op::ChooseIndep),
    ("chooseleaf_firstn", Op::ChooseleafFirstn),
    ("chooseleaf_indep", Op::ChooseleafIndep),
    ("choosemsr", Op::ChooseMsr),
    ("set_choose_tries", Op::SetChooseTries),
    ("set_chooseleaf_tries", Op::SetChooseleafTries),
    ("set_msr_descents", Op::SetMsrDescents),
    ("set_msr_collision_tries", Op::SetMsrCollisionTries),
];

/// All numbers of 32 bits with a sign.
const I32: std::ops::RangeInclusive<i64> = i32::MIN as i64..=i32::MAX as i64;
const U8: std::ops::RangeInclusive<i64> = 0..=255;

/// What a step's fields are, besides its name.
enum Fields {
    None,
    Item,
    Number,
    NumberAndType,
}

fn fields_of(op: Op) -> Fields {
    match op {
        Op::Noop | Op::Emit => Fields::None,
        Op::Take => Fields::Item,
        Op::ChooseFirstn
        | Op::ChooseIndep
        | Op::ChooseleafFirstn
        | Op::ChooseleafIndep
        | Op::ChooseMsr => Fields::NumberAndType,
        _ => Fields::Number,
    }
}

impl CrushMap {
    pub(super) fn read_rules(&mut self, rules: &Node<'_>) -> Result<(), JsonError> {
        let types: HashMap<&str, i32> =
            self.types.iter().rev().map(|(id, name)| (name.as_str(), *id)).collect();
        for entry in rules.values()? {
            let place = entry.field("rule_id")?;
            let id: u8 = place.whole(U8)?;
            let byte = |key: &str, usual: u8| match entry.optional(key)? {
                Some(value) => value.whole(U8),
                None => Ok(usual),
            };
            let steps = entry.field("steps")?;
            let rule = Rule {
                ruleset: byte("ruleset", id)?,
                rule_type: entry.field("type")?.whole(U8)?,
                min_size: byte("min_size", RULE_MIN_SIZE)?,
                max_size: byte("max_size", RULE_MAX_SIZE)?,
                steps: steps
                    .values()?
                    .map(|step| read_step(&step, &types))
                    .collect::<Result<_, _>>()?,
            };
            let slot = usize::from(id);
            if self.core.rules.len() <= slot {
                self.core.rules.resize(slot + 1, None);
            }
            if let Some(empty) = self.core.rules.get_mut(slot)
                && empty.replace(rule).is_some()
            {
                let problem = format!("found rule id {id} again, expected each once");
                return Err(place.error(problem));
            }
            if let Some(name) = entry.optional("rule_name")? {
                self.rule_names.insert(i32::from(id), name.name()?.to_owned());
            }
        }
        Ok(())
    }

    pub(super) fn write_rule(&self, id: usize, rule: &Rule, sizes: bool) -> Value {
        let mut value = json!({ "rule_id": id });
        if let Some(name) = i32::try_from(id).ok().and_then(|id| self.rule_names.get(&id)) {
            value["rule_name"] = json!(name);
        }
        if sizes {
            value["ruleset"] = json!(rule.ruleset);
        }
        value["type"] = json!(rule.rule_type);
        if sizes {
            value["min_size"] = json!(rule.min_size);
            value["max_size"] = json!(rule.max_size);
        }
        value["steps"] = rule.steps.iter().map(|step| self.write_step(step)).collect();
        value
    }

    fn write_step(&self, step: &Step) -> Value {
        let Some((name, op)) = NAMED.into_iter().find(|(_, op)| *op == step.op) else {
            return json!({ "opcode": step.op as u32, "arg1": step.arg1, "arg2": step.arg2 });
        };
        match fields_of(op) {
            Fields::None => json!({ "op": name }),
            Fields::Item => {
                let item_name = self.names.get(&step.arg1).map_or("", String::as_str);
                json!({ "op": name, "item": step.arg1, "item_name": item_name })
            }
            Fields::Number => json!({ "op": name, "num": step.arg1 }),
            Fields::NumberAndType => {
                json!({ "op": name, "num": step.arg1, "type": self.type_text(step.arg2) })
            }
        }
    }
}

fn read_step(entry: &Node<'_>, types: &HashMap<&str, i32>) -> Result<Step, JsonError> {
    if let Some(opcode) = entry.optional("opcode")? {
        let number = opcode.bits()?;
        let op = Op::from_number(number).ok_or_else(|| {
            opcode.error(format!("found operation {number}, expected 0 to 4 or 6 to 16"))
        })?;
        let arguments = (entry.field("arg1")?.whole(I32)?, entry.field("arg2")?.whole(I32)?);
        return Ok(Step::new(op, arguments.0, arguments.1));
    }
    let place = entry.field("op")?;
    let name = place.text()?;
    let Some((_, op)) = NAMED.into_iter().find(|(other, _)| *other == name) else {
        let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
        let problem = format!("found \"{name}\", expected one of {}", names.join(", "));
        return Err(place.error(problem));
    };
    Ok(match fields_of(op) {
        Fields::None => Step::new(op, 0, 0),
        Fields::Item => Step::new(op, entry.field("item")?.whole(I32)?, 0),
        Fields::Number => Step::new(op, entry.field("num")?.whole(I32)?, 0),
        Fields::NumberAndType => {
            let type_id = read_type(&entry.field("type")?, types)?;
            Step::new(op, entry.field("num")?.whole(I32)?, type_id)
        }
    })
}

/// The id of a type; one without a name is written `typeN`.
fn read_type(place: &Node<'_>, types: &HashMap<&str, i32>) -> Result<i32, JsonError> {
    let name = place.text()?;
    let known = types.get(name).copied();
    let number = || name.strip_prefix("type").and_then(|number| number.parse().ok());
    known.or_else(number).ok_or_else(|| {
        place.error(format!("found type \"{name}\", expected one of this map's types"))
    })
}
