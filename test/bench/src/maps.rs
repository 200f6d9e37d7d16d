//! The maps that are measured. Device weights alternate so that hosts of mixed maps are mixed
//! inside and differ from each other.

use std::fmt::Write as _;

use crushlab_crush::Map;
use crushlab_crushmap::CrushMap;

/// A map.
pub struct Shape {
    /// Its name in reports.
    pub name: &'static str,
    /// Racks; 0 for hosts right under the root.
    racks: usize,
    hosts: usize,
    osds_per_host: usize,
    /// Weights of devices.
    weights: &'static [f64],
}

/// The maps: small, mixed, three levels and large, wide and even, wide and mixed.
pub const SHAPES: [Shape; 5] = [
    Shape { name: "M1", racks: 0, hosts: 10, osds_per_host: 10, weights: &[1.0] },
    Shape { name: "M2", racks: 0, hosts: 50, osds_per_host: 20, weights: &[3.64, 7.28, 14.55] },
    Shape { name: "M3", racks: 20, hosts: 500, osds_per_host: 20, weights: &[1.82, 3.64, 7.28] },
    Shape { name: "M4", racks: 0, hosts: 1000, osds_per_host: 10, weights: &[1.0] },
    Shape { name: "M4m", racks: 0, hosts: 1000, osds_per_host: 10, weights: &[1.82, 3.64, 7.28] },
];

/// A rule of every map.
pub struct RuleOfMap {
    /// Its name in reports.
    pub name: &'static str,
    /// Its id.
    pub id: usize,
    /// Devices for each input.
    pub size: usize,
}

/// Three replicas, and eleven shards; each in hosts of their own.
pub const RULES: [RuleOfMap; 2] =
    [RuleOfMap { name: "R3", id: 0, size: 3 }, RuleOfMap { name: "R11", id: 1, size: 11 }];

const HEAD: &str = "tunable choose_local_tries 0
tunable choose_local_fallback_tries 0
tunable choose_total_tries 50
tunable chooseleaf_descend_once 1
tunable chooseleaf_vary_r 1
tunable chooseleaf_stable 1
tunable straw_calc_version 1
type 0 osd
type 1 host
type 2 rack
type 3 root
";

const TAIL: &str = "rule R3 { id 0 type replicated min_size 1 max_size 20
step take default
step chooseleaf firstn 0 type host
step emit }
rule R11 { id 1 type erasure min_size 1 max_size 20
step set_chooseleaf_tries 5
step set_choose_tries 100
step take default
step chooseleaf indep 0 type host
step emit }
";

impl Shape {
    /// The map of this name.
    pub fn named(name: &str) -> Option<&'static Shape> {
        SHAPES.iter().find(|shape| shape.name == name)
    }

    /// Number of devices.
    pub fn osds(&self) -> usize {
        self.hosts * self.osds_per_host
    }

    /// The map as people write it.
    pub fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        for osd in 0..self.osds() {
            let _ = writeln!(text, "device {osd} osd.{osd}");
        }
        let mut hosts = Vec::new();
        for host in 0..self.hosts {
            let osds = host * self.osds_per_host..(host + 1) * self.osds_per_host;
            let items: Vec<(String, f64)> =
                osds.map(|osd| (format!("osd.{osd}"), self.weight(osd))).collect();
            hosts.push(bucket(&mut text, "host", &format!("host{host}"), -2 - host as i64, &items));
        }
        let per_rack = hosts.len() / self.racks.max(1);
        let mut top = Vec::new();
        for (rack, hosts) in hosts.chunks(per_rack).enumerate().take(self.racks) {
            top.push(bucket(&mut text, "rack", &format!("rack{rack}"), -5000 - rack as i64, hosts));
        }
        let top = if self.racks == 0 { &hosts } else { &top };
        bucket(&mut text, "root", "default", -1, top);
        text + TAIL
    }

    /// The weights in an order that has no pattern with the hosts.
    fn weight(&self, osd: usize) -> f64 {
        let scattered = (osd as u32).wrapping_mul(2_654_435_761) >> 20;
        self.weights[scattered as usize % self.weights.len()]
    }

    /// The map, and its checked form.
    ///
    /// # Errors
    /// The text above is no map.
    pub fn read(&self) -> Result<(CrushMap, Map), String> {
        let map = CrushMap::from_text(&self.text()).map_err(|error| error.to_string())?;
        let checked = map.map().map_err(|error| error.to_string())?;
        Ok((map, checked))
    }
}

/// Writes a bucket; gives its name and weight.
fn bucket(
    text: &mut String,
    kind: &str,
    name: &str,
    id: i64,
    items: &[(String, f64)],
) -> (String, f64) {
    let _ = writeln!(text, "{kind} {name} {{\nid {id}\nalg straw2\nhash 0");
    for (item, weight) in items {
        let _ = writeln!(text, "item {item} weight {weight:.5}");
    }
    text.push_str("}\n");
    (name.to_owned(), items.iter().map(|(_, weight)| weight).sum())
}

/// Reweights (16.16): the full one for every device or, for `some`, 2 % of devices out and 5 % at
/// 0.85.
pub fn reweights(osds: usize, some: bool) -> Vec<u32> {
    let of = |osd: usize| match (osd as u32).wrapping_mul(2_654_435_761) >> 16 {
        scattered if some && scattered % 100 < 2 => 0,
        scattered if some && scattered % 100 < 7 => 0xd999,
        _ => 0x10000,
    };
    (0..osds).map(of).collect()
}

#[cfg(test)]
mod tests {
    use crushlab_crush::{Mapper, Workspace};

    use super::*;

    #[test]
    fn every_map_holds_what_its_shape_says() {
        for shape in &SHAPES {
            let (named, map) = shape.read().expect("the text is a map");
            assert_eq!(map.max_devices() as usize, shape.osds(), "{}", shape.name);
            let buckets = named.core.buckets.iter().flatten();
            let hosts = buckets.clone().filter(|bucket| bucket.type_id == 1);
            assert_eq!(hosts.clone().count(), shape.hosts, "{}", shape.name);
            assert_eq!(buckets.filter(|bucket| bucket.type_id == 2).count(), shape.racks);
            let mut weights: Vec<u32> = hosts.map(|host| host.weight).collect();
            weights.sort_unstable();
            weights.dedup();
            assert_eq!(weights.len() == 1, shape.weights.len() == 1, "{}", shape.name);
        }
    }

    #[test]
    fn every_rule_finds_hosts_of_their_own() {
        for shape in SHAPES.iter().filter(|shape| shape.hosts >= 50) {
            let (_, map) = shape.read().expect("the text is a map");
            let reweights = reweights(shape.osds(), true);
            for rule in &RULES {
                let mapper = Mapper::new(&map, rule.id, rule.size, &reweights).expect("a rule");
                let mut workspace = Workspace::new();
                let placed = mapper.place(17, &mut workspace);
                let mut hosts: Vec<usize> =
                    placed.iter().map(|osd| *osd as usize / shape.osds_per_host).collect();
                hosts.sort_unstable();
                hosts.dedup();
                assert_eq!(hosts.len(), rule.size, "{} {}", shape.name, rule.name);
            }
        }
    }

    #[test]
    fn some_devices_are_out_and_some_reweighted() {
        let all = reweights(10_000, true);
        let out = all.iter().filter(|reweight| **reweight == 0).count();
        let lower = all.iter().filter(|reweight| **reweight == 0xd999).count();
        assert!((150..250).contains(&out) && (400..600).contains(&lower), "{out}, {lower}");
        assert!(reweights(100, false).iter().all(|reweight| *reweight == 0x10000));
    }
}
