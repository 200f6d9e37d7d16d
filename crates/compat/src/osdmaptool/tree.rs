//! `--tree`: the CRUSH map with the state of its OSDs, and the OSDs that it does not hold.

use std::collections::HashSet;

use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::state;

use crate::formatter::Formatter;
use crate::stop::Outcome;
use crate::tree::{Node, aligned, children, indented_name, set_name, set_weights, walk, weight};

const TITLES: [&str; 7] = ["ID", "CLASS", "WEIGHT", "TYPE NAME", "STATUS", "REWEIGHT", "PRI-AFF"];
/// Column of the names.
const NAME: usize = 3;

/// The tree as a table.
pub(crate) fn table(map: &OsdMap) -> Outcome<String> {
    let mut rows = vec![TITLES.map(str::to_owned).to_vec()];
    let stray = visit(map, |node| rows.push(row(map, node)))?;
    rows.extend(stray.iter().map(|node| row(map, node)));
    Ok(aligned(&rows, &[NAME]))
}

/// The tree in a structured format.
pub(crate) fn dump(map: &OsdMap, formatter: &mut dyn Formatter) -> Outcome {
    let mut nodes = Vec::new();
    let stray = visit(map, |node| nodes.push(node.clone()))?;
    formatter.object("tree", |f| {
        f.array("nodes", |f| nodes.iter().for_each(|node| dump_node(map, node, f)));
        f.array("stray", |f| stray.iter().for_each(|node| dump_node(map, node, f)));
    });
    Ok(())
}

/// Visits all lines of the tree; gives those of the OSDs that are not in it.
fn visit(map: &OsdMap, mut visit: impl FnMut(&Node)) -> Outcome<Vec<Node>> {
    let mut seen = HashSet::new();
    walk(&map.crush, map.crush.real_roots().into_iter(), |node| {
        seen.insert(node.id);
        visit(node);
        Ok(())
    })?;
    let osds = 0..map.max_osd() as i32;
    let stray = osds.filter(|osd| map.exists(*osd) && !seen.contains(osd));
    Ok(stray.map(|id| Node { id, parent: None, depth: 0, weight: 0.0 }).collect())
}

fn row(map: &OsdMap, node: &Node) -> Vec<String> {
    let class = map.crush.item_class(node.id).unwrap_or("").to_owned();
    let mut row = vec![node.id.to_string(), class, weight(node.weight)];
    row.push(indented_name(&map.crush, node));
    if node.id >= 0 && !map.exists(node.id) {
        row.extend(["DNE", "0"].map(str::to_owned));
    } else if node.id >= 0 {
        row.push(status(map, node.id).to_owned());
        row.push(weight(share(map.osd_weight(node.id))));
        row.push(weight(share(map.primary_affinity(node.id))));
    }
    row.resize(TITLES.len(), String::new());
    row
}

fn dump_node(map: &OsdMap, node: &Node, formatter: &mut dyn Formatter) {
    let type_id = map.crush.core.bucket(node.id).map_or(0, |bucket| i32::from(bucket.type_id));
    formatter.object("item", |f| {
        f.integer("id", node.id);
        if let Some(class) = map.crush.item_class(node.id) {
            f.text("device_class", class);
        }
        match node.id {
            osd @ 0.. => f.streamed("name", format!("osd.{osd}")),
            bucket => f.text("name", map.crush.item_name(bucket).unwrap_or("")),
        }
        f.text("type", map.crush.types.get(&type_id).map_or("", String::as_str));
        f.integer("type_id", type_id);
        if node.id >= 0 {
            f.float("crush_weight", node.weight);
            f.unsigned("depth", node.depth as u64);
        }
        if node.parent.is_some() {
            f.object("pool_weights", |f| dump_set_weights(map, node, f));
        }
        if node.id >= 0 {
            f.unsigned("exists", u64::from(map.exists(node.id)));
            f.text("status", status(map, node.id));
            f.float("reweight", share(map.osd_weight(node.id)));
            f.float("primary_affinity", share(map.primary_affinity(node.id)));
        } else {
            let below = children(&map.crush, node);
            f.array("children", |f| {
                below.values().rev().for_each(|child| f.integer("child", child.id));
            });
        }
    });
}

fn dump_set_weights(map: &OsdMap, node: &Node, formatter: &mut dyn Formatter) {
    for (set, weights) in set_weights(&map.crush, node) {
        if weights.is_empty() {
            continue;
        }
        let name = match map.pools.get(&set) {
            Some(pool) if set != -1 => pool.name.clone(),
            _ => set_name(set),
        };
        formatter.array(&name, |f| {
            weights.iter().for_each(|weight| f.float("weight", share(*weight)));
        });
    }
}

fn status(map: &OsdMap, osd: i32) -> &'static str {
    match map.osd_state(osd) {
        _ if map.is_up(osd) => "up",
        state if state & state::DESTROYED != 0 && map.exists(osd) => "destroyed",
        _ => "down",
    }
}

/// A weight in 16.16 as a number.
pub(crate) fn share(fixed: u32) -> f32 {
    fixed as f32 / 65536.0
}
