use super::*;

const EC_8_3: Redundancy =
    Redundancy::Erasure { k: 8, m: 3, stripe_unit_bytes: 4096, is_padded: true };
const KIB: u64 = 1 << 10;

fn ratio(redundancy: Redundancy, bytes: u64, unit_kib: u64) -> f64 {
    redundancy.overhead(&ObjectSizes::all(bytes), unit_kib * KIB).ratio.expect("something stored")
}

#[test]
fn small_objects_are_padded_to_a_stripe_and_an_allocation_unit() {
    assert_eq!(EC_8_3.used_bytes(4 * KIB, 4 * KIB), 45_056);
    assert_eq!(EC_8_3.used_bytes(4 * KIB, 64 * KIB), 720_896);
    assert_eq!((ratio(EC_8_3, 4 * KIB, 4), ratio(EC_8_3, 4 * KIB, 64)), (11.0, 176.0));
    assert_eq!((ratio(EC_8_3, 64 * KIB, 4), ratio(EC_8_3, 64 * KIB, 64)), (1.375, 11.0));
    assert_eq!((ratio(EC_8_3, 4096 * KIB, 4), ratio(EC_8_3, 4096 * KIB, 64)), (1.375, 1.375));
    assert_eq!(EC_8_3.nominal_ratio(), 1.375);
}

#[test]
fn replicas_are_padded_to_an_allocation_unit() {
    let three = Redundancy::Replicas { size: 3 };
    assert!((ratio(three, 10_000, 4) - 3.69).abs() < 0.005);
    assert!((ratio(three, 10_000, 64) - 19.7).abs() < 0.05);
    assert_eq!(ratio(three, 4096 * KIB, 64), three.nominal_ratio());
}

#[test]
fn a_histogram_is_the_sum_of_its_sizes() {
    let sizes = ObjectSizes { objects_by_bytes: vec![(4 * KIB, 3), (64 * KIB, 1), (0, 9)] };
    let found = EC_8_3.overhead(&sizes, 4 * KIB);
    assert_eq!(found.stored_bytes, 76 * KIB);
    assert_eq!(found.used_bytes, 3 * 45_056 + 64 * KIB * 11 / 8);
    let nothing = ObjectSizes { objects_by_bytes: vec![(0, 9)] };
    assert_eq!(EC_8_3.overhead(&nothing, 4 * KIB).ratio, None);
    let huge = ObjectSizes { objects_by_bytes: vec![(u64::MAX, u64::MAX)] };
    assert_eq!(EC_8_3.overhead(&huge, 0).used_bytes, u64::MAX);
}

#[test]
fn without_padding_shards_are_no_longer_than_their_data() {
    let plain = Redundancy::Erasure { k: 4, m: 2, stripe_unit_bytes: 4096, is_padded: false };
    // One shard with data, and two with parity.
    assert_eq!(plain.used_bytes(KIB, 4 * KIB), 3 * 4 * KIB);
    // 4 + 4 + 1 KiB of data on three shards; parity as long as the longest.
    assert_eq!(plain.used_bytes(9 * KIB, KIB), 9 * KIB + 2 * 4 * KIB);
    assert_eq!(plain.used_bytes(16 * KIB, 4 * KIB), 24 * KIB);
    assert_eq!(plain.used_bytes(17 * KIB, KIB), 24 * KIB + 3 * KIB);
}
