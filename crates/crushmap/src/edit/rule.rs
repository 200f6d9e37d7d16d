//! Rules made from a few words, and their removal.

use crushlab_crush::{
    Op, RULE_TYPE_ERASURE, RULE_TYPE_MSR_INDEP, RULE_TYPE_REPLICATED, Rule, Step,
};

use super::{Draft, EditError};
use crate::CrushMap;

/// How a rule fills the places of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleMode {
    /// In order, later ones moving up: for replicated pools.
    Firstn,
    /// Each place for itself: for erasure-coded pools.
    Indep,
}

impl RuleMode {
    /// The mode of this name: `firstn` or `indep`.
    pub fn from_name(name: &str) -> Option<RuleMode> {
        match name {
            "firstn" => Some(RuleMode::Firstn),
            "indep" => Some(RuleMode::Indep),
            _ => None,
        }
    }
}

/// A rule that takes one root and spreads over one failure domain.
#[derive(Clone, Copy, Debug)]
pub struct SimpleRule<'a> {
    /// Name of the new rule.
    pub name: &'a str,
    /// Bucket to start from.
    pub root: &'a str,
    /// Type of which no two replicas share a bucket; empty for devices.
    pub failure_domain: &'a str,
    /// Device class to keep to, if any.
    pub device_class: Option<&'a str>,
    /// How places are filled.
    pub mode: RuleMode,
    /// Kind of pool: [`RULE_TYPE_REPLICATED`] or [`RULE_TYPE_ERASURE`].
    pub rule_type: u8,
    /// Id it shall have; the lowest free one when not given.
    pub id: Option<u8>,
}

/// A rule for the erasure-coded pools of a profile.
#[derive(Clone, Copy, Debug)]
pub struct ErasureRule<'a> {
    /// Name of the new rule.
    pub name: &'a str,
    /// Bucket to start from (`crush-root`).
    pub root: &'a str,
    /// Type of the buckets that chunks are spread over (`crush-failure-domain`).
    pub failure_domain: &'a str,
    /// Device class to keep to, if any (`crush-device-class`).
    pub device_class: Option<&'a str>,
    /// Chunks, k + m: the largest size of pools.
    pub chunks: u8,
    /// Buckets to use (`crush-num-failure-domains`); 0 for as many as there are chunks.
    pub failure_domains: i32,
    /// OSDs of each bucket (`crush-osds-per-failure-domain`). More than one make an MSR rule, as
    /// clients of Squid and later know them.
    pub osds_per_failure_domain: i32,
    /// Whether leaves of buckets are chosen even where these are OSDs themselves, as rules of the
    /// plugin lrc do.
    pub always_chooses_leaves: bool,
}

/// Rules a map can have (`CRUSH_MAX_RULES`).
const MAX_RULES: usize = 256;

impl CrushMap {
    /// Adds a rule (`crushtool --create-simple-rule`, `ceph osd crush rule create-simple`,
    /// `CrushWrapper::add_simple_rule_at`). Returns its id.
    ///
    /// # Errors
    /// [`EditError::RuleExists`], [`EditError::RuleIdTaken`], [`EditError::TooManyRules`],
    /// [`EditError::NoSuchItem`], [`EditError::NoSuchType`], [`EditError::NoClassForRule`],
    /// [`EditError::ClassNotBelow`].
    pub fn add_simple_rule(&mut self, rule: &SimpleRule<'_>) -> Result<u8, EditError> {
        self.edit(|draft| draft.add_simple_rule(rule))
    }

    /// Adds a rule for replicated pools (`ceph osd crush rule create-replicated`). Returns its id.
    ///
    /// # Errors
    /// Those of [`add_simple_rule`](CrushMap::add_simple_rule).
    pub fn add_replicated_rule(
        &mut self,
        name: &str,
        root: &str,
        failure_domain: &str,
        device_class: Option<&str>,
    ) -> Result<u8, EditError> {
        let (mode, rule_type) = (RuleMode::Firstn, RULE_TYPE_REPLICATED);
        let rule =
            SimpleRule { name, root, failure_domain, device_class, mode, rule_type, id: None };
        self.add_simple_rule(&rule)
    }

    /// Adds a rule for erasure-coded pools of this many chunks, k + m, as its profile says
    /// (`ceph osd crush rule create-erasure`). Returns its id.
    ///
    /// # Errors
    /// Those of [`add_simple_rule`](CrushMap::add_simple_rule).
    pub fn add_erasure_rule(
        &mut self,
        name: &str,
        root: &str,
        failure_domain: &str,
        device_class: Option<&str>,
        chunks: u8,
    ) -> Result<u8, EditError> {
        self.add_profile_rule(&ErasureRule {
            name,
            root,
            failure_domain,
            device_class,
            chunks,
            failure_domains: 0,
            osds_per_failure_domain: 0,
            always_chooses_leaves: false,
        })
    }

    /// Adds the rule of a profile, which may choose several OSDs in each failure domain
    /// (`ErasureCode::create_rule`). Returns its id.
    ///
    /// # Errors
    /// Those of [`add_simple_rule`](CrushMap::add_simple_rule).
    pub fn add_profile_rule(&mut self, wanted: &ErasureRule<'_>) -> Result<u8, EditError> {
        let ErasureRule { name, root, failure_domain, device_class, chunks, .. } = *wanted;
        let is_msr = wanted.osds_per_failure_domain > 1;
        let rule_type = if is_msr { RULE_TYPE_MSR_INDEP } else { RULE_TYPE_ERASURE };
        let mode = RuleMode::Indep;
        let rule =
            SimpleRule { name, root, failure_domain, device_class, mode, rule_type, id: None };
        self.edit(|draft| {
            let id = draft.add_simple_rule(&rule)?;
            let Some(Some(rule)) = draft.core.rules.get_mut(usize::from(id)) else { return Ok(id) };
            rule.max_size = chunks;
            if is_msr {
                rule.steps = msr_steps(&rule.steps, wanted);
            } else if let Some(choose) = rule.steps.iter_mut().nth_back(1) {
                choose.arg1 = wanted.failure_domains.max(0);
                if wanted.always_chooses_leaves {
                    choose.op = Op::ChooseleafIndep;
                }
            }
            Ok(id)
        })
    }

