//! Which OSDs a failure is about.

use std::fmt;

use crushlab_osdmap::OsdMap;

/// A name that means no OSD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetError {
    /// Nothing has this name.
    Unknown {
        /// The name.
        name: String,
    },
    /// There are no OSDs in what has this name.
    Empty {
        /// The name.
        name: String,
    },
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TargetError::Unknown { name } => write!(
                f,
                "'{}' is unknown: expected an OSD (osd.3), a bucket (host1) or a device class",
                name.escape_debug()
            ),
            TargetError::Empty { name } => {
                write!(f, "'{}' holds no OSDs: expected one that does", name.escape_debug())
            }
        }
    }
}

impl std::error::Error for TargetError {}

/// The OSDs that exist and are meant by a name: `osd.3` or `3`, a bucket of the CRUSH map with all
/// below it, or a device class.
///
/// # Errors
/// [`TargetError`].
pub fn osds_of(map: &OsdMap, name: &str) -> Result<Vec<i32>, TargetError> {
    let name = name.trim();
    let digits = name.strip_prefix("osd.").unwrap_or(name);
    let named = || TargetError::Unknown { name: name.to_owned() };
    let mut osds: Vec<i32> = if let Ok(osd) = digits.parse::<i32>() {
        if !map.exists(osd) {
            return Err(named());
        }
        vec![osd]
    } else if let Some(item) = map.crush.item_id(name) {
        map.crush.devices_under(item).into_iter().collect()
    } else {
        let class = map.crush.class_id(name).ok_or_else(named)?;
        map.crush.devices_of_class(class).collect()
    };
    osds.retain(|osd| map.exists(*osd));
    if osds.is_empty() {
        return Err(TargetError::Empty { name: name.to_owned() });
    }
    Ok(osds)
}
