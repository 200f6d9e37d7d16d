//! CRUSH maps as people and clusters write them down: names around [`crushlab_crush`]'s numbers,
//! binary, text and JSON readers and writers, and the edits that Ceph's tools make.
//!
//! | module | what lives there |
//! | --- | --- |
//! | `binary` | the bytes of `ceph osd getcrushmap` and `crushtool -o` |
//! | `text` | what `crushtool -c` reads and `crushtool -d` prints |
//! | `json` | `ceph osd crush dump`, `crushtool --dump`, the map inside `ceph report` |
//! | `read` | finds out which of the three an input is |
//! | `build`, [`edit`], `reclassify` | the edits of crushtool and `ceph osd crush` |
//! | `shadow` | the shadow trees of device classes |
//! | [`target`] | what people call OSDs: `osd.3`, `host=host1`, `class=ssd` |
//! | `warning` | what is odd in a map that is sound |
//! | [`release`] | what Ceph's releases differ in, for all that read and print |
//! | [`error`] | what can be wrong with each of them |

use std::collections::BTreeMap;

use crushlab_crush::{BuildError, Map, MapBuilder};

mod binary;
mod build;
pub mod edit;
pub mod error;
mod finalize;
mod json;
mod read;
mod reclassify;
pub mod release;
mod shadow;
pub mod target;
mod text;
mod warning;

pub use build::Layer;
pub use edit::EditError;
pub use error::{DecodeError, JsonError, ReadError, ShadowError, TextError};
pub use reclassify::{Reclassify, ReclassifyBuckets};
pub use release::Release;
pub use target::TargetError;
pub use warning::{MapWarning, Oddity};

/// Most bucket slots and device ids that a map may have when it is read. Ceph sets no limit; this
/// one keeps a short hostile input from asking for gigabytes, and is far above any cluster.
pub const MAX_IDS: usize = 1 << 18;

/// Most device classes that a map may have when it is read. Ceph sets no limit; every class means
/// another copy of every tree.
pub const MAX_CLASSES: usize = 256;

/// A CRUSH map with everything that a mapping does not need: names, types and device classes.
///
/// Shadow buckets (`host1~ssd`) are ordinary buckets of `core`, with a name, a class in
/// [`classes`](CrushMap::classes) and an entry in [`shadows`](CrushMap::shadows).
#[derive(Clone, Debug, Default)]
pub struct CrushMap {
    /// Buckets, rules, tunables and choose_args.
    pub core: MapBuilder,
    /// Type names by type id; 0 is the devices' type.
    pub types: BTreeMap<i32, String>,
    /// Names of devices and buckets by id.
    pub names: BTreeMap<i32, String>,
    /// Rule names by rule id.
    pub rule_names: BTreeMap<i32, String>,
    /// Class id of each device and shadow bucket that has a class (`class_map`).
    pub classes: BTreeMap<i32, i32>,
    /// Class names by class id (`class_name`).
    pub class_names: BTreeMap<i32, String>,
    /// Shadow bucket by bucket and class id (`class_bucket`).
    pub shadows: BTreeMap<i32, BTreeMap<i32, i32>>,
}

impl CrushMap {
    /// The map as a tool of this release has it after reading it, and as its monitors write it (see
    /// [`forget_rule_sizes`](CrushMap::forget_rule_sizes)).
    pub fn as_read_by(mut self, release: Release) -> CrushMap {
        self.forget_rule_sizes(release);
        self
    }

    /// Makes rules those of this release: from Quincy on, they have no sizes of their own and no
    /// rule set but their id (`CrushWrapper::encode`).
    pub fn forget_rule_sizes(&mut self, release: Release) {
        if release.has_rule_sizes() {
            return;
        }
        for (id, rule) in self.core.rules.iter_mut().enumerate() {
            if let Some(rule) = rule {
                rule.ruleset = id as u8;
                (rule.min_size, rule.max_size) = (release::RULE_MIN_SIZE, release::RULE_MAX_SIZE);
            }
        }
    }

    /// The checked map that mappings are made with.
    ///
    /// # Errors
    /// What [`MapBuilder::build`] finds wrong.
    pub fn map(&self) -> Result<Map, BuildError> {
        self.core.clone().build()
    }
}

/// Whether Ceph takes this for a name (`CrushWrapper::is_valid_crush_name`): one or more of
/// `A-Z a-z 0-9 - _ .`. Shadow buckets are told from others by having no such name.
pub fn is_valid_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
