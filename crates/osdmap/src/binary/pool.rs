//! Reading pools (`pg_pool_t::decode`).

use std::collections::BTreeSet;

use crushlab_wire::{Reader, WireError};

use super::parts::{
    FRAME_BYTES, Read, read_frame, read_intervals, read_list, read_pg, read_text_maps, read_texts,
    read_time,
};
use crate::model::{MergeMeta, Pool, PoolOption, PoolSnap, pool_flag};

/// Newest versions whose fields are known; later ones may add some.
const POOL_VERSION: u8 = 32;
const SNAP_VERSION: u8 = 2;
const OPTIONS_VERSION: u8 = 2;
const MERGE_VERSION: u8 = 1;
/// Oldest version that says how long it is, which is that of 2012.
const OLDEST_VERSION: u8 = 5;

/// Type numbers of option values.
pub(super) const OPTION_TEXT: i32 = 0;
pub(super) const OPTION_WHOLE: i32 = 1;
pub(super) const OPTION_DECIMAL: i32 = 2;

pub(super) fn read_pool(reader: &mut Reader<'_>) -> Read<Pool> {
    let (mut pool, frame) = read_frame(reader, POOL_VERSION, "pool", |reader, version| {
        if version < OLDEST_VERSION {
            let problem = format!("version {version}: expected {OLDEST_VERSION} or later");
            return Err(WireError::new(reader.offset(), "version", problem));
        }
        let mut pool = Pool::default();
        read_placement(reader, &mut pool)?;
        read_snaps(reader, &mut pool)?;
        read_limits(reader, version, &mut pool)?;
        read_tiering(reader, version, &mut pool)?;
        read_cache(reader, version, &mut pool)?;
        read_recency(reader, version, &mut pool)?;
        read_metadata(reader, version, &mut pool)?;
        read_targets(reader, version, &mut pool)?;
        read_peering(reader, version, &mut pool)?;
        if version >= 32 {
            pool.nonprimary_shards = read_shards(reader, "nonprimary_shards")?;
        }
        Ok(pool)
    })?;
    pool.frame = frame;
    Ok(pool)
}

fn read_placement(reader: &mut Reader<'_>, pool: &mut Pool) -> Read<()> {
    pool.pool_type = reader.u8("type")?;
    pool.size = reader.u8("size")?;
    pool.crush_rule = reader.u8("crush_rule")?;
    pool.object_hash = reader.u8("object_hash")?;
    pool.pg_num = reader.u32("pg_num")?;
    pool.pgp_num = reader.u32("pgp_num")?;
    // Numbers of localized PGs, which are no longer.
    reader.u32("lpg_num")?;
    reader.u32("lpgp_num")?;
    Ok(())
}

fn read_snaps(reader: &mut Reader<'_>, pool: &mut Pool) -> Read<()> {
    pool.last_change = reader.u32("last_change")?;
    pool.snap_seq = reader.u64("snap_seq")?;
    pool.snap_epoch = reader.u32("snap_epoch")?;
    pool.snaps = read_list(reader, 8 + FRAME_BYTES, "snaps", |reader| {
        let id = reader.u64("id")?;
        let (mut snap, frame) = read_frame(reader, SNAP_VERSION, "snap", |reader, _| {
            let id = reader.u64("id")?;
            let stamp = read_time(reader, "stamp")?;
            let name = reader.text("name")?.to_owned();
            Ok(PoolSnap { id, stamp, name, frame: crate::model::Frame::new(SNAP_VERSION, 2) })
        })?;
        snap.frame = frame;
        Ok((id, snap))
    })?;
    pool.removed_snaps = read_intervals(reader, "removed_snaps")?;
    Ok(())
}

fn read_limits(reader: &mut Reader<'_>, version: u8, pool: &mut Pool) -> Read<()> {
    pool.auid = reader.u64("auid")?;
    pool.flags = reader.u64("flags")?;
    pool.crash_replay_interval_seconds = reader.u32("crash_replay_interval")?;
    let has_snaps = pool_flag::SELFMANAGED_SNAPS | pool_flag::POOL_SNAPS;
    if version < 27 && pool.snap_seq > 0 && pool.flags & has_snaps == 0 {
        let kind = (pool_flag::SELFMANAGED_SNAPS, pool_flag::POOL_SNAPS);
        pool.flags |= if pool.removed_snaps.is_empty() { kind.1 } else { kind.0 };
    }
    pool.min_size = if version >= 7 { reader.u8("min_size")? } else { pool.size - pool.size / 2 };
    if version >= 8 {
        pool.quota_max_bytes = reader.u64("quota_max_bytes")?;
        pool.quota_max_objects = reader.u64("quota_max_objects")?;
    }
    Ok(())
}

