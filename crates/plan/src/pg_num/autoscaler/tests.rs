use crushlab_osdmap::describe;
use crushlab_osdmap::model::PoolOption;

use super::*;

/// A cluster of hosts with one OSD of 1 TiB each, and pools of the given sizes.
fn cluster(osds: u32, sizes: &[u8]) -> Cluster {
    let pools: Vec<String> = (sizes.iter().enumerate())
        .map(|(index, size)| format!("{{name: p{index}, size: {size}, pg_num: 32}}"))
        .collect();
    let hosts = format!("hosts: [{{count: {osds}, osds: [{{size: 1 TiB}}]}}]");
    let text = format!("{hosts}\npools: [{}]", pools.join(", "));
    let mut cluster = describe(&text).expect("a cluster");
    cluster.map.pools.values_mut().for_each(|pool| pool.pg_autoscale_mode = 2);
    cluster
}

fn set(cluster: &mut Cluster, id: i64, key: i32, value: f64) {
    let pool = cluster.map.pools.get_mut(&id).expect("the pool");
    pool.options.insert(key, PoolOption::Decimal(value));
}

/// Lets a pool use so much of the cluster.
fn fill(cluster: &mut Cluster, id: i64, ratio: f64) {
    let capacity: u64 = cluster.osds.values().map(|osd| osd.total_bytes).sum();
    let size = f64::from(cluster.map.pools[&id].size);
    let held = cluster.pools.entry(id).or_default();
    // Rounded up, so that numbers of PGs are not just below what the ratio gives.
    held.stored_bytes = (capacity as f64 * ratio / size).ceil() as u64;
    held.used_bytes = Some((capacity as f64 * ratio).ceil() as u64);
}

fn make_bulk(cluster: &mut Cluster, id: i64) {
    cluster.map.pools.get_mut(&id).expect("the pool").flags |= pool_flag::BULK;
}

fn pacific(cluster: &Cluster) -> Vec<AutoscalerAdvice> {
    let all = autoscaler(cluster, &AutoscalerSettings::PACIFIC);
    all.into_iter().map(|(_, advice)| advice.expect("advice")).collect()
}

#[test]
fn rounding_looks_at_the_whole_part_for_the_upper_power() {
    let rounded = [47.9, 48.0, 262.3, 0.4, 1.6, 4.9, -5.0].map(nearest_power_of_two);
    assert_eq!(rounded, [32, 64, 256, 0, 1, 4, 0]);
}

#[test]
fn eight_osds_one_pool_in_use_one_with_a_ratio_one_bulk() {
    let mut cluster = cluster(8, &[3, 3, 3]);
    fill(&mut cluster, 1, 0.0172);
    set(&mut cluster, 2, option_key::TARGET_SIZE_RATIO, 0.2);
    make_bulk(&mut cluster, 3);
    let found = pacific(&cluster);
    let numbers: Vec<_> = found.iter().map(|one| (one.pg_num_ideal, one.pg_num_final)).collect();
    // A single pool with a ratio is expected to fill everything, whatever the ratio is.
    assert_eq!(found[1].effective_target_ratio, 1.0);
    assert_eq!(numbers, [(4, 32), (262, 256), (0, 32)]);
    assert!(found[1].would_adjust && !found[0].would_adjust);
}

#[test]
fn sixty_osds_a_biased_pool_and_three_bulk_pools() {
    let mut cluster = cluster(60, &[3, 3, 6, 3]);
    fill(&mut cluster, 1, 0.004);
    set(&mut cluster, 1, option_key::PG_AUTOSCALE_BIAS, 4.0);
    fill(&mut cluster, 2, 0.5);
    [2, 3, 4].into_iter().for_each(|id| make_bulk(&mut cluster, id));
    let found = pacific(&cluster);
    let numbers: Vec<_> = found.iter().map(|one| (one.pg_num_ideal, one.pg_num_final)).collect();
    assert_eq!(numbers, [(32, 32), (996, 1024), (249, 256), (498, 512)]);
}

