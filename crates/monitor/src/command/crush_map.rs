//! A whole CRUSH map from a file.

use crushlab_crushmap::CrushMap;
use crushlab_crushmap::edit::Errno;

use super::arguments::Arguments;
use super::error::Refusal;
use super::input_file::InputFile;
use super::pending::Pending;
use super::rule_fit::check_rule;
use super::signature::Signature;
use super::value::{COUNT, optional};

const VERSION: &[super::value::Argument] = &[optional("prior_version", COUNT)];

pub(super) const COMMANDS: &[Signature] = &[Signature::new(
    "osd setcrushmap",
    VERSION,
    "Takes a compiled CRUSH map from a file: -i FILE.",
    set,
)];

/// Takes the map as `osdmaptool --import-crush` does; it has to have the rules of all pools.
fn set(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let Some(InputFile { name, bytes }) = pending.file.take() else {
        return Err(Refusal::invalid("no CRUSH map is given: expected -i FILE"));
    };
    let Some(bytes) = bytes.as_deref() else {
        return Err(Refusal::missing(format!("{name}: the file could not be read")));
    };
    if let Some(prior) = arguments.optional_whole("prior_version") {
        let version = i64::from(pending.before.crush_version);
        if prior == version - 1 {
            let is_same = CrushMap::from_binary(bytes)
                .is_ok_and(|crush| crush.to_binary() == pending.before.crush.to_binary());
            if is_same {
                pending.note(version.to_string());
                return Ok(());
            }
        }
        if prior != version {
            let message = format!("prior_version {prior} != crush version {version}");
            return Err(Refusal::new(Errno::Eperm, message));
        }
    }
    let crush = CrushMap::from_binary(bytes).map_err(|error| {
        let is_text = bytes.starts_with(b"#") || bytes.starts_with(b"tunable");
        let hint = if is_text { "; a text has to be compiled first: crushtool -c" } else { "" };
        Refusal::invalid(format!("{name}: Failed to parse crushmap: {error}{hint}"))
    })?;
    for (id, pool) in &pending.before.pools {
        check_rule(&crush, pending.release(), pool.crush_rule, pool.pool_type, pool.size)
            .map_err(|refusal| Refusal::invalid(format!("pool {id}: {}", refusal.message)))?;
    }
    pending.change.crush = Some(Box::new(crush));
    pending.note(pending.before.crush_version.saturating_add(1).to_string());
    pending.propose_crush();
    Ok(())
}
