use crushlab_osdmap::{Cluster, describe};

use super::*;

const GIB: f64 = (1u64 << 30) as f64;

fn with<T>(cluster: &Cluster, ask: impl FnOnce(&RuleDomains, &Subject<'_>) -> T) -> T {
    let crush = cluster.map.crush.map().expect("a sound map");
    let subject = Subject { map: &cluster.map, crush: &crush, data: cluster, placed: None };
    let pool = &cluster.map.pools[&1];
    let rule = crush.rule(subject.rule_id(1).expect("a rule")).expect("a rule");
    ask(&RuleDomains::new(&subject, rule, usize::from(pool.size)), &subject)
}

/// A cluster of hosts of these sizes in GiB, and a pool.
fn hosts(sizes: &[u32], pool: &str) -> Cluster {
    let hosts: Vec<String> = (sizes.iter().enumerate())
        .map(|(at, size)| format!("{{name: h{at}, osds: [{{size: {size} GiB}}]}}"))
        .collect();
    describe(&format!("hosts: [{}]\npools: [{{name: p, pg_num: 8, {pool}}}]\n", hosts.join(", ")))
        .expect("a sound description")
}

fn bounds(cluster: &Cluster) -> (f64, f64) {
    with(cluster, |domains, _| {
        let without = domains.position_bytes_without(domains.largest());
        (domains.position_bytes() / GIB, without / GIB)
    })
}

#[test]
fn unequal_hosts_hold_less_than_their_sum() {
    let (all, without) = bounds(&hosts(&[10, 10, 10, 4], "size: 3"));
    assert!((all - 34.0 / 3.0).abs() < 1e-9, "{all}");
    // 10, 10 and 4: each copy has to be on another, so the 4 is what there is.
    assert!((without - 4.0).abs() < 1e-9, "{without}");
    assert_eq!(bounds(&hosts(&[10, 10, 10], "size: 3")), (10.0, 0.0));
    let (huge, _) = bounds(&hosts(&[100, 10, 10, 10], "size: 3"));
    // The large one holds as much as the others together can pair with, two at a time.
    assert!((huge - 15.0).abs() < 1e-9, "{huge}");
    let (shards, _) = bounds(&hosts(&[10, 10, 10, 4], "erasure: {k: 2, m: 1}"));
    assert!((shards - 34.0 / 3.0).abs() < 1e-9, "{shards}");
}

#[test]
fn too_few_domains_are_named() {
    let shortage = |cluster: &Cluster| with(cluster, |domains, _| domains.shortage());
    assert_eq!(shortage(&hosts(&[10, 10, 10], "size: 3")), None);
    let found = shortage(&hosts(&[10, 10, 10], "erasure: {k: 4, m: 2}")).expect("three hosts only");
    assert_eq!((found.needed, found.found, found.type_name.as_str()), (6, 3, "host"));
    assert!(found.to_string().starts_with(
        "its PGs need 6 different failure domains of type host, and its rule finds 3: "
    ));
    let mut cluster = hosts(&[10, 10, 10], "size: 3");
    cluster.map.osd_weights[1] = 0;
    assert_eq!(shortage(&cluster).map(|shortage| shortage.found), Some(2));
    assert_eq!(bounds(&cluster).0, 0.0);
}

/// Two racks of two hosts each, one rack of one; 2 racks with 2 hosts each are chosen.
fn racks() -> Cluster {
    let mut cluster = describe(
        "racks: [{count: 2, hosts: [{count: 2, osds: [{size: 10 GiB}]}]}, \
         {hosts: [{osds: [{size: 10 GiB}]}]}]\n\
         pools: [{name: p, size: 4, failure_domain: rack, pg_num: 8}]\n",
    )
    .expect("a sound description");
    let rack = cluster.map.crush.type_id("rack").expect("racks");
    let host = cluster.map.crush.type_id("host").expect("hosts");
    let rule = cluster.map.crush.core.rules[0].as_mut().expect("a rule");
    let steps = &mut rule.steps;
    let at = steps.iter().position(|step| step.op == Op::ChooseleafFirstn).expect("a choice");
    steps.splice(
        at..=at,
        [Step::new(Op::ChooseFirstn, 2, rack), Step::new(Op::ChooseleafFirstn, 2, host)],
    );
    cluster
}

#[test]
fn each_level_of_a_rule_counts() {
    // The rack of one host cannot take two copies, but M of the one that it can.
    let (all, without) = bounds(&racks());
    assert!((all - 10.0).abs() < 1e-9, "{all}");
    // Without a host of a pair no two racks have two hosts each.
    assert_eq!(without, 0.0);
    let mut cluster = racks();
    for rule in cluster.map.crush.core.rules.iter_mut().flatten() {
        rule.steps.iter_mut().filter(|step| step.op == Op::ChooseFirstn).for_each(|step| {
            step.arg1 = 3;
        });
    }
    cluster.map.pools.get_mut(&1).expect("a pool").size = 6;
    let shortage = with(&cluster, |domains, _| domains.shortage()).expect("a small rack");
    assert_eq!((shortage.needed, shortage.found), (3, 2));
    assert!(shortage.to_string().contains("type rack with 2 of type host in each"));
}
