//! Settings of OSDs that decide how fast data is copied.

/// How an OSD orders its work (`osd_op_queue`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpQueue {
    /// By weights, with sleeps between the steps of recovery: the default up to Pacific.
    Wpq,
    /// By shares of what the device can do: the default from Quincy on.
    Mclock,
}

impl OpQueue {
    /// The queue of this name.
    pub fn from_name(name: &str) -> Option<OpQueue> {
        match name {
            "wpq" => Some(OpQueue::Wpq),
            "mclock_scheduler" => Some(OpQueue::Mclock),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            OpQueue::Wpq => "wpq",
            OpQueue::Mclock => "mclock_scheduler",
        }
    }
}

/// Which work mClock prefers (`osd_mclock_profile`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MclockProfile {
    /// Clients and recovery get half each.
    Balanced,
    /// Clients get more.
    HighClientOps,
    /// Recovery gets more.
    HighRecoveryOps,
}

impl MclockProfile {
    const ALL: [MclockProfile; 3] =
        [MclockProfile::Balanced, MclockProfile::HighClientOps, MclockProfile::HighRecoveryOps];

    /// The profile of this name.
    pub fn from_name(name: &str) -> Option<MclockProfile> {
        MclockProfile::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            MclockProfile::Balanced => "balanced",
            MclockProfile::HighClientOps => "high_client_ops",
            MclockProfile::HighRecoveryOps => "high_recovery_ops",
        }
    }
}

/// Settings of OSDs as they were made; `None` is the default, which hangs on the release and on the
/// kind of device.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecoveryConfig {
    /// PGs that an OSD copies from at once as their primary, and as many that it takes.
    pub osd_max_backfills: Option<u32>,
    /// Objects that a primary has on their way at once; 0 for what the kind of device says.
    pub osd_recovery_max_active: Option<u32>,
    /// The same on rotating devices.
    pub osd_recovery_max_active_hdd: Option<u32>,
    /// The same on others.
    pub osd_recovery_max_active_ssd: Option<u32>,
    /// Pause before each object; 0 for what the kind of device says.
    pub osd_recovery_sleep_seconds: Option<f64>,
    /// The same on rotating devices.
    pub osd_recovery_sleep_hdd_seconds: Option<f64>,
    /// The same on others.
    pub osd_recovery_sleep_ssd_seconds: Option<f64>,
    /// Most that is sent at once of one object.
    pub osd_recovery_max_chunk_bytes: Option<u32>,
    /// Time after which a PG that found no room asks again.
    pub osd_backfill_retry_interval_seconds: Option<f64>,
    /// The same for recovery by the log.
    pub osd_recovery_retry_interval_seconds: Option<f64>,
    /// Pause before each step of the deletion of a PG; 0 for what the kind of device says.
    pub osd_delete_sleep_seconds: Option<f64>,
    /// The same on rotating devices.
    pub osd_delete_sleep_hdd_seconds: Option<f64>,
    /// The same on others.
    pub osd_delete_sleep_ssd_seconds: Option<f64>,
    /// Objects that such a step deletes.
    pub osd_target_transaction_size: Option<u32>,
    /// Time without an answer after which an OSD counts as failed.
    pub osd_heartbeat_grace_seconds: Option<f64>,
    /// Writes that a PG's log holds at least.
    pub osd_min_pg_log_entries: Option<u32>,
    /// Writes that a PG's log holds at most.
    pub osd_max_pg_log_entries: Option<u32>,
    /// How work is ordered.
    pub osd_op_queue: Option<OpQueue>,
    /// Which work mClock prefers.
    pub osd_mclock_profile: Option<MclockProfile>,
    /// Whether settings of recovery count with mClock, too.
    pub osd_mclock_override_recovery_settings: Option<bool>,
    /// Operations of 4 KiB per second that mClock takes a rotating device to do.
    pub osd_mclock_max_capacity_iops_hdd: Option<f64>,
    /// The same of others.
    pub osd_mclock_max_capacity_iops_ssd: Option<f64>,
    /// Bytes per second that mClock takes a rotating device to do.
    pub osd_mclock_max_sequential_bandwidth_hdd_bytes: Option<u64>,
    /// The same of others.
    pub osd_mclock_max_sequential_bandwidth_ssd_bytes: Option<u64>,
}
