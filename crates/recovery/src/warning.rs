//! What is to be said of an answer beside its numbers.

use crushlab_compare::DataBasis;
use serde::Serialize;

use crate::course::Course;
use crate::rates::Rates;
use crate::settings::{Settings, is_overruled};

/// Something that makes an answer less certain than it looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecoveryWarning {
    /// What kind of thing it is; stable.
    pub code: &'static str,
    /// What it is, and what to do.
    pub message: String,
}

/// Release whose early versions shared devices in another way.
const QUINCY: u8 = 17;

/// Settings that mClock overrules.
const OVERRULED: [&str; 7] = [
    "osd_max_backfills",
    "osd_recovery_max_active",
    "osd_recovery_max_active_hdd",
    "osd_recovery_max_active_ssd",
    "osd_recovery_sleep",
    "osd_recovery_sleep_hdd",
    "osd_recovery_sleep_ssd",
];

/// Everything that is to be said.
pub(crate) fn warnings(
    course: &Course<'_>,
    settings: &Settings,
    rates: &Rates,
    release: u8,
) -> Vec<RecoveryWarning> {
    let mut found = Vec::new();
    let mut say = |code, message: &str| {
        found.push(RecoveryWarning { code, message: message.to_owned() });
    };
    if course.basis == DataBasis::Estimated {
        say(
            "estimated_pgs",
            "what each PG holds is estimated from its pool: ceph pg dump --format json tells it",
        );
    }
    if course.used.iter().all(Option::is_none) {
        say(
            "unknown_sizes",
            "how full OSDs are is not known, so no PG is refused for want of room: \
             ceph osd df tree --format json tells it",
        );
    }
    let is_back = |pair: &[crate::Stage<'_>]| {
        let [before, after] = [pair[0].state.map(), pair[1].state.map()];
        (0..after.max_osd() as i32).any(|osd| after.is_up(osd) && !before.is_up(osd))
    };
    if rates.client_writes.is_none() && course.stages.windows(2).any(is_back) {
        say(
            "unknown_writes",
            "how much was written while OSDs were away is not known and taken for nothing: \
             client_load.writes says it",
        );
    }
    if let Some(stage) = course.stages.last()
        && is_overruled(stage.config, settings.queue)
        && let Some(name) = OVERRULED.iter().find(|name| stage.config.made.contains_key(**name))
    {
        let told = "has no effect with mClock: expected osd_mclock_override_recovery_settings=true";
        say("overruled_setting", &format!("{name} {told}, or osd_op_queue=wpq"));
    }
    if release == QUINCY && settings.kinds[0].mclock.is_some() {
        let message = "shares of mClock are those of 17.2.6 and later; earlier ones differ";
        say("early_quincy", message);
    }
    found
}
