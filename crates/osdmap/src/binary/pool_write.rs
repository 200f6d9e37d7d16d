//! Writing pools (`pg_pool_t::encode`).

use std::collections::BTreeSet;

use crushlab_wire::Writer;

use super::parts::{
    write_frame, write_intervals, write_list, write_pg, write_text_maps, write_texts, write_time,
};
use super::pool::{OPTION_DECIMAL, OPTION_TEXT, OPTION_WHOLE};
use crate::model::{MergeMeta, Pool, PoolOption};

pub(super) fn write_pool(writer: &mut Writer, pool: &Pool) {
    let version = pool.frame.version;
    write_frame(writer, &pool.frame, |writer| {
        write_placement(writer, pool);
        write_limits(writer, version, pool);
        write_tiering(writer, version, pool);
        write_cache(writer, version, pool);
        write_recency(writer, version, pool);
        write_metadata(writer, version, pool);
        write_targets(writer, version, pool);
        write_peering(writer, version, pool);
        if version >= 32 {
            write_shards(writer, &pool.nonprimary_shards);
        }
    });
}

fn write_placement(writer: &mut Writer, pool: &Pool) {
    writer.u8(pool.pool_type);
    writer.u8(pool.size);
    writer.u8(pool.crush_rule);
    writer.u8(pool.object_hash);
    writer.u32(pool.pg_num);
    writer.u32(pool.pgp_num);
    // No localized PGs.
    writer.u32(0);
    writer.u32(0);
    writer.u32(pool.last_change);
    writer.u64(pool.snap_seq);
    writer.u32(pool.snap_epoch);
    write_list(writer, &pool.snaps, |writer, (id, snap)| {
        writer.u64(*id);
        write_frame(writer, &snap.frame, |writer| {
            writer.u64(snap.id);
            write_time(writer, snap.stamp);
            writer.text(&snap.name);
        });
    });
    write_intervals(writer, &pool.removed_snaps);
}

fn write_limits(writer: &mut Writer, version: u8, pool: &Pool) {
    writer.u64(pool.auid);
    writer.u64(pool.flags);
    writer.u32(pool.crash_replay_interval_seconds);
    if version >= 7 {
        writer.u8(pool.min_size);
    }
    if version >= 8 {
        writer.u64(pool.quota_max_bytes);
        writer.u64(pool.quota_max_objects);
    }
}

fn write_tiering(writer: &mut Writer, version: u8, pool: &Pool) {
    if version >= 9 {
        write_list(writer, &pool.tiers, |writer, tier| writer.u64(*tier));
        writer.i64(pool.tier_of);
        writer.u8(pool.cache_mode);
        writer.i64(pool.read_tier);
        writer.i64(pool.write_tier);
    }
    if version >= 10 {
        write_texts(writer, &pool.properties);
    }
    if version >= 11 {
        writer.bytes(&pool.hit_set_params);
        writer.u32(pool.hit_set_period_seconds);
        writer.u32(pool.hit_set_count);
    }
    if version >= 12 {
        writer.u32(pool.stripe_width);
    }
}

fn write_cache(writer: &mut Writer, version: u8, pool: &Pool) {
    if version >= 13 {
        writer.u64(pool.target_max_bytes);
        writer.u64(pool.target_max_objects);
        writer.u32(pool.cache_target_dirty_ratio_micro);
        writer.u32(pool.cache_target_full_ratio_micro);
        writer.u32(pool.cache_min_flush_age_seconds);
        writer.u32(pool.cache_min_evict_age_seconds);
    }
    if version >= 14 {
        writer.text(&pool.erasure_code_profile);
    }
    if version >= 15 {
        writer.u32(pool.last_force_op_resend_preluminous);
    }
}

fn write_recency(writer: &mut Writer, version: u8, pool: &Pool) {
    if version >= 16 {
        writer.u32(pool.min_read_recency_for_promote);
    }
    if version >= 17 {
        writer.u64(pool.expected_num_objects);
    }
    if version >= 19 {
        writer.u32(pool.cache_target_dirty_high_ratio_micro);
    }
    if version >= 20 {
        writer.u32(pool.min_write_recency_for_promote);
    }
    if version >= 21 {
        writer.u8(u8::from(pool.use_gmt_hitset));
    }
    if version >= 22 {
        writer.u8(u8::from(pool.fast_read));
    }
    if version >= 23 {
        writer.u32(pool.hit_set_grade_decay_rate);
        writer.u32(pool.hit_set_search_last_n);
    }
}

fn write_metadata(writer: &mut Writer, version: u8, pool: &Pool) {
    if version >= 24 {
        write_frame(writer, &pool.options_frame, |writer| {
            write_list(writer, &pool.options, |writer, (key, value)| {
                writer.i32(*key);
                write_option(writer, value);
            });
        });
    }
    if version >= 25 {
        writer.u32(pool.last_force_op_resend_prenautilus);
    }
    if version >= 26 {
        write_text_maps(writer, &pool.application_metadata);
    }
    if version >= 27 {
        write_time(writer, pool.create_time);
    }
}

fn write_option(writer: &mut Writer, value: &PoolOption) {
    match value {
        PoolOption::Text(text) => {
            writer.i32(OPTION_TEXT);
            writer.text(text);
        }
        PoolOption::Whole(number) => {
            writer.i32(OPTION_WHOLE);
            writer.i64(*number);
        }
        PoolOption::Decimal(number) => {
            writer.i32(OPTION_DECIMAL);
            writer.u64(number.to_bits());
        }
    }
}

fn write_targets(writer: &mut Writer, version: u8, pool: &Pool) {
    if version >= 28 {
        writer.u32(pool.pg_num_target);
        writer.u32(pool.pgp_num_target);
        writer.u32(pool.pg_num_pending);
        // Epochs that only 14.1.0 and 14.1.1 used.
        writer.u32(0);
        writer.u32(0);
        writer.u32(pool.last_force_op_resend);
        writer.u8(pool.pg_autoscale_mode);
    }
    if version >= 29 {
        let merge = &pool.last_pg_merge_meta;
        write_frame(writer, &merge.frame, |writer| write_merge(writer, merge));
    }
}

fn write_peering(writer: &mut Writer, version: u8, pool: &Pool) {
    if version > 30 {
        writer.u8(u8::from(pool.is_stretch_pool()));
    }
    if version == 30 || version > 30 && pool.is_stretch_pool() {
        writer.u32(pool.peering_crush_bucket_count);
        writer.u32(pool.peering_crush_bucket_target);
        writer.u32(pool.peering_crush_bucket_barrier);
        writer.i32(pool.peering_crush_mandatory_member);
    }
}

fn write_shards(writer: &mut Writer, shards: &BTreeSet<u8>) {
    let bits = shards.iter().fold(0u128, |bits, shard| bits | 1u128.unbounded_shl((*shard).into()));
    writer.variable_u64(bits as u64);
    writer.variable_u64((bits >> u64::BITS) as u64);
}

fn write_merge(writer: &mut Writer, merge: &MergeMeta) {
    write_pg(writer, merge.source);
    writer.u32(merge.ready_epoch);
    writer.u32(merge.last_epoch_started);
    writer.u32(merge.last_epoch_clean);
    for (version, epoch) in [merge.source_version, merge.target_version] {
        writer.u64(version);
        writer.u32(epoch);
    }
}