    /// Removes a rule (`crushtool --remove-rule`, `ceph osd crush rule rm`). Its id is free for
    /// the next rule. A device class that only this rule needed goes too.
    ///
    /// # Errors
    /// [`EditError::NoSuchRule`].
    pub fn remove_rule(&mut self, name: &str) -> Result<(), EditError> {
        self.edit(|draft| {
            let no_rule = || EditError::NoSuchRule { name: name.to_owned() };
            let id = draft.rule_id(name).ok_or_else(no_rule)?;
            let slot = usize::try_from(id).ok().and_then(|id| draft.core.rules.get_mut(id));
            slot.and_then(Option::take).ok_or_else(no_rule)?;
            draft.rule_names.remove(&id);
            Ok(draft.rebuild_shadows()?)
        })
    }
}

impl Draft {
    pub(crate) fn add_simple_rule(&mut self, rule: &SimpleRule<'_>) -> Result<u8, EditError> {
        if self.rule_id(rule.name).is_some() {
            return Err(EditError::RuleExists { name: rule.name.to_owned() });
        }
        let id = self.free_rule_id(rule.id)?;
        let root = self.rule_root(rule)?;
        let slot = usize::from(id);
        if slot >= self.core.rules.len() {
            self.core.rules.resize(slot + 1, None);
        }
        self.core.rules[slot] = Some(make_rule(id, rule, root.0, root.1));
        self.rule_names.insert(i32::from(id), rule.name.to_owned());
        Ok(id)
    }

    /// The id asked for, or the lowest one that no rule has as its id or rule set.
    fn free_rule_id(&self, wanted: Option<u8>) -> Result<u8, EditError> {
        let rules = &self.core.rules;
        let taken = |id: usize| {
            matches!(rules.get(id), Some(Some(_)))
                || rules.iter().flatten().any(|rule| usize::from(rule.ruleset) == id)
        };
        if let Some(id) = wanted {
            if taken(usize::from(id)) {
                return Err(EditError::RuleIdTaken { id: i32::from(id) });
            }
            return Ok(id);
        }
        // Past the last rule Ceph does not look at rule sets.
        let id = (0..rules.len()).find(|id| !taken(*id)).unwrap_or(rules.len());
        u8::try_from(id).ok().filter(|_| id < MAX_RULES).ok_or(EditError::TooManyRules)
    }

    /// The bucket that a rule takes and the type it spreads over.
    fn rule_root(&self, rule: &SimpleRule<'_>) -> Result<(i32, i32), EditError> {
        let root = self.named(rule.root)?;
        let mut type_id = 0;
        if !rule.failure_domain.is_empty() {
            type_id = self
                .type_id(rule.failure_domain)
                .filter(|id| *id >= 0)
                .ok_or_else(|| EditError::NoSuchType { name: rule.failure_domain.to_owned() })?;
        }
        let Some(class) = rule.device_class.filter(|class| !class.is_empty()) else {
            return Ok((root, type_id));
        };
        let id = self
            .class_id(class)
            .ok_or_else(|| EditError::NoClassForRule { name: class.to_owned() })?;
        let shadow = self.shadows.get(&root).and_then(|by_class| by_class.get(&id));
        let not_below =
            || EditError::ClassNotBelow { class: class.to_owned(), root: rule.root.to_owned() };
        Ok((*shadow.ok_or_else(not_below)?, type_id))
    }
}

/// The steps of a rule that takes so many OSDs of each of so many buckets, from those of one that
/// takes one each (`CrushWrapper::add_indep_multi_osd_per_failure_domain_rule`).
fn msr_steps(simple: &[Step], wanted: &ErasureRule<'_>) -> Vec<Step> {
    let taken = simple.iter().filter(|step| step.op == Op::Take).copied();
    let type_id = simple.iter().nth_back(1).map_or(0, |choose| choose.arg2);
    let chosen = [
        Step::new(Op::ChooseMsr, wanted.failure_domains, type_id),
        Step::new(Op::ChooseMsr, wanted.osds_per_failure_domain, 0),
        Step::new(Op::Emit, 0, 0),
    ];
    taken.chain(chosen).collect()
}

fn make_rule(id: u8, rule: &SimpleRule<'_>, root: i32, type_id: i32) -> Rule {
    let (choose, chooseleaf, sizes) = match rule.mode {
        RuleMode::Firstn => (Op::ChooseFirstn, Op::ChooseleafFirstn, (1, 10)),
        RuleMode::Indep => (Op::ChooseIndep, Op::ChooseleafIndep, (3, 20)),
    };
    let mut steps = Vec::new();
    if rule.mode == RuleMode::Indep {
        steps.push(Step::new(Op::SetChooseleafTries, 5, 0));
        steps.push(Step::new(Op::SetChooseTries, 100, 0));
    }
    let op = if type_id == 0 { choose } else { chooseleaf };
    steps.extend([
        Step::new(Op::Take, root, 0),
        Step::new(op, 0, type_id),
        Step::new(Op::Emit, 0, 0),
    ]);
    let (min_size, max_size) = sizes;
    Rule { ruleset: id, rule_type: rule.rule_type, min_size, max_size, steps }
}
