//! Commands that only look, and commands that are known and not followed.

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::Pending;
use super::table::Signature;
use super::value::{Kind, any};

const WORDS: &[super::value::Argument] = &[any("args", Kind::Text)];

const fn look(words: &'static str) -> Signature {
    Signature::new(words, WORDS, "Only looks; changes nothing.", only_looks)
}

/// Reason for commands that set things which are no part of the OSDMap.
const NO_MAP: &str = "this changes no OSDMap: take the line out";

pub(super) const COMMANDS: &[Signature] = &[
    look("status"),
    look("health"),
    look("df"),
    look("versions"),
    look("pg stat"),
    look("pg dump"),
    look("pg ls"),
    look("pg map"),
    look("pg query"),
    look("osd tree"),
    look("osd df"),
    look("osd dump"),
    look("osd stat"),
    look("osd ls"),
    look("osd find"),
    look("osd map"),
    look("osd perf"),
    look("osd info"),
    look("osd metadata"),
    look("osd getmap"),
    look("osd getcrushmap"),
    look("osd getmaxosd"),
    look("osd ok-to-stop"),
    look("osd safe-to-destroy"),
    look("osd utilization"),
    look("osd blocked-by"),
    look("osd crush tree"),
    look("osd crush dump"),
    look("osd crush ls"),
    look("osd crush rule ls"),
    look("osd crush rule dump"),
    look("osd crush class ls"),
    look("osd crush class ls-osd"),
    look("osd crush weight-set ls"),
    look("osd crush weight-set dump"),
    look("osd crush show-tunables"),
    look("osd crush get-tunable"),
    look("osd crush get-device-class"),
    look("osd erasure-code-profile ls"),
    look("osd erasure-code-profile get"),
    look("osd pool ls"),
    look("osd pool get"),
    look("osd pool stats"),
    look("osd pool get-quota"),
    look("osd pool autoscale-status"),
    look("osd pool application get"),
    Signature::not_followed("osd setcrushmap", "give the map with that crush map instead"),
    Signature::not_followed("osd tier", "cache tiers are not followed: give the map with them"),
    Signature::not_followed("balancer", NO_MAP),
    Signature::not_followed("config", NO_MAP),
    Signature::not_followed("tell", NO_MAP),
    Signature::not_followed("orch", NO_MAP),
    Signature::not_followed("osd blocklist", NO_MAP),
    Signature::not_followed("osd scrub", NO_MAP),
    Signature::not_followed("osd deep-scrub", NO_MAP),
    Signature::not_followed("osd repair", NO_MAP),
];

fn only_looks(pending: &mut Pending<'_>, _: &Arguments) -> Result<(), Refusal> {
    pending.note("only looks: nothing changes");
    Ok(())
}

/// What a command does that is not followed.
pub(super) fn nothing(_: &mut Pending<'_>, _: &Arguments) -> Result<(), Refusal> {
    Ok(())
}
