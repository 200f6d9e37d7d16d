//! CRUSH tunables.

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::Pending;
use super::signature::Signature;
use super::value::{Kind, WHOLE, required};

const PROFILES: &[&str] =
    &["legacy", "argonaut", "bobtail", "firefly", "hammer", "jewel", "optimal", "default"];

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd crush tunables",
        &[required("profile", Kind::Choice(PROFILES))],
        "Sets the tunables of a release.",
        tunables,
    ),
    Signature::new(
        "osd crush set-tunable",
        &[required("tunable", Kind::Choice(&["straw_calc_version"])), required("value", WHOLE)],
        "Sets one tunable.",
        set_tunable,
    ),
];

fn tunables(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let profile = arguments.text("profile");
    pending.edit(|crush| crush.set_tunables_profile(profile))?;
    pending.note(format!("adjusted tunables profile to {profile}"));
    pending.propose_crush();
    Ok(())
}

fn set_tunable(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let tunable = arguments.text("tunable");
    let value = arguments.optional_whole("value").unwrap_or_default();
    if !(0..=1).contains(&value) {
        return Err(Refusal::invalid(format!("{tunable} is {value}: expected 0 or 1")));
    }
    pending.edit(|crush| crush.set_tunable(tunable, value))?;
    pending.note(format!("adjusted tunable {tunable} to {value}"));
    pending.propose_crush();
    Ok(())
}
