//! The text of a CRUSH map of racks and hosts, without rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The rack, the host, whether it is an SSD, and the weight of each OSD.
pub(crate) fn tree_text(
    racks: &[usize],
    hosts: &[usize],
    is_ssd: &[bool],
    weights: &[u32],
) -> String {
    let mut text = String::from(
        "tunable choose_local_tries 0\ntunable choose_local_fallback_tries 0\n\
         tunable choose_total_tries 50\ntunable chooseleaf_descend_once 1\n\
         tunable chooseleaf_vary_r 1\ntunable chooseleaf_stable 1\n\
         tunable straw_calc_version 1\ntunable allowed_bucket_algs 54\n",
    );
    for (osd, is_ssd) in is_ssd.iter().enumerate() {
        let class = if *is_ssd { "ssd" } else { "hdd" };
        let _ = writeln!(text, "device {osd} osd.{osd} class {class}");
    }
    text.push_str("type 0 osd\ntype 1 host\ntype 3 rack\ntype 11 root\n");
    let mut bucket = |kind: &str, name: &str, items: &[(String, u32)]| {
        let _ = write!(text, "{kind} {name} {{\n alg straw2\n hash 0\n");
        for (item, weight) in items {
            let _ = writeln!(text, " item {item} weight {weight}.000");
        }
        text.push_str("}\n");
        (name.to_owned(), items.iter().map(|(_, weight)| weight).sum::<u32>())
    };
    let mut of_racks: BTreeMap<usize, Vec<(String, u32)>> = BTreeMap::new();
    for host in hosts.iter().copied().collect::<BTreeSet<usize>>() {
        let own = (0..hosts.len()).filter(|osd| hosts[*osd] == host);
        let items: Vec<_> = own.clone().map(|osd| (format!("osd.{osd}"), weights[osd])).collect();
        let rack = own.map(|osd| racks[osd]).next().expect("an OSD");
        of_racks.entry(rack).or_default().push(bucket("host", &format!("host{host}"), &items));
    }
    let items: Vec<_> = of_racks
        .iter()
        .map(|(rack, hosts)| bucket("rack", &format!("rack{rack}"), hosts))
        .collect();
    bucket("root", "default", &items);
    text
}