fn read_tiering(reader: &mut Reader<'_>, version: u8, pool: &mut Pool) -> Read<()> {
    if version >= 9 {
        pool.tiers = read_list(reader, 8, "tiers", |reader| reader.u64("tier"))?;
        pool.tier_of = reader.i64("tier_of")?;
        pool.cache_mode = reader.u8("cache_mode")?;
        pool.read_tier = reader.i64("read_tier")?;
        pool.write_tier = reader.i64("write_tier")?;
    }
    if version >= 10 {
        pool.properties = read_texts(reader, "properties")?;
    }
    if version >= 11 {
        pool.hit_set_params = read_whole_frame(reader, "hit_set_params")?;
        pool.hit_set_period_seconds = reader.u32("hit_set_period")?;
        pool.hit_set_count = reader.u32("hit_set_count")?;
    }
    if version >= 12 {
        pool.stripe_width = reader.u32("stripe_width")?;
    }
    Ok(())
}

/// The bytes of a versioned part, its head included.
fn read_whole_frame(reader: &mut Reader<'_>, field: &str) -> Read<Vec<u8>> {
    let mut ahead = reader.clone();
    ahead.bytes(2, field)?;
    let length = FRAME_BYTES + ahead.count(1, field)?;
    Ok(reader.bytes(length, field)?.to_vec())
}

fn read_cache(reader: &mut Reader<'_>, version: u8, pool: &mut Pool) -> Read<()> {
    if version >= 13 {
        pool.target_max_bytes = reader.u64("target_max_bytes")?;
        pool.target_max_objects = reader.u64("target_max_objects")?;
        pool.cache_target_dirty_ratio_micro = reader.u32("cache_target_dirty_ratio_micro")?;
        pool.cache_target_full_ratio_micro = reader.u32("cache_target_full_ratio_micro")?;
        pool.cache_min_flush_age_seconds = reader.u32("cache_min_flush_age")?;
        pool.cache_min_evict_age_seconds = reader.u32("cache_min_evict_age")?;
    }
    if version >= 14 {
        pool.erasure_code_profile = reader.text("erasure_code_profile")?.to_owned();
    }
    if version >= 15 {
        pool.last_force_op_resend_preluminous = reader.u32("last_force_op_resend_preluminous")?;
    }
    Ok(())
}

fn read_recency(reader: &mut Reader<'_>, version: u8, pool: &mut Pool) -> Read<()> {
    pool.min_read_recency_for_promote = 1;
    pool.min_write_recency_for_promote = 1;
    pool.use_gmt_hitset = false;
    pool.hit_set_search_last_n = 1;
    pool.cache_target_dirty_high_ratio_micro = pool.cache_target_dirty_ratio_micro;
    if version >= 16 {
        pool.min_read_recency_for_promote = reader.u32("min_read_recency_for_promote")?;
    }
    if version >= 17 {
        pool.expected_num_objects = reader.u64("expected_num_objects")?;
    }
    if version >= 19 {
        pool.cache_target_dirty_high_ratio_micro =
            reader.u32("cache_target_dirty_high_ratio_micro")?;
    }
    if version >= 20 {
        pool.min_write_recency_for_promote = reader.u32("min_write_recency_for_promote")?;
    }
    if version >= 21 {
        pool.use_gmt_hitset = reader.u8("use_gmt_hitset")? != 0;
    }
    if version >= 22 {
        pool.fast_read = reader.u8("fast_read")? != 0;
    }
    if version >= 23 {
        pool.hit_set_grade_decay_rate = reader.u32("hit_set_grade_decay_rate")?;
        pool.hit_set_search_last_n = reader.u32("hit_set_search_last_n")?;
    }
    Ok(())
}

