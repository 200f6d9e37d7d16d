//! The large cluster: 10,000 OSDs of mixed sizes in 20 racks, and 1,048,576 PGs.

use std::path::Path;

use crushlab_osdmap::{Cluster, Input};

/// As people describe it.
const DESCRIPTION: &str = "racks:
  - count: 20
    hosts:
      - { count: 13, osds: [{ count: 20, size: 4 TB }] }
      - { count: 12, osds: [{ count: 20, size: 8 TB }] }
pools:
";
const POOLS: usize = 16;
const PGS_PER_POOL: u32 = 65_536;

/// Writes its binary OSDMap to a file.
///
/// # Errors
/// The description above is wrong, or the file cannot be written.
pub fn write(path: &Path) -> Result<(), String> {
    let mut text = DESCRIPTION.to_owned();
    for pool in 0..POOLS {
        let name = format!("pool{pool}");
        text +=
            &format!("  - {{ name: {name}, size: 3, pg_num: {PGS_PER_POOL}, stored: 400 TB }}\n");
    }
    let input = Input { name: "large.yaml", bytes: text.as_bytes() };
    let loaded = Cluster::load(&[input]).map_err(|error| error.to_string())?;
    let bytes = loaded.cluster.map.to_binary();
    std::fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}
