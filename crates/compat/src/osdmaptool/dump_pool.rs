//! A pool in a structured format (osd_types.cc, `pg_pool_t::dump`).

use crushlab_osdmap::Pool;
use crushlab_osdmap::model::{MergeMeta, PoolOption, Release, pool_flag};

use super::names;
use super::pool_line::{self, HitSet};
use super::read_balance::ReadBalance;
use crate::formatter::Formatter;

/// Most hit sets whose grades are listed, far above what any pool keeps.
const MAX_GRADES: u32 = 1 << 16;
/// Grade before the first hit set.
const FULL_GRADE: u32 = 1_000_000;

/// Writes a pool.
pub(crate) fn pool(
    id: i64,
    pool: &Pool,
    read_balance: Option<&ReadBalance>,
    release: Release,
    formatter: &mut dyn Formatter,
) {
    formatter.object("pool", |f| {
        f.integer("pool", id);
        f.text("pool_name", &pool.name);
        f.streamed("create_time", names::time(pool.create_time));
        f.unsigned("flags", pool.flags);
        f.text("flags_names", pool_line::flags(pool, release));
        f.integer("type", pool.pool_type);
        f.integer("size", pool.size);
        f.integer("min_size", pool.min_size);
        f.integer("crush_rule", pool.crush_rule);
        placement(pool, release, f);
        snapshots(pool, f);
        f.unsigned("quota_max_bytes", pool.quota_max_bytes);
        f.unsigned("quota_max_objects", pool.quota_max_objects);
        cache(pool, f);
        f.text("erasure_code_profile", &pool.erasure_code_profile);
        hit_sets(pool, f);
        f.unsigned("stripe_width", pool.stripe_width);
        f.unsigned("expected_num_objects", pool.expected_num_objects);
        f.bool("fast_read", pool.fast_read);
        if release.knows_ec_optimizations() {
            let shards: Vec<String> = pool.nonprimary_shards.iter().map(u8::to_string).collect();
            f.streamed("nonprimary_shards", format!("{{{}}}", shards.join(",")));
        }
        f.object("options", |f| options(pool, release, f));
        f.object("application_metadata", |f| {
            for (application, settings) in &pool.application_metadata {
                f.object(application, |f| {
                    settings.iter().for_each(|(key, value)| f.text(key, value));
                });
            }
        });
        if let Some(said) = read_balance {
            f.object("read_balance", |f| balance(said, release, f));
        }
    });
}

fn balance(said: &ReadBalance, release: Release, f: &mut dyn Formatter) {
    if !said.has_score {
        f.text("error_message", &said.problem);
        f.float("score_acting", said.score_acting);
        f.float("score_stable", said.score_stable);
        return;
    }
    if let Some(loads) = &said.loads {
        f.text("score_type", "OSD size aware");
        f.float("score_acting", said.score_acting);
        f.float("score_stable", said.score_stable);
        f.float("average_osd_load", loads.average);
        let (osd, pgs, primaries, load) = loads.most;
        f.object("most_loaded_osd", |f| {
            f.integer("osd", osd);
            f.unsigned("pgs", pgs);
            f.unsigned("primaries", primaries);
            f.unsigned("load", load);
        });
        if !said.problem.is_empty() {
            f.text("error_message", &said.problem);
        }
        return;
    }
    if release >= Release::TENTACLE {
        f.text("score_type", "Fair distribution");
    }
    f.float("score_acting", said.score_acting);
    f.float("score_stable", said.score_stable);
    f.float("optimal_score", said.optimal_score);
    f.float("raw_score_acting", said.raw_score_acting);
    f.float("raw_score_stable", said.raw_score_stable);
    f.float("primary_affinity_weighted", said.weighted_affinity);
    f.float("average_primary_affinity", said.average_affinity);
    f.float("average_primary_affinity_weighted", said.average_weighted_affinity);
    if !said.problem.is_empty() {
        f.text("error_message", &said.problem);
    }
}

fn placement(pool: &Pool, release: Release, f: &mut dyn Formatter) {
    f.unsigned("peering_crush_bucket_count", pool.peering_crush_bucket_count);
    f.unsigned("peering_crush_bucket_target", pool.peering_crush_bucket_target);
    f.unsigned("peering_crush_bucket_barrier", pool.peering_crush_bucket_barrier);
    f.integer("peering_crush_bucket_mandatory_member", pool.peering_crush_mandatory_member);
    if release >= Release::TENTACLE {
        f.bool("is_stretch_pool", pool.is_stretch_pool());
    }
    f.integer("object_hash", pool.object_hash);
    f.text("pg_autoscale_mode", pool_line::autoscale_mode(pool));
    f.unsigned("pg_num", pool.pg_num);
    f.unsigned("pg_placement_num", pool.pgp_num);
    f.unsigned("pg_placement_num_target", pool.pgp_num_target);
    f.unsigned("pg_num_target", pool.pg_num_target);
    f.unsigned("pg_num_pending", pool.pg_num_pending);
    f.object("last_pg_merge_meta", |f| merge(&pool.last_pg_merge_meta, f));
    f.streamed("last_change", pool.last_change.to_string());
    let prenautilus = pool.last_force_op_resend_prenautilus;
    let preluminous = pool.last_force_op_resend_preluminous;
    f.streamed("last_force_op_resend", pool.last_force_op_resend.to_string());
    f.streamed("last_force_op_resend_prenautilus", prenautilus.to_string());
    f.streamed("last_force_op_resend_preluminous", preluminous.to_string());
    f.unsigned("auid", pool.auid);
}

