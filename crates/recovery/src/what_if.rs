//! What other settings, devices and networks would give.

use crushlab_compare::{Cancelled, Progress};
use crushlab_monitor::config::MclockProfile;
use serde::Serialize;

use crate::rates::Rates;
use crate::report::Range;
use crate::run::{Options, Outcome, Study};
use crate::settings::Settings;

/// What something else would give.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gain {
    /// What would be different, such as `osd_max_backfills=2`.
    pub what: String,
    /// Until nothing moves any more, with it.
    pub settled_seconds: Range,
    /// How many times as fast it is, by the medians; below 1 for slower.
    pub factor: f64,
    /// Why it can be slower, where it is.
    pub reason: Option<&'static str>,
}

/// Orders in which something else is tried.
const ORDERS_MAX: usize = 5;
/// Part of the time that may differ without anything to be said of it.
const SAME: f64 = 0.01;

/// One thing that could be different.
struct Other {
    what: String,
    settings: Vec<Settings>,
    rates: Rates,
}

/// Tries what could be different.
pub(crate) fn gains(
    study: &mut Study<'_>,
    options: &Options,
    outcomes: &[Outcome],
    progress: &Progress,
) -> Result<Vec<Gain>, Cancelled> {
    let orders = outcomes.len().min(ORDERS_MAX);
    // Rates spread over as many orders: compared with the same ones.
    let own = study.settings.clone();
    let base = settled(&study.run(&options.rates, options, orders, progress)?);
    let mut found = Vec::new();
    for Other { what, settings, rates } in others(&own, &options.rates) {
        study.settings = settings;
        let outcomes = study.run(&rates, options, orders, progress);
        study.settings.clone_from(&own);
        let Some((before, after)) = base.zip(settled(&outcomes?)) else { continue };
        let factor = before.median / after.median.max(1e-9);
        let is_slower = factor < 1.0 - SAME;
        let reason = is_slower.then_some(
            "PGs get their slots in another order, and the last one waits longer for its own",
        );
        found.push(Gain { what, settled_seconds: after, factor, reason });
    }
    found.sort_by(|a, b| b.factor.total_cmp(&a.factor));
    Ok(found)
}

fn settled(outcomes: &[Outcome]) -> Option<Range> {
    Range::of(outcomes.iter().map(|one| one.settled))
}

/// What is worth trying: more slots, no sleeps, other profiles, twice the network.
fn others(own: &[Settings], rates: &Rates) -> Vec<Other> {
    let changed = |what: String, change: &dyn Fn(&mut Settings)| {
        let mut settings = own.to_vec();
        settings.iter_mut().for_each(change);
        Other { what, settings, rates: rates.clone() }
    };
    let Some(first) = own.first() else { return Vec::new() };
    let most = first.kinds.iter().map(|kind| kind.max_backfills).max().unwrap_or(1);
    let overrides = match first.kinds[0].mclock {
        Some(_) => " with osd_mclock_override_recovery_settings=true",
        None => "",
    };
    let mut found = Vec::new();
    for slots in [2, 3, 5, 10].map(|times| times * most) {
        found.push(changed(format!("osd_max_backfills={slots}{overrides}"), &|settings| {
            settings.kinds.iter_mut().for_each(|kind| kind.max_backfills = slots);
        }));
    }
    if first.kinds.iter().any(|kind| kind.sleep_seconds > 0.0) {
        found.push(changed("osd_recovery_sleep=0 on every device".to_owned(), &|settings| {
            settings.kinds.iter_mut().for_each(|kind| kind.sleep_seconds = 0.0);
        }));
        let slots = 3 * most;
        let what = format!("osd_recovery_sleep=0 and osd_max_backfills={slots}");
        found.push(changed(what, &|settings| {
            for kind in &mut settings.kinds {
                (kind.sleep_seconds, kind.max_backfills) = (0.0, slots);
            }
        }));
    }
    if let Some(mclock) = first.kinds[0].mclock {
        for profile in [MclockProfile::HighRecoveryOps, MclockProfile::HighClientOps] {
            if profile == mclock.profile {
                continue;
            }
            found.push(changed(format!("osd_mclock_profile={}", profile.name()), &|settings| {
                for mclock in settings.kinds.iter_mut().filter_map(|kind| kind.mclock.as_mut()) {
                    mclock.profile = profile;
                }
            }));
        }
    }
    let rates = Rates { network_bytes: 2.0 * rates.network_bytes, ..rates.clone() };
    found.push(Other { what: "twice the network".to_owned(), settings: own.to_vec(), rates });
    found
}
