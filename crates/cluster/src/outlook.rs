//! What a cluster's PGs are, what they become when all has moved that can, and what that comes to.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crushlab_compare::report::{ClusterReport, Summary};
use crushlab_compare::{Cancelled, Comparison, Holders, Options, Progress, compare_with};

use crate::cluster::Cluster;

/// A cluster compared with itself: nothing changes but that data moves.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The numbers: before is what is, healed what it becomes; no change makes anything move.
    pub report: ClusterReport,
    /// Who has data that is not on the up sets, now and when all has moved that can.
    pub(crate) holders_now: Holders,
    pub(crate) holders: Holders,
    /// Who serves PGs then that are served by others than their up sets.
    pub(crate) acting: Holders,
}

impl Outlook {
    /// The numbers of the whole cluster.
    pub fn summary(&self) -> &Summary {
        &self.report.summary
    }
}

impl Cluster {
    /// What its PGs are and become. It is kept for the next question.
    ///
    /// # Errors
    /// [`Cancelled`] when `progress` says so.
    pub fn outlook(
        &self,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Arc<Outlook>, Cancelled> {
        if let Some(outlook) = self.kept_outlook().get() {
            return Ok(Arc::clone(outlook));
        }
        let baseline = self.baseline(threads, progress)?;
        let state = self.state(threads, progress)?;
        let options =
            Options { threads, list_pgs: false, keep_holders: true, ..Options::default() };
        let quiet = progress.quiet();
        let found = compare_with(baseline, &state, &state, &self.data(), &options, &quiet)?;
        let Comparison { report, holders_after, holders_healed, acting_healed, .. } = found;
        let made = Outlook {
            report,
            holders_now: holders_after,
            holders: holders_healed,
            acting: acting_healed,
        };
        Ok(Arc::clone(self.kept_outlook().get_or_init(|| Arc::new(made))))
    }
}