fn read_metadata(reader: &mut Reader<'_>, version: u8, pool: &mut Pool) -> Read<()> {
    if version >= 24 {
        let (options, frame) = read_frame(reader, OPTIONS_VERSION, "opts", |reader, _| {
            read_list(reader, 12, "opts", read_option)
        })?;
        pool.options = options;
        pool.options_frame = frame;
    }
    pool.last_force_op_resend_prenautilus = pool.last_force_op_resend_preluminous;
    if version >= 25 {
        pool.last_force_op_resend_prenautilus = reader.u32("last_force_op_resend_prenautilus")?;
    }
    if version >= 26 {
        pool.application_metadata = read_text_maps(reader, "application_metadata")?;
    }
    if version >= 27 {
        pool.create_time = read_time(reader, "create_time")?;
    }
    Ok(())
}

fn read_option(reader: &mut Reader<'_>) -> Read<(i32, PoolOption)> {
    let key = reader.i32("key")?;
    let at = reader.offset();
    let value = match reader.i32("type")? {
        OPTION_TEXT => PoolOption::Text(reader.text("value")?.to_owned()),
        OPTION_WHOLE => PoolOption::Whole(reader.i64("value")?),
        OPTION_DECIMAL => PoolOption::Decimal(f64::from_bits(reader.u64("value")?)),
        other => {
            let problem = format!("{other}: expected 0, 1 or 2");
            return Err(WireError::new(at, "type", problem));
        }
    };
    Ok((key, value))
}

fn read_targets(reader: &mut Reader<'_>, version: u8, pool: &mut Pool) -> Read<()> {
    pool.pg_num_target = pool.pg_num;
    pool.pgp_num_target = pool.pgp_num;
    pool.pg_num_pending = pool.pg_num;
    pool.last_force_op_resend = pool.last_force_op_resend_prenautilus;
    // What a pool from before the autoscaler is set to.
    pool.pg_autoscale_mode = 1;
    if version >= 28 {
        pool.pg_num_target = reader.u32("pg_num_target")?;
        pool.pgp_num_target = reader.u32("pgp_num_target")?;
        pool.pg_num_pending = reader.u32("pg_num_pending")?;
        // Epochs that only 14.1.0 and 14.1.1 used.
        reader.u32("pg_num_dec_last_epoch_started")?;
        reader.u32("pg_num_dec_last_epoch_clean")?;
        pool.last_force_op_resend = reader.u32("last_force_op_resend")?;
        pool.pg_autoscale_mode = reader.u8("pg_autoscale_mode")?;
    }
    if version >= 29 {
        let field = "last_pg_merge_meta";
        let (mut merge, frame) = read_frame(reader, MERGE_VERSION, field, read_merge)?;
        merge.frame = frame;
        pool.last_pg_merge_meta = merge;
    }
    Ok(())
}

/// What peering needs in stretched pools. Version 30 has it always, later ones after a byte that
/// says whether it is there.
fn read_peering(reader: &mut Reader<'_>, version: u8, pool: &mut Pool) -> Read<()> {
    if version == 30 || version > 30 && reader.u8("has_peering_crush_data")? != 0 {
        pool.peering_crush_bucket_count = reader.u32("peering_crush_bucket_count")?;
        pool.peering_crush_bucket_target = reader.u32("peering_crush_bucket_target")?;
        pool.peering_crush_bucket_barrier = reader.u32("peering_crush_bucket_barrier")?;
        pool.peering_crush_mandatory_member = reader.i32("peering_crush_mandatory_member")?;
    }
    Ok(())
}

/// A set of shards (`shard_id_set`): 128 bits in two words of variable length.
fn read_shards(reader: &mut Reader<'_>, field: &str) -> Read<BTreeSet<u8>> {
    let low = reader.variable_u64(field)?;
    let high = reader.variable_u64(field)?;
    let bits = u128::from(high) << u64::BITS | u128::from(low);
    Ok((0..u128::BITS as u8).filter(|shard| bits >> shard & 1 == 1).collect())
}

fn read_merge(reader: &mut Reader<'_>, _version: u8) -> Read<MergeMeta> {
    Ok(MergeMeta {
        source: read_pg(reader)?,
        ready_epoch: reader.u32("ready_epoch")?,
        last_epoch_started: reader.u32("last_epoch_started")?,
        last_epoch_clean: reader.u32("last_epoch_clean")?,
        source_version: (reader.u64("source_version")?, reader.u32("source_version")?),
        target_version: (reader.u64("target_version")?, reader.u32("target_version")?),
        ..MergeMeta::default()
    })
}
