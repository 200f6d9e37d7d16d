//! How the managers bring `pg_num` and `pgp_num` to their targets, step by step
//! (`DaemonServer::adjust_pgs`). `ceph osd pool set … pg_num` only sets the targets.

use crushlab_osdmap::OsdMap;

use crate::adjust_pgs::MAX_STEPS;
use crate::command::Applied;
use crate::config::Context;
use crate::monitor::Monitor;

/// The next step of all pools that are on their way to their targets; `None` when all are there.
/// Everything that the step before set in motion is taken to have come to rest: all PGs active,
/// nothing misplaced.
///
/// Merging takes one PG at a time in Ceph; as it moves no data, all PGs that can merge do so in
/// one step here.
pub fn next_step(map: &OsdMap, context: &Context) -> Option<Applied> {
    let mut monitor = Monitor::new(map.clone(), context);
    let notes = monitor.next_pg_num_step()?;
    Some(Applied::after(monitor, notes))
}

/// All steps until every pool is at its targets.
pub fn settle(map: &OsdMap, context: &Context) -> Vec<Applied> {
    let mut steps: Vec<Applied> = Vec::new();
    while steps.len() < MAX_STEPS {
        let latest = steps.last().map_or(map, |step| &step.map);
        let Some(next) = next_step(latest, context) else { break };
        steps.push(next);
    }
    steps
}
