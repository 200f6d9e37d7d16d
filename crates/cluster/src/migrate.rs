//! Plans to move safely, of a cluster with its data where it is.

use std::num::NonZeroUsize;

use crushlab_balance::BalanceError;
use crushlab_balance::migrate::{PlanReport, Present, freeze};
use crushlab_compare::Progress;

use crate::cluster::Cluster;

impl Cluster {
    /// The upmaps with which nothing moves, or as little as the rules let: this is the cluster
    /// after a change, with its data where it was. `changes` are the commands of the change, where
    /// the plan shall make it.
    ///
    /// # Errors
    /// [`BalanceError`].
    pub fn freeze(
        &self,
        changes: &[String],
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<PlanReport, BalanceError> {
        let outlook =
            self.outlook(threads, &progress.quiet()).map_err(|_| BalanceError::Cancelled)?;
        let present = Present {
            map: self.map(),
            crush: self.crush(),
            holders: &outlook.holders_now,
            threads,
        };
        freeze(&present, changes, progress)
    }
}
