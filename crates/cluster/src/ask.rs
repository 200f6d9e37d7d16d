//! Questions about a cluster that take more of it than its map and its counts.

use crushlab_compare::Progress;
use crushlab_plan::growth::{self, GrowthError, GrowthOptions, GrowthReport, Whereabouts};

use crate::cluster::Cluster;

impl Cluster {
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