fn merge(merge: &MergeMeta, f: &mut dyn Formatter) {
    let version = |(version, epoch): (u64, u32)| format!("{epoch}'{version}");
    f.streamed("source_pgid", merge.source.to_string());
    f.unsigned("ready_epoch", merge.ready_epoch);
    f.unsigned("last_epoch_started", merge.last_epoch_started);
    f.unsigned("last_epoch_clean", merge.last_epoch_clean);
    f.streamed("source_version", version(merge.source_version));
    f.streamed("target_version", version(merge.target_version));
}

fn snapshots(pool: &Pool, f: &mut dyn Formatter) {
    let has_own = pool.has_flags(pool_flag::POOL_SNAPS);
    f.text("snap_mode", if has_own { "pool" } else { "selfmanaged" });
    f.unsigned("snap_seq", pool.snap_seq);
    f.unsigned("snap_epoch", pool.snap_epoch);
    f.array("pool_snaps", |f| {
        for snap in pool.snaps.values() {
            f.object("pool_snap_info", |f| {
                f.unsigned("snapid", snap.id);
                f.streamed("stamp", names::time(snap.stamp));
                f.text("name", &snap.name);
            });
        }
    });
    f.streamed("removed_snaps", names::intervals(&pool.removed_snaps));
}

fn cache(pool: &Pool, f: &mut dyn Formatter) {
    f.array("tiers", |f| pool.tiers.iter().for_each(|tier| f.unsigned("pool_id", *tier)));
    f.integer("tier_of", pool.tier_of);
    f.integer("read_tier", pool.read_tier);
    f.integer("write_tier", pool.write_tier);
    f.text("cache_mode", pool_line::cache_mode(pool));
    f.unsigned("target_max_bytes", pool.target_max_bytes);
    f.unsigned("target_max_objects", pool.target_max_objects);
    f.unsigned("cache_target_dirty_ratio_micro", pool.cache_target_dirty_ratio_micro);
    f.unsigned("cache_target_dirty_high_ratio_micro", pool.cache_target_dirty_high_ratio_micro);
    f.unsigned("cache_target_full_ratio_micro", pool.cache_target_full_ratio_micro);
    f.unsigned("cache_min_flush_age", pool.cache_min_flush_age_seconds);
    f.unsigned("cache_min_evict_age", pool.cache_min_evict_age_seconds);
}

fn hit_sets(pool: &Pool, f: &mut dyn Formatter) {
    f.object("hit_set_params", |f| {
        let hit_set = HitSet::of(pool);
        f.text("type", hit_set.kind_name());
        if let Some((share, target_size, seed)) = hit_set.bloom {
            f.float("false_positive_probability", f64::from(share) / 1e6);
            f.unsigned("target_size", target_size);
            f.unsigned("seed", seed);
        }
    });
    f.unsigned("hit_set_period", pool.hit_set_period_seconds);
    f.unsigned("hit_set_count", pool.hit_set_count);
    f.bool("use_gmt_hitset", pool.use_gmt_hitset);
    f.unsigned("min_read_recency_for_promote", pool.min_read_recency_for_promote);
    f.unsigned("min_write_recency_for_promote", pool.min_write_recency_for_promote);
    f.unsigned("hit_set_grade_decay_rate", pool.hit_set_grade_decay_rate);
    f.unsigned("hit_set_search_last_n", pool.hit_set_search_last_n);
    f.array("grade_table", |f| {
        let kept = 1.0 - f64::from(pool.hit_set_grade_decay_rate) / 100.0;
        let mut grade = FULL_GRADE;
        for _ in 0..pool.hit_set_count.min(MAX_GRADES) {
            grade = (f64::from(grade) * kept) as u32;
            f.unsigned("value", grade);
        }
    });
}

fn options(pool: &Pool, release: Release, f: &mut dyn Formatter) {
    for (name, option) in pool_line::options(pool, release) {
        match option {
            PoolOption::Text(text) => f.text(name, text),
            PoolOption::Whole(number) => f.integer(name, *number),
            PoolOption::Decimal(number) => f.float(name, *number),
        }
    }
}
