//! Clusters to ask, and the questions.

// Each test file uses a part of it.
#![allow(dead_code)]

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Arc;

use crushlab_cluster::{Cluster, Outlook, Verdict, verdict};
use crushlab_compare::{Comparison, Options, Progress};
use crushlab_osdmap::{Cluster as Recorded, PgStats, PoolMapper, describe, map_pool};
use crushlab_plan::sweep::{self as sweeps, Ask, Pairs, SweepReport};

pub(crate) const ONE: NonZeroUsize = NonZeroUsize::MIN;

pub(crate) fn cluster(recorded: Recorded) -> Cluster {
    Cluster::of(recorded, Vec::new()).expect("a sound map")
}

/// A cluster as it is described.
pub(crate) fn plan(text: &str) -> Cluster {
    cluster(describe(text).expect("well described"))
}

/// The cluster after these OSDs have failed, as many as they are.
pub(crate) fn fail(cluster: &Cluster, osds: Range<i32>) -> Cluster {
    let settings = [("mon_osd_min_up_ratio", "0")];
    let cluster = cluster.with_config(settings).expect("a setting");
    cluster.fail(&osds.collect::<Vec<_>>()).expect("a sound map")
}

pub(crate) fn outlook(cluster: &Cluster) -> Arc<Outlook> {
    cluster.outlook(ONE, &Progress::new()).expect("nobody cancels")
}

pub(crate) fn verdict_of(cluster: &Cluster) -> Verdict {
    verdict::of_state(cluster.map(), outlook(cluster).summary())
}

pub(crate) fn compare(before: &Cluster, after: &Cluster) -> Comparison {
    before.compare(after, &Options::default(), &Progress::new()).expect("nobody cancels")
}

pub(crate) fn settled(cluster: &Cluster) -> Cluster {
    cluster.settled(ONE, &Progress::new()).expect("nobody cancels")
}

pub(crate) fn sweep(cluster: &Cluster, type_name: &str) -> (SweepReport, Verdict) {
    let options = sweeps::Options {
        asks: vec![Ask { type_name: type_name.to_owned(), pairs: Pairs::None }],
        seed: 0,
        threads: ONE,
        config: cluster.config().clone(),
        copysets: Some((vec![], 1000)),
    };
    let progress = Progress::new();
    let report = cluster.sweep(&options, &progress).expect("a type of the map");
    let verdict = verdict::of_sweep(cluster.map(), outlook(cluster).summary(), &report);
    (report, verdict)
}

/// The up set of each PG of pool 1, and its primary.
pub(crate) fn views(cluster: &Cluster) -> Vec<(Vec<i32>, i32)> {
    let mapper = PoolMapper::new(cluster.map(), cluster.crush(), 1).expect("a pool");
    let mapping = map_pool(&mapper, ONE);
    mapping.iter().map(|pg| (pg.up.to_vec(), pg.up_primary)).collect()
}

pub(crate) fn pg_stats(objects: u64, bytes: u64, state: &str, up: &[i32], primary: i32) -> PgStats {
    PgStats {
        objects,
        bytes,
        omap_bytes: 0,
        object_copies: objects * up.len() as u64,
        objects_degraded: 0,
        objects_misplaced: 0,
        objects_unfound: 0,
        state: state.into(),
        up: up.into(),
        up_primary: primary,
        acting: up.into(),
        acting_primary: primary,
    }
}
