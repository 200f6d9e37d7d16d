//! How mClock shares a device between clients, recovery and best effort.
//!
//! Each class is promised a part of the device (reservation), gets what is left by weights, and no
//! more than its limit. The numbers are those of Reef and later (`mClockScheduler.cc`).

use crushlab_monitor::config::MclockProfile;

/// What a class is promised, how the rest is shared out, and where it ends; parts of the device.
#[derive(Clone, Copy, Debug)]
struct Class {
    reservation: f64,
    weight: f64,
    limit: f64,
}

/// Clients, recovery, best effort.
fn classes(profile: MclockProfile) -> [Class; 3] {
    let class = |reservation, weight, limit| Class { reservation, weight, limit };
    match profile {
        MclockProfile::Balanced => {
            [class(0.5, 1.0, 1.0), class(0.5, 1.0, 1.0), class(0.0, 1.0, 0.9)]
        }
        MclockProfile::HighClientOps => {
            [class(0.6, 2.0, 1.0), class(0.4, 1.0, 1.0), class(0.0, 1.0, 0.7)]
        }
        MclockProfile::HighRecoveryOps => {
            [class(0.3, 1.0, 1.0), class(0.7, 2.0, 1.0), class(0.0, 1.0, 1.0)]
        }
    }
}

/// The parts of a device that recovery and best effort get, where clients ask for `client_share` of
/// it; a class that has nothing to do asks for nothing, the others for all they can get.
pub(crate) fn shares(
    profile: MclockProfile,
    client_share: f64,
    has_recovery: bool,
    has_best_effort: bool,
) -> [f64; 2] {
    let classes = classes(profile);
    let wants = |has_work: bool| if has_work { 1.0 } else { 0.0 };
    let wanted = [client_share, wants(has_recovery), wants(has_best_effort)];
    let most: Vec<f64> =
        classes.iter().zip(wanted).map(|(class, wanted)| wanted.min(class.limit)).collect();
    let mut got: Vec<f64> =
        classes.iter().zip(&most).map(|(class, most)| most.min(class.reservation)).collect();
    // Each round satisfies a class at least, or gives everything away.
    for _ in 0..classes.len() {
        let left = 1.0 - got.iter().sum::<f64>();
        let hungry = |index: &usize| got[*index] + 1e-12 < most[*index];
        let open: Vec<usize> = (0..classes.len()).filter(hungry).collect();
        let weights: f64 = open.iter().map(|index| classes[*index].weight).sum();
        if left <= 1e-12 || open.is_empty() {
            break;
        }
        let level = |index: &usize| (most[*index] - got[*index]) / classes[*index].weight;
        let rise = open.iter().map(level).fold(left / weights, f64::min);
        for index in open {
            got[index] += rise * classes[index].weight;
        }
    }
    [got[1], got[2]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(client: f64, recovery: bool, best_effort: bool) -> [f64; 2] {
        let found = shares(MclockProfile::Balanced, client, recovery, best_effort);
        found.map(|share| (share * 1000.0).round() / 1000.0)
    }

    #[test]
    fn idle_clients_leave_all_but_the_limit() {
        assert_eq!(rounded(0.0, true, false), [1.0, 0.0]);
        assert_eq!(rounded(0.0, false, true), [0.0, 0.9]);
        assert_eq!(rounded(0.0, true, true), [0.75, 0.25]);
    }

    #[test]
    fn busy_clients_keep_what_they_are_promised() {
        assert_eq!(rounded(1.0, true, false), [0.5, 0.0]);
        assert_eq!(rounded(1.0, true, true), [0.5, 0.0]);
        assert_eq!(rounded(1.0, false, true), [0.0, 0.25]);
        assert_eq!(rounded(0.2, true, true), [0.65, 0.15]);
        let high = shares(MclockProfile::HighRecoveryOps, 1.0, true, false);
        assert!((high[0] - 0.7).abs() < 1e-9);
    }
}