#[test]
fn bytes_are_kept_free_and_ratios_share_the_rest() {
    let mut cluster = cluster(10, &[2, 2, 2]);
    // 2.5 TiB twice is half of 10 TiB.
    set(&mut cluster, 1, option_key::TARGET_SIZE_BYTES, 2.5 * (1u64 << 40) as f64);
    set(&mut cluster, 2, option_key::TARGET_SIZE_RATIO, 3.0);
    set(&mut cluster, 3, option_key::TARGET_SIZE_RATIO, 1.0);
    set(&mut cluster, 3, option_key::TARGET_SIZE_BYTES, 1e15);
    let found = pacific(&cluster);
    let ratios: Vec<_> = found.iter().map(|one| one.capacity_ratio).collect();
    assert_eq!(ratios, [0.5, 0.375, 0.125]);
    // 1000 PGs; then 500; then 500 - 187.
    let ideals: Vec<_> = found.iter().map(|one| one.pg_num_ideal).collect();
    assert_eq!(ideals, [250, 93, 19]);
}

#[test]
fn minimum_and_maximum_bound_the_answer() {
    let mut cluster = cluster(8, &[3, 3]);
    set(&mut cluster, 1, option_key::PG_NUM_MIN, 4.0);
    set(&mut cluster, 2, option_key::TARGET_SIZE_RATIO, 1.0);
    set(&mut cluster, 2, option_key::PG_NUM_MAX, 100.0);
    let found = pacific(&cluster);
    assert_eq!([found[0].pg_num_final, found[1].pg_num_final], [4, 100]);
    assert!(found[0].would_adjust, "4 is less than a third of 32");
}

#[test]
fn the_newer_release_has_twice_the_target_and_looks_at_raw_use() {
    let mut cluster = cluster(8, &[3]);
    fill(&mut cluster, 1, 0.3);
    let latest = |cluster: &Cluster| {
        let mut all = autoscaler(cluster, &AutoscalerSettings::LATEST);
        all.remove(0).1.expect("advice")
    };
    assert_eq!(pacific(&cluster)[0].pg_num_ideal, 80);
    assert_eq!(latest(&cluster).pg_num_ideal, 160);
    // Small objects take more of the OSDs than what is stored times the rate.
    cluster.pools.get_mut(&1).expect("the pool").used_bytes = Some(4 << 40);
    assert_eq!(pacific(&cluster)[0].pg_num_ideal, 80);
    assert_eq!(latest(&cluster).pg_num_ideal, 266);
}

#[test]
fn pools_below_overlapping_roots_are_skipped() {
    let text = "hosts: [{count: 3, osds: [{class: hdd, size: 1 TiB}, {class: ssd, size: 1 TiB}]}]\n\
                pools: [{name: a, pg_num: 8, class: hdd}, {name: b, pg_num: 8, class: ssd}, \
                {name: c, pg_num: 8, erasure: {k: 2, m: 1}, class: ssd}]";
    let apart = describe(text).expect("a cluster");
    let found = pacific(&apart);
    assert_ne!(found[0].crush_root_id, found[1].crush_root_id);
    assert_eq!(found[2].raw_used_rate, 1.5);
    assert_eq!(found[1].subtree_capacity_bytes, 3 << 40);
    let skipped = |text: &str| -> Vec<_> {
        let mixed = describe(text).expect("a cluster");
        let found = autoscaler(&mixed, &AutoscalerSettings::PACIFIC);
        found.into_iter().map(|(_, advice)| advice.err()).collect()
    };
    let overlap = Some(AutoscalerSkip::OverlappingRoots);
    // The first root that a wide one meets stands for both; the other class is not compared with it
    // until a later pool names it again.
    let wide_last =
        text.replace("{name: c", "{name: all").replace(", erasure: {k: 2, m: 1}, class: ssd}", "}");
    assert_eq!(skipped(&wide_last), [overlap, None, overlap]);
    let wide_third = text.replace("{name: c", "{name: all, pg_num: 8}, {name: c");
    assert_eq!(skipped(&wide_third), [overlap; 4]);
}

#[test]
fn unknown_sizes_give_no_advice() {
    let mut cluster = cluster(3, &[3]);
    cluster.osds.clear();
    let found = autoscaler(&cluster, &AutoscalerSettings::PACIFIC);
    assert_eq!(found[0].1, Err(AutoscalerSkip::NoCapacity));
}

#[test]
fn numbers_within_the_threshold_stay() {
    let mut cluster = cluster(8, &[3]);
    fill(&mut cluster, 1, 0.24);
    for (today, would_adjust) in [(21, true), (22, false), (64, false), (192, false), (193, true)] {
        cluster.map.pools.get_mut(&1).expect("the pool").pg_num_target = today;
        let found = &pacific(&cluster)[0];
        assert_eq!((found.pg_num_final, found.would_adjust), (64, would_adjust), "{today}");
    }
}
