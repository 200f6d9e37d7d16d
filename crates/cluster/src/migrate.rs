//! Plans to move safely, of a cluster with its data where it is.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crushlab_balance::BalanceError;
use crushlab_balance::migrate::{
    Aim, CRUSH_FILE, DrainGroup, Limits, PlanReport, Present, differences, drain, freeze, release,
};
use crushlab_compare::Progress;

use crate::cluster::Cluster;
use crate::outlook::Outlook;

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
        let outlook = self.whereabouts(threads, progress)?;
        freeze(&self.present(&outlook, threads), changes, progress)
    }

    /// The way from data that is held where it was to where the map wants it, in stages: this is
    /// the cluster after `changes`, with its data where it was. Without changes all upmaps are
    /// taken away.
    ///
    /// # Errors
    /// [`BalanceError`].
    pub fn release(
        &self,
        changes: &[String],
        limits: &Limits,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<PlanReport, BalanceError> {
        let outlook = self.whereabouts(threads, progress)?;
        let aim = if changes.is_empty() { Aim::Crush } else { Aim::Kept };
        let present = self.present(&outlook, threads);
        release(&present, changes, aim, &self.data(), limits, progress)
    }

    /// Empties groups of OSDs in stages, and takes their weights away.
    ///
    /// # Errors
    /// [`BalanceError`].
    pub fn drain(
        &self,
        groups: &[DrainGroup],
        limits: &Limits,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<PlanReport, BalanceError> {
        let outlook = self.whereabouts(threads, progress)?;
        drain(&self.present(&outlook, threads), groups, &self.data(), limits, progress)
    }

    /// The way to the map of another state, in stages: its CRUSH map, rules of pools and reweights
    /// with data held where it is, then its upmaps.
    ///
    /// # Errors
    /// [`BalanceError`], also where no commands lead there.
    pub fn reach(
        &self,
        other: &Cluster,
        limits: &Limits,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<PlanReport, BalanceError> {
        let limit = |problem| BalanceError::Limit { problem };
        let found = differences(self.map(), other.map()).map_err(limit)?;
        let crush = || other.map().crush.to_binary();
        let after = match found.commands.is_empty() {
            true => self.clone(),
            false => self
                .run_with_files(&found.commands, |_| Ok(crush()))
                .map_err(|error| limit(error.to_string()))?,
        };
        let outlook = after.whereabouts(threads, progress)?;
        let present = after.present(&outlook, threads);
        let aim = Aim::Of(other.map());
        let mut report = release(&present, &found.commands, aim, &after.data(), limits, progress)?;
        if found.takes_crush_file {
            report.notes.push(format!(
                "{CRUSH_FILE} is the CRUSH map of the other state (osdmaptool --export-crush)"
            ));
        }
        Ok(report)
    }

    fn whereabouts(
        &self,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Arc<Outlook>, BalanceError> {
        self.outlook(threads, &progress.quiet()).map_err(|_| BalanceError::Cancelled)
    }

    fn present<'a>(&'a self, outlook: &'a Outlook, threads: NonZeroUsize) -> Present<'a> {
        Present { map: self.map(), crush: self.crush(), holders: &outlook.holders_now, threads }
    }
}
