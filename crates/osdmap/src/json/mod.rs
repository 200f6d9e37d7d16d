//! The JSON that Ceph's commands print with `-f json`: `ceph osd dump`, `ceph report`, and the
//! statistics of `ceph pg dump`, `ceph osd df`, `ceph osd tree` and `ceph df detail`.
//!
//! Fields that are not needed are skipped, and what decides nothing may have any shape, so that
//! dumps of any release can be read.

mod address;
mod df;
mod hit_set;
mod map_document;
mod osd_df;
mod osd_dump;
mod osd_dump_map;
mod osd_tree;
mod part;
mod pg_dump;
mod pool;
mod pool_counts;
mod recognise;
mod values;

pub(crate) use df::{DfPool, read_df};
pub(crate) use map_document::{MapDocument, read_map_document};
pub(crate) use osd_df::read_osd_df;
pub(crate) use osd_dump_map::{Dump, bits};
pub(crate) use osd_tree::{check_ids, read_osd_tree};
pub(crate) use part::read;
pub(crate) use pg_dump::{read_pg_dump, states};
pub(crate) use pool::{CACHE_MODES, option};
pub(crate) use pool_counts::PoolCounts;
pub(crate) use recognise::recognise;
pub(crate) use values::{parse_time, parse_uuid, release, weight};
