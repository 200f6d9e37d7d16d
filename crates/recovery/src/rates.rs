//! What devices, networks and clients are taken to do.

use serde::Serialize;

/// Kinds of devices that differ in what they can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A rotating disk.
    #[default]
    Hdd,
    /// A solid-state disk behind SATA or SAS.
    Ssd,
    /// A solid-state disk on PCIe.
    Nvme,
}

impl DeviceKind {
    /// All kinds.
    pub const ALL: [DeviceKind; 3] = [DeviceKind::Hdd, DeviceKind::Ssd, DeviceKind::Nvme];

    /// The kind that a device class of this name is of.
    pub fn from_class(name: &str) -> Option<DeviceKind> {
        DeviceKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its name, which is that of Ceph's device class.
    pub fn name(self) -> &'static str {
        match self {
            DeviceKind::Hdd => "hdd",
            DeviceKind::Ssd => "ssd",
            DeviceKind::Nvme => "nvme",
        }
    }

    /// Whether Ceph counts it as rotating.
    pub fn is_rotating(self) -> bool {
        self == DeviceKind::Hdd
    }
}

/// What a device does by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeviceRates {
    /// Bytes per second that it reads or writes one after another.
    pub bandwidth_bytes: f64,
    /// Operations per second in random places.
    pub iops: f64,
}

impl DeviceRates {
    /// Seconds that it takes to read or write this many bytes at one place.
    pub(crate) fn seconds(&self, bytes: f64) -> f64 {
        (bytes / self.bandwidth_bytes).max(1.0 / self.iops)
    }
}

/// What is known or assumed of everything that data goes through.
#[derive(Clone, Debug, PartialEq)]
pub struct Rates {
    /// By [`DeviceKind`].
    pub devices: [DeviceRates; 3],
    /// Bytes per second that a host sends, and as many that it receives.
    pub network_bytes: f64,
    /// Share of each device's time that clients ask for, 0 to 1.
    pub client_share: f64,
    /// Objects of the whole cluster that clients write per second; `None` where that is not known.
    pub client_writes: Option<f64>,
    /// Longest time that a PG takes to peer after a change.
    pub peering_seconds: f64,
    /// By how much all rates may be off, 0 to below 1.
    pub uncertainty: f64,
}

const MIB: f64 = 1_048_576.0;

impl Default for Rates {
    /// Disks are what mClock takes them for (`osd_mclock_max_sequential_bandwidth_*` and
    /// `osd_mclock_max_capacity_iops_*`), but SATA disks, which its values for solid-state disks
    /// are too high for; networks are 10 Gbit/s for each host, less what headers take.
    fn default() -> Rates {
        Rates {
            devices: [
                DeviceRates { bandwidth_bytes: 150.0 * MIB, iops: 315.0 },
                DeviceRates { bandwidth_bytes: 500.0 * MIB, iops: 20_000.0 },
                DeviceRates { bandwidth_bytes: 1200.0 * MIB, iops: 21_500.0 },
            ],
            network_bytes: 1.1e9,
            client_share: 0.0,
            client_writes: None,
            peering_seconds: 1.0,
            uncertainty: 0.2,
        }
    }
}

impl Rates {
    /// Those of a kind of device.
    pub fn device(&self, kind: DeviceKind) -> &DeviceRates {
        &self.devices[kind as usize]
    }
}
