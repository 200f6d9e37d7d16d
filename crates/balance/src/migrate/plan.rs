//! What every plan is.

use crushlab_osdmap::{OsdMap, Pool};
use serde::Serialize;

/// Shards that are named at most; what is beyond is counted.
pub const EXCEPTIONS_MAX: usize = 100_000;

/// Stages of commands, what they move, and what they cannot do.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PlanReport {
    /// What was asked for: `freeze`, `release`, ….
    pub action: &'static str,
    /// Ceph's commands of all stages, one after another as one types them.
    pub commands: Vec<String>,
    /// The same in stages: one begins when the one before has ended.
    pub stages: Vec<PlanStage>,
    /// Shards (or replicas) of all pools.
    pub shards: u64,
    /// Shards that would move without the plan.
    pub shards_moved_unplanned: u64,
    /// Shards that move in all stages: counted in the map that the commands leave.
    pub shards_moved: u64,
    /// No plan that keeps to the rules moves fewer; none where that is not known.
    pub shards_moved_least: Option<u64>,
    /// Pools by rising id.
    pub pools: Vec<PlanPool>,
    /// Groups of OSDs that are emptied, in the order in which they are.
    pub emptied: Vec<PlanEmptied>,
    /// Shards for which the plan cannot do what was asked, with the reason.
    pub exceptions: Vec<PlanException>,
    /// More of them than are named.
    pub exceptions_unlisted: u64,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// A stage of a plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PlanStage {
    /// What it is for, and what to wait for.
    pub title: String,
    /// Its commands.
    pub commands: Vec<String>,
    /// Shards that move in it.
    pub shards_moved: u64,
    /// Bytes that move in it; none where they are not known, or not limited.
    pub moved_bytes: Option<u64>,
    /// Misplaced copies by all when it begins.
    pub misplaced_ratio: Option<f64>,
    /// Most PGs that one OSD gives up, or takes.
    pub most_backfills: Option<u32>,
    /// The OSD that is fullest at its worst moment.
    pub fullest_osd: Option<i32>,
    /// How full it is then.
    pub fullest_ratio: Option<f64>,
    /// Hours, where a rate was given: those of the busiest OSD.
    pub hours: Option<f64>,
}

/// OSDs that are emptied together.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PlanEmptied {
    /// What they are called.
    pub name: String,
    /// Their ids.
    pub osds: Vec<i32>,
    /// The stage, from 1, after which they are empty; 0 where they were.
    pub stage: u64,
}

/// What a plan does to a pool.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PlanPool {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its shards (or replicas).
    pub shards: u64,
    /// Shards that would move without the plan.
    pub shards_moved_unplanned: u64,
    /// Shards that move.
    pub shards_moved: u64,
    /// PGs whose upmaps the plan changes.
    pub pgs_upmapped: u64,
    /// Of these, PGs that need their whole list (`pg-upmap`): erasure-coded shards that change
    /// places.
    pub pgs_upmapped_whole: u64,
}

/// A shard for which the plan cannot do what was asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanException {
    /// Its PG, as Ceph prints it.
    pub pg: String,
    /// The OSD that has it.
    pub from_osd: i32,
    /// The OSD that it goes to; none where the rule finds none.
    pub to_osd: Option<i32>,
    /// The kind of the reason.
    pub kind: Why,
    /// The reason.
    pub reason: String,
}

/// Why a shard cannot be treated as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its OSD is out.
    OsdOut,
    /// Its OSD is not among those that the rule takes, or has no weight there.
    OutsideRule,
    /// Its failure domain has as many shards of the PG as the rule puts there.
    DomainTaken,
    /// Its failure domain would be one more than the rule chooses.
    TooManyDomains,
    /// The monitors drop the upmap that would be needed.
    UpmapDropped,
    /// Its PG is merged with another.
    Merging,
    /// What the rule asks for is not known as a tree.
    UnknownRule,
    /// The rule finds too few OSDs for the PG.
    TooFewOsds,
    /// The OSD that shall take it would be too full.
    NoRoom,
    /// It can only move together with others of its PG.
    MovesTogether,
}

/// The pools of a map, with nothing moved.
pub(crate) fn pools_of(map: &OsdMap) -> Vec<PlanPool> {
    let pool = |(id, pool): (&i64, &Pool)| PlanPool {
        id: *id,
        name: pool.name.clone(),
        shards: u64::from(pool.pg_num) * u64::from(pool.size),
        ..PlanPool::default()
    };
    map.pools.iter().map(pool).collect()
}

impl PlanReport {
    /// Adds a stage, unless it has no command.
    pub(crate) fn add_stage(&mut self, stage: PlanStage) {
        if stage.commands.is_empty() {
            return;
        }
        self.commands.extend(stage.commands.iter().cloned());
        self.stages.push(stage);
    }

    /// Names a shard, while there is room.
    pub(crate) fn except(&mut self, exception: PlanException) {
        if self.exceptions.len() < EXCEPTIONS_MAX {
            self.exceptions.push(exception);
        } else {
            self.exceptions_unlisted += 1;
        }
    }
}
