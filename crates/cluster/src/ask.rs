//! Questions about a cluster that take more of it than its map and its counts.

use crushlab_compare::Progress;
use crushlab_plan::capacity::{self, CapacityError, CapacityOptions, CapacityReport};
use crushlab_plan::growth::{self, GrowthError, GrowthOptions, GrowthReport, Whereabouts};
use crushlab_plan::sweep::{self, SweepError, SweepReport};

use crate::cluster::Cluster;

impl Cluster {
    /// What the failure of each OSD, host, rack and pairs of them does. All PGs are placed once,
    /// for this and for what is asked of the cluster next.
    ///
    /// # Errors
    /// [`SweepError`].
    pub fn sweep(
        &self,
        options: &sweep::Options,
        progress: &Progress,
    ) -> Result<SweepReport, SweepError> {
        let placed = self.baseline(options.threads, progress)?;
        let state = self.state(options.threads, progress)?;
        sweep::sweep(placed, &state, &self.data(), options, progress)
    }

    /// What can be stored. All PGs are placed once, for this and for what is asked of the cluster
    /// next.
    ///
    /// # Errors
    /// [`CapacityError`].
    pub fn capacity(
        &self,
        options: &CapacityOptions,
        progress: &Progress,
    ) -> Result<CapacityReport, CapacityError> {
        self.baseline(options.threads, progress)?;
        capacity::capacity(&self.subject(), options, progress)
    }

    /// When it is full, as it is and after each change. It starts when all data has moved that can:
    /// what finds no room, or is held, stays where it is.
    ///
    /// # Errors
    /// [`GrowthError`].
    pub fn grow(
        &self,
        options: &GrowthOptions,
        progress: &Progress,
    ) -> Result<GrowthReport, GrowthError> {
        let outlook = self.outlook(options.threads, &progress.quiet())?;
        let data = Whereabouts { now: &outlook.holders_now, settled: &outlook.holders };
        growth::grow(&self.subject(), data, options, progress)
    }
}
