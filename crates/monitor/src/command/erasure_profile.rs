//! Profiles of erasure codes.

use crushlab_osdmap::model::Release;

use super::arguments::Arguments;
use super::erasure_code::{ErasureCode, Profile};
use super::error::Refusal;
use super::pending::Pending;
use super::signature::Signature;
use super::size::iec_bytes;
use super::value::{Kind, any, flag, required};
use crate::config::Config;

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd erasure-code-profile set",
        &[
            required("name", Kind::Text),
            any("profile", Kind::Text),
            flag("force"),
            flag("yes_i_really_mean_it"),
        ],
        "Sets the profile of an erasure code: k=4 m=2 crush-failure-domain=host.",
        set,
    ),
    Signature::new(
        "osd erasure-code-profile rm",
        &[required("name", Kind::Text)],
        "Removes a profile that no pool uses.",
        remove,
    ),
];

fn set(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let name = arguments.text("name");
    let given = given_settings(&arguments.texts("profile"))?;
    let defaults = default_profile(pending.config(), pending.release());
    let plugin = given.get("plugin");
    let is_other_plugin = plugin.is_some_and(|plugin| Some(plugin) != defaults.get("plugin"));
    let mut profile = if is_other_plugin { Profile::new() } else { defaults };
    profile.extend(given);
    if let Some(domain) = profile.get("crush-failure-domain") {
        pending.before.crush.type_id(domain).ok_or_else(|| {
            Refusal::invalid(format!(
                "crush-failure-domain={domain}: expected a bucket type of the crush map"
            ))
        })?;
    }
    let is_forced = arguments.has("force");
    let (code, profile) = ErasureCode::read(&profile, pending.release())?;
    check_stripe_unit(&code, &profile, is_forced)?;
    if let Some(existing) = pending.before.erasure_code_profiles.get(name) {
        let (_, existing) = ErasureCode::read(existing, pending.release())?;
        if existing == profile {
            return Ok(());
        }
        if !is_forced {
            return Err(Refusal::denied(format!(
                "erasure-code-profile {name} exists and is different: expected another name, or \
                 --force"
            )));
        }
    }
    pending.change.erasure_code_profiles.insert(name.to_owned(), Some(profile));
    pending.propose();
    Ok(())
}

fn given_settings(texts: &[&str]) -> Result<Profile, Refusal> {
    let mut settings = Profile::new();
    for text in texts {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        if let Some(rest) = name.strip_prefix("ruleset-") {
            return Err(Refusal::invalid(format!(
                "property '{name}' is no longer supported: expected 'crush-{rest}'"
            )));
        }
        settings.insert(name.to_owned(), value.to_owned());
    }
    Ok(settings)
}

fn check_stripe_unit(
    code: &ErasureCode,
    profile: &Profile,
    is_forced: bool,
) -> Result<(), Refusal> {
    let Some(text) = profile.get("stripe_unit") else { return Ok(()) };
    let unit = iec_bytes(text).filter(|bytes| (1..=1 << 30).contains(bytes)).ok_or_else(|| {
        Refusal::invalid(format!("stripe_unit={text}: expected a number of bytes, such as 4K"))
    })?;
    let padded = code.chunk_bytes(unit);
    if padded != unit {
        return Err(Refusal::invalid(format!(
            "stripe_unit={text}: does not fit the alignment of the code, expected {padded}"
        )));
    }
    if unit % 4096 != 0 && !is_forced {
        return Err(Refusal::invalid(format!(
            "stripe_unit={text}: expected a multiple of 4096, or --force"
        )));
    }
    Ok(())
}

/// What profiles are made of before their own settings: the default profile of a cluster that was
/// never given another. Its plugin is the release's, unless it is set otherwise.
pub(super) fn default_profile(config: &Config, release: Release) -> Profile {
    const NAME: &str = "osd_pool_default_erasure_code_profile";
    let words = config.osd_pool_default_erasure_code_profile.split([' ', ',', ';', '\t', '\n']);
    let pairs = words.filter_map(|word| word.split_once('='));
    let mut profile: Profile =
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if !config.made.contains_key(NAME) {
        profile.insert("plugin".to_owned(), release.erasure_code_plugin().to_owned());
    }
    profile
}

fn remove(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let name = arguments.text("name");
    let mut pools = pending.before.pools.values();
    let user = pools.find(|pool| pool.is_erasure() && pool.erasure_code_profile == name);
    if let Some(pool) = user {
        return Err(Refusal::busy(format!(
            "pool '{}' uses the erasure code profile '{name}'",
            pool.name
        )));
    }
    if pending.before.erasure_code_profiles.contains_key(name) {
        pending.change.erasure_code_profiles.insert(name.to_owned(), None);
        pending.propose();
    } else {
        pending.note(format!("erasure-code-profile {name} does not exist"));
    }
    Ok(())
}
