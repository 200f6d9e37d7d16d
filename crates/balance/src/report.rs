//! What is answered.

use std::fmt;

use serde::Serialize;

/// What is evened out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// PGs of each pool by the weights of OSDs: the largest distance from the target.
    #[default]
    Pgs,
    /// Bytes of all pools by the sizes of OSDs: the fill of the fullest OSD.
    Bytes,
}

/// What could be done, pool by pool and OSD by OSD.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BalanceReport {
    /// What was evened out.
    pub by: Measure,
    /// OSDs were to be nearer to their targets than by this many PGs.
    pub max_deviation: f64,
    /// Ceph's commands, one after another as one types them. None where nothing can be improved.
    pub commands: Vec<String>,
    /// The pools that were asked about.
    pub pools: Vec<PoolBalance>,
    /// The OSDs that these pools may use.
    pub osds: Vec<OsdBalance>,
    /// Largest distance between an OSD's PGs over all these pools and its target, before.
    pub before_max_deviation: f64,
    /// The same afterwards.
    pub after_max_deviation: f64,
    /// Shards that move.
    pub moves: u64,
    /// No placement as even as asked for needs fewer; none where bytes are evened out.
    pub least_moves: Option<u64>,
    /// Bytes of these, where the data of PGs is known.
    pub moved_bytes: Option<f64>,
    /// Fill of the fullest OSD that these pools may use, where sizes and data are known; so with
    /// the next two.
    pub before_fullest_ratio: Option<f64>,
    /// The same afterwards.
    pub after_fullest_ratio: Option<f64>,
    /// No placement of these pools by their rules has less.
    pub best_fullest_ratio: Option<f64>,
    /// The score that Ceph's balancer gives these pools (`ceph balancer eval`), 0 for perfect; none
    /// where the data of PGs is not known.
    pub before_score: Option<f64>,
    /// The same afterwards.
    pub after_score: Option<f64>,
    /// Why it gets no better.
    pub reason: String,
}

/// What could be done for a pool. Deviations are in PGs, the largest of any OSD.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PoolBalance {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Distance from the targets as it is.
    pub before_max_deviation: Option<f64>,
    /// Distance from the targets afterwards.
    pub after_max_deviation: Option<f64>,
    /// Smallest distance that any placement by the rule has; none where that is not known.
    pub best_max_deviation: Option<f64>,
    /// Shards that move.
    pub moves: u64,
    /// No placement within the same distance needs fewer; none where bytes are evened out.
    pub least_moves: Option<u64>,
    /// PGs that break the rule because of upmaps, and no longer do afterwards.
    pub repaired_pgs: u64,
    /// PGs that cannot be moved by upmaps.
    pub fixed_pgs: u64,
    /// The score that Ceph's balancer gives it alone.
    pub before_score: Option<f64>,
    /// The same afterwards.
    pub after_score: Option<f64>,
    /// MAX AVAIL as it is, where sizes of OSDs are known.
    pub before_max_avail_bytes: Option<u64>,
    /// MAX AVAIL once the data has moved.
    pub after_max_avail_bytes: Option<u64>,
    /// Why it gets no better.
    pub reason: String,
}

/// What an OSD holds of the pools that were asked about.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OsdBalance {
    /// Its id.
    pub osd: i32,
    /// PGs that it has.
    pub before_pgs: u64,
    /// PGs that it has afterwards.
    pub after_pgs: u64,
    /// PGs that it should have: what weights ask for, as far as the rules let it have them.
    pub target_pgs: f64,
    /// PGs that the weights alone ask for.
    pub asked_pgs: f64,
    /// Its fill, where its size and the data are known.
    pub before_used_ratio: Option<f64>,
    /// Its fill afterwards.
    pub after_used_ratio: Option<f64>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BalanceError {
    /// The work was cancelled.
    Cancelled,
    /// There is no pool of this id.
    NoSuchPool {
        /// The id.
        pool: i64,
    },
    /// What bytes are evened out by is not known.
    UnknownFill,
    /// Clients may be too old for upmaps.
    OldClients {
        /// The oldest release that clients may be of.
        release: &'static str,
    },
    /// There is no OSD of this id.
    NoSuchOsd {
        /// The id.
        osd: i32,
    },
    /// A limit cannot be kept.
    Limit {
        /// Which, and what is possible.
        problem: String,
    },
    /// Clients may be too old for primaries that are chosen.
    ClientsBeforeReef,
}

impl fmt::Display for BalanceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BalanceError::Cancelled => f.write_str("cancelled"),
            BalanceError::NoSuchPool { pool } => {
                write!(f, "there is no pool {pool}: expected the id of a pool of this cluster")
            }
            BalanceError::UnknownFill => f.write_str(
                "bytes cannot be evened out, as sizes of OSDs or the data of PGs are not known: \
                 add the outputs of ceph osd df tree -f json and ceph pg dump -f json",
            ),
            BalanceError::OldClients { release } => write!(
                f,
                "require_min_compat_client is {release}: upmaps need luminous; see that no older \
                 client is connected (ceph features), then run 'ceph osd \
                 set-require-min-compat-client luminous'"
            ),
            BalanceError::NoSuchOsd { osd } => {
                write!(f, "there is no osd.{osd}: expected an OSD of this cluster")
            }
            BalanceError::Limit { problem } => f.write_str(problem),
            BalanceError::ClientsBeforeReef => f.write_str(
                "require_min_compat_client is below reef: pg-upmap-primary needs it, and kernel \
                 clients cannot mount with it; see what is connected (ceph features), then run \
                 'ceph osd set-require-min-compat-client reef'",
            ),
        }
    }
}

impl std::error::Error for BalanceError {}
