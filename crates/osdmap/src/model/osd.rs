//! What a map knows of one OSD beside its state, reweight and primary affinity.

use super::address::Addresses;
use super::encoding::Frame;
use super::time::Time;

/// Bits of [`OsdMap::osd_states`](super::OsdMap::osd_states) (ceph_fs `CEPH_OSD_*`).
pub mod state {
    /// The OSD exists.
    pub const EXISTS: u32 = 1;
    /// It is up.
    pub const UP: u32 = 1 << 1;
    /// It was marked out automatically.
    pub const AUTOOUT: u32 = 1 << 2;
    /// It has never been marked in.
    pub const NEW: u32 = 1 << 3;
    /// It is full.
    pub const FULL: u32 = 1 << 4;
    /// It is nearly full.
    pub const NEARFULL: u32 = 1 << 5;
    /// It is too full to be a target of backfill.
    pub const BACKFILLFULL: u32 = 1 << 6;
    /// It was destroyed; its id waits for a successor.
    pub const DESTROYED: u32 = 1 << 7;
    /// It may not be marked up.
    pub const NOUP: u32 = 1 << 8;
    /// It may not be marked down.
    pub const NODOWN: u32 = 1 << 9;
    /// It may not be marked in.
    pub const NOIN: u32 = 1 << 10;
    /// It may not be marked out.
    pub const NOOUT: u32 = 1 << 11;
    /// It was told to stop.
    pub const STOP: u32 = 1 << 12;
}

/// 16 bytes that identify an OSD or a cluster.
pub type Uuid = [u8; 16];

/// One OSD's addresses and history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Osd {
    /// Where clients reach it.
    pub client_addresses: Addresses,
    /// Where other OSDs reach it.
    pub cluster_addresses: Addresses,
    /// Where heartbeats on the cluster network go.
    pub heartbeat_back_addresses: Addresses,
    /// Where heartbeats on the public network go.
    pub heartbeat_front_addresses: Addresses,
    /// Epochs of its life.
    pub info: OsdInfo,
    /// Its identity.
    pub uuid: Uuid,
    /// How reliable it has been.
    pub xinfo: OsdXinfo,
}

/// Epochs of an OSD's life (`osd_info_t`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OsdInfo {
    /// First epoch of the last interval that ended with a clean shutdown.
    pub last_clean_begin: u32,
    /// Last epoch of it.
    pub last_clean_end: u32,
    /// When it came up last.
    pub up_from: u32,
    /// Until when it is known to have been up.
    pub up_thru: u32,
    /// When it went down last.
    pub down_at: u32,
    /// When it was declared lost.
    pub lost_at: u32,
}

/// How reliable an OSD has been (`osd_xinfo_t`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OsdXinfo {
    /// When it was marked down last.
    pub down_stamp: Time,
    /// Probability that it was only slow when it was marked down, as a share of 2^32 - 1.
    pub laggy_probability: u32,
    /// For how long it is slow then, in seconds.
    pub laggy_interval_seconds: u32,
    /// Its features.
    pub features: u64,
    /// Reweight (16.16) before it was marked out automatically.
    pub old_weight: u32,
    /// When it looked for purged snapshots last.
    pub last_purged_snaps_scrub: Time,
    /// Epoch before which it is known to be dead.
    pub dead_epoch: u32,
    /// Version: 3 until Mimic, 4 since Nautilus.
    pub frame: Frame,
}

impl Default for OsdXinfo {
    fn default() -> OsdXinfo {
        OsdXinfo {
            down_stamp: Time::default(),
            laggy_probability: 0,
            laggy_interval_seconds: 0,
            features: 0,
            old_weight: 0,
            last_purged_snaps_scrub: Time::default(),
            dead_epoch: 0,
            frame: Frame::new(4, 1),
        }
    }
}
