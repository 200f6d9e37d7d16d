//! CRUSH rules.

use crushlab_crush::RULE_TYPE_REPLICATED;
use crushlab_crushmap::EditError;
use crushlab_crushmap::edit::{ErasureRule, RuleMode, SimpleRule};

use super::arguments::Arguments;
use super::erasure_code::ErasureCode;
use super::error::Refusal;
use super::pending::Pending;
use super::signature::Signature;
use super::value::{Kind, optional, required};

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd crush rule create-simple",
        &[
            required("name", Kind::Text),
            required("root", Kind::Text),
            required("type", Kind::Text),
            optional("mode", Kind::Choice(&["firstn", "indep"])),
        ],
        "Makes a rule that spreads over buckets of a type.",
        create_simple,
    ),
    Signature::new(
        "osd crush rule create-replicated",
        &[
            required("name", Kind::Text),
            required("root", Kind::Text),
            required("type", Kind::Text),
            optional("class", Kind::Text),
        ],
        "Makes a rule for replicated pools, on one device class if one is given.",
        create_replicated,
    ),
    Signature::new(
        "osd crush rule create-erasure",
        &[required("name", Kind::Text), optional("profile", Kind::Text)],
        "Makes a rule for the erasure-coded pools of a profile.",
        create_erasure,
    ),
    Signature::new(
        "osd crush rule rm",
        &[required("name", Kind::Text)],
        "Removes a rule that no pool uses.",
        remove,
    ),
    Signature::new(
        "osd crush rule rename",
        &[required("srcname", Kind::Text), required("dstname", Kind::Text)],
        "Renames a rule.",
        rename,
    ),
];

/// Whether a rule of this name exists, which a command that would make it only says.
fn exists(pending: &mut Pending<'_>, name: &str) -> bool {
    let found = pending.before.crush.rule_id(name).is_some();
    if found {
        pending.note(format!("rule {name} already exists"));
    }
    found
}

fn create_simple(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let name = arguments.text("name");
    if exists(pending, name) {
        return Ok(());
    }
    let mode = arguments.optional_text("mode").and_then(RuleMode::from_name);
    let rule = SimpleRule {
        name,
        root: arguments.text("root"),
        failure_domain: arguments.text("type"),
        device_class: None,
        mode: mode.unwrap_or(RuleMode::Firstn),
        rule_type: RULE_TYPE_REPLICATED,
        id: None,
    };
    pending.edit(|crush| crush.add_simple_rule(&rule))?;
    pending.propose_crush();
    Ok(())
}

fn create_replicated(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let name = arguments.text("name");
    if exists(pending, name) {
        return Ok(());
    }
    let (root, domain) = (arguments.text("root"), arguments.text("type"));
    let class = arguments.optional_text("class");
    pending.edit(|crush| crush.add_replicated_rule(name, root, domain, class))?;
    pending.propose_crush();
    Ok(())
}

fn create_erasure(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let name = arguments.text("name");
    let profile = arguments.optional_text("profile").unwrap_or("default");
    if exists(pending, name) {
        return Ok(());
    }
    let code = ErasureCode::of_profile(pending, profile)?;
    let id = add_erasure_rule(pending, name, &code)?;
    pending.note(format!("created rule {name} at {id}"));
    Ok(())
}

/// Makes the rule that a profile asks for.
pub(super) fn add_erasure_rule(
    pending: &mut Pending<'_>,
    name: &str,
    code: &ErasureCode,
) -> Result<u8, Refusal> {
    let class = Some(code.device_class.as_str()).filter(|class| !class.is_empty());
    let (domains, osds_per_domain) = (code.failure_domains, code.osds_per_failure_domain);
    if osds_per_domain > 1 && domains < 1 {
        return Err(Refusal::invalid(
            "crush-num-failure-domains is not set: expected 1 or more, as \
             crush-osds-per-failure-domain is set",
        ));
    }
    let rule = ErasureRule {
        name,
        root: &code.root,
        failure_domain: &code.failure_domain,
        device_class: class,
        chunks: code.chunks(),
        failure_domains: domains,
        osds_per_failure_domain: osds_per_domain,
        always_chooses_leaves: code.always_chooses_leaves,
    };
    let id = pending.edit(|crush| crush.add_profile_rule(&rule))?;
    pending.propose_crush();
    Ok(id)
}

fn remove(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let name = arguments.text("name");
    let Some(id) = pending.before.crush.rule_id(name) else {
        pending.note(format!("rule {name} does not exist"));
        return Ok(());
    };
    let mut pools = pending.before.pools.values();
    if let Some(pool) = pools.find(|pool| i32::from(pool.crush_rule) == id) {
        return Err(Refusal::busy(format!(
            "crush rule {name} ({id}) is in use by pool '{}'",
            pool.name
        )));
    }
    pending.edit(|crush| crush.remove_rule(name))?;
    pending.propose_crush();
    Ok(())
}

fn rename(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (from, to) = (arguments.text("srcname"), arguments.text("dstname"));
    let crush = &pending.before.crush;
    if from == to {
        pending.note("destination rule name is equal to source rule name");
        return Ok(());
    }
    if crush.rule_id(from).is_none() && crush.rule_id(to).is_some() {
        pending.note(format!("already renamed to '{to}'"));
        return Ok(());
    }
    pending.edit(|crush| -> Result<(), EditError> { crush.rename_rule(from, to) })?;
    pending.propose_crush();
    Ok(())
}
