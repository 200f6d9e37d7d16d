//! Options of pools that only some pools have.

/// Keys of [`Pool::options`](super::Pool::options) (`pool_opts_t::key_t`).
pub mod option_key {
    /// Seconds between scrubs, at least.
    pub const SCRUB_MIN_INTERVAL: i32 = 0;
    /// Seconds between scrubs, at most.
    pub const SCRUB_MAX_INTERVAL: i32 = 1;
    /// Seconds between deep scrubs.
    pub const DEEP_SCRUB_INTERVAL: i32 = 2;
    /// Priority of recovery, -10 to 10.
    pub const RECOVERY_PRIORITY: i32 = 3;
    /// Least number of PGs that the autoscaler may choose.
    pub const PG_NUM_MIN: i32 = 15;
    /// Bytes that the pool is expected to store.
    pub const TARGET_SIZE_BYTES: i32 = 16;
    /// Share of the cluster that the pool is expected to fill.
    pub const TARGET_SIZE_RATIO: i32 = 17;
    /// Factor of the number of PGs.
    pub const PG_AUTOSCALE_BIAS: i32 = 18;
    /// Largest number of PGs that the autoscaler may choose.
    pub const PG_NUM_MAX: i32 = 23;
    /// Percentage of reads among the operations (Squid and later).
    pub const READ_RATIO: i32 = 24;

    /// Seconds after which erasure-coded pools tell shards that were not written (Tentacle).
    pub const PCT_UPDATE_DELAY: i32 = 25;

    /// Names as `ceph osd pool set` and `ceph osd dump` have them, by key. Keys without a name
    /// here are of later releases.
    pub const NAMES: [(i32, &str); 26] = [
        (SCRUB_MIN_INTERVAL, "scrub_min_interval"),
        (SCRUB_MAX_INTERVAL, "scrub_max_interval"),
        (DEEP_SCRUB_INTERVAL, "deep_scrub_interval"),
        (RECOVERY_PRIORITY, "recovery_priority"),
        (4, "recovery_op_priority"),
        (5, "scrub_priority"),
        (6, "compression_mode"),
        (7, "compression_algorithm"),
        (8, "compression_required_ratio"),
        (9, "compression_max_blob_size"),
        (10, "compression_min_blob_size"),
        (11, "csum_type"),
        (12, "csum_max_block"),
        (13, "csum_min_block"),
        (14, "fingerprint_algorithm"),
        (PG_NUM_MIN, "pg_num_min"),
        (TARGET_SIZE_BYTES, "target_size_bytes"),
        (TARGET_SIZE_RATIO, "target_size_ratio"),
        (PG_AUTOSCALE_BIAS, "pg_autoscale_bias"),
        (19, "read_lease_interval"),
        (20, "dedup_tier"),
        (21, "dedup_chunk_algorithm"),
        (22, "dedup_cdc_chunk_size"),
        (PG_NUM_MAX, "pg_num_max"),
        (READ_RATIO, "read_ratio"),
        (PCT_UPDATE_DELAY, "pct_update_delay"),
    ];
}

/// Value of an option.
#[derive(Clone, Debug, PartialEq)]
pub enum PoolOption {
    /// A text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A decimal number.
    Decimal(f64),
}
