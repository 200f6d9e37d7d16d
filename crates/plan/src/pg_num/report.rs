//! What is said about the pools of a cluster.

use serde::Serialize;

use super::autoscaler::{AutoscalerAdvice, AutoscalerSkip};
use super::measure::{FullestOsd, PgsPerOsd};
use super::moved::{Moved, Staged};
use super::pgcalc_output::PgcalcOutput;
use super::release::ReleaseLimits;
use crushlab_monitor::pg_check::PgNumCheck;

/// What each known method says, by its name. `None` where it says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "named as the functions")]
pub struct Methods {
    pub classic: u64,
    pub classic_keep_lower: u64,
    pub table: Option<u64>,
    pub pgcalc_100: u64,
    pub pgcalc_200: u64,
    pub pgcalc_300: u64,
    pub pg_autoscaler_pacific: Option<u64>,
    pub pg_autoscaler_latest: Option<u64>,
}

/// Which limit decided the recommendation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// PGs per OSD that are aimed at.
    TargetPgsPerOsd,
    /// Space lost to imbalance, which the target would not have avoided.
    Balance,
    /// The fewest PGs that a pool should have.
    PgNumMin,
    /// The most PGs that this pool, or any, may have.
    PgNumMax,
    /// PGs of the fullest OSD, or the monitor's own sum.
    MonMaxPgPerOsd,
    /// PGs of the fullest OSD when a host is lost.
    HostLost,
    /// Today's number is as good.
    Today,
}

/// One number of PGs, measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
    /// The number.
    pub pg_num: u32,
    /// The pool's PGs on each of its OSDs.
    pub pgs_per_osd: PgsPerOsd,
    /// The OSD that is fullest for its weight.
    pub fullest_osd: Option<FullestOsd>,
    /// Part of the pool's space that the fullest OSD keeps from being used.
    pub space_lost_ratio: f64,
    /// The same if upmaps brought every OSD to one PG above what its weight asks for at most.
    pub space_lost_upmap_ratio: f64,
    /// The same to upmap_max_deviation, 5 PGs, which is what the balancer stops at.
    pub space_lost_balancer_ratio: f64,
    /// PGs that get fewer OSDs than the pool's size.
    pub pgs_short: u64,
    /// PGs of all pools on these OSDs, the other pools being as recommended.
    pub pgs_per_osd_all_pools: PgsPerOsd,
    /// The same on the OSDs that stay when the heaviest host is lost.
    pub pgs_per_osd_all_pools_host_lost: PgsPerOsd,
    /// Whether no OSD has more than mon_max_pg_per_osd.
    pub is_within_max: bool,
    /// Whether none has when the host is lost.
    pub is_within_max_host_lost: bool,
    /// Bytes of data in each PG, of what the pool stores or is expected to (a new pool: when the
    /// OSDs are full); if that is known.
    pub bytes_per_pg: Option<f64>,
    /// What a change from today's number moves.
    pub moved: Option<Moved>,
}

/// What an autoscaler says, or why it does not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AutoscalerView {
    /// What it says.
    pub advice: Option<AutoscalerAdvice>,
    /// Why it does not.
    pub skipped: Option<AutoscalerSkip>,
}

/// What is said about one pool.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PoolAdvice {
    /// Id of the pool.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its replicas, or k + m.
    pub size: u8,
    /// k, where it is erasure-coded.
    pub data_shards: Option<u64>,
    /// OSDs that its rule can use and that are in.
    pub osds: u64,
    /// Part of the data on these OSDs that it has, or is expected to have.
    pub percent: f64,
    /// PGs that it has or is on its way to; none for a pool that does not exist yet.
    pub pg_num: Option<u32>,
    /// PGs that it should have.
    pub recommended_pg_num: u32,
    /// PGs that the target comes to, before rounding.
    pub ideal_pg_num: f64,
    /// Which limit decided.
    pub decided_by: Decision,
    /// The same in a sentence.
    pub reason: String,
    /// What each known method says.
    pub methods: Methods,
    /// The autoscaler of Pacific.
    pub autoscaler_pacific: AutoscalerView,
    /// The autoscaler of the newest release.
    pub autoscaler_latest: AutoscalerView,
    /// The check of monitors up to Pacific, the pools before it in the list being changed already.
    pub check_pacific: PgNumCheck,
    /// The same of monitors from Quincy on.
    pub check_quincy: PgNumCheck,
    /// Name of the host that is lost.
    pub host_lost: Option<String>,
    /// Numbers of PGs that were measured, by rising number.
    pub candidates: Vec<Candidate>,
    /// The change from today's number as the managers carry it out; none where nothing changes.
    pub staged: Option<Staged>,
}

/// What is said about a cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PgNumReport {
    /// Defaults of the release that were reckoned with.
    pub limits: ReleaseLimits,
    /// PGs per OSD that were aimed at.
    pub target_pgs_per_osd: u64,
    /// Pools by rising id.
    pub pools: Vec<PoolAdvice>,
    /// PGs of all pools on each OSD that is in, today.
    pub pgs_per_osd_today: Option<PgsPerOsd>,
    /// The same as recommended.
    pub pgs_per_osd_recommended: PgsPerOsd,
    /// Commands that make the cluster so.
    pub commands: Vec<String>,
    /// What PGCalc prints, with the target.
    pub pgcalc: PgcalcOutput,
}
