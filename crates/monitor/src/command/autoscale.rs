//! Whether the autoscaler looks after pools at all.

use crushlab_osdmap::model::map_flag;

use crushlab_osdmap::model::Release;

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::Pending;
use super::signature::Signature;
use crate::config::AutoscaleMode;

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd pool set noautoscale",
        &[],
        "Stops the autoscaler for all pools.",
        |pending, _: &Arguments| switch(pending, false),
    ),
    Signature::new(
        "osd pool unset noautoscale",
        &[],
        "Lets the autoscaler go on.",
        |pending, _: &Arguments| switch(pending, true),
    ),
];

/// Since Quincy a flag stops the autoscaler, and pools keep their modes. Before, all pools get the
/// mode off or on, and new pools too (`pg_autoscaler/module.py`).
fn switch(pending: &mut Pending<'_>, is_on: bool) -> Result<(), Refusal> {
    if pending.release() >= Release::QUINCY {
        let flags = pending.before.flags;
        let changed =
            if is_on { flags & !map_flag::NOAUTOSCALE } else { flags | map_flag::NOAUTOSCALE };
        if changed != flags {
            pending.change.flags = Some(changed);
            pending.propose();
        }
        return Ok(());
    }
    let mode = if is_on { AutoscaleMode::On } else { AutoscaleMode::Off };
    let pools = &pending.before.pools;
    for (id, _) in pools.iter().filter(|(_, pool)| pool.pg_autoscale_mode != mode.number()) {
        pending.change_pool(*id, |pool| pool.pg_autoscale_mode = mode.number());
    }
    pending.config_mut().osd_pool_default_pg_autoscale_mode = mode;
    Ok(())
}
